import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '../../sandbox/faults';
import type { Job } from '../../sandbox/runner/job';
import {
  ADMIN,
  KEY_TO_SECRETS,
  REPOSITORY,
  githubRepository,
  identityJob,
  identityScenario,
  keyIn,
  keyInSecrets,
  ownerOf,
  recordsOf,
  writes,
  expectCalls,
} from './identities';
import { expectFailed, textOf, type Scenario } from './scenario';

const REFUSED: Failure = {
  error: { status: 403, code: 'Forbidden', message: 'Resource not accessible by integration' },
};

let scenario: Scenario;
let token: { readonly 'github-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario);
});
afterEach(() => scenario.end());

const identities = (deliver: readonly unknown[]) =>
  JSON.stringify({ users: { pulumi: { 'access-key': { deliver } } } });
const provision = (deliver: readonly unknown[], inputs: Record<string, string> = token, job = identityJob(scenario)) =>
  job.step({ with: { mode: 'provision', ...ADMIN, identities: identities(deliver), ...inputs } });
const keysOfPulumi = () => scenario.account.users.get('pulumi')?.accessKeys.map(({ accessKeyId }) => accessKeyId);

/** Everything in files of the job, by path. */
function filesOf({ folder }: Job): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(paths.map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'utf8')]));
}

describe('a key is delivered to', () => {
  beforeEach(() => {
    const { secrets } = scenario.sandbox.github;
    secrets.createEnvironment(REPOSITORY, 'production');
    secrets.createEnvironment('octo/other', 'eu/west');
    secrets.createOrganization('octo');
    const owners = [REPOSITORY, 'octo/other', 'org:octo'];
    token = { 'github-token': secrets.token({ write: owners, writeDependabot: owners }) };
  });

  test.each([
    { to: 'github-secrets', place: {} },
    { to: { 'github-secrets': { prefix: 'PULUMI_' } }, place: { prefix: 'PULUMI_' } },
    { to: { 'github-secrets': { prefix: 'pulumi_' } }, place: { prefix: 'PULUMI_' } },
    { to: { 'github-secrets': { environment: 'production' } }, place: { environment: 'production' } },
    { to: { 'github-secrets': { repository: 'octo/other' } }, place: { owner: 'octo/other' } },
    {
      to: { 'github-secrets': { prefix: 'P_', repository: 'octo/other', environment: 'eu/west' } },
      place: { prefix: 'P_', owner: 'octo/other', environment: 'eu/west' },
    },
    { to: { 'github-secrets': { organization: 'octo' } }, place: { owner: 'org:octo' } },
    { to: { 'github-secrets': { organization: 'octo', prefix: 'P_' } }, place: { owner: 'org:octo', prefix: 'P_' } },
    { to: 'dependabot-secrets', place: { program: 'dependabot' as const } },
    {
      to: { 'dependabot-secrets': { prefix: 'P_', repository: 'octo/other' } },
      place: { prefix: 'P_', owner: 'octo/other', program: 'dependabot' as const },
    },
    {
      to: { 'dependabot-secrets': { organization: 'octo' } },
      place: { owner: 'org:octo', program: 'dependabot' as const },
    },
  ])('$to', async ({ to, place }) => {
    const main = await provision([to]);
    expect([main.exitCode, main.stderr, main.exported]).toEqual([0, '', {}]);
    const key = keyInSecrets(scenario, place);
    expect(ownerOf(scenario, key)).toBe('pulumi');
    expect(recordsOf(scenario, 'pulumi')).toEqual([`delivered:${key.id}`]);
    expect(writes(scenario)).toEqual(['CreateUser', ...KEY_TO_SECRETS.slice(1)]);
  });

  test('all of them at once: one key everywhere, and none for the job', async () => {
    const workflow = identityJob(scenario);
    const main = await provision(
      [
        'github-secrets',
        { 'github-secrets': { environment: 'production' } },
        { 'github-secrets': { organization: 'octo' } },
      ],
      token,
      workflow,
    );
    expect(main.exitCode).toBe(0);
    const key = keyInSecrets(scenario);
    expect(ownerOf(scenario, key)).toBe('pulumi');
    expect(keyInSecrets(scenario, { environment: 'production' })).toEqual(key);
    expect(keyInSecrets(scenario, { owner: 'org:octo' })).toEqual(key);
    expect([keyIn(workflow), main.outputs.profiles]).toEqual([{ id: undefined, secret: undefined }, '[]']);
    expect(main.outputs).not.toHaveProperty('aws-access-key-id');
    expect(writes(scenario).filter((call) => call === 'PUT secret')).toHaveLength(6);
  });
});

