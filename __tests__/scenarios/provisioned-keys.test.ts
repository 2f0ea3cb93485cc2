import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '../../sandbox/faults';
import { deny } from '../sandbox/sts-client';
import {
  ADMIN,
  OWNED,
  age,
  identityJob,
  identityScenario,
  keyIn,
  leftUser,
  ownerOf,
  recordOf,
  statusesOf,
  writes,
} from './identities';
import { REGION, expectFailed, type Scenario } from './scenario';

const REFUSED: Failure = {
  error: { status: 403, code: 'AccessDenied', message: 'denied by a service control policy' },
};

let scenario: Scenario;
beforeEach(async () => {
  scenario = await identityScenario();
});
afterEach(() => scenario.end());

const provision = (
  deliver: readonly unknown[] = ['environment'],
  {
    job = identityJob(scenario),
    inputs = {},
  }: { job?: ReturnType<typeof identityJob>; inputs?: Record<string, string> } = {},
) =>
  job.step({
    with: {
      mode: 'provision',
      ...ADMIN,
      identities: JSON.stringify({ users: { pulumi: { 'access-key': { deliver } } } }),
      ...inputs,
    },
  });
const idsOf = (user: string) => Object.keys(statusesOf(scenario, user));

describe('a key is delivered to the job', () => {
  test('in its environment; post puts back what was there', async () => {
    const before = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_REGION: 'us-east-1', AWS_SESSION_TOKEN: 'earlier' };
    const workflow = identityJob(scenario, { env: before });
    const main = await provision(['environment'], { job: workflow });
    expect(main.exitCode).toBe(0);
    const { id, secret } = keyIn(workflow);
    expect(ownerOf(scenario, { id, secret })).toBe('pulumi');
    expect(workflow.env).toMatchObject({ AWS_REGION: REGION, AWS_DEFAULT_REGION: REGION, AWS_SESSION_TOKEN: '' });
    expect(main.outputs).not.toHaveProperty('aws-secret-access-key');
    expect(writes(scenario)).toEqual(['CreateUser', 'CreateAccessKey', 'TagUser']);

    await workflow.finish();
    expect(workflow.env).toMatchObject({ ...before, AWS_SECRET_ACCESS_KEY: '', AWS_DEFAULT_REGION: '' });
    expect(recordOf(scenario, 'pulumi')).toBe(`delivered=${id ?? ''}`);
    expect(scenario.calls()).toEqual([]);
  });

  test('in a profile, that post removes; other profiles stay', async () => {
    const workflow = identityJob(scenario);
    const credentials = join(workflow.home, '.aws/credentials');
    mkdirSync(join(workflow.home, '.aws'));
    writeFileSync(credentials, '# mine\n[other]\naws_access_key_id = x\n');
    const main = await provision([{ profile: 'pulumi' }], { job: workflow, inputs: { 'profile-output': 'json' } });
    expect([main.exitCode, main.exported, main.outputs.profiles]).toEqual([0, {}, '["pulumi"]']);
    const written = readFileSync(credentials, 'utf8');
    const [, id, secret] = /\[pulumi\]\naws_access_key_id = (.*)\naws_secret_access_key = (.*)\n/.exec(written) ?? [];
    expect(ownerOf(scenario, { id, secret })).toBe('pulumi');
    expect(readFileSync(join(workflow.home, '.aws/config'), 'utf8')).toContain(
      `[profile pulumi]\nregion = ${REGION}\noutput = json\n`,
    );
    scenario.calls();

    await workflow.finish();
    expect(readFileSync(credentials, 'utf8')).toBe('# mine\n[other]\naws_access_key_id = x\n');
    expect(existsSync(join(workflow.home, '.aws/config'))).toBe(false);
    expect(scenario.calls()).toEqual([]);
  });

  test('in its outputs', async () => {
    const main = await provision(['outputs']);
    const { 'aws-access-key-id': id, 'aws-secret-access-key': secret } = main.outputs;
    expect(ownerOf(scenario, { id, secret })).toBe('pulumi');
    expect(main.exported).toEqual({});
    expect(main.outputs).toMatchObject({
      changed: 'true',
      'user-arns': `{"pulumi":"${scenario.account.arn('iam', 'user/pulumi')}"}`,
    });
    scenario.calls();
  });

  test('once: a later job does not get it, and learns why', async () => {
    expect((await provision()).exitCode).toBe(0);
    scenario.calls();
    const workflow = identityJob(scenario);
    const again = await provision(['environment'], { job: workflow });
    expect([again.exitCode, again.outputs.changed]).toEqual([0, 'false']);
    expect(keyIn(workflow)).toEqual({ id: undefined, secret: undefined });
    expect(again.log.join('\n')).toContain('Notice: The access key of pulumi was delivered by an earlier run');
    expect(again.log.join('\n')).toContain('rotate-now: true');
    expect(writes(scenario)).toEqual([]);
  });
});

