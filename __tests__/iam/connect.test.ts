import type { Failure } from '../../sandbox/faults';
import { isRefusal, mayBeMade } from '../../src/aws/failure';
import { connectIam, type Iam } from '../../src/iam/connect';
import { useCleanEnvironment } from '../aws/environment';
import { connectionTo, connectionToAws } from '../aws/local-aws';
import { openTestAccount, type TestAccount } from '../provisioning/account';
import { arn, READ_ONLY } from '../provisioning/declared';
import { allow, trust } from '../sandbox/sts-client';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

useCleanEnvironment();

let opened: TestAccount;
let iam: Iam;
beforeEach(async () => {
  opened = await openTestAccount();
  iam = opened.access.iam;
});
afterEach(() => opened.sandbox.close());

const refused = (code: string, status = 409) => ({ error: { status, code, message: 'words' } });
const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'success',
    (error: unknown) => error,
  );
const codeOf = async (call: Promise<unknown>) => Reflect.get(Object(await errorOf(call)), 'code') as unknown;

/** Lets the next attempts of an action fail. */
function fail(action: string, failure: Failure, times = 1): void {
  opened.sandbox.faults.add({ service: 'iam', action, times, ...failure });
}

const createUser = (how?: Parameters<Iam['change']>[2]) => iam.change('CreateUser', { UserName: 'tfc' }, how);
const deleteUser = () => iam.change('DeleteUser', { UserName: 'tfc' });
const attach = (how?: Parameters<Iam['change']>[2]) =>
  iam.change('AttachUserPolicy', { UserName: 'tfc', PolicyArn: READ_ONLY }, how);

describe('what is asked', () => {
  test('is answered', async () => {
    const { User } = await iam.ask('GetUser', { UserName: 'admin' });
    expect(User?.Arn).toBe(opened.admin.arn);
    expect(opened.actions()).toEqual(['GetUser']);
  });

  test('is undefined where there is no such thing, and an error where it was to be there', async () => {
    expect(await iam.find('GetUser', { UserName: 'tfc' })).toBeUndefined();
    expect(await codeOf(iam.ask('GetUser', { UserName: 'tfc' }))).toBe('not-found');
  });

  test('and refused is an error with AWS’s as its cause, never nothing', async () => {
    opened.admin.policies = [];
    const error = await errorOf(iam.find('GetUser', { UserName: 'tfc' }));
    expect(error).toMatchObject({ name: 'ActionError', code: 'iam-refused' });
    expect(isRefusal(error, 'AccessDenied')).toBe(true);
    expect(isRefusal(error, 'NoSuchEntity')).toBe(false);
    expect(opened.actions()).toEqual(['GetUser AccessDenied']);
  });

  test.each<[what: string, Failure]>([
    ['a reset', { reset: true }],
    ['503', refused('ServiceUnavailable', 503)],
    ['throttling', refused('Throttling', 400)],
    ['another change under way', refused('ConcurrentModification')],
  ])('is asked again after %s', async (_, failure) => {
    fail('GetUser', failure, 2);
    await iam.ask('GetUser', { UserName: 'admin' });
    expect(opened.actions()).toHaveLength(3);
  });
});

describe('a list', () => {
  const names = Array.from({ length: 205 }, (_, index) => `user-${index}`);

  test('is read to its last page', async () => {
    for (const name of names) opened.account.createUser(name);
    const users = await iam.list('ListUsers', {}, ({ Users }) => Users);
    expect(users.map(({ UserName }) => UserName)).toEqual(['admin', ...names]);
    expect(opened.requests().map(({ action, params }) => [action, params.Marker !== undefined])).toEqual([
      ['ListUsers', false],
      ['ListUsers', true],
      ['ListUsers', true],
    ]);
  });

  test('keeps to what was asked for from page to page', async () => {
    for (const name of names) opened.account.createUser(name, { path: '/machine/' });
    const users = await iam.list('ListUsers', { PathPrefix: '/machine/', MaxItems: 150 }, ({ Users }) => Users);
    expect(users).toHaveLength(205);
    const asked = { PathPrefix: '/machine/', MaxItems: '150' };
    expect(opened.requests().map(({ params }) => params)).toEqual([
      expect.objectContaining(asked),
      expect.objectContaining(asked),
    ]);
  });

  test('may be empty, or missing from the answer', async () => {
    expect(await iam.list('ListUserTags', { UserName: 'admin' }, ({ Tags }) => Tags)).toEqual([]);
    expect(await iam.list('ListUserTags', { UserName: 'admin' }, () => undefined)).toEqual([]);
  });
});