test('the API is the one that GITHUB_API_URL names, and the token goes nowhere else', async () => {
  expect((await provision(['github-secrets'])).exitCode).toBe(0);
  const { requests } = scenario.sandbox;
  const bearing = requests.filter(({ headers }) => JSON.stringify(headers).includes(token['github-token']));
  expect(new Set(bearing.map(({ service }) => service))).toEqual(new Set(['github']));
  expect(bearing.map(({ path }) => path)).toEqual(
    expect.arrayContaining([
      '/api/v3/repos/octo/app/actions/secrets/public-key',
      '/api/v3/repos/octo/app/actions/secrets/AWS_ACCESS_KEY_ID',
      '/api/v3/repos/octo/app/actions/secrets/AWS_SECRET_ACCESS_KEY',
    ]),
  );
  scenario.calls();
});

test('the second time nothing is written, and the job learns nothing that it does not need', async () => {
  expect((await provision(['github-secrets'])).exitCode).toBe(0);
  scenario.calls();
  const again = await provision(['github-secrets']);
  expect([again.exitCode, again.outputs.changed]).toEqual([0, 'false']);
  expect(again.log.join('\n')).not.toContain('Notice');
  expectCalls(scenario, [
    ['GetCallerIdentity', 'GetUser'],
    'GET public-key',
    ['ListAttachedUserPolicies', 'ListUserPolicies', 'ListAccessKeys'],
    ['GET secret', 'GET secret'],
  ]);
});

test('the secret is masked before anything else could print it, and is in no file', async () => {
  const workflow = identityJob(scenario);
  const main = await provision(['github-secrets'], token, workflow);
  const { id = '', secret = '' } = keyInSecrets(scenario);
  expect(main.lines.flatMap(({ command }) => (command?.name === 'add-mask' ? command.value : []))).toEqual(
    expect.arrayContaining([id, secret, token['github-token']]),
  );
  const printed = main.lines.filter(({ command }) => command?.name !== 'add-mask').map(({ raw }) => raw);
  expect(printed.join('\n')).not.toContain(secret);
  expect(main.summary).toContain('pulumi');
  for (const hidden of [secret, token['github-token']]) {
    expect(JSON.stringify([filesOf(workflow), main.log])).not.toContain(hidden);
  }
  await workflow.finish();
  expect(JSON.stringify(filesOf(workflow))).not.toContain(secret);
  scenario.calls();
});