describe('keys that are there already', () => {
  test('two of them: said, with their ages and last use, and nothing is changed', async () => {
    const user = leftUser(scenario);
    const old = user.createAccessKey();
    old.lastUsed = { at: new Date(Date.now() - 3.5 * 86_400_000), service: 's3', region: REGION };
    age(user, 300);
    const recent = user.createAccessKey();
    recent.status = 'Inactive';
    age(user, 100);
    const main = await provision();
    expectFailed(main, 'access-keys-full');
    const said = main.log.join('\n');
    expect(said).toContain(`${old.accessKeyId} (active, 400 days old, last used 3 days ago)`);
    expect(said).toContain(`${recent.accessKeyId} (inactive, 100 days old, never used)`);
    expect(said).toContain('aws iam delete-access-key --user-name pulumi --access-key-id');
    expect(writes(scenario)).toEqual([]);
  });

  test('one that is none of ours: a second is made next to it', async () => {
    const foreign = leftUser(scenario).createAccessKey();
    const workflow = identityJob(scenario);
    const main = await provision(['environment'], { job: workflow });
    expect(main.exitCode).toBe(0);
    expect(main.log.join('\n')).toContain(`${foreign.accessKeyId} is there as well, and none of ours: it stays`);
    const { id = '', secret } = keyIn(workflow);
    expect(ownerOf(scenario, { id, secret })).toBe('pulumi');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [foreign.accessKeyId]: 'Active', [id]: 'Active' });
    expect(recordOf(scenario, 'pulumi')).toBe(`delivered=${id}`);
    expect(writes(scenario)).toEqual(['TagUser', 'CreateAccessKey', 'TagUser']);
  });

  test('one that was delivered and then deleted by hand: a new one is made', async () => {
    expect((await provision()).exitCode).toBe(0);
    const [first = ''] = idsOf('pulumi');
    scenario.account.users.get('pulumi')?.deleteAccessKey(first);
    scenario.calls();
    const workflow = identityJob(scenario);
    expect((await provision(['environment'], { job: workflow })).exitCode).toBe(0);
    const { id = '', secret } = keyIn(workflow);
    expect(ownerOf(scenario, { id, secret })).toBe('pulumi');
    expect(recordOf(scenario, 'pulumi')).toBe(`delivered=${id}`);
    expect(writes(scenario)).toEqual(['TagUser', 'CreateAccessKey', 'TagUser']);
  });
});