describe('what another vendor need not know', () => {
  const input = { UserName: 'admin' };
  const reads = (of: Iam) => [
    of.find('GetLoginProfile', input),
    of.find('ListServiceSpecificCredentials', input),
    of.find('ListMFADeviceTags', { SerialNumber: 'serial-number' }),
    of.list('ListSigningCertificates', input, ({ Certificates }) => Certificates),
    of.list('ListSSHPublicKeys', input, ({ SSHPublicKeys }) => SSHPublicKeys),
    of.list('ListMFADevices', input, ({ MFADevices }) => MFADevices),
    of.list('ListGroupsForUser', input, ({ Groups }) => Groups),
    of.list('ListInstanceProfilesForRole', { RoleName: 'deploy' }, ({ InstanceProfiles }) => InstanceProfiles),
  ];

  test.each([
    ['InvalidAction', 400],
    ['NotImplemented', 501],
    ['InternalFailure', 501],
    ['MethodNotAllowed', 405],
  ])('is none, where it says %s (%i)', async (code, status) => {
    opened.sandbox.faults.add({ service: 'iam', ...refused(code, status) });
    expect(await Promise.all(reads(iam))).toEqual([undefined, undefined, undefined, [], [], [], [], []]);
    expect(opened.requests()).toHaveLength(8);
    await expect(iam.list('ListAccessKeys', input, () => [])).rejects.toThrow('Could not call iam:ListAccessKeys');
  });

  test('is not passed over at AWS, nor where it is refused', async () => {
    const aws = await connectIam(connectionToAws(opened.sandbox), EXAMPLE_KEYS, opened.calls);
    opened.sandbox.faults.add({ service: 'iam', ...refused('InvalidAction', 400) });
    for (const read of reads(aws)) await expect(read).rejects.toThrow('InvalidAction');
    opened.sandbox.faults.clear();
    opened.sandbox.faults.add({ service: 'iam', ...refused('AccessDenied', 403) });
    for (const read of reads(iam)) await expect(read).rejects.toThrow('AccessDenied');
  });
});

