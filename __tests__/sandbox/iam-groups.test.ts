import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  DeleteGroupCommand,
  DeleteGroupPolicyCommand,
  DeletePolicyCommand,
  DetachGroupPolicyCommand,
  GetGroupCommand,
  GetPolicyCommand,
  ListAttachedGroupPoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListGroupPoliciesCommand,
  ListGroupsCommand,
  ListGroupsForUserCommand,
  ListUsersCommand,
  PutGroupPolicyCommand,
  RemoveUserFromGroupCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import type { Account, User } from '../../sandbox/accounts/account';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { iamClient } from './iam-client';
import { allow, deny, refusal } from './sts-client';

const GroupName = 'machines';
const UserName = 'tfc';
const PolicyArn = 'arn:aws:iam::123456789012:policy/list';

let sandbox: Sandbox;
let account: Account;
let user: User;
let admin: User;
let iam: ReturnType<typeof iamClient>;
let own: ReturnType<typeof iamClient>;
beforeEach(async () => {
  sandbox = await startSandbox();
  account = sandbox.account('123456789012');
  user = account.createUser(UserName);
  admin = account.createUser('admin', { policies: [allow('iam:*')] });
  iam = iamClient(sandbox.url, admin.createAccessKey());
  own = iamClient(sandbox.url, user.createAccessKey());
});
afterEach(() => sandbox.close());

const create = (name = GroupName, Path?: string) => iam.send(new CreateGroupCommand({ GroupName: name, Path }));
const get = () => iam.send(new GetGroupCommand({ GroupName }));
const remove = () => iam.send(new DeleteGroupCommand({ GroupName }));
const join = (group = GroupName, name = UserName) =>
  iam.send(new AddUserToGroupCommand({ GroupName: group, UserName: name }));
const leave = () => iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName }));
const groupsOf = async (name: string) => {
  const { Groups = [] } = await iam.send(new ListGroupsForUserCommand({ UserName: name }));
  return Groups.map((group) => group.GroupName);
};
const putPolicy = (document = allow('iam:ListUsers')) =>
  iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName: 'own', PolicyDocument: JSON.stringify(document) }));
const createPolicy = () =>
  iam.send(new CreatePolicyCommand({ PolicyName: 'list', PolicyDocument: JSON.stringify(allow('iam:ListUsers')) }));
const attach = () => iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn }));
const detach = () => iam.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn }));
const mayList = () =>
  own.send(new ListUsersCommand({})).then(
    () => true,
    () => false,
  );

test('made, read, joined, left, and deleted', async () => {
  const { Group } = await create(GroupName, '/ci/');
  expect(Group).toMatchObject({ GroupName, Path: '/ci/', Arn: 'arn:aws:iam::123456789012:group/ci/machines' });
  expect(Group?.GroupId).toMatch(/^AGPA[A-Z2-7]{10}EXAMPLE$/);
  await join();
  await join();
  expect(await get()).toMatchObject({ Group, Users: [{ UserName, UserId: user.id }], IsTruncated: false });
  expect(await groupsOf(UserName)).toEqual([GroupName]);
  expect(await groupsOf('admin')).toEqual([]);
  await leave();
  await leave();
  expect((await get()).Users).toEqual([]);
  await remove();
  const gone = { status: 404, code: 'NoSuchEntity', message: 'The group with name machines cannot be found.' };
  for (const call of [get, remove, join, leave, attach]) expect(await refusal(call())).toEqual(gone);
});

test('what cannot be made or joined', async () => {
  await create();
  expect(await refusal(create('Machines'))).toEqual({
    status: 409,
    code: 'EntityAlreadyExists',
    message: 'Group with name Machines already exists.',
  });
  expect((await refusal(create('a b'))).message).toMatch(/value for groupName is invalid/);
  expect((await refusal(create('n'.repeat(129)))).message).toMatch(/'groupName' .* equal to 128$/);
  expect((await refusal(join(GroupName, 'nobody'))).message).toBe('The user with name nobody cannot be found.');
  for (let count = 0; count < 10; count++) user.groups.add(account.createGroup(`g${count}`));
  expect(await refusal(join())).toEqual({
    status: 409,
    code: 'LimitExceeded',
    message: 'Cannot exceed quota for GroupsPerUser: 10',
  });
  await join('g0');
});