describe('a key that cannot be made or delivered', () => {
  test('the answer to CreateAccessKey is lost: the key that it was about goes', async () => {
    const foreign = leftUser(scenario).createAccessKey();
    scenario.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, resetAfter: true });
    const workflow = identityJob(scenario);
    expect((await provision(['environment'], { job: workflow })).exitCode).toBe(0);
    const { id = '', secret } = keyIn(workflow);
    expect(ownerOf(scenario, { id, secret })).toBe('pulumi');
    expect(idsOf('pulumi').sort()).toEqual([foreign.accessKeyId, id].sort());
    expect(writes(scenario)).toEqual(['TagUser', 'CreateAccessKey', 'DeleteAccessKey', 'CreateAccessKey', 'TagUser']);
  });

  test('the answer is lost, and there is no other attempt: the key goes all the same', async () => {
    scenario.sandbox.faults.add({ action: 'CreateAccessKey', resetAfter: true });
    const main = await provision(['environment'], { inputs: { 'retry-max-attempts': '1' } });
    expectFailed(main, 'connection-failed');
    expect(idsOf('pulumi')).toEqual([]);
    expect(recordOf(scenario, 'pulumi')).toBeUndefined();
    expect(writes(scenario)).toEqual(['CreateUser', 'CreateAccessKey', 'DeleteAccessKey', 'UntagUser']);
  });

  test('the answer is lost, and the key is not listed yet: said, and post looks again', async () => {
    scenario.sandbox.faults.add({ action: 'CreateAccessKey', resetAfter: true });
    const body = '<ListAccessKeysResponse><ListAccessKeysResult></ListAccessKeysResult></ListAccessKeysResponse>';
    const raw = { status: 200, headers: { 'content-type': 'text/xml' }, body };
    scenario.sandbox.faults.add({ action: 'ListAccessKeys', times: 1, raw });
    const workflow = identityJob(scenario);
    const main = await provision(['environment'], { job: workflow, inputs: { 'retry-max-attempts': '1' } });
    expect(main.exitCode).toBe(1);
    expect(main.log.join('\n')).toContain('The user pulumi may have an access key that nobody has.');
    expect(idsOf('pulumi')).toHaveLength(1);
    expect(recordOf(scenario, 'pulumi')).toBe('creating');
    await workflow.finish();
    expect(idsOf('pulumi')).toEqual([]);
    expect(recordOf(scenario, 'pulumi')).toBeUndefined();
    expect(writes(scenario)).toEqual(['CreateUser', 'CreateAccessKey', 'DeleteAccessKey', 'UntagUser']);
  });

  test('AWS knows the key after a while: it is waited for, asked three times, and then delivered', async () => {
    leftUser(scenario);
    scenario.sandbox.settings.propagationMs = 500;
    const workflow = identityJob(scenario);
    const main = await provision(['environment'], { job: workflow });
    expect(main.exitCode).toBe(0);
    const calls = scenario.calls();
    const made = calls.indexOf('CreateAccessKey');
    const tests = calls.slice(made + 1, calls.lastIndexOf('TagUser'));
    expect(tests.filter((call) => call === 'GetCallerIdentity')).toHaveLength(3);
    expect(tests).toContain('GetCallerIdentity InvalidClientTokenId');
  });

  test('AWS never comes to know the key: it is deleted after a minute', async () => {
    leftUser(scenario);
    scenario.sandbox.settings.propagationMs = 3_600_000;
    const workflow = identityJob(scenario);
    const main = await provision(['environment'], { job: workflow });
    expectFailed(main, 'access-key-not-accepted');
    expect(main.log.join('\n')).toContain('AWS did not learn of it within a minute');
    expect(idsOf('pulumi')).toEqual([]);
    expect(recordOf(scenario, 'pulumi')).toBeUndefined();
    expect(keyIn(workflow)).toEqual({ id: undefined, secret: undefined });
    expect(new Set(writes(scenario))).toEqual(new Set(['TagUser', 'CreateAccessKey', 'DeleteAccessKey', 'UntagUser']));
  });

  test('AWS does not know the key within action-timeout-s: it is deleted then', async () => {
    leftUser(scenario);
    scenario.sandbox.settings.propagationMs = 3_600_000;
    const main = await provision(['environment'], { inputs: { 'action-timeout-s': '5' } });
    expectFailed(main, 'action-timeout');
    scenario.expectWithin(20_000, main);
    expect(idsOf('pulumi')).toEqual([]);
    expect(writes(scenario)).toEqual(['TagUser', 'CreateAccessKey', 'DeleteAccessKey', 'UntagUser']);
  });

  test('its profile was written by another meanwhile: the key is deleted again', async () => {
    leftUser(scenario);
    const workflow = identityJob(scenario);
    const writeTheirs = () => {
      mkdirSync(join(workflow.home, '.aws'));
      writeFileSync(join(workflow.home, '.aws/credentials'), '[pulumi]\naws_access_key_id = theirs\n');
    };
    scenario.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, first: writeTheirs });
    const running = provision(['environment', 'outputs', { profile: 'pulumi' }], { job: workflow });
    expectFailed(await running, 'profile-files');
    expect(readFileSync(join(workflow.home, '.aws/credentials'), 'utf8')).toBe(
      '[pulumi]\naws_access_key_id = theirs\n',
    );
    expect(idsOf('pulumi')).toEqual([]);
    expect(recordOf(scenario, 'pulumi')).toBeUndefined();
    expect(writes(scenario)).toEqual(['TagUser', 'CreateAccessKey', 'DeleteAccessKey', 'UntagUser']);
  });

  test('its profile is there before: known before anything is changed', async () => {
    const workflow = identityJob(scenario);
    mkdirSync(join(workflow.home, '.aws'));
    writeFileSync(join(workflow.home, '.aws/credentials'), '[pulumi]\naws_access_key_id = theirs\n');
    expectFailed(await provision([{ profile: 'pulumi' }], { job: workflow }), 'profile-files');
    expect(writes(scenario)).toEqual([]);

    const overwriting = await provision([{ profile: 'pulumi' }], {
      job: workflow,
      inputs: { 'overwrite-aws-profile': 'true' },
    });
    expect(overwriting.exitCode).toBe(0);
    expect(readFileSync(join(workflow.home, '.aws/credentials'), 'utf8')).toContain(idsOf('pulumi')[0]);
    await workflow.finish();
    expect(readFileSync(join(workflow.home, '.aws/credentials'), 'utf8')).toBe(
      '[pulumi]\naws_access_key_id = theirs\n',
    );
    scenario.calls();
  });

  test('the last record is refused: the key is taken back from the job, and deleted', async () => {
    scenario.sandbox.faults.add({ action: 'TagUser', times: 1, ...REFUSED });
    const workflow = identityJob(scenario);
    expectFailed(await provision(['environment', { profile: 'pulumi' }], { job: workflow }), 'iam-refused');
    expect(keyIn(workflow)).toEqual({ id: undefined, secret: undefined });
    expect(existsSync(join(workflow.home, '.aws/credentials'))).toBe(false);
    expect(idsOf('pulumi')).toEqual([]);
    expect(writes(scenario)).toEqual([
      'CreateUser',
      'CreateAccessKey',
      'TagUser AccessDenied',
      'DeleteAccessKey',
      'UntagUser',
    ]);
  });

  test('and cannot be deleted either: said, and post and the next run look again', async () => {
    const { faults } = scenario.sandbox;
    faults.add({ action: 'TagUser', times: 1, ...REFUSED });
    faults.add({ action: 'DeleteAccessKey', times: 2, ...REFUSED });
    const workflow = identityJob(scenario);
    const main = await provision(['environment'], { job: workflow });
    expect(main.exitCode).toBe(1);
    expect(main.log.join('\n')).toContain('Warning: The user pulumi may have an access key that nobody has.');
    const [orphan = ''] = idsOf('pulumi');
    expect(main.exported).toEqual({});
    const [post] = await workflow.finish();
    expect(post?.exitCode).toBe(0);
    expect(post?.log.join('\n')).toMatch(/^Warning: In IAM, something may be left of: access key of pulumi\./m);
    expect(idsOf('pulumi')).toEqual([orphan]);
    scenario.calls();

    const next = identityJob(scenario);
    const again = await provision(['environment'], { job: next });
    expect(again.exitCode).toBe(0);
    expect(again.log.join('\n')).toContain(`${orphan}, which a run that failed left and nobody has, is deleted`);
    expect(idsOf('pulumi')).toEqual([keyIn(next).id]);
    expect(writes(scenario)).toEqual(['DeleteAccessKey', 'TagUser', 'CreateAccessKey', 'TagUser']);
  });

  test('its user may not ask who it is: the error says so, and the key is deleted', async () => {
    leftUser(scenario).policies = [deny('sts:GetCallerIdentity')];
    scenario.sandbox.faults.add({ action: 'GetCallerIdentity', skip: 1, ...REFUSED });
    expectFailed(await provision(), 'access-key-not-accepted');
    expect(idsOf('pulumi')).toEqual([]);
    scenario.calls();
  });
});