describe('what is made', () => {
  test('is answered', async () => {
    expect((await createUser())?.User?.Arn).toBe(arn('user/tfc'));
  });

  test.each<[what: string, Failure]>([
    ['AWS acted and the connection broke', { resetAfter: true }],
    ['an error that is no answer', refused('InternalFailure', 500)],
  ])('and there already after %s is done, if it is its own', async (_, failure) => {
    if (!('resetAfter' in failure)) opened.account.createUser('tfc');
    fail('CreateUser', failure);
    const requireOwn = jest.fn(() => Promise.resolve());
    expect(await createUser({ requireOwn })).toBeUndefined();
    expect(requireOwn).toHaveBeenCalledTimes(1);
    expect(opened.actions()).toEqual([
      'error' in failure ? 'CreateUser InternalFailure' : 'CreateUser',
      'CreateUser EntityAlreadyExists',
    ]);
    expect(opened.account.users.has('tfc')).toBe(true);
  });

  test.each<[whose: string, how: Parameters<Iam['change']>[2], expected: string]>([
    ['someone else’s', { requireOwn: () => Promise.reject(new Error('of another')) }, 'of another'],
    ['nobody says whose', {}, 'EntityAlreadyExists'],
  ])('and there already after a lost answer is an error, if it is %s', async (_, how, expected) => {
    fail('CreateUser', { resetAfter: true });
    await expect(createUser(how)).rejects.toThrow(expected);
  });

  test('and there already before the first attempt is an error, whose ever it is', async () => {
    opened.account.createUser('tfc');
    expect(await codeOf(createUser({ requireOwn: () => Promise.resolve() }))).toBe('name-taken');
    expect(opened.actions()).toEqual(['CreateUser EntityAlreadyExists']);
  });

  test.each(['Throttling', 'ConcurrentModification'])(
    'and there already after a refusal (%s) is one, too',
    async (code) => {
      opened.account.createUser('tfc');
      fail('CreateUser', refused(code, 400));
      expect(await codeOf(createUser({ requireOwn: () => Promise.resolve() }))).toBe('name-taken');
    },
  );

  test('by other calls than those that create is never taken for done', async () => {
    const device = opened.account.createMfaDevice('phone');
    fail('EnableMFADevice', { reset: true });
    fail('EnableMFADevice', refused('EntityAlreadyExists'));
    const codes = { AuthenticationCode1: '123456', AuthenticationCode2: '234567' };
    const enable = iam.change('EnableMFADevice', {
      UserName: 'admin',
      SerialNumber: device.serialNumber,
      ...codes,
    });
    expect(await codeOf(enable)).toBe('name-taken');
  });

  test('and whose answer broke off may have been made all the same', async () => {
    fail('CreateUser', { resetBody: true });
    const requireOwn = jest.fn(() => Promise.resolve());
    expect(await createUser({ requireOwn })).toBeUndefined();
    expect(requireOwn).toHaveBeenCalledTimes(1);
    expect(opened.actions()).toEqual(['CreateUser', 'CreateUser EntityAlreadyExists']);
  });

  test.each<[what: string, Failure]>([
    ['AWS acted and the connection broke', { resetAfter: true }],
    ['the connection broke', { reset: true }],
    ['the answer broke off', { resetBody: true }],
    ['an error that is no answer', refused('InternalFailure', 500)],
    ['an answer of something in between', { raw: { status: 502, headers: {}, body: 'Bad Gateway' } }],
  ])('once is not tried again after %s', async (_, failure) => {
    opened.account.createUser('tfc');
    fail('CreateAccessKey', failure);
    const error = await errorOf(iam.change('CreateAccessKey', { UserName: 'tfc' }, { once: true }));
    expect(mayBeMade(error)).toBe(true);
    expect(opened.requests()).toHaveLength(1);
    expect(opened.waits).toEqual([]);
  });

  test.each(['Throttling', 'ConcurrentModification'])('once is tried again after a sure refusal (%s)', async (code) => {
    opened.account.createUser('tfc');
    fail('CreateAccessKey', refused(code, 400), 2);
    const answer = await iam.change('CreateAccessKey', { UserName: 'tfc' }, { once: true });
    expect(answer?.AccessKey?.UserName).toBe('tfc');
    expect(opened.requests()).toHaveLength(3);
  });

  test('once waits for a user that was made just now, as ever', async () => {
    opened.sandbox.settings.readConsistencyMs = 20_000;
    await createUser();
    const answer = await iam.change(
      'CreateAccessKey',
      { UserName: 'tfc' },
      { once: true, fresh: ['"UserName":"tfc"'] },
    );
    expect(answer?.AccessKey?.UserName).toBe('tfc');
    expect(opened.waits.length).toBeGreaterThan(3);
  });

  test('and whose answer never ends may have been made all the same', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] });
    try {
      fail('CreateUser', { hangBody: true });
      const requireOwn = jest.fn(() => Promise.resolve());
      const outcome = createUser({ requireOwn });
      while (!opened.account.users.has('tfc')) await new Promise((resolve) => setImmediate(resolve));
      await jest.advanceTimersByTimeAsync(10_000);
      expect(await outcome).toBeUndefined();
      expect(requireOwn).toHaveBeenCalledTimes(1);
      expect(opened.actions()).toEqual(['CreateUser', 'CreateUser EntityAlreadyExists']);
    } finally {
      jest.useRealTimers();
    }
  });
});

