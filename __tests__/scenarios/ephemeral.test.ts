import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pMap from 'p-map';
import type { Failure } from '../../sandbox/faults';
import type { Job } from '../../sandbox/runner/job';
import { allow } from '../sandbox/sts-client';
import {
  ADMIN,
  OWNED,
  REPOSITORY,
  githubRepository,
  identityJob,
  identityScenario,
  keyIn,
  keyInSecrets,
  leftUser,
  ownerOf,
  recordOf,
  snapshot,
  statusesOf,
  writes,
} from './identities';
import { EXAMPLE_KEYS, ISSUER, expectFailed, type Scenario } from './scenario';

const REFUSED: Failure = {
  error: { status: 403, code: 'AccessDenied', message: 'denied by a service control policy' },
};

/** Something of every kind that provision makes. */
const DOCUMENT = JSON.stringify({
  policies: { pipeline: { document: allow('s3:GetObject') } },
  users: {
    pulumi: {
      policies: ['pipeline'],
      'inline-policies': { own: allow('s3:ListAllMyBuckets') },
      'require-mfa': true,
      'mfa-device': { deliver: [{ 'github-secret': 'MFA' }] },
      'access-key': { deliver: ['environment', { profile: 'pulumi' }, 'github-secrets'] },
    },
  },
  roles: { deploy: { trust: { user: 'pulumi' }, policies: ['pipeline'] } },
  'oidc-providers': { github: {} },
});
const KEY_ALONE = JSON.stringify({ users: { pulumi: { 'access-key': { deliver: ['environment'] } } } });
const SECRETS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'MFA'];

let scenario: Scenario;
let token: { readonly 'github-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario);
});
afterEach(() => scenario.end());

const inputs = (identities = DOCUMENT, given: Record<string, string> = token) => ({
  mode: 'provision',
  ephemeral: 'true',
  ...ADMIN,
  ...given,
  identities,
});
const secretsAtGithub = ({ sandbox } = scenario) =>
  SECRETS.filter((name) => sandbox.github.secrets.value(REPOSITORY, name) !== undefined);
const keepsakesOf = ({ temp }: Job) => readdirSync(temp);

async function post(job: Job) {
  const [run] = await job.finish();
  if (!run) throw new Error('the job had no step');
  return run;
}

