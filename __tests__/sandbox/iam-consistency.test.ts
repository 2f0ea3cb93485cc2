import {
  AddRoleToInstanceProfileCommand,
  AddUserToGroupCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateInstanceProfileCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  DeleteAccessKeyCommand,
  DeleteVirtualMFADeviceCommand,
  GetPolicyCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListUserTagsCommand,
  ListUsersCommand,
  PutUserPermissionsBoundaryCommand,
  TagOpenIDConnectProviderCommand,
  TagUserCommand,
  UntagUserCommand,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import type { AccessKey, Account } from '../../sandbox/accounts/account';
import { githubIssuer } from '../../sandbox/github/oidc';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { iamClient } from './iam-client';
import { allow, refusal, stsClient, trust } from './sts-client';

const json = JSON.stringify;
const arn = (resource: string) => `arn:aws:iam::123456789012:${resource}`;
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

let sandbox: Sandbox;
let account: Account;
let key: AccessKey;
let iam: ReturnType<typeof iamClient>;
beforeEach(async () => {
  sandbox = await startSandbox();
  account = sandbox.account('123456789012');
  key = account.createUser('admin', { policies: [allow('*')] }).createAccessKey();
  iam = iamClient(sandbox.url, key);
});
afterEach(() => sandbox.close());

const createUser = (UserName = 'tfc') => iam.send(new CreateUserCommand({ UserName }));
const createRole = (RoleName = 'deploy', document = trust(arn('user/admin'))) =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: json(document) }));

async function idToken(): Promise<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = sandbox.github.environment();
  const response = await fetch(`${url}&audience=sts.amazonaws.com`, { headers: { authorization: `Bearer ${bearer}` } });
  return ((await response.json()) as { value: string }).value;
}

/** Whether a call is refused until so many milliseconds have passed, and then no longer. */
async function isRefusedUntil(ms: number, call: () => Promise<unknown>, code: string, message: RegExp | string) {
  for (const wait of [0, ms - 1000]) {
    sandbox.clock.advance(wait);
    const refused = await refusal(call());
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(message);
  }
  sandbox.clock.advance(1000);
  await call();
}

describe('the rest of AWS does not know at once', () => {
  const delay = 120_000;
  beforeEach(() => {
    sandbox.settings.propagationMs = delay;
  });

  test.each<[string, () => Promise<string>]>([
    ['user', async () => (await createUser()).User?.Arn ?? ''],
    ['role', async () => (await createRole()).Role?.Arn ?? ''],
  ])('a new %s as a principal', async (_, make) => {
    const RoleName = 'trusting';
    account.createRole(RoleName, { trust: trust('*') });
    const made = await make();
    const PolicyDocument = json(trust(made));
    const trustIt = () => iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
    await isRefusedUntil(delay, trustIt, 'MalformedPolicyDocument', `Invalid principal in policy: "AWS":"${made}"`);
  });

  test('a new key', async () => {
    await createUser();
    account.users.get('tfc')?.attachedPolicies.add(readOnly);
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'tfc' }));
    const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {};
    const own = iamClient(sandbox.url, { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey });
    const call = () => own.send(new ListUsersCommand({}));
    await isRefusedUntil(delay, call, 'InvalidClientTokenId', /security token included in the request is invalid/);
  });

  test('a new role that is to be assumed', async () => {
    await createRole();
    const command = new AssumeRoleCommand({ RoleArn: arn('role/deploy'), RoleSessionName: 'try' });
    const assume = () => stsClient(sandbox.url, key).send(command);
    await isRefusedUntil(delay, assume, 'AccessDenied', /is not authorized to perform: sts:AssumeRole/);
  });

  test('a new role that is to be assumed with a web identity', async () => {
    const provider = account.createOidcProvider({ url: githubIssuer, clientIds: ['sts.amazonaws.com'] });
    const Principal = { Federated: provider.arn };
    await createRole('deploy', {
      Statement: {
        Effect: 'Allow',
        Principal,
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:octo/app:*' } },
      },
    });
    const assume = async () => {
      const input = { RoleArn: arn('role/deploy'), RoleSessionName: 'try', WebIdentityToken: await idToken() };
      return stsClient(sandbox.url).send(new AssumeRoleWithWebIdentityCommand(input));
    };
    await isRefusedUntil(delay, assume, 'AccessDenied', /sts:AssumeRoleWithWebIdentity/);
  });
});