describe('what is taken away', () => {
  test.each<[what: string, change: () => Promise<unknown>]>([
    ['deleted', deleteUser],
    ['detached', () => iam.change('DetachUserPolicy', { UserName: 'tfc', PolicyArn: READ_ONLY })],
    ['untagged', () => iam.change('UntagUser', { UserName: 'tfc', TagKeys: ['a'] })],
    ['removed', () => iam.change('RemoveUserFromGroup', { UserName: 'tfc', GroupName: 'machines' })],
    ['deactivated', () => iam.change('DeactivateMFADevice', { UserName: 'tfc', SerialNumber: arn('mfa/phone') })],
  ])('and is gone already counts as %s', async (_, change) => {
    expect(await change()).toBeUndefined();
    expect(opened.actions()).toEqual([expect.stringMatching(/ NoSuchEntity$/)]);
  });

  test('also after a lost answer', async () => {
    opened.account.createUser('tfc');
    fail('DeleteUser', { resetAfter: true });
    await deleteUser();
    expect(opened.actions()).toEqual(['DeleteUser', 'DeleteUser NoSuchEntity']);
  });

  test('but what still hangs on it is an error', async () => {
    opened.account.createUser('tfc').createAccessKey();
    expect(await codeOf(deleteUser())).toBe('delete-conflict');
  });

  test.each<[what: string, change: () => Promise<unknown>]>([
    ['attach', () => attach()],
    ['tag', () => iam.change('TagUser', { UserName: 'tfc', Tags: [] })],
    [
      'update',
      () => iam.change('UpdateAccessKey', { UserName: 'tfc', AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'Inactive' }),
    ],
  ])('and what is not there to %s is an error', async (_, change) => {
    expect(await codeOf(change())).toBe('not-found');
    expect(opened.actions()).toHaveLength(1);
  });
});

describe('what refers to something made just now', () => {
  const DELAY = 20_000;
  const fresh = [arn('user/tfc'), '"UserName":"tfc"'];

  test('waits until IAM knows it, beyond the attempts that are allowed', async () => {
    opened.sandbox.settings.readConsistencyMs = DELAY;
    await createUser();
    await attach({ fresh });
    expect(opened.account.users.get('tfc')?.attachedPolicies).toEqual(new Set([READ_ONLY]));
    expect(opened.waits.length).toBeGreaterThan(4);
    expect(opened.log.filter((line) => /^AttachUserPolicy: .*Again in \d+\.\d s\.$/.test(line))).toHaveLength(
      opened.waits.length,
    );
  });

  test('waits until a principal is known', async () => {
    opened.sandbox.settings.propagationMs = DELAY;
    await createUser();
    const document = JSON.stringify(trust(arn('user/tfc')));
    const input = { RoleName: 'deploy', AssumeRolePolicyDocument: document };
    await iam.change('CreateRole', input, { fresh });
    expect(opened.account.roles.has('deploy')).toBe(true);
    expect(opened.waits.length).toBeGreaterThan(3);
  });

  test.each<[what: string, change: () => Promise<unknown>, code: string]>([
    ['a user', () => attach(), 'not-found'],
    [
      'a principal',
      () =>
        iam.change('CreateRole', {
          RoleName: 'deploy',
          AssumeRolePolicyDocument: JSON.stringify(trust(arn('user/tfc'))),
        }),
      'policy-malformed',
    ],
  ])('waits for nothing that was there before: %s', async (_, change, code) => {
    expect(await codeOf(change())).toBe(code);
    expect(opened.waits).toEqual([]);
  });

  test('does not wait for a policy that is wrong', async () => {
    opened.account.createUser('tfc');
    const PolicyDocument = JSON.stringify({ ...allow('s3:*'), Version: 'today' });
    const put = iam.change('PutUserPolicy', { UserName: 'tfc', PolicyName: 'x', PolicyDocument }, { fresh });
    expect(await codeOf(put)).toBe('policy-malformed');
    expect(opened.waits).toEqual([]);
  });

  test('waits for nothing else that AWS names', async () => {
    opened.account.createUser('tfc');
    const other = arn('policy/never-made');
    const attachOther = iam.change('AttachUserPolicy', { UserName: 'tfc', PolicyArn: other }, { fresh });
    expect(await codeOf(attachOther)).toBe('not-found');
    const AssumeRolePolicyDocument = JSON.stringify(trust([arn('user/tfc'), arn('user/never-made')]));
    const create = iam.change('CreateRole', { RoleName: 'deploy', AssumeRolePolicyDocument }, { fresh });
    expect(await codeOf(create)).toBe('policy-malformed');
    expect(opened.waits).toEqual([]);
  });

  test('gives up after a minute', async () => {
    expect(await codeOf(attach({ fresh }))).toBe('not-found');
    const waited = opened.waits.reduce((sum, wait) => sum + wait, 0);
    expect(waited).toBeGreaterThan(50_000);
    expect(waited).toBeLessThanOrEqual(60_000);
  });
});

test.each(['ConcurrentModification', 'EntityTemporarilyUnmodifiable'])('%s ends soon', async (code) => {
  fail('CreateUser', refused(code), 3);
  expect((await createUser())?.User?.UserName).toBe('tfc');
  expect(opened.actions()).toHaveLength(4);
});

