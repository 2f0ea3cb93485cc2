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
  DeleteVirtualMFADeviceCommand,
  GetUserCommand,
  ListUsersCommand,
  PutUserPermissionsBoundaryCommand,
  TagOpenIDConnectProviderCommand,
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
  const delay = 10_000;
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
      Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRoleWithWebIdentity' },
    });
    const assume = async () => {
      const input = { RoleArn: arn('role/deploy'), RoleSessionName: 'try', WebIdentityToken: await idToken() };
      return stsClient(sandbox.url).send(new AssumeRoleWithWebIdentityCommand(input));
    };
    await isRefusedUntil(delay, assume, 'AccessDenied', /sts:AssumeRoleWithWebIdentity/);
  });
});

describe('IAM itself does not know at once', () => {
  const delay = 5000;
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
