import type { User } from '../../sandbox/accounts/account';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { isRefusal } from '../../src/aws/failure';
import type { CallSettings } from '../../src/network/call';
import { connectSts, identify, type Sts } from '../../src/sts/connect';
import { useCleanEnvironment } from '../aws/environment';
import { answerWith, connectionTo, connectionToAws } from '../aws/local-aws';
import { allow } from '../sandbox/sts-client';
import { ACCOUNT, EXAMPLE_KEYS } from '../scenarios/scenario';

useCleanEnvironment();

let sandbox: Sandbox;
let sts: Sts;
let settings: CallSettings;
let log: string[];
let user: User;
beforeEach(async () => {
  sandbox = await startSandbox();
  user = sandbox.account(ACCOUNT).createUser('ci', { policies: [allow('sts:*')] });
  user.createAccessKey(EXAMPLE_KEYS);
  log = [];
  const clock = {
    time: Date.now,
    now: () => 0,
    sleep: () => Promise.resolve(),
    after: () => () => undefined,
    random: () => 0.5,
  };
  settings = { retry: { maxAttempts: 3 }, clock, log: (line: string) => log.push(line) };
  sts = await connectSts(connectionTo(sandbox), EXAMPLE_KEYS, settings);
});
afterEach(() => sandbox.close());

