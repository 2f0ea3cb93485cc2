import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../../sandbox/accounts/account';
import type { Job, Run } from '../../sandbox/runner/job';
import { allow } from '../sandbox/sts-client';
import { githubRepository, identityJob, LASTING_KEY } from './identities';
import { ACCOUNT, REGION, Scenario } from './scenario';

let scenario: Scenario;
beforeEach(async () => (scenario = await Scenario.start()));
afterEach(() => scenario.end());

/** What the job has of any credentials after a step: in its variables, in outputs of the step, in a profile. */
function handedOn({ exported, outputs }: Run, { env, home }: Job) {
  const isCredential = (name: string) =>
    /^AWS_(?:ACCESS|SECRET|SESSION|PROFILE)|^aws-(?:access|secret|session)/i.test(name);
  return {
    exported: Object.keys(exported),
    outputs: Object.keys(outputs).filter(isCredential),
    variables: Object.keys(env).filter(isCredential),
    profile: existsSync(join(home, '.aws')),
  };
}

const NOTHING = { exported: [], outputs: [], variables: [], profile: false };

/** The role `provisioner`, which GitHub's tokens may assume, and may do anything. */
function provisioner(): Role {
  const role = scenario.createOidcRole('provisioner');
  role.policies = [allow('*')];
  return role;
}

describe('with GitHub’s token, as a role', () => {
  test.each(['provision', 'rotate', 'verify', 'deprovision'])('%s is one step', async (mode) => {
    const role = provisioner();
    const token = githubRepository(scenario);
    const job = identityJob(scenario, { oidc: true });
    const declared = { identities: LASTING_KEY, ...token };
    const document = mode === 'verify' ? { 'expect-allowed': 'iam:CreateUser' } : declared;
    const as = { 'aws-region': REGION, 'role-to-assume': role.arn };
    if (mode !== 'provision' && mode !== 'verify') {
      expect(await job.step({ with: { ...as, ...document, mode: 'provision' } })).toMatchObject({ exitCode: 0 });
      scenario.calls();
    }
    const main = await job.step({ with: { ...as, ...document, mode } });
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(main.outputs).toMatchObject({
      mode,
      'aws-account-id': ACCOUNT,
      'authenticated-arn': `arn:aws:sts::${ACCOUNT}:assumed-role/provisioner/GitHubActions`,
    });
    // STS has said whose the session is: nobody asks.
    expect(scenario.calls().slice(0, 3)).toEqual([
      'id-token',
      'AssumeRoleWithWebIdentity',
      mode === 'verify' ? 'SimulatePrincipalPolicy' : expect.not.stringContaining('GetCallerIdentity'),
    ]);
    expect(handedOn(main, job)).toEqual(NOTHING);
    const posts = await job.finish();
    expect(posts.map(({ log }) => log)).toEqual(posts.map(() => ['Nothing to clean up.']));
  });
});
