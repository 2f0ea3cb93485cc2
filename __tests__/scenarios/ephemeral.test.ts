import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pMap from 'p-map';
import type { Failure } from '../../sandbox/faults';
import type { Job } from '../../sandbox/runner/job';
import { allow } from '../sandbox/sts-client';
import { callsToBreak } from './crash';
import {
  ADMIN,
  LASTING_KEY,
  OWNED,
  REPOSITORY,
  age,
  githubRepository,
  identityJob,
  identityScenario,
  keyIn,
  keyInSecrets,
  leftUser,
  ownerOf,
  recordsOf,
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
      'access-key': { deliver: ['environment', { profile: 'pulumi' }] },
    },
    lasting: { 'access-key': { deliver: ['github-secrets'] } },
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
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('lasting');
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
        ...['DeleteAccessKey', 'UntagUser', 'DeleteAccessKey', 'UntagUser'],
        'DeactivateMFADevice',
        'DeactivateMFADevice NoSuchEntity',
        'DeleteVirtualMFADevice',
        'DeleteUserPolicy',
        'DeleteUserPolicy',
        'DetachUserPolicy',
        ...['DeleteUser', 'DeleteUser'],
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
    const user = leftUser(scenario);
    const foreign = user.createAccessKey();
    age(user, 1);
    const before = snapshot(scenario.account);
    const workflow = identityJob(scenario);
    expect((await workflow.step({ with: inputs(KEY_ALONE, {}) })).exitCode).toBe(0);
    const { id = '' } = keyIn(workflow);
    expect(recordsOf(scenario, 'pulumi')).toEqual([`job:${id}`]);
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
    const lasting = inputs(LASTING_KEY, { ...token, ephemeral: '' });
    expect((await identityJob(scenario).step({ with: lasting })).exitCode).toBe(0);
    scenario.calls();
    const before = snapshot(scenario.account);
    const workflow = identityJob(scenario);
    const main = await workflow.step({ with: inputs(LASTING_KEY) });
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
    age(user, 1);
    expect((await post(workflow)).log.join('\n')).not.toContain('Warning');
    expect(snapshot(scenario.account)).toEqual(before);
    scenario.calls();
  });

  test('its keys and their secrets, where someone is making another key of the user: that stays', async () => {
    const workflow = identityJob(scenario);
    expect((await workflow.step({ with: inputs() })).exitCode).toBe(0);
    const id = scenario.account.users.get('pulumi')?.createAccessKey().accessKeyId ?? '';
    const { exitCode, log, duration } = await post(workflow);
    expect(exitCode).toBe(0);
    expect(duration).toBeGreaterThanOrEqual(60_000);
    expect(log.join('\n')).toMatch(
      new RegExp(`^Warning: In IAM, .*user pulumi.* the access key ${id} of the user pulumi was made at `, 'm'),
    );
    const { users, roles, managedPolicies } = scenario.account;
    expect([...users.keys(), roles.size, statusesOf(scenario, 'pulumi')]).toEqual([
      'admin',
      'pulumi',
      0,
      { [id]: 'Active' },
    ]);
    // What it may do stays with it; but for a device whose seed nobody would have.
    expect([...(users.get('pulumi')?.attachedPolicies ?? [])].every((arn) => managedPolicies.has(arn))).toBe(true);
    expect(users.get('pulumi')?.mfaDevices.size).toBe(0);
    expect(secretsAtGithub()).toEqual([]);
    scenario.calls();
  });

  test('not a secret that someone else has written since: a warning names it', async () => {
    const before = snapshot(scenario.account);
    const workflow = identityJob(scenario);
    expect((await workflow.step({ with: inputs(LASTING_KEY) })).exitCode).toBe(0);
    scenario.pass(5_000);
    scenario.sandbox.github.secrets.write(REPOSITORY, 'AWS_SECRET_ACCESS_KEY', 'of someone else');
    const { exitCode, log } = await post(workflow);
    expect([exitCode, secretsAtGithub()]).toEqual([0, ['AWS_SECRET_ACCESS_KEY']]);
    expect(log.join('\n')).toMatch(
      /^Warning: The GitHub secret AWS_SECRET_ACCESS_KEY of octo\/app stays: it was written/m,
    );
    expect(snapshot(scenario.account)).toEqual(before);
    scenario.calls();
  });

  test('keys first, and MFA devices, then their secrets, then users', async () => {
    const workflow = identityJob(scenario);
    expect((await workflow.step({ with: inputs() })).exitCode).toBe(0);
    scenario.calls();
    await post(workflow);
    const calls = scenario.calls();
    const order = [
      ...[calls.lastIndexOf('DeleteAccessKey'), calls.indexOf('DeactivateMFADevice'), calls.indexOf('DELETE secret')],
      ...[calls.lastIndexOf('GET secret NotFound'), calls.indexOf('ListAccessKeys'), calls.indexOf('DeleteUserPolicy')],
      ...[calls.lastIndexOf('ListAccessKeys'), calls.lastIndexOf('DeleteUser')],
    ];
    expect(order).toEqual([...order].sort((one, other) => one - other));
    expect(order).not.toContain(-1);
  });

  test('no secret of a key that it cannot delete', async () => {
    const workflow = identityJob(scenario);
    expect((await workflow.step({ with: inputs(LASTING_KEY) })).exitCode).toBe(0);
    scenario.sandbox.faults.add({ action: 'DeleteAccessKey', ...REFUSED });
    expect((await post(workflow)).log.join('\n')).toMatch(/^Warning: In IAM, something may be left of: user pulumi/m);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    expect(writes(scenario)).not.toContain('DELETE secret');
  });

  test('no seed of an MFA device that it cannot take from its user', async () => {
    const workflow = identityJob(scenario);
    const identities = JSON.stringify({
      users: { pulumi: { 'mfa-device': { deliver: [{ 'github-secret': 'MFA' }] } } },
    });
    expect((await workflow.step({ with: inputs(identities) })).exitCode).toBe(0);
    scenario.sandbox.faults.add({ action: 'DeactivateMFADevice', ...REFUSED });
    const { log } = await post(workflow);
    expect(log.join('\n')).toMatch(/^Warning: In IAM, something may be left of: .*MFA device/m);
    expect(scenario.account.users.get('pulumi')?.mfaDevices.size).toBe(1);
    expect(secretsAtGithub()).toEqual(['MFA']);
    expect(writes(scenario)).not.toContain('DELETE secret');
  });
});