const refused = (code: string, status = 403) => ({ error: { status, code, message: 'words' } });
const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`;
const SETTINGS = {
  roleArn: ROLE,
  sessionName: 'ci',
  duration: 900,
  policies: { inline: undefined, managed: [] },
  externalId: undefined,
  sourceIdentity: undefined,
  tags: [],
  transitiveTagKeys: [],
};

test('a call is tried as often as its kind of failure allows, and waiting is logged', async () => {
  sandbox.faults.add({ ...refused('ServiceUnavailable', 503), times: 2 });
  expect(await sts.getCallerIdentity('ask')).toEqual({ arn: user.arn, account: ACCOUNT });
  expect(sandbox.requests).toHaveLength(3);
  expect(log).toEqual([
    'GetCallerIdentity: ServiceUnavailable: words. Attempt 2 of 3 in 0.1 s.',
    'GetCallerIdentity: ServiceUnavailable: words. Attempt 3 of 3 in 0.1 s.',
  ]);
});

test('what fails for good says what the call was for, with the refusal behind it', async () => {
  const error: unknown = await sts
    .assumeRole(SETTINGS, undefined, 'assume it with the keys')
    .catch((failure: unknown) => failure);
  expect(error).toMatchObject({ name: 'ActionError', code: 'role-refused' });
  expect((error as Error).message).toMatch(/^Could not assume it with the keys\.\nAnswer: AccessDenied: /);
  expect((error as Error).message).toContain(`in the trust policy of ${ROLE}`);
  expect((error as Error).message).toContain('give mfa-secret or mfa-code');
  expect(isRefusal(error, 'AccessDenied')).toBe(true);
  expect(sandbox.requests).toHaveLength(1);
});

test('an identity provider that AWS did not reach is asked again', async () => {
  sandbox.faults.add(refused('IDPCommunicationError', 400));
  const web = { roleArn: ROLE, sessionName: 'ci', duration: 900, policies: SETTINGS.policies, token: 'e30.e30.c2ln' };
  await expect(sts.assumeRoleWithWebIdentity(web, 'ask')).rejects.toMatchObject({
    code: 'identity-provider-unreachable',
  });
  expect(sandbox.requests).toHaveLength(3);
});

test('MFA is proved again for each attempt', async () => {
  const device = user.createMfaDevice('ci');
  sandbox.faults.add({ ...refused('ServiceUnavailable', 503), times: 1 });
  let proofs = 0;
  const prove = () => {
    proofs += 1;
    return Promise.resolve({ serial: device.serialNumber, code: '000000' });
  };
  await expect(sts.getSessionToken({ duration: undefined }, prove, 'ask')).rejects.toThrow('Could not ask.');
  expect(proofs).toBe(2);
});

test('a new key is tested until AWS knows it, and each time it is asked whether there is time left', async () => {
  sandbox.faults.add({ ...refused('InvalidClientTokenId'), times: 5 });
  const asked: number[] = [];
  await sts.testNewKey(() => asked.push(sandbox.requests.length), 'use the key');
  expect(asked).toEqual([0, 1, 2, 3, 4, 5]);
});

describe("an answer that does not say whose it is, or another vendor's that cannot", () => {
  const NOBODY = { arn: undefined, account: undefined };
  const credentials = { ...EXAMPLE_KEYS, sessionToken: 'token' };

  test.each([
    '',
    '<Arn>arn:aws:iam::1:user/ci</Arn>',
    '<Arn>arn:aws:iam:::user/ci</Arn>',
    `<Account>${ACCOUNT}</Account>`,
  ])('%j is none of AWS', async (result) => {
    answerWith(sandbox, 'GetCallerIdentity', result);
    const aws = await connectSts(connectionToAws(sandbox), EXAMPLE_KEYS, settings);
    await expect(aws.getCallerIdentity('ask')).rejects.toMatchObject({ code: 'unusual-answer' });
    await expect(sts.getCallerIdentity('ask')).resolves.toBeDefined();
  });

  test('is asked for, where it lacks the account', async () => {
    const ask = (identity: Parameters<typeof identify>[0]['identity']) =>
      identify({ credentials: EXAMPLE_KEYS, identity }, 'ask', connectionTo(sandbox), settings);
    expect(await ask({ arn: 'arn:x', account: '1' })).toEqual({ arn: 'arn:x', account: '1' });
    expect(sandbox.requests).toEqual([]);
    expect(await ask(undefined)).toEqual({ arn: user.arn, account: ACCOUNT });
    expect(await ask({ arn: 'arn:x', account: undefined })).toEqual({ arn: user.arn, account: ACCOUNT });
    answerWith(sandbox, 'GetCallerIdentity', '<Account>1</Account>');
    expect(await ask({ arn: 'arn:x', account: undefined })).toEqual({ arn: 'arn:x', account: '1' });
  });

  test.each([
    ['InvalidAction', 400, true],
    ['NotImplemented', 501, true],
    ['MethodNotAllowed', 405, true],
    ['AccessDenied', 403, false],
    ['InvalidClientTokenId', 403, undefined],
    ['ServiceUnavailable', 503, undefined],
  ])('%s (%i) says nothing of any credentials, or of those just given', async (code, status, ofAny) => {
    sandbox.faults.add(refused(code, status));
    const ask = (connection = connectionTo(sandbox), identity?: typeof NOBODY) =>
      identify({ credentials, identity }, 'ask', connection, settings);
    if (ofAny) expect(await ask()).toEqual(NOBODY);
    else await expect(ask()).rejects.toThrow('Could not ask.');
    if (ofAny === undefined) await expect(ask(undefined, NOBODY)).rejects.toThrow('Could not ask.');
    else expect(await ask(undefined, NOBODY)).toEqual(NOBODY);
    await expect(ask(connectionToAws(sandbox))).rejects.toThrow('Could not ask.');
  });

  test('leaves a new key untested, where nobody can be asked', async () => {
    sandbox.faults.add(refused('MethodNotAllowed', 405));
    await sts.testNewKey(() => undefined, 'use the key');
    const aws = await connectSts(connectionToAws(sandbox), EXAMPLE_KEYS, settings);
    await expect(aws.testNewKey(() => undefined, 'use the key')).rejects.toMatchObject({
      code: 'access-key-not-accepted',
    });
  });
});

test('a key that is not new is refused at once', async () => {
  sandbox.faults.add(refused('InvalidClientTokenId'));
  await expect(sts.getCallerIdentity('ask')).rejects.toMatchObject({ code: 'invalid-credentials' });
  expect(sandbox.requests).toHaveLength(1);
});
