import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  ListInstanceProfilesForRoleCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  ListUsersCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  UpdateRoleDescriptionCommand,
  type CreateRoleCommandInput,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { AccessKey, Account } from '../../sandbox/accounts/account';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { iamClient } from './iam-client';
import { allow, credentialsOf, refusal, stsClient, trust } from './sts-client';

const RoleName = 'deploy';
const RoleArn = 'arn:aws:iam::123456789012:role/deploy';
const admin = 'arn:aws:iam::123456789012:user/admin';
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

const json = JSON.stringify;
const create = (input: Partial<CreateRoleCommandInput> = {}) =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: json(trust(admin)), ...input }));
const assume = () =>
  credentialsOf(stsClient(sandbox.url, key).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'try' })));
const getRole = async () => (await iam.send(new GetRoleCommand({ RoleName }))).Role;

test('made with everything, read, changed, and deleted', async () => {
  const Tags = [{ Key: 'team', Value: 'platform' }];
  const { Role } = await create({
    Path: '/ci/',
    Description: 'Deploys',
    MaxSessionDuration: 7200,
    Tags,
    PermissionsBoundary: readOnly,
  });
  expect(Role).toMatchObject({
    RoleName,
    Path: '/ci/',
    Arn: 'arn:aws:iam::123456789012:role/ci/deploy',
    Description: 'Deploys',
    MaxSessionDuration: 7200,
    Tags,
    PermissionsBoundary: { PermissionsBoundaryArn: readOnly },
  });
  expect(await getRole()).toEqual(Role);
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(json(trust(admin)));
  await iam.send(new UpdateRoleCommand({ RoleName, MaxSessionDuration: 43_200 }));
  expect(await getRole()).toMatchObject({ MaxSessionDuration: 43_200, Description: 'Deploys' });
  const { InstanceProfiles } = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }));
  expect(InstanceProfiles).toEqual([]);
  await iam.send(new DeleteRoleCommand({ RoleName }));
  expect(await refusal(getRole())).toEqual({
    status: 404,
    code: 'NoSuchEntity',
    message: 'The role with name deploy cannot be found.',
  });
});

test('another description', async () => {
  const describe = (Description: string) => iam.send(new UpdateRoleDescriptionCommand({ RoleName, Description }));
  expect((await refusal(describe('Deploys'))).code).toBe('NoSuchEntity');
  await create({ Description: 'Builds', MaxSessionDuration: 7200 });
  const { Role } = await describe('Deploys');
  expect(Role).toMatchObject({ Description: 'Deploys', MaxSessionDuration: 7200 });
  expect(await getRole()).toEqual(Role);
  expect((await refusal(describe('d'.repeat(1001)))).message).toMatch(/'description' .* equal to 1000$/);
});

const ghost = 'arn:aws:iam::123456789012:user/ghost';
const long = trust([admin], { StringEquals: { 'aws:username': 'n'.repeat(2048) } });
test.each<[string, Partial<CreateRoleCommandInput>, string, string | RegExp]>([
  [
    'a principal that does not exist',
    { AssumeRolePolicyDocument: json(trust([admin, ghost])) },
    'MalformedPolicyDocument',
    `Invalid principal in policy: "AWS":"${ghost}"`,
  ],
  [
    'a service that does not exist',
    { AssumeRolePolicyDocument: json(trust('*')).replace('"AWS":"*"', '"Service":"s3"') },
    'MalformedPolicyDocument',
    'Invalid principal in policy: "SERVICE":"s3"',
  ],
  [
    'a resource',
    { AssumeRolePolicyDocument: json(allow('sts:AssumeRole')) },
    'MalformedPolicyDocument',
    'Has prohibited field Resource',
  ],
  [
    'another action',
    { AssumeRolePolicyDocument: json(trust(admin, {}, 's3:GetObject')) },
    'MalformedPolicyDocument',
    'AssumeRole policy may only specify STS AssumeRole actions.',
  ],
  ['a long trust', { AssumeRolePolicyDocument: json(long) }, 'LimitExceeded', /quota for ACLSizePerRole: 2048$/],
  ['a short maximum', { MaxSessionDuration: 3599 }, 'ValidationError', /'maxSessionDuration' .* equal to 3600$/],
  ['a long name', { RoleName: 'n'.repeat(65) }, 'ValidationError', /'roleName' .* equal to 64$/],
  ['a name twice', { RoleName: 'Taken' }, 'EntityAlreadyExists', 'Role with name Taken already exists.'],
])('%s is refused', async (_, input, code, message) => {
  await create({ RoleName: 'taken' });
  const refused = await refusal(create(input));
  expect(refused.code).toBe(code);
  expect(refused.message).toMatch(message);
});

