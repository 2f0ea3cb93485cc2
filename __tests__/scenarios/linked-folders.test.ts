import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADMIN, FOR_THE_JOB, identityJob, identityScenario, KEY_OF_JOB, writes } from './identities';
import { REGION, ROLE, Scenario } from './scenario';

/** On macOS, temporary folders are reached by links: /var and /tmp lead to /private. */
function throughLinks(folder: string): Record<string, string> {
  const links = join(folder, 'links');
  mkdirSync(links);
  const linked = ['home', 'temp', 'workspace'].map((name) => {
    const link = join(links, name);
    symlinkSync(join(folder, name), link);
    return link;
  });
  const [home = '', temp = '', workspace = ''] = linked;
  return { HOME: home, USERPROFILE: home, RUNNER_TEMP: temp, GITHUB_WORKSPACE: workspace };
}

test.each<{ case: string; inputs: Record<string, string> }>([
  { case: 'the home', inputs: {} },
  { case: 'the job', inputs: { 'profile-location': 'job' } },
  { case: 'a renewal', inputs: { 'refresh-credentials': 'true' } },
])('a profile in folders that are links, for $case, is written and taken away', async ({ inputs }) => {
  const scenario = await Scenario.start();
  try {
    scenario.createOidcRole();
    const job = scenario.job({ oidc: true });
    Object.assign(job.env, throughLinks(job.folder));
    const config = join(job.home, '.aws/config');
    mkdirSync(join(job.home, '.aws'));
    writeFileSync(config, '[default]\nregion = us-east-1\n');
    const main = await job.step({
      with: { 'aws-region': REGION, 'role-to-assume': ROLE, 'aws-profile': 'deploy', ...inputs },
    });
    expect([main.exitCode, main.outputs.profiles]).toEqual([0, '["deploy"]']);
    const [post] = await job.finish();
    expect([post?.exitCode, post?.log.join().includes('Warning')]).toEqual([0, false]);
    expect(readFileSync(config, 'utf8')).toBe('[default]\nregion = us-east-1\n');
    expect(readdirSync(job.temp)).toEqual([]);
    expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity']);
  } finally {
    await scenario.end();
  }
});

test('a document in a workspace that is a link is read, and a link that leads out of it is not', async () => {
  const scenario = await identityScenario();
  try {
    const job = identityJob(scenario, { files: { 'identities.json': FOR_THE_JOB } });
    Object.assign(job.env, throughLinks(job.folder));
    const provision = (identities: string) => job.step({ with: { mode: 'provision', ...ADMIN, identities } });
    expect((await provision('identities.json')).exitCode).toBe(0);
    expect(writes(scenario)).toEqual(['CreateUser', ...KEY_OF_JOB.slice(1)]);
    symlinkSync('/etc/hosts', join(job.workspace, 'out.json'));
    const out = await provision('out.json');
    expect([out.exitCode, out.log.join('\n')]).toEqual([1, expect.stringContaining('is a link that')]);
    await job.finish();
    scenario.calls();
  } finally {
    await scenario.end();
  }
});
