import { GetUserCommand, ListMFADevicesCommand, paginateListMFADevices } from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { AccessKey, Account, User } from '../../sandbox/accounts/account';
import type { PolicyDocument } from '../../sandbox/policy/document';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { iamClient } from './iam-client';
import { query, type QueryParameters } from './query';
import { allow, credentialsOf, deny, refusal, stsClient, trust, type Keys } from './sts-client';

let sandbox: Sandbox;
let account: Account;
let user: User;
let key: AccessKey;
beforeEach(async () => {
  sandbox = await startSandbox();
  account = sandbox.account('123456789012');
  user = account.createUser('mona', { path: '/machine/', policies: [allow('iam:*')], tags: { team: 'platform' } });
  key = user.createAccessKey();
});
afterEach(() => sandbox.close());

const client = (keys: Keys = key) => iamClient(sandbox.url, keys);
const getUser = (UserName?: string) => client().send(new GetUserCommand({ UserName }));

async function roleSession(policies: readonly PolicyDocument[], Policy?: PolicyDocument) {
  const role = account.createRole('deploy', { trust: trust(user.arn), policies });
  const input = { RoleArn: role.arn, RoleSessionName: 'try', Policy: Policy && JSON.stringify(Policy) };
  return credentialsOf(stsClient(sandbox.url, key).send(new AssumeRoleCommand(input)));
}

describe('GetUser', () => {
  test('of the caller', async () => {
    const { User } = await getUser();
    expect(User).toEqual({
      UserName: 'mona',
      Path: '/machine/',
      UserId: user.id,
      Arn: 'arn:aws:iam::123456789012:user/machine/mona',
      CreateDate: new Date(Math.floor(user.createdAt.getTime() / 1000) * 1000),
      Tags: [{ Key: 'team', Value: 'platform' }],
    });
    expect(sandbox.requests).toMatchObject([
      { service: 'iam', action: 'GetUser', caller: user.arn, status: 200, params: { Version: '2010-05-08' } },
    ]);
  });

  test('of somebody else', async () => {
    account.createUser('hubot');
    const { User } = await getUser('hubot');
    expect(User?.Arn).toBe('arn:aws:iam::123456789012:user/hubot');
    expect(User).not.toHaveProperty('Tags');
  });

  test('of nobody', async () => {
    expect(await refusal(getUser('nobody'))).toEqual({
      status: 404,
      code: 'NoSuchEntity',
      message: 'The user with name nobody cannot be found.',
    });
  });

  test("a role's session must say of whom", async () => {
    const session = client(await roleSession([allow('iam:*')]));
    expect((await session.send(new GetUserCommand({ UserName: 'mona' }))).User?.UserId).toBe(user.id);
    expect(await refusal(session.send(new GetUserCommand({})))).toEqual({
      status: 400,
      code: 'ValidationError',
      message: 'Must specify userName when calling with non-User credentials',
    });
  });

  test('a name with other characters is refused', async () => {
    expect(await refusal(getUser('a b'))).toEqual({
      status: 400,
      code: 'ValidationError',
      message:
        'The specified value for userName is invalid. It must contain only alphanumeric characters and/or the ' +
        'following: +=,.@_-',
    });
    expect((await refusal(getUser('n'.repeat(129)))).message).toMatch(/'userName' .* less than or equal to 128$/);
  });
});