test('what a change takes may be found out for each attempt, and an error names the last', async () => {
  opened.account.createUser('tfc');
  fail('TagUser', refused('ConcurrentModification'), 2);
  let attempt = 0;
  const input = () => Promise.resolve({ UserName: 'tfc', Tags: [{ Key: 'attempt', Value: String((attempt += 1)) }] });
  await iam.change('TagUser', input);
  expect(opened.account.users.get('tfc')?.tags).toEqual({ attempt: '3' });
  const gone = () => Promise.resolve({ UserName: `gone-${(attempt += 1)}`, Tags: [] });
  fail('TagUser', refused('ConcurrentModification'));
  await expect(iam.change('TagUser', gone)).rejects.toThrow('iam:TagUser for gone-5');
});

test('attempts have an end', async () => {
  fail('CreateUser', refused('ConcurrentModification'), 9);
  await expect(createUser()).rejects.toThrow('words');
  expect(opened.actions()).toHaveLength(4);
});

test('before each call it is asked whether there is time left; before its next attempts it is not', async () => {
  const asked: number[] = [];
  const beforeEach = () => {
    asked.push(opened.sandbox.requests.length);
    if (asked.length > 3) throw new Error('out of time');
  };
  const hasty = await connectIam(connectionTo(opened.sandbox), EXAMPLE_KEYS, opened.calls, { beforeEach });
  const before = opened.sandbox.requests.length;
  fail('GetUser', { reset: true });
  await hasty.ask('GetUser', { UserName: 'admin' });
  await hasty.find('GetUser', { UserName: 'tfc' });
  await hasty.change('CreateUser', { UserName: 'tfc' });
  expect(asked.map((count) => count - before)).toEqual([0, 2, 3]);
  opened.requests();
  await expect((async () => hasty.change('DeleteUser', { UserName: 'tfc' }))()).rejects.toThrow('out of time');
  await expect((async () => hasty.list('ListUsers', {}, ({ Users }) => Users))()).rejects.toThrow('out of time');
  expect(opened.actions()).toEqual([]);
});

describe('the time by the clock of AWS', () => {
  const HOUR = 3_600_000;
  const awsNow = () => Math.floor(opened.sandbox.clock.now().getTime() / 1000) * 1000;

  /** IAM for a machine whose clock is an hour ahead of AWS's. */
  const fromAhead = async () => {
    opened.sandbox.clock.advance(-HOUR);
    const clock = { ...opened.calls.clock, time: Date.now };
    return connectIam(connectionTo(opened.sandbox), EXAMPLE_KEYS, { ...opened.calls, clock });
  };

  test('is, before any answer, what the machine believes', async () => {
    const early = await fromAhead();
    expect(Math.abs(early.time() - Date.now())).toBeLessThan(1000);
  });

  test('comes from a refusal, too, here of the signature of a machine whose clock is off', async () => {
    const ahead = await fromAhead();
    expect(await codeOf(ahead.ask('GetUser', { UserName: 'admin' }))).toBe('clock-skew');
    expect(Math.abs(ahead.time() - awsNow())).toBeLessThanOrEqual(2000);
  });

  test('goes on with the clock that nobody sets, and follows each answer', async () => {
    await iam.ask('GetUser', { UserName: 'admin' });
    const first = iam.time();
    expect(Math.abs(first - awsNow())).toBeLessThanOrEqual(2000);
    await opened.calls.clock.sleep(90_000);
    expect(iam.time() - first).toBe(90_000);
    opened.sandbox.clock.advance(HOUR / 30);
    await iam.find('GetUser', { UserName: 'tfc' });
    expect(Math.abs(iam.time() - awsNow())).toBeLessThanOrEqual(2000);
  });

  test('is left as it was by an answer without a date', async () => {
    await iam.ask('GetUser', { UserName: 'admin' });
    const before = iam.time();
    fail('GetUser', { raw: { status: 503, headers: { date: 'soon' }, body: '' } });
    fail('GetUser', { raw: { status: 400, headers: { date: '' }, body: '<ErrorResponse/>' } });
    await errorOf(iam.ask('GetUser', { UserName: 'admin' }));
    expect(iam.time() - before).toBe(opened.waits.reduce((sum, wait) => sum + wait, 0));
  });
});