describe('IAM itself does not know at once', () => {
  const delay = 120_000;
  const PolicyArn = arn('policy/list');
  const SerialNumber = arn('mfa/phone');
  const OpenIDConnectProviderArn = arn('oidc-provider/token.actions.githubusercontent.com');
  const there = {
    user: () => account.createUser('there'),
    role: () => account.createRole('there', { trust: trust('*') }),
    profile: () => account.createInstanceProfile('there'),
  };
  const createPolicy = () =>
    iam.send(new CreatePolicyCommand({ PolicyName: 'list', PolicyDocument: json(allow('iam:ListUsers')) }));
  const Tags = [{ Key: 'team', Value: 'a' }];

  test.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    [
      'a new user',
      () => createUser('tfc'),
      () => iam.send(new AttachUserPolicyCommand({ UserName: 'tfc', PolicyArn: readOnly })),
    ],
    [
      'a new role',
      () => createRole('deploy'),
      () => iam.send(new AttachRolePolicyCommand({ RoleName: 'deploy', PolicyArn: readOnly })),
    ],
    [
      'a new policy that is to be attached',
      createPolicy,
      () => iam.send(new AttachUserPolicyCommand({ UserName: 'there', PolicyArn })),
    ],
    [
      'a new policy that is to be a boundary',
      createPolicy,
      () => iam.send(new PutUserPermissionsBoundaryCommand({ UserName: 'there', PermissionsBoundary: PolicyArn })),
    ],
    [
      'a new group',
      () => iam.send(new CreateGroupCommand({ GroupName: 'machines' })),
      () => iam.send(new AddUserToGroupCommand({ GroupName: 'machines', UserName: 'there' })),
    ],
    [
      'a new instance profile',
      () => iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'runner' })),
      () => iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'runner', RoleName: 'there' })),
    ],
    [
      'a new role for an instance profile',
      () => createRole('deploy'),
      () => iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'there', RoleName: 'deploy' })),
    ],
    [
      'a new OIDC provider',
      () => iam.send(new CreateOpenIDConnectProviderCommand({ Url: githubIssuer })),
      () => iam.send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags })),
    ],
    [
      'a new MFA device',
      () => iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: 'phone' })),
      () => iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber })),
    ],
  ])('%s', async (_, make, refer) => {
    for (const prepare of Object.values(there)) prepare();
    sandbox.settings.readConsistencyMs = delay;
    await make();
    await isRefusedUntil(delay, refer, 'NoSuchEntity', '');
  });

  test('when it writes; but it reads, and does not make the same twice', async () => {
    sandbox.settings.readConsistencyMs = delay;
    await createUser();
    expect((await iam.send(new GetUserCommand({ UserName: 'tfc' }))).User?.UserName).toBe('tfc');
    expect((await refusal(createUser())).code).toBe('EntityAlreadyExists');
  });
});

describe('a read that is some seconds old', () => {
  const UserName = 'tfc';
  const tagsOf = async () => (await iam.send(new GetUserCommand({ UserName }))).User?.Tags ?? [];
  const keysOf = async () =>
    ((await iam.send(new ListAccessKeysCommand({ UserName }))).AccessKeyMetadata ?? []).map(({ Status }) => Status);

  test('shows the tags of that time', async () => {
    await createUser();
    sandbox.clock.advance(10_000);
    await iam.send(new TagUserCommand({ UserName, Tags: [{ Key: 'team', Value: 'a' }] }));
    sandbox.clock.advance(10_000);
    await iam.send(new UntagUserCommand({ UserName, TagKeys: ['team'] }));
    sandbox.settings.readAgeMs = () => 5_000;
    expect(await tagsOf()).toEqual([{ Key: 'team', Value: 'a' }]);
    expect((await iam.send(new ListUserTagsCommand({ UserName }))).Tags).toEqual([{ Key: 'team', Value: 'a' }]);
    sandbox.settings.readAgeMs = () => 15_000;
    expect(await tagsOf()).toEqual([]);
  });

  test('shows the access keys of that time, and whether they were active', async () => {
    await createUser();
    sandbox.clock.advance(10_000);
    const { AccessKey: made } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const key = { UserName, AccessKeyId: made?.AccessKeyId };
    sandbox.clock.advance(10_000);
    await iam.send(new UpdateAccessKeyCommand({ ...key, Status: 'Inactive' }));
    sandbox.clock.advance(10_000);
    await iam.send(new DeleteAccessKeyCommand(key));
    for (const [age, shown] of [
      [25_000, []],
      [15_000, ['Active']],
      [5_000, ['Inactive']],
      [0, []],
    ] as const) {
      sandbox.settings.readAgeMs = () => age;
      expect(await keysOf()).toEqual(shown);
    }
  });

  test('does not show a user that was made since, while writes know it', async () => {
    sandbox.settings.readAgeMs = () => 5_000;
    await createUser();
    expect((await refusal(tagsOf())).code).toBe('NoSuchEntity');
    await iam.send(new CreateAccessKeyCommand({ UserName }));
    sandbox.clock.advance(5_000);
    expect(await tagsOf()).toEqual([]);
  });

  test('may come after a newer one', async () => {
    await createUser();
    sandbox.clock.advance(10_000);
    await iam.send(new TagUserCommand({ UserName, Tags: [{ Key: 'team', Value: 'a' }] }));
    const ages = [0, 5_000, 0];
    sandbox.settings.readAgeMs = () => ages[0] ?? 0;
    const seen = [];
    while (ages.length > 0) {
      seen.push((await tagsOf()).length);
      ages.shift();
    }
    expect(seen).toEqual([1, 0, 1]);
  });
});

test.each([
  ['AdministratorAccess', '/'],
  ['service-role/AWSLambdaBasicExecutionRole', '/service-role/'],
  ['job-function/ViewOnlyAccess', '/job-function/'],
  ['AmazonSSMManagedInstanceCore', '/'],
])('the AWS managed policy %s is there, at %s', async (name, path) => {
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: `arn:aws:iam::aws:policy/${name}` }));
  expect(Policy).toMatchObject({ PolicyName: name.split('/').at(-1), Path: path });
});
