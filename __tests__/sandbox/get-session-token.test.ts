import { GetUserCommand } from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  type GetSessionTokenCommandInput,
} from '@aws-sdk/client-sts';
import type { AccessKey, User } from '../../sandbox/accounts/account';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { iamClient } from './iam-client';
import { codeOf } from './mfa-code';
import { listBuckets } from './s3-client';
import { allow, credentialsOf, deny, refusal, stsClient, trust } from './sts-client';

let sandbox: Sandbox;
let user: User;
let key: AccessKey;
beforeEach(async () => {
  sandbox = await startSandbox();
  user = sandbox.account('123456789012').createUser('mona', { policies: [allow('*')] });
  key = user.createAccessKey();
});
afterEach(() => sandbox.close());

const send = (input: GetSessionTokenCommandInput = {}) =>
  stsClient(sandbox.url, key).send(new GetSessionTokenCommand(input));

async function sessionWithMfa() {
  const device = user.createMfaDevice('mona');
  return credentialsOf(send({ SerialNumber: device.serialNumber, TokenCode: codeOf(device, sandbox.clock.now()) }));
}

test('credentials for half a day, of the user itself', async () => {
  const credentials = await credentialsOf(send());
  const lifetime = (credentials.Expiration?.getTime() ?? 0) - sandbox.clock.now().getTime();
  expect(Math.round(lifetime / 60_000)).toBe(720);
  expect(await stsClient(sandbox.url, credentials).send(new GetCallerIdentityCommand({}))).toMatchObject({
    Arn: user.arn,
    UserId: user.id,
    Account: '123456789012',
  });
});

test.each([
  [899, 'greater than or equal to 900'],
  [129_601, 'less than or equal to 129600'],
])('a duration of %i is refused', async (DurationSeconds, rule) => {
  expect(await refusal(send({ DurationSeconds }))).toEqual({
    status: 400,
    code: 'ValidationError',
    message:
      `1 validation error detected: Value '${DurationSeconds}' at 'durationSeconds' failed to satisfy constraint: ` +
      `Member must have value ${rule}`,
  });
});

test('a day and a half is not too long', async () => {
  const { Expiration } = await credentialsOf(send({ DurationSeconds: 129_600 }));
  expect(Math.round(((Expiration?.getTime() ?? 0) - sandbox.clock.now().getTime()) / 3_600_000)).toBe(36);
});

test('no policy is needed, and none takes it away', async () => {
  user.policies = [deny('*')];
  await send();
});

test('temporary credentials cannot make it', async () => {
  const role = sandbox.account('123456789012').createRole('deploy', { trust: trust(user.arn) });
  const assume = new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'try' });
  const ofRole = await credentialsOf(stsClient(sandbox.url, key).send(assume));
  for (const credentials of [ofRole, await credentialsOf(send()), await sessionWithMfa()]) {
    const call = stsClient(sandbox.url, credentials).send(new GetSessionTokenCommand({}));
    expect(await refusal(call)).toEqual({
      status: 403,
      code: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    });
  }
});

test('of STS it may call AssumeRole and GetCallerIdentity only', async () => {
  const client = stsClient(sandbox.url, await credentialsOf(send()));
  const role = sandbox.account('123456789012').createRole('deploy', { trust: trust('123456789012') });
  await client.send(new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'try' }));
  const refused = async (name: string, call: Promise<unknown>) => {
    expect(await refusal(call)).toEqual({
      status: 403,
      code: 'AccessDenied',
      message: `Cannot call ${name} with session credentials`,
    });
  };
  await refused('GetFederationToken', client.send(new GetFederationTokenCommand({ Name: 'mona' })));
  await refused('GetAccessKeyInfo', client.send(new GetAccessKeyInfoCommand({ AccessKeyId: key.accessKeyId })));
});

test('a role assumed from it lasts an hour at most', async () => {
  const role = sandbox
    .account('123456789012')
    .createRole('deploy', { trust: trust(user.arn), maxSessionDuration: 43_200 });
  const assume = new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'try', DurationSeconds: 3601 });
  expect((await refusal(stsClient(sandbox.url, await sessionWithMfa()).send(assume))).code).toBe('ValidationError');
});

test('it may call IAM only with MFA', async () => {
  const getUser = new GetUserCommand({});
  expect(await refusal(iamClient(sandbox.url, await credentialsOf(send())).send(getUser))).toEqual({
    status: 403,
    code: 'InvalidClientTokenId',
    message: 'The security token included in the request is invalid',
  });
  const { User } = await iamClient(sandbox.url, await sessionWithMfa()).send(getUser);
  expect(User?.UserName).toBe('mona');
});

test('elsewhere it may do what the user may', async () => {
  const credentials = await credentialsOf(send());
  expect((await listBuckets(sandbox.url, credentials)).status).toBe(200);
  user.policies = [];
  expect((await listBuckets(sandbox.url, credentials)).status).toBe(403);
});