describe('post retires', () => {
  test('all that main made, by the credentials of main, and not by those that it delivered', async () => {
    const before = snapshot(scenario.account);
    const admin = { AWS_ACCESS_KEY_ID: EXAMPLE_KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: EXAMPLE_KEYS.secretAccessKey };
    const workflow = identityJob(scenario, { env: admin });
    const main = await workflow.step({
      with: { ...inputs(), 'aws-access-key-id': '', 'aws-secret-access-key': '' },
    });
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(ownerOf(scenario, keyIn(workflow))).toBe('pulumi');
    expect(keyInSecrets(scenario)).toEqual(keyIn(workflow));
    expect(secretsAtGithub()).toEqual(SECRETS);
    const { id = '', secret = '' } = keyIn(workflow);
    const state = JSON.stringify(main.state);
    for (const hidden of [secret, EXAMPLE_KEYS.secretAccessKey, token['github-token']]) {
      expect(state).not.toContain(hidden);
    }
    scenario.calls();

    const { exitCode, stderr, log } = await post(workflow);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(log.join('\n')).not.toContain('Warning');
    expect(snapshot(scenario.account)).toEqual(before);
    expect(secretsAtGithub()).toEqual([]);
    expect(workflow.env).toMatchObject(admin);
    expect(existsSync(join(workflow.home, '.aws/credentials'))).toBe(false);
    expect(keepsakesOf(workflow)).toEqual([]);
    expect(log.join('\n')).not.toContain(id);
    expect(writes(scenario).sort()).toEqual(
      [
        ...SECRETS.map(() => 'DELETE secret'),
        'DeleteAccessKey',
        'DeactivateMFADevice',
        'DeleteVirtualMFADevice',
        'DeleteUserPolicy',
        'DeleteUserPolicy',
        'DetachUserPolicy',
        'DeleteUser',
        'DetachRolePolicy',
        'DeleteRole',
        'DeletePolicy',
        'DeleteOpenIDConnectProvider',
      ].sort(),
    );

    const again = await post(workflow);
    expect([again.exitCode, again.stderr]).toEqual([0, '']);
    expect(scenario.calls()).toEqual([]);
  });

  test('nothing that was there before', async () => {
    const { account } = scenario;
    account.createOidcProvider({ url: ISSUER, clientIds: ['sts.amazonaws.com'], tags: OWNED });
    account.createManagedPolicy('pipeline', {
      path: '/',
      policy: { text: JSON.stringify(allow('s3:GetObject')), document: allow('s3:GetObject') },
      tags: OWNED,
    });
    const before = snapshot(account);
    const workflow = identityJob(scenario);
    expect((await workflow.step({ with: inputs() })).exitCode).toBe(0);
    expect((await post(workflow)).exitCode).toBe(0);
    expect(snapshot(account)).toEqual(before);
    scenario.calls();
  });

  test('the key of a user that stays, with its record', async () => {
    const foreign = leftUser(scenario).createAccessKey();
    const before = snapshot(scenario.account);
    const workflow = identityJob(scenario);
    expect((await workflow.step({ with: inputs(KEY_ALONE, {}) })).exitCode).toBe(0);
    const { id = '' } = keyIn(workflow);
    expect(recordOf(scenario, 'pulumi')).toBe(`delivered=${id}`);
    scenario.calls();
    expect((await post(workflow)).exitCode).toBe(0);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [foreign.accessKeyId]: 'Active' });
    expect(snapshot(scenario.account)).toEqual(before);
    expect(writes(scenario)).toEqual(['DeleteAccessKey', 'UntagUser']);
  });

  test('the key and the device of a user that stays, with their secrets', async () => {
    leftUser(scenario);
    const before = snapshot(scenario.account);
    const identities = JSON.stringify({
      users: {
        pulumi: {
          'mfa-device': { deliver: [{ 'github-secret': 'MFA' }] },
          'access-key': { deliver: ['github-secrets'] },
        },
      },
    });
    const workflow = identityJob(scenario);
    expect((await workflow.step({ with: inputs(identities) })).exitCode).toBe(0);
    expect(secretsAtGithub()).toEqual(SECRETS);
    expect((await post(workflow)).exitCode).toBe(0);
    expect(snapshot(scenario.account)).toEqual(before);
    expect(secretsAtGithub()).toEqual([]);
    scenario.calls();
  });

  test('nothing, where nothing was made', async () => {
    expect((await identityJob(scenario).step({ with: inputs(KEY_ALONE, { ephemeral: '' }) })).exitCode).toBe(0);
    scenario.calls();
    const before = snapshot(scenario.account);
    const workflow = identityJob(scenario);
    const main = await workflow.step({ with: inputs(KEY_ALONE, {}) });
    expect([main.exitCode, main.outputs.changed, main.state]).toEqual([0, 'false', {}]);
    scenario.calls();
    expect((await post(workflow)).log.join('\n')).toContain('Nothing to clean up.');
    expect(snapshot(scenario.account)).toEqual(before);
    expect(scenario.calls()).toEqual([]);
  });

  test('what is gone by then, or hangs on others by then', async () => {
    const before = snapshot(scenario.account);
    const workflow = identityJob(scenario);
    expect((await workflow.step({ with: inputs() })).exitCode).toBe(0);
    scenario.account.roles.delete('deploy');
    const user = scenario.account.users.get('pulumi');
    user?.createLoginProfile();
    user?.createAccessKey();
    expect((await post(workflow)).log.join('\n')).not.toContain('Warning');
    expect(snapshot(scenario.account)).toEqual(before);
    scenario.calls();
  });
});

