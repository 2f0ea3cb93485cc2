import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  GetInstanceProfileCommand,
  ListInstanceProfilesCommand,
  ListInstanceProfilesForRoleCommand,
  ListInstanceProfileTagsCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import type { Account, Role, User } from '../../sandbox/accounts/account';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { iamClient } from './iam-client';
import { allow, refusal, trust } from './sts-client';

const InstanceProfileName = 'runner';
const RoleName = 'deploy';

let sandbox: Sandbox;
let account: Account;
let admin: User;
let role: Role;
let iam: ReturnType<typeof iamClient>;
beforeEach(async () => {
  sandbox = await startSandbox();
  account = sandbox.account('123456789012');
  admin = account.createUser('admin', { policies: [allow('iam:*')] });
  role = account.createRole(RoleName, { trust: trust('*') });
  iam = iamClient(sandbox.url, admin.createAccessKey());
});
afterEach(() => sandbox.close());

const create = (name = InstanceProfileName, Path?: string) =>
  iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name, Path, Tags: [{ Key: 'team', Value: 'a' }] }));
const get = async () => (await iam.send(new GetInstanceProfileCommand({ InstanceProfileName }))).InstanceProfile;
const remove = () => iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
const add = (name = RoleName) => iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: name }));
const take = (name = RoleName) =>
  iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName: name }));
const ofRole = async () =>
  (await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }))).InstanceProfiles?.map(({ Arn }) => Arn);

test('made, read, given a role, and deleted', async () => {
  const { InstanceProfile } = await create(InstanceProfileName, '/ci/');
  const arn = 'arn:aws:iam::123456789012:instance-profile/ci/runner';
  expect(InstanceProfile).toMatchObject({ InstanceProfileName, Path: '/ci/', Arn: arn, Roles: [] });
  expect(InstanceProfile?.InstanceProfileId).toMatch(/^AIPA[A-Z2-7]{10}EXAMPLE$/);
  expect(InstanceProfile?.Tags).toEqual([{ Key: 'team', Value: 'a' }]);
  expect(await get()).toEqual(InstanceProfile);
  expect(await ofRole()).toEqual([]);
  await add();
  expect((await get())?.Roles).toMatchObject([{ RoleName, Arn: role.arn }]);
  expect(await ofRole()).toEqual([arn]);
  await take();
  expect(await ofRole()).toEqual([]);
  await remove();
  const gone = { status: 404, code: 'NoSuchEntity', message: 'Instance Profile runner cannot be found.' };
  for (const call of [get, remove, add, take]) expect(await refusal(call())).toEqual(gone);
});

test('it and its role are deleted apart', async () => {
  await create();
  await add();
  const conflict = {
    status: 409,
    code: 'DeleteConflict',
    message: 'Cannot delete entity, must remove roles from instance profile first.',
  };
  const removeRole = () => iam.send(new DeleteRoleCommand({ RoleName }));
  expect(await refusal(remove())).toEqual(conflict);
  expect(await refusal(removeRole())).toEqual(conflict);
  await take();
  await removeRole();
  await remove();
});

test('one role each, which is there', async () => {
  await create();
  await add();
  account.createRole('other', { trust: trust('*') });
  expect(await refusal(add('other'))).toEqual({
    status: 409,
    code: 'LimitExceeded',
    message: 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1',
  });
  expect((await refusal(take('other'))).code).toBe('NoSuchEntity');
  expect((await refusal(take('nobody'))).message).toBe('The role with name nobody cannot be found.');
  expect(await refusal(create('Runner'))).toMatchObject({
    code: 'EntityAlreadyExists',
    message: 'Instance Profile Runner already exists.',
  });
});

test('lists, and tags', async () => {
  await create();
  await create('other', '/ci/');
  const { InstanceProfiles } = await iam.send(new ListInstanceProfilesCommand({ PathPrefix: '/ci/' }));
  expect(InstanceProfiles).toMatchObject([{ InstanceProfileName: 'other' }]);
  expect((await iam.send(new ListInstanceProfilesCommand({ MaxItems: 1 }))).IsTruncated).toBe(true);
  await iam.send(new TagInstanceProfileCommand({ InstanceProfileName, Tags: [{ Key: 'owner', Value: 'b' }] }));
  const { Tags } = await iam.send(new ListInstanceProfileTagsCommand({ InstanceProfileName }));
  expect(Tags?.map(({ Key }) => Key)).toEqual(['team', 'owner']);
});

test('to give it a role one must be allowed to pass that role', async () => {
  await create();
  admin.policies = [allow('iam:AddRoleToInstanceProfile')];
  expect((await refusal(add())).message).toBe(
    `User: ${admin.arn} is not authorized to perform: iam:PassRole on resource: ${role.arn} because no ` +
      'identity-based policy allows the iam:PassRole action',
  );
  admin.policies = [allow(['iam:AddRoleToInstanceProfile', 'iam:PassRole'])];
  await add();
});