test('lists, by path and page by page', async () => {
  await create('one', '/ci/');
  await create('two');
  const list = async (input: { PathPrefix?: string; MaxItems?: number; Marker?: string | undefined }) =>
    iam.send(new ListGroupsCommand(input));
  expect((await list({ PathPrefix: '/ci/' })).Groups).toMatchObject([{ GroupName: 'one' }]);
  const first = await list({ MaxItems: 1 });
  expect(first).toMatchObject({ Groups: [{ GroupName: 'one' }], IsTruncated: true });
  expect((await list({ Marker: first.Marker })).Groups).toMatchObject([{ GroupName: 'two' }]);
});

describe('policies', () => {
  beforeEach(async () => {
    await create();
    await createPolicy();
  });

  test('attached to the group count for its users', async () => {
    await attach();
    expect(await mayList()).toBe(false);
    await join();
    expect(await mayList()).toBe(true);
    const simulated = new SimulatePrincipalPolicyCommand({
      PolicySourceArn: user.arn,
      ActionNames: ['iam:ListUsers'],
    });
    expect((await iam.send(simulated)).EvaluationResults).toMatchObject([{ EvalDecision: 'allowed' }]);
    await leave();
    expect(await mayList()).toBe(false);
  });

  test('inline in the group count for its users, denials too', async () => {
    user.policies = [allow('*')];
    await join();
    await putPolicy(deny('iam:ListUsers'));
    expect(await mayList()).toBe(false);
    expect((await iam.send(new ListGroupPoliciesCommand({ GroupName }))).PolicyNames).toEqual(['own']);
    await iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName: 'own' }));
    expect(await mayList()).toBe(true);
  });

  test('that are attached are listed, and know the group', async () => {
    await attach();
    const { AttachedPolicies } = await iam.send(new ListAttachedGroupPoliciesCommand({ GroupName }));
    expect(AttachedPolicies).toEqual([{ PolicyName: 'list', PolicyArn }]);
    const GroupId = account.groups.get(GroupName)?.id;
    const list = (EntityFilter?: 'User' | 'Group') =>
      iam.send(new ListEntitiesForPolicyCommand({ PolicyArn, EntityFilter }));
    const { PolicyGroups, PolicyUsers, PolicyRoles } = await list();
    expect([PolicyGroups, PolicyUsers, PolicyRoles]).toEqual([[{ GroupName, GroupId }], [], []]);
    expect((await list('Group')).PolicyGroups).toHaveLength(1);
    expect((await list('User')).PolicyGroups).toEqual([]);
    expect((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.AttachmentCount).toBe(1);
  });

  test('are not deleted while a group has them', async () => {
    await attach();
    const removePolicy = () => iam.send(new DeletePolicyCommand({ PolicyArn }));
    expect(await refusal(removePolicy())).toEqual({
      status: 409,
      code: 'DeleteConflict',
      message: 'Cannot delete a policy attached to entities.',
    });
    await detach();
    expect((await refusal(detach())).code).toBe('NoSuchEntity');
    await removePolicy();
  });
});

test.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
  ['remove users from group', () => join(), () => leave()],
  [
    'delete policies',
    () => putPolicy(),
    () => iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName: 'own' })),
  ],
  ['detach all policies', () => createPolicy().then(attach), () => detach()],
])('to delete a group one must first %s', async (step, block, unblock) => {
  await create();
  await block();
  expect(await refusal(remove())).toEqual({
    status: 409,
    code: 'DeleteConflict',
    message: `Cannot delete entity, must ${step} first.`,
  });
  await unblock();
  await remove();
});

test('the permission to join is one over the group', async () => {
  await create();
  admin.policies = [allow('iam:*', user.arn)];
  expect((await refusal(join())).message).toBe(
    `User: ${admin.arn} is not authorized to perform: iam:AddUserToGroup on resource: group machines because no ` +
      'identity-based policy allows the iam:AddUserToGroup action',
  );
  admin.policies = [allow('iam:AddUserToGroup', 'arn:aws:iam::123456789012:group/machines')];
  await join();
});
