import type { User } from '../../sandbox/accounts/account';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { refusalBehind } from '../../src/aws/failure';
import { connectIam } from '../../src/iam/connect';
import { findMfaDevice } from '../../src/mfa/find-device';
import { systemClock } from '../../src/network/clock';
import { useCleanEnvironment } from '../aws/environment';
import { answerWith, connectionTo, lastRequest } from '../aws/local-aws';
import { allow } from '../sandbox/sts-client';
import { ACCOUNT, EXAMPLE_KEYS } from '../scenarios/scenario';

useCleanEnvironment();

let sandbox: Sandbox;
let user: User;
beforeEach(async () => {
  sandbox = await startSandbox();
  user = sandbox.account(ACCOUNT).createUser('ci', { policies: [allow('iam:ListMFADevices')] });
  user.createAccessKey(EXAMPLE_KEYS);
});
afterEach(() => sandbox.close());

const calls = { retry: { maxAttempts: 1 }, clock: systemClock, log: () => undefined };
const find = async () => findMfaDevice(await connectIam(connectionTo(sandbox), EXAMPLE_KEYS, calls));
const notFound = (why: string) => ({
  code: 'mfa-lookup-failed',
  message: expect.stringContaining(`Cause: ${why}\n`) as string,
});

test('of the eight devices that a user may have, none is chosen', async () => {
  const serials = Array.from({ length: 8 }, (_, number) => user.createMfaDevice(`ci-${number}`).serialNumber);
  await expect(find()).rejects.toMatchObject(notFound(`The user has several: ${serials.join(', ')}.`));
});

test('the device of the user who asks', async () => {
  const { serialNumber } = user.createMfaDevice('ci');
  expect(await find()).toBe(serialNumber);
  expect(lastRequest(sandbox)).toEqual({
    service: 'iam',
    caller: user.arn,
    params: { Action: 'ListMFADevices', Version: '2010-05-08' },
  });
  expect(sandbox.requests).toHaveLength(1);
});

test('security keys, which show no codes, do not count', async () => {
  const serials = ['arn:aws:iam::123456789012:mfa/ci', 'arn:aws:iam::123456789012:u2f/user/ci/key-EXAMPLE'];
  const members = serials.map((serial) => `<member><SerialNumber>${serial}</SerialNumber></member>`).join('');
  answerWith(sandbox, 'ListMFADevices', `<MFADevices>${members}</MFADevices>`);
  expect(await find()).toBe(serials[0]);
});

test('no device', async () => {
  await expect(find()).rejects.toMatchObject(notFound('The user has none.'));
});

test.each([
  ['without a list', ''],
  ['with a device that has no serial number', '<MFADevices><member><UserName>ci</UserName></member></MFADevices>'],
])('an answer %s names none', async (_, result) => {
  answerWith(sandbox, 'ListMFADevices', result);
  await expect(find()).rejects.toMatchObject(notFound('The user has none.'));
});

test('a refusal comes as AWS words it', async () => {
  user.policies = [];
  const error: unknown = await find().catch((error: unknown) => error);
  expect(error).toMatchObject(
    notFound('No identity-based policy allows "iam:ListMFADevices", whatever other policies allow.'),
  );
  const refusal = refusalBehind(error);
  expect(refusal).toMatchObject({ code: 'AccessDenied', status: 403 });
  expect(refusal?.message).toContain('iam:ListMFADevices');
});