describe('ListMFADevices', () => {
  const list = (input: ConstructorParameters<typeof ListMFADevicesCommand>[0] = {}) =>
    client().send(new ListMFADevicesCommand(input));

  test('of a user that has none', async () => {
    expect(await list()).toMatchObject({ MFADevices: [], IsTruncated: false });
  });

  test('of the caller, and of somebody else', async () => {
    const { serialNumber, enabledAt } = user.createMfaDevice('phone');
    const EnableDate = new Date(Math.floor(enabledAt.getTime() / 1000) * 1000);
    expect((await list()).MFADevices).toEqual([{ UserName: 'mona', SerialNumber: serialNumber, EnableDate }]);
    account.createUser('hubot').createMfaDevice('robot');
    expect((await list({ UserName: 'hubot' })).MFADevices).toMatchObject([
      { UserName: 'hubot', SerialNumber: 'arn:aws:iam::123456789012:mfa/robot' },
    ]);
    expect((await refusal(list({ UserName: 'nobody' }))).code).toBe('NoSuchEntity');
  });

  test('page by page', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) user.createMfaDevice(name);
    const pages: (string | undefined)[][] = [];
    for await (const { MFADevices = [] } of paginateListMFADevices({ client: client(), pageSize: 2 }, {})) {
      pages.push(MFADevices.map(({ SerialNumber }) => SerialNumber?.replace(/.*\//, '')));
    }
    expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect((await list({ MaxItems: 4 })).IsTruncated).toBe(true);
    expect((await list({ MaxItems: 5 })).IsTruncated).toBe(false);
  });

  test('a page that cannot be', async () => {
    expect(await refusal(list({ MaxItems: 1001 }))).toEqual({
      status: 400,
      code: 'ValidationError',
      message:
        "1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: Member must have " +
        'value less than or equal to 1000',
    });
    expect((await refusal(list({ Marker: 'x' }))).code).toBe('ValidationError');
  });
});

describe('permissions', () => {
  const notAuthorized = (caller: string, name: string, reason: string) => ({
    status: 403,
    code: 'AccessDenied',
    message: `User: ${caller} is not authorized to perform: iam:GetUser on resource: user ${name} ${reason}`,
  });
  const noAllow = 'because no identity-based policy allows the iam:GetUser action';

  test('are needed even for oneself', async () => {
    user.policies = [];
    expect(await refusal(getUser())).toEqual(notAuthorized(user.arn, 'mona', noAllow));
  });

  test('can be taken away', async () => {
    user.policies = [allow('*'), deny('iam:Get*')];
    expect(await refusal(getUser())).toEqual(
      notAuthorized(user.arn, 'mona', 'with an explicit deny in an identity-based policy'),
    );
    await client().send(new ListMFADevicesCommand({}));
  });

  test('are for users by their ARN', async () => {
    user.policies = [allow('iam:*', 'arn:aws:iam::*:user/machine/${aws:username}')];
    await getUser();
    account.createUser('hubot');
    expect(await refusal(getUser('hubot'))).toEqual(notAuthorized(user.arn, 'hubot', noAllow));
    expect((await refusal(getUser('nobody'))).code).toBe('AccessDenied');
  });

  test.each<[string, () => void]>([
    [
      'with an explicit deny in a service control policy',
      () => void (account.serviceControlPolicies = [allow('*'), deny('iam:*')]),
    ],
    [
      'because no VPC endpoint policy allows the iam:GetUser action',
      () => void (sandbox.settings.vpcEndpointPolicy = allow('sts:*')),
    ],
    [
      'because no permissions boundary allows the iam:GetUser action',
      () => void (user.permissionsBoundary = 'arn:aws:iam::aws:policy/PowerUserAccess'),
    ],
  ])('are limited: %s', async (reason, limit) => {
    limit();
    expect(await refusal(getUser())).toEqual(notAuthorized(user.arn, 'mona', reason));
  });

  test.each<[string, PolicyDocument, PolicyDocument | undefined]>([
    [noAllow, allow('s3:*'), undefined],
    ['because no session policy allows the iam:GetUser action', allow('*'), allow('s3:*')],
    ['with an explicit deny in a session policy', allow('*'), deny('iam:*')],
  ])("of a role's session: %s", async (reason, policy, sessionPolicy) => {
    const session = client(await roleSession([policy], sessionPolicy));
    const caller = 'arn:aws:sts::123456789012:assumed-role/deploy/try';
    expect(await refusal(session.send(new GetUserCommand({})))).toEqual(notAuthorized(caller, 'try', reason));
  });
});

test('an unknown operation is refused', async () => {
  const response = await fetch(`${sandbox.url}/?Action=Dance&Version=2010-05-08`);
  expect(response.status).toBe(400);
  const text = await response.text();
  expect(text).toContain('xmlns="https://iam.amazonaws.com/doc/2010-05-08/"');
  expect(text).toContain('Could not find operation Dance for version 2010-05-08');
});

describe('an answer', () => {
  const elements = async (params: QueryParameters) => [...(await query(sandbox.url, 'iam', key, params)).elements];

  test('that tells nothing has no result', async () => {
    const tag = { 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'platform' };
    expect(await elements({ Action: 'TagUser', UserName: 'mona', ...tag })).toEqual([
      'TagUserResponse/ResponseMetadata/RequestId',
    ]);
  });

  test('of UpdateRole has a result that is empty, as AWS has it', async () => {
    account.createRole('deploy', { trust: trust(user.arn) });
    expect(await elements({ Action: 'UpdateRole', RoleName: 'deploy' })).toEqual([
      'UpdateRoleResponse/UpdateRoleResult',
      'UpdateRoleResponse/ResponseMetadata/RequestId',
    ]);
  });
});