test('without ephemeral what was made stays', async () => {
  const workflow = identityJob(scenario);
  expect((await workflow.step({ with: { ...inputs(), ephemeral: 'false' } })).exitCode).toBe(0);
  const made = snapshot(scenario.account);
  scenario.calls();
  await workflow.finish();
  expect(snapshot(scenario.account)).toEqual(made);
  expect(secretsAtGithub()).toEqual(SECRETS);
  expect(scenario.calls()).toEqual([]);
});

test('AWS_SKIP_CLEANUP_STEP leaves all as it is', async () => {
  const workflow = identityJob(scenario);
  expect((await workflow.step({ with: inputs() })).exitCode).toBe(0);
  const made = snapshot(scenario.account);
  scenario.calls();
  workflow.env.AWS_SKIP_CLEANUP_STEP = 'true';
  expect((await post(workflow)).log).toEqual(['Nothing cleaned up: AWS_SKIP_CLEANUP_STEP is true.']);
  expect(snapshot(scenario.account)).toEqual(made);
  expect(scenario.calls()).toEqual([]);
});

describe('a post step that cannot retire', () => {
  test('as AWS refuses it: warns, does not fail, and does the rest', async () => {
    const before = snapshot(scenario.account);
    const workflow = identityJob(scenario);
    expect((await workflow.step({ with: inputs() })).exitCode).toBe(0);
    scenario.sandbox.faults.add({ action: 'DeleteUser', ...REFUSED });
    const { exitCode, log } = await post(workflow);
    expect(exitCode).toBe(0);
    const said = log.join('\n');
    expect(said).toMatch(/^Warning: In IAM, something may be left of: .*user pulumi/m);
    expect(said).toContain('denied by a service control policy');
    expect(workflow.env.AWS_ACCESS_KEY_ID).toBe('');
    expect(existsSync(join(workflow.home, '.aws/credentials'))).toBe(false);
    expect(scenario.account.users.get('pulumi')?.accessKeys).toEqual([]);
    expect(scenario.account.roles.has('deploy')).toBe(false);
    scenario.sandbox.faults.clear();
    scenario.calls();

    expect((await post(workflow)).log.join('\n')).not.toContain('Warning');
    expect(snapshot(scenario.account)).toEqual(before);
    expect(keepsakesOf(workflow)).toEqual([]);
    scenario.calls();
  });

  test('as the administrator is gone: warns, and does not fail', async () => {
    const workflow = identityJob(scenario);
    expect((await workflow.step({ with: inputs() })).exitCode).toBe(0);
    const admin = scenario.account.users.get('admin');
    for (const { accessKeyId } of admin?.accessKeys ?? []) admin?.deleteAccessKey(accessKeyId);
    const { exitCode, log } = await post(workflow);
    expect(exitCode).toBe(0);
    expect(log.join('\n')).toMatch(/^Warning: In IAM, something may be left of: .*role deploy/m);
    expect(log.join('\n')).toContain('the credentials of the main step');
    scenario.calls();
  });

  test('as GitHub refuses its token: what is in AWS goes all the same', async () => {
    const before = snapshot(scenario.account);
    const workflow = identityJob(scenario);
    expect((await workflow.step({ with: inputs() })).exitCode).toBe(0);
    scenario.sandbox.faults.add({
      action: 'DELETE secret',
      error: { status: 401, code: 'Unauthorized', message: 'Bad credentials' },
    });
    const { exitCode, log } = await post(workflow);
    expect(exitCode).toBe(0);
    expect(log.join('\n')).toMatch(/^Warning: .*GitHub secret/m);
    expect(snapshot(scenario.account)).toEqual(before);
    scenario.calls();
  });
});