describe('what a run that died left is set right', () => {
  const CREATE = ['CreateAccessKey', 'TagUser'];

  interface SetRight {
    readonly then: Readonly<Record<string, string>>;
    readonly record: string;
    readonly calls: readonly string[];
  }

  /** A and B stand for the keys that the user has, N for a new one. */
  const cases: readonly {
    readonly record: string;
    readonly keys: readonly string[];
    readonly provision: SetRight;
    readonly rotate: SetRight;
  }[] = [
    {
      record: 'creating',
      keys: ['A'],
      provision: { then: { N: 'Active' }, record: 'delivered=N', calls: ['DeleteAccessKey', 'TagUser', ...CREATE] },
      rotate: { then: {}, record: '', calls: ['DeleteAccessKey', 'UntagUser'] },
    },
    {
      record: 'creating',
      keys: [],
      provision: { then: { N: 'Active' }, record: 'delivered=N', calls: ['TagUser', ...CREATE] },
      rotate: { then: {}, record: '', calls: ['UntagUser'] },
    },
    {
      record: 'creating after=A',
      keys: ['A', 'B'],
      provision: { then: { A: 'Active' }, record: 'delivered=A', calls: ['DeleteAccessKey', 'TagUser'] },
      rotate: { then: { A: 'Active' }, record: 'delivered=A', calls: ['DeleteAccessKey', 'TagUser'] },
    },
    {
      record: 'creating beside=A',
      keys: ['A', 'B'],
      provision: {
        then: { A: 'Active', N: 'Active' },
        record: 'delivered=N',
        calls: ['DeleteAccessKey', 'TagUser', ...CREATE],
      },
      rotate: { then: { A: 'Active' }, record: '', calls: ['DeleteAccessKey', 'UntagUser'] },
    },
    {
      record: 'delivering=A',
      keys: ['A'],
      provision: { then: { N: 'Active' }, record: 'delivered=N', calls: ['DeleteAccessKey', 'TagUser', ...CREATE] },
      rotate: { then: {}, record: '', calls: ['DeleteAccessKey', 'UntagUser'] },
    },
    {
      record: 'delivering=B after=A',
      keys: ['A', 'B'],
      provision: { then: { A: 'Active' }, record: 'delivered=A', calls: ['DeleteAccessKey', 'TagUser'] },
      rotate: { then: { A: 'Active' }, record: 'delivered=A', calls: ['DeleteAccessKey', 'TagUser'] },
    },
    {
      record: 'delivered=B retiring=A',
      keys: ['A', 'B'],
      provision: {
        then: { A: 'Inactive', B: 'Active' },
        record: 'delivered=B retired=A',
        calls: ['UpdateAccessKey', 'TagUser'],
      },
      rotate: {
        then: { A: 'Inactive', B: 'Active' },
        record: 'delivered=B retired=A',
        calls: ['UpdateAccessKey', 'TagUser'],
      },
    },
    {
      record: 'incomplete after=A',
      keys: ['A'],
      provision: {
        then: { A: 'Inactive', N: 'Active' },
        record: 'delivered=N retired=A',
        calls: ['TagUser', ...CREATE, 'UpdateAccessKey', 'TagUser'],
      },
      rotate: {
        then: { A: 'Inactive', N: 'Active' },
        record: 'delivered=N retired=A',
        calls: ['TagUser', ...CREATE, 'UpdateAccessKey', 'TagUser'],
      },
    },
  ];

  test.each(
    cases.flatMap(({ record, keys, ...expected }) =>
      (['provision', 'rotate'] as const).map((mode) => ({ mode, record, keys, expected: expected[mode] })),
    ),
  )('$mode finds "$record" and the keys $keys', async ({ mode, record, keys, expected }) => {
    const user = leftUser(scenario);
    const made = new Map(keys.map((name) => [name, user.createAccessKey().accessKeyId]));
    const written = record.replace(/=(\w)/g, (_, name: string) => `=${made.get(name) ?? name}`);
    user.tags = { ...OWNED, 'aws-identity-action:access-key': written };
    const workflow = identityJob(scenario);
    const main = await provision(['environment'], { job: workflow, inputs: { mode } });
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    const names = new Map([...made].map(([name, id]) => [id, name]));
    const nameOf = (id: string) => names.get(id) ?? (id === keyIn(workflow).id ? 'N' : id);
    const statuses = Object.entries(statusesOf(scenario, 'pulumi')).map(([id, status]) => [nameOf(id), status]);
    expect(Object.fromEntries(statuses)).toEqual(expected.then);
    const left = recordOf(scenario, 'pulumi') ?? '';
    expect(left.replace(/=(\w+)/g, (_, id: string) => `=${nameOf(id)}`)).toBe(expected.record);
    expect(writes(scenario)).toEqual(expected.calls);
    expect(ownerOf(scenario, keyIn(workflow))).toBe('N' in expected.then ? 'pulumi' : undefined);
  });
});