describe('what can be known before, is: nothing is made in AWS', () => {
  test('no token: no call at all', async () => {
    const main = await provision([{ 'github-secrets': { prefix: 'P_' } }], {});
    expectFailed(main, 'invalid-input');
    expect(main.log.join('\n')).toContain('github-token: is missing');
    expect(scenario.calls()).toEqual([]);
  });

  test.each(['FORGEJO_ACTIONS', 'GITEA_ACTIONS'])('not GitHub, by %s: no call at all', async (runner) => {
    const job = identityJob(scenario, { env: { [runner]: 'true', GITHUB_API_URL: 'https://forge.example/api/v1' } });
    for (const mode of ['provision', 'rotate', 'deprovision']) {
      const main = await provision(['github-secrets'], { ...token, mode }, job);
      expectFailed(main, 'invalid-input');
      expect(textOf(main)).toMatch(
        /deliver\[0\] is for secrets of GitHub, and this job runs on (Forgejo|Gitea), which/,
      );
    }
    expect(scenario.calls()).toEqual([]);
  });

  test('a dry run needs no token', async () => {
    const main = await provision(['github-secrets'], { 'dry-run': 'true' });
    expect(main.exitCode).toBe(0);
    expect(writes(scenario)).toEqual([]);
  });

  test.each([
    {
      case: 'a token that GitHub does not know',
      inputs: () => ({ 'github-token': 'ghp_revoked' }),
      to: 'github-secrets',
      code: 'github-token-refused' as const,
      said: 'Bad credentials',
    },
    {
      case: "a job's GITHUB_TOKEN",
      inputs: () => ({ 'github-token': scenario.sandbox.github.secrets.token({ see: [REPOSITORY] }) }),
      to: 'github-secrets',
      code: 'github-secret-refused' as const,
      said: 'GITHUB_TOKEN of a job can never have it',
    },
    {
      case: 'an environment that is missing',
      inputs: () => token,
      to: { 'github-secrets': { environment: 'production' } },
      code: 'github-secret-refused' as const,
      said: 'There is no such environment',
    },
    {
      case: 'a repository that the token does not see',
      inputs: () => token,
      to: { 'github-secrets': { repository: 'octo/other' } },
      code: 'github-secret-refused' as const,
      said: 'There is no such repository',
    },
    {
      case: 'an organization that the token does not see',
      inputs: () => token,
      to: { 'github-secrets': { organization: 'octo' } },
      code: 'github-secret-refused' as const,
      said: 'There is no such organization',
    },
    {
      case: 'a selected repository that the token does not see',
      inputs: () => {
        const { secrets } = scenario.sandbox.github;
        secrets.createOrganization('octo');
        return { 'github-token': secrets.token({ writeDependabot: ['org:octo'] }) };
      },
      to: { 'dependabot-secrets': { organization: 'octo', repositories: ['other'] } },
      code: 'github-secret-refused' as const,
      said: 'Check the name in the identity document. Then check that the token reaches it, with the permission "Metadata: read".',
    },
  ])('$case', async ({ inputs, to, code, said }) => {
    const main = await provision([to], inputs());
    expectFailed(main, code);
    expect(main.log.join('\n')).toContain(said);
    expect(main.log.join('\n')).toContain('Nothing was changed');
    expect(scenario.account.users.has('pulumi')).toBe(false);
    const calls = scenario.calls();
    // What was refused is not asked again.
    expect(calls.filter((call) => /^GET (?!secret )\S+ \S+$/.test(call))).toHaveLength(1);
    expect(calls.filter((call) => !/^(?:Get|List|GET )/.test(call))).toEqual([]);
  });

  test("GitHub's API cannot be reached", async () => {
    scenario.sandbox.faults.add({ service: 'github', reset: true });
    const main = await provision(['github-secrets'], { ...token, 'retry-max-attempts': '1' });
    expectFailed(main, 'connection-failed');
    expect(writes(scenario)).toEqual([]);
  });
});