test('every kind of principal', async () => {
  const principals = ['*', '210987654321', 'arn:aws:iam::210987654321:root', admin];
  await create({ AssumeRolePolicyDocument: json(trust(principals)) });
  const Principal = {
    Service: 's3.amazonaws.com',
    Federated: 'arn:aws:iam::123456789012:oidc-provider/id.example.com',
  };
  const PolicyDocument = json({ Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' } });
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
  expect((await refusal(assume())).code).toBe('AccessDenied');
});

test('lists, page by page, and tags', async () => {
  await create();
  await create({ RoleName: 'other', Path: '/ci/' });
  const { Roles, IsTruncated } = await iam.send(new ListRolesCommand({ MaxItems: 1 }));
  expect(Roles).toMatchObject([{ RoleName }]);
  expect(IsTruncated).toBe(true);
  expect((await iam.send(new ListRolesCommand({ PathPrefix: '/ci/' }))).Roles).toHaveLength(1);
  await iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'team', Value: 'a' }] }));
  expect((await iam.send(new ListRoleTagsCommand({ RoleName }))).Tags).toEqual([{ Key: 'team', Value: 'a' }]);
  await iam.send(new UntagRoleCommand({ RoleName, TagKeys: ['team'] }));
  expect((await iam.send(new ListRoleTagsCommand({ RoleName }))).Tags).toEqual([]);
});

test('its policies and its boundary hold in its sessions', async () => {
  await create();
  const session = iamClient(sandbox.url, await assume());
  const mayList = () =>
    refusal(session.send(new ListUsersCommand({}))).then(
      ({ message }) => message,
      () => 'yes',
    );
  expect(await mayList()).toMatch(/because no identity-based policy allows/);
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument: json(allow('iam:*')) }));
  expect(await mayList()).toBe('yes');
  const power = 'arn:aws:iam::aws:policy/PowerUserAccess';
  await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: power }));
  expect(await mayList()).toMatch(/because no permissions boundary allows the iam:ListUsers action$/);
  await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
  expect(await mayList()).toBe('yes');
});

test('is deleted without policies', async () => {
  await create();
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument: json(allow('iam:*')) }));
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: readOnly }));
  const remove = () => iam.send(new DeleteRoleCommand({ RoleName }));
  const session = iamClient(sandbox.url, await assume());
  expect((await refusal(remove())).message).toBe('Cannot delete entity, must delete policies first.');
  await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'own' }));
  expect((await refusal(remove())).message).toBe('Cannot delete entity, must detach all policies first.');
  await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: readOnly }));
  await remove();
  expect((await refusal(session.send(new ListUsersCommand({})))).code).toBe('InvalidClientTokenId');
});

test('a boundary narrows a role that a trust policy names, and not a user', async () => {
  await create();
  const user = account.users.get('admin');
  if (user) user.permissionsBoundary = readOnly;
  await assume();
  account.createRole('first', { trust: trust(admin), permissionsBoundary: readOnly, policies: [allow('*')] });
  account.createRole('deploy', { trust: trust('arn:aws:iam::123456789012:role/first') });
  const first = new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::123456789012:role/first', RoleSessionName: 'try' });
  const session = await credentialsOf(stsClient(sandbox.url, key).send(first));
  const chained = stsClient(sandbox.url, session).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'try' }));
  expect((await refusal(chained)).code).toBe('AccessDenied');
});

test('a new role, and trust in a new user, take their time', async () => {
  sandbox.settings.propagationMs = 10_000;
  await create();
  expect((await refusal(assume())).code).toBe('AccessDenied');
  const { arn } = account.createUser('new');
  const trusting = () =>
    iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: json(trust([admin, arn])) }));
  expect((await refusal(trusting())).message).toBe(`Invalid principal in policy: "AWS":"${arn}"`);
  sandbox.clock.advance(10_000);
  await trusting();
  await assume();
});
