import type { User } from '../../sandbox/accounts/account';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { refusalOf } from '../../src/aws/failure';
import { iamClient } from '../../src/iam/client';
import { listMfaDevices } from '../../src/iam/list-mfa-devices';
import { useCleanEnvironment } from '../aws/environment';
import { answerWith, connectionTo, givenUp, lastRequest, never } from '../aws/local-aws';
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

const list = (signal = never) => listMfaDevices(iamClient(connectionTo(sandbox), EXAMPLE_KEYS), signal);

test('the devices of the user who asks, all eight that a user may have', async () => {
  const serials = Array.from({ length: 8 }, (_, number) => user.createMfaDevice(`ci-${number}`).serialNumber);
  expect(await list()).toEqual(serials);
  expect(lastRequest(sandbox)).toEqual({
    service: 'iam',
    caller: user.arn,
    params: { Action: 'ListMFADevices', Version: '2010-05-08' },
  });
  expect(sandbox.requests).toHaveLength(1);
});

test('security keys, which show no codes, are left out', async () => {
  const serials = [
    'arn:aws:iam::123456789012:mfa/ci',
    'arn:aws:iam::123456789012:u2f/user/ci/key-EXAMPLE',
    'GAHT12345678',
  ];
  const members = serials.map((serial) => `<member><SerialNumber>${serial}</SerialNumber></member>`).join('');
  answerWith(sandbox, 'ListMFADevices', `<MFADevices>${members}</MFADevices>`);
  expect(await list()).toEqual([serials[0], serials[2]]);
});

test('no device', async () => {
  expect(await list()).toEqual([]);
});

test.each([
  ['without a list', ''],
  ['with a device that has no serial number', '<MFADevices><member><UserName>ci</UserName></member></MFADevices>'],
])('an answer %s names none', async (_, result) => {
  answerWith(sandbox, 'ListMFADevices', result);
  expect(await list()).toEqual([]);
});

test('a refusal comes as AWS words it', async () => {
  user.policies = [];
  const refusal = refusalOf(await list().catch((error: unknown) => error));
  expect(refusal).toMatchObject({ code: 'AccessDenied', status: 403 });
  expect(refusal?.message).toContain('iam:ListMFADevices');
});

test('one request is one attempt', async () => {
  sandbox.faults.add({ error: { status: 503, code: 'ServiceUnavailable', message: 'later' } });
  await expect(list()).rejects.toThrow('later');
  expect(sandbox.requests).toHaveLength(1);
});

test('it can be given up', async () => {
  expect(await givenUp(sandbox, list)).toBe('AbortError');
});