describe('who may read secrets of an organization that are there', () => {
  test.each([
    { before: { repositories: ['app'] }, now: { repositories: ['app', 'tools'] }, isOther: true },
    { before: { repositories: ['app', 'tools'] }, now: { repositories: ['tools'] }, isOther: true },
    { before: { repositories: ['app', 'tools'] }, now: { repositories: ['tools', 'app'] }, isOther: false },
    { before: { repositories: ['app'] }, now: { visibility: 'all' }, isOther: true },
    { before: { visibility: 'all' }, now: {}, isOther: true },
    { before: {}, now: { repositories: ['app'] }, isOther: true },
    // Fewer than may read it where nothing is declared.
    { before: { repositories: ['app'] }, now: {}, isOther: false },
    { before: {}, now: { visibility: 'private' }, isOther: false },
  ])('$before, and the document says $now', async ({ before, now, isOther }) => {
    const { secrets } = scenario.sandbox.github;
    secrets.createOrganization('octo');
    for (const name of ['octo/app', 'octo/tools']) secrets.createRepository(name);
    const writer = { 'github-token': secrets.token({ writeDependabot: ['org:octo'] }) };
    const to = (audience: object) => ({ 'dependabot-secrets': { organization: 'octo', ...audience } });
    const first = await provision([to(before)], writer);
    expect([first.exitCode, first.log.join('\n')]).toEqual([0, expect.not.stringContaining('Other repositories')]);
    const main = await provision([to(now)], writer);
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'false']);
    const warning =
      'Warning: Other repositories may read AWS_ACCESS_KEY_ID for Dependabot of the organization octo and ' +
      'AWS_SECRET_ACCESS_KEY for Dependabot of the organization octo than the document says';
    expect(main.log.join('\n').includes(warning)).toBe(isOther);
    scenario.calls();
  });
});

describe('a delivery that fails', () => {
  test('at the first secret: the key is deleted, and earlier secrets stay', async () => {
    const readOnly = { 'github-token': scenario.sandbox.github.secrets.token({ read: [REPOSITORY] }) };
    const main = await provision(['github-secrets'], readOnly);
    expectFailed(main, 'github-secret-refused');
    expect(keysOfPulumi()).toEqual([]);
    expect(keyInSecrets(scenario)).toEqual({ id: undefined, secret: undefined });
    expect(recordsOf(scenario, 'pulumi')).toEqual([]);
    scenario.calls();

    const again = await provision(['github-secrets']);
    expect(again.exitCode).toBe(0);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    scenario.calls();
  });

  test('at the second secret: the error says so, the key is deleted, and the next run delivers a whole one', async () => {
    scenario.sandbox.faults.add({ action: 'PUT secret', skip: 1, times: 2, ...REFUSED });
    const main = await provision([{ 'github-secrets': { prefix: 'P_' } }]);
    expectFailed(main, 'delivery-incomplete');
    expect(main.log.join('\n')).toContain('GitHub took P_AWS_ACCESS_KEY_ID of octo/app, and did not take P_AWS_SECRET');
    expect(keysOfPulumi()).toEqual([]);
    expect(writes(scenario)).toEqual([
      'CreateUser',
      'CreateAccessKey',
      'TagUser',
      'TagUser',
      'PUT secret',
      'PUT secret Forbidden',
      'PUT secret Forbidden',
      'DeleteAccessKey',
      'UntagUser',
    ]);

    const again = await provision([{ 'github-secrets': { prefix: 'P_' } }]);
    expect(again.exitCode).toBe(0);
    expect(ownerOf(scenario, keyInSecrets(scenario, { prefix: 'P_' }))).toBe('pulumi');
    expect(writes(scenario)).toEqual(KEY_TO_SECRETS);
  });

  test('for one of two users: the other has its key', async () => {
    const { secrets } = scenario.sandbox.github;
    secrets.createRepository('octo/other');
    const halfToken = { 'github-token': secrets.token({ write: [REPOSITORY], read: ['octo/other'] }) };
    const workflow = identityJob(scenario);
    const main = await workflow.step({
      with: {
        mode: 'provision',
        ...ADMIN,
        ...halfToken,
        identities: JSON.stringify({
          users: {
            one: { 'access-key': { deliver: ['github-secrets'] } },
            two: { 'access-key': { deliver: [{ 'github-secrets': { repository: 'octo/other' } }] } },
          },
        }),
      },
    });
    expectFailed(main, 'github-secret-refused');
    expect(scenario.account.users.get('two')?.accessKeys).toEqual([]);
    const kept = keyInSecrets(scenario);
    expect(scenario.account.users.get('one')?.accessKeys).toMatchObject([
      { accessKeyId: kept.id, secretAccessKey: kept.secret, status: 'Active' },
    ]);
    expect(recordsOf(scenario, 'one')).toEqual([`delivered:${kept.id}`]);
    scenario.calls();
  });
});