test('without ephemeral what was made stays', async () => {
  const workflow = identityJob(scenario);
  expect((await workflow.step({ with: { ...inputs(), ephemeral: 'false' } })).exitCode).toBe(0);
  const made = snapshot(scenario.account);
  scenario.calls();
  await workflow.finish();
  // But the key that was for this job alone.
  expect(statusesOf(scenario, 'pulumi')).toEqual({});
  const ofUser = ({ users }: typeof made) => users.map((user) => ({ ...user, accessKeys: [], tags: {} }));
  const left = snapshot(scenario.account);
  expect({ ...left, users: ofUser(left) }).toEqual({ ...made, users: ofUser(made) });
  expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('lasting');
  expect(secretsAtGithub()).toEqual(SECRETS);
  expect(writes(scenario)).toEqual(['DeleteAccessKey', 'UntagUser']);
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
      callsToBreak(calls, kill ? 'killed' : 'refused').filter((k) => k > first),
      async (k) => {
        const where = `${calls[k - 1] ?? ''}, call ${k}`;
        const world = await identityScenario();
        try {
          const given = githubRepository(world);
          const before = JSON.stringify(snapshot(world.account));
          let acted: () => void = () => undefined;
          const after = new Promise<void>((resolve) => (acted = resolve));
          world.sandbox.faults.add({ skip: k - 1, times: 1, ...breakage(acted) });
          const workflow = identityJob(world);
          const main = await workflow.step({
            with: inputs(DOCUMENT, given),
            ...(kill && { kill: { after, signal: 'SIGKILL' as const } }),
          });
          world.sandbox.faults.clear();
          if (kill !== (main.exitCode === null)) return [`${where}: main ended with ${main.exitCode}`];
          const { exitCode, log } = await post(workflow);
          const left = [
            ...(exitCode === 0 && !log.join().includes('Warning') ? [] : [log.join('\n')]),
            ...(JSON.stringify(snapshot(world.account)) === before ? [] : ['something in IAM']),
            ...secretsAtGithub(world),
            ...keepsakesOf(workflow),
          ];
          return left.map((what) => `${where}: ${what}`);
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
