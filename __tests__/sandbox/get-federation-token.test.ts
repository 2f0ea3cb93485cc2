import { GetUserCommand } from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  type GetFederationTokenCommandInput,
} from '@aws-sdk/client-sts';
import type { AccessKey, Account, User } from '../../sandbox/accounts/account';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { iamClient } from './iam-client';
import { listBuckets } from './s3-client';
import { allow, credentialsOf, deny, refusal, stsClient, trust } from './sts-client';

let sandbox: Sandbox;
let account: Account;
let user: User;
let key: AccessKey;
beforeEach(async () => {
  sandbox = await startSandbox();
  account = sandbox.account('123456789012');
  user = account.createUser('mona', { policies: [allow('*')] });
  key = user.createAccessKey();
});
afterEach(() => sandbox.close());

type Input = Partial<GetFederationTokenCommandInput>;

const send = (input: Input = {}) =>
  stsClient(sandbox.url, key).send(new GetFederationTokenCommand({ Name: 'nightly', ...input }));

const federated = 'arn:aws:sts::123456789012:federated-user/nightly';
const everything = { Policy: JSON.stringify(allow('*')) };

test('a named session for half a day', async () => {
  const answer = await send();
  expect(answer.FederatedUser).toEqual({ Arn: federated, FederatedUserId: '123456789012:nightly' });
  expect(answer).not.toHaveProperty('PackedPolicySize');
  const lifetime = (answer.Credentials?.Expiration?.getTime() ?? 0) - sandbox.clock.now().getTime();
  expect(Math.round(lifetime / 60_000)).toBe(720);
  const client = stsClient(sandbox.url, await credentialsOf(Promise.resolve(answer)));
  expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Arn: federated,
    UserId: '123456789012:nightly',
    Account: '123456789012',
  });
});

test('policies and tags are packed', async () => {
  const answer = await send({ ...everything, Tags: [{ Key: 'team', Value: 'platform' }] });
  expect(answer).toHaveProperty('PackedPolicySize');
  sandbox.settings.packedPolicyLimit = 50;
  expect((await refusal(send(everything))).code).toBe('PackedPolicyTooLarge');
});

describe('what it may do', () => {
  const mayList = async (input: Input) =>
    (await listBuckets(sandbox.url, await credentialsOf(send(input)))).status === 200;

  test('nothing without a session policy', async () => {
    expect(await mayList({})).toBe(false);
  });

  test('what a session policy and the user allow', async () => {
    expect(await mayList(everything)).toBe(true);
    expect(await mayList({ PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] })).toBe(true);
    expect(await mayList({ Policy: JSON.stringify(allow('ec2:*')) })).toBe(false);
    user.policies = [allow('sts:*')];
    expect(await mayList(everything)).toBe(false);
  });

  test('as somebody else than the user', async () => {
    const listAs = (Condition: object) => {
      const statement = { Effect: 'Allow', Action: '*', Resource: '*', Condition };
      return mayList({ Policy: JSON.stringify({ Version: '2012-10-17', Statement: statement }) });
    };
    const seen = {
      'aws:PrincipalArn': federated,
      'aws:PrincipalType': 'FederatedUser',
      'aws:userid': '123456789012:nightly',
      'aws:MultiFactorAuthPresent': 'false',
    };
    expect(await listAs({ StringEquals: seen, Null: { 'aws:username': 'true' } })).toBe(true);
    expect(await listAs({ StringEquals: { 'aws:PrincipalArn': user.arn } })).toBe(false);
  });

  test('not call IAM, nor of STS anything but GetCallerIdentity', async () => {
    const credentials = await credentialsOf(send(everything));
    expect(await refusal(iamClient(sandbox.url, credentials).send(new GetUserCommand({})))).toEqual({
      status: 403,
      code: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid',
    });
    const client = stsClient(sandbox.url, credentials);
    const role = account.createRole('deploy', { trust: trust('*') });
    const assume = new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'try' });
    for (const call of [client.send(assume), client.send(new GetSessionTokenCommand({}))]) {
      expect(await refusal(call)).toMatchObject({ status: 403, code: 'AccessDenied' });
    }
  });
});

describe('who may make it', () => {
  const notAuthorized = (action: string, reason: string) => ({
    status: 403,
    code: 'AccessDenied',
    message: `User: ${user.arn} is not authorized to perform: ${action} on resource: ${federated} ${reason}`,
  });

  test('a user that is allowed sts:GetFederationToken', async () => {
    user.policies = [];
    expect(await refusal(send())).toEqual(
      notAuthorized(
        'sts:GetFederationToken',
        'because no identity-based policy allows the sts:GetFederationToken action',
      ),
    );
    user.policies = [allow('sts:GetFederationToken', federated)];
    await send();
    user.policies = [allow('*'), deny('sts:*')];
    expect(await refusal(send())).toEqual(
      notAuthorized('sts:GetFederationToken', 'with an explicit deny in an identity-based policy'),
    );
  });

  test('with tags, sts:TagSession too', async () => {
    const Tags = [{ Key: 'team', Value: 'platform' }];
    user.policies = [allow('sts:GetFederationToken')];
    expect(await refusal(send({ Tags }))).toEqual(
      notAuthorized('sts:TagSession', 'because no identity-based policy allows the sts:TagSession action'),
    );
    user.policies = [allow(['sts:GetFederationToken', 'sts:TagSession'])];
    await send({ Tags });
  });

  test('nobody with temporary credentials', async () => {
    const role = account.createRole('deploy', { trust: trust(user.arn), policies: [allow('*')] });
    const assume = new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'try' });
    const ofRole = await credentialsOf(stsClient(sandbox.url, key).send(assume));
    for (const credentials of [ofRole, await credentialsOf(send(everything))]) {
      const call = stsClient(sandbox.url, credentials).send(new GetFederationTokenCommand({ Name: 'nightly' }));
      expect(await refusal(call)).toEqual({
        status: 403,
        code: 'AccessDenied',
        message: 'Cannot call GetFederationToken with session credentials',
      });
    }
  });
});

test.each<[Input, string, string]>([
  [{ Name: 'a' }, 'name', 'have length greater than or equal to 2'],
  [{ Name: 'n'.repeat(33) }, 'name', 'have length less than or equal to 32'],
  [{ Name: 'a b' }, 'name', 'satisfy regular expression pattern: [\\w+=,.@-]*'],
  [{ Name: undefined }, 'name', 'not be null'],
  [{ DurationSeconds: 899 }, 'durationSeconds', 'have value greater than or equal to 900'],
  [{ DurationSeconds: 129_601 }, 'durationSeconds', 'have value less than or equal to 129600'],
  [{ Policy: 'x'.repeat(2049) }, 'policy', 'have length less than or equal to 2048'],
])('%j is refused', async (input, name, rule) => {
  const refused = await refusal(send(input));
  expect(refused).toMatchObject({ status: 400, code: 'ValidationError' });
  expect(refused.message).toMatch(/^1 validation error detected: Value /);
  expect(refused.message).toContain(` at '${name}' failed to satisfy constraint: Member must ${rule}`);
});

test('a malformed policy is refused', async () => {
  expect((await refusal(send({ Policy: '{' }))).code).toBe('MalformedPolicyDocument');
});
