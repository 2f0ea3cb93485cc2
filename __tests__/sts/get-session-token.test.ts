import type { STSClient } from '@aws-sdk/client-sts';
import type { User } from '../../sandbox/accounts/account';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { UnusualAnswerError } from '../../src/network/failure';
import { stsClient } from '../../src/sts/client';
import { getCallerIdentity } from '../../src/sts/get-caller-identity';
import { getSessionToken } from '../../src/sts/get-session-token';
import { useCleanEnvironment } from '../aws/environment';
import { answerWith, connectionTo, givenUp, lastRequest, never } from '../aws/local-aws';
import { codeOf } from '../sandbox/mfa-code';
import { ACCOUNT, EXAMPLE_KEYS } from '../scenarios/scenario';
import { BROKEN_CREDENTIALS } from './session-answers';

useCleanEnvironment();

let sandbox: Sandbox;
let user: User;
let client: STSClient;
beforeEach(async () => {
  sandbox = await startSandbox();
  user = sandbox.account(ACCOUNT).createUser('ci');
  user.createAccessKey(EXAMPLE_KEYS);
  client = stsClient(connectionTo(sandbox), EXAMPLE_KEYS);
});
afterEach(() => sandbox.close());

const plain = { duration: undefined, mfa: undefined };
const least = { Action: 'GetSessionToken', Version: '2011-06-15' };

test("a session of the user, as long as AWS's default", async () => {
  const credentials = await getSessionToken(client, plain, never);
  expect(lastRequest(sandbox)).toEqual({ service: 'sts', caller: user.arn, params: least });
  expect(credentials.accessKeyId).toMatch(/^ASIA/);
  expect(Math.round(((credentials.expiration?.getTime() ?? 0) - Date.now()) / 60_000)).toBe(720);
  const signed = stsClient(connectionTo(sandbox), credentials);
  expect(await getCallerIdentity(signed, never)).toEqual({ arn: user.arn, account: ACCOUNT });
});

test('duration and proof of MFA reach AWS', async () => {
  const device = user.createMfaDevice('ci');
  const code = codeOf(device, sandbox.clock.now());
  const mfa = { serial: device.serialNumber, code };
  const { expiration } = await getSessionToken(client, { duration: 900, mfa }, never);
  expect(lastRequest(sandbox).params).toEqual({
    ...least,
    DurationSeconds: '900',
    SerialNumber: device.serialNumber,
    TokenCode: code,
  });
  expect(Math.round(((expiration?.getTime() ?? 0) - Date.now()) / 60_000)).toBe(15);
});

test.each(BROKEN_CREDENTIALS)('an answer without %s is unusual', async (_, result) => {
  answerWith(sandbox, 'GetSessionToken', result);
  await expect(getSessionToken(client, plain, never)).rejects.toEqual(new UnusualAnswerError('credentials'));
});

test('it can be given up', async () => {
  expect(await givenUp(sandbox, (signal) => getSessionToken(client, plain, signal))).toBe('AbortError');
});