describe('a run that is killed while it delivers', () => {
  /** Provisions until GitHub has so many secrets. */
  async function killedAfter(secrets: number): Promise<Job> {
    const workflow = identityJob(scenario, { env: { GITHUB_RUN_ID: '11' } });
    const after = new Promise<void>((holdAfter) => {
      scenario.sandbox.faults.add({ action: 'PUT secret', skip: secrets - 1, times: 1, holdAfter });
    });
    const main = await workflow.step({
      with: { mode: 'provision', ...ADMIN, ...token, identities: identities(['github-secrets']) },
      kill: { after, signal: 'SIGKILL' },
    });
    expect(main.exitCode).toBeNull();
    expect(keysOfPulumi()).toEqual([keyInSecrets(scenario).id]);
    expect(JSON.stringify(main.state)).not.toContain(
      scenario.account.users.get('pulumi')?.accessKeys[0]?.secretAccessKey,
    );
    scenario.calls();
    return workflow;
  }

  test.each([
    { when: 'before', secrets: 1 },
    { when: 'after', secrets: 2 },
  ])('$when the second secret: post ends the delivery', async ({ secrets }) => {
    const workflow = await killedAfter(secrets);
    const [post] = await workflow.finish();
    expect([post?.exitCode, post?.stderr]).toEqual([0, '']);
    expect(post?.log.join('\n')).not.toContain('Warning');
    const delivered = keyInSecrets(scenario);
    expect(ownerOf(scenario, delivered)).toBe('pulumi');
    expect(keysOfPulumi()).toEqual([delivered.id]);
    expect(recordsOf(scenario, 'pulumi')).toEqual([`delivered:${delivered.id}`]);
    expect(writes(scenario)).toEqual(['TagUser', 'PUT secret', 'PUT secret', 'TagUser', 'UntagUser']);
  });

  test('and post comes too late: it leaves all to the next run, and says so', async () => {
    const workflow = await killedAfter(1);
    scenario.pass(6 * 60_000);
    const [post] = await workflow.finish();
    expect(post?.exitCode).toBe(0);
    expect(post?.log.join('\n')).toMatch(/Warning: .*The delivery of the access key .* of pulumi was begun/);
    expect(writes(scenario)).toEqual([]);
  });

  test('before the second secret, and post does not run: a run that comes later than ten minutes replaces the key', async () => {
    await killedAfter(1);
    const spoiled = keyInSecrets(scenario).id;
    scenario.pass(11 * 60_000);
    const main = await provision(['github-secrets']);
    expect(main.exitCode).toBe(0);
    expect(main.log.join('\n')).toContain(
      `Deleted the access key ${spoiled} of pulumi: a run that is over made it, and no place holds it.`,
    );
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    expect(keysOfPulumi()).toEqual([keyInSecrets(scenario).id]);
    // What that run announced stays for a day: a key may come late.
    expect(recordsOf(scenario, 'pulumi')).toEqual([`delivered:${keyInSecrets(scenario).id}`, 'making']);
    expect(writes(scenario)).toEqual(['DeleteAccessKey', 'UntagUser', ...KEY_TO_SECRETS]);
  });

  test('after the second secret, and post does not run: a run that comes later finds it delivered', async () => {
    await killedAfter(2);
    const delivered = keyInSecrets(scenario);
    scenario.pass(11 * 60_000);
    const main = await provision(['github-secrets']);
    expect(main.exitCode).toBe(0);
    expect(main.log.join('\n')).toContain(`${delivered.id}, which a run that is over made, is recorded as delivered`);
    expect(keyInSecrets(scenario)).toEqual(delivered);
    expect(ownerOf(scenario, delivered)).toBe('pulumi');
    expect(writes(scenario)).toEqual(['TagUser']);
    expect((await provision(['github-secrets'])).outputs.changed).toBe('false');
    expect(writes(scenario)).toEqual([]);
  });
});