describe('post retires what main made until it', () => {
  /** Breaks main off at each call from its first change on, one run each; what is not as it was once post is done. */
  async function leftAfterBreaking(breakage: (acted: () => void) => Failure, kill: boolean): Promise<string[]> {
    const all = await identityJob(scenario).step({ with: inputs() });
    expect(all.exitCode).toBe(0);
    const calls = scenario.sandbox.requests.map(({ action }) => action);
    scenario.calls();
    const first = calls.findIndex((call) => call.startsWith('Create'));
    const wrongs = await pMap(
      calls.map((call, k) => ({ call, k })).slice(first),
      async ({ call, k }) => {
        const world = await identityScenario();
        try {
          const given = githubRepository(world);
          const before = JSON.stringify(snapshot(world.account));
          let acted: () => void = () => undefined;
          const after = new Promise<void>((resolve) => (acted = resolve));
          world.sandbox.faults.add({ skip: k, times: 1, ...breakage(acted) });
          const workflow = identityJob(world);
          const main = await workflow.step({
            with: inputs(DOCUMENT, given),
            ...(kill && { kill: { after, signal: 'SIGKILL' as const } }),
          });
          world.sandbox.faults.clear();
          if (kill !== (main.exitCode === null)) return [`${call}, call ${k + 1}: main ended with ${main.exitCode}`];
          const { exitCode, log } = await post(workflow);
          const left = [
            ...(exitCode === 0 && !log.join().includes('Warning') ? [] : [log.join('\n')]),
            ...(JSON.stringify(snapshot(world.account)) === before ? [] : ['something in IAM']),
            ...secretsAtGithub(world),
            ...keepsakesOf(workflow),
          ];
          return left.map((what) => `${call}, call ${k + 1}: ${what}`);
        } finally {
          world.calls();
          await world.end();
        }
      },
      { concurrency: 3 },
    );
    return wrongs.flat();
  }

  test('is refused', async () => {
    expect(await leftAfterBreaking(() => REFUSED, false)).toEqual([]);
  });

  test('is killed, as when the job is cancelled', async () => {
    expect(await leftAfterBreaking((holdAfter) => ({ holdAfter }), true)).toEqual([]);
  });

  test('fails for a reason of its own', async () => {
    const before = snapshot(scenario.account);
    const workflow = identityJob(scenario);
    scenario.sandbox.faults.add({ action: 'CreateAccessKey', ...REFUSED });
    const main = await workflow.step({ with: inputs() });
    expect(main.exitCode).toBe(1);
    expect(main.exported).toEqual({});
    expect(scenario.account.users.has('pulumi')).toBe(true);
    scenario.sandbox.faults.clear();
    expect((await post(workflow)).exitCode).toBe(0);
    expect(snapshot(scenario.account)).toEqual(before);
    expect(secretsAtGithub()).toEqual([]);
    scenario.calls();
  });
});

test('a refused main that made nothing leaves nothing to post', async () => {
  scenario.account.createUser('pulumi');
  const workflow = identityJob(scenario);
  expectFailed(await workflow.step({ with: inputs(KEY_ALONE, {}) }), 'not-ours');
  scenario.calls();
  expect((await post(workflow)).log.join('\n')).toContain('Nothing to clean up.');
  expect(scenario.calls()).toEqual([]);
});

test('what main keeps for post is readable by its user alone', async () => {
  const workflow = identityJob(scenario);
  expect((await workflow.step({ with: inputs(KEY_ALONE, {}) })).exitCode).toBe(0);
  const [folder = ''] = keepsakesOf(workflow);
  expect(folder).toMatch(/^aws-identity-/);
  const kept = join(workflow.temp, folder, 'before.json');
  expect(statSync(kept).mode & 0o777).toBe(0o600);
  expect(JSON.parse(readFileSync(kept, 'utf8'))).toMatchObject({ credentials: EXAMPLE_KEYS });
  await workflow.finish();
  expect(keepsakesOf(workflow)).toEqual([]);
  scenario.calls();
});
