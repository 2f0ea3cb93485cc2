import {
  CreateUserCommand,
  DeleteUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  GetUserCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  PutUserPermissionsBoundaryCommand,
  TagUserCommand,
  UntagUserCommand,
  UpdateUserCommand,
  type CreateUserCommandInput,
  type UpdateUserCommandInput,
} from '@aws-sdk/client-iam';
import type { Account, User } from '../../sandbox/accounts/account';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { iamClient } from './iam-client';
import { allow, refusal } from './sts-client';

const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

let sandbox: Sandbox;
let account: Account;
let admin: User;
let iam: ReturnType<typeof iamClient>;
beforeEach(async () => {
  sandbox = await startSandbox();
  account = sandbox.account('123456789012');
  admin = account.createUser('admin', { policies: [allow('iam:*')] });
  iam = iamClient(sandbox.url, admin.createAccessKey());
});
afterEach(() => sandbox.close());

const create = (input: Partial<CreateUserCommandInput> = {}) =>
  iam.send(new CreateUserCommand({ UserName: 'tfc', ...input }));
const getUser = async (UserName = 'tfc') => (await iam.send(new GetUserCommand({ UserName }))).User;
const remove = () => iam.send(new DeleteUserCommand({ UserName: 'tfc' }));

test('made with everything, read, and deleted', async () => {
  const Tags = [{ Key: 'deployedby', Value: 'mona' }];
  const { User } = await create({ Path: '/machine/', Tags, PermissionsBoundary: readOnly });
  expect(User).toMatchObject({
    UserName: 'tfc',
    Path: '/machine/',
    Arn: 'arn:aws:iam::123456789012:user/machine/tfc',
    Tags,
    PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: readOnly },
  });
  expect(User?.UserId).toMatch(/^AIDA[A-Z2-7]{10}EXAMPLE$/);
  expect(await getUser()).toEqual(User);
  await remove();
  expect(await refusal(getUser())).toMatchObject({ status: 404, code: 'NoSuchEntity' });
  expect(await refusal(remove())).toMatchObject({ code: 'NoSuchEntity' });
});

test('a user is found whatever the case of its name', async () => {
  const { User } = await create();
  expect(await getUser('TFC')).toEqual(User);
});

test('names are unique whatever their case', async () => {
  await create();
  expect(await refusal(create({ UserName: 'TFC' }))).toEqual({
    status: 409,
    code: 'EntityAlreadyExists',
    message: 'User with name TFC already exists.',
  });
});

const tags = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `key${index}`, Value: '' }));

test.each<[string, Partial<CreateUserCommandInput>, string, RegExp]>([
  ['a long name', { UserName: 'n'.repeat(65) }, 'ValidationError', /'userName' .* less than or equal to 64$/],
  ['a name with a space', { UserName: 'a b' }, 'ValidationError', /value for userName is invalid/],
  ['a path without an end', { Path: '/machine' }, 'ValidationError', /value for path is invalid/],
  ['a long path', { Path: `/${'p'.repeat(511)}/` }, 'ValidationError', /'path' .* less than or equal to 512$/],
  ['51 tags', { Tags: tags(51) }, 'ValidationError', /at 'tags' .* less than or equal to 50$/],
  ['a long key', { Tags: [{ Key: 'k'.repeat(129), Value: '' }] }, 'ValidationError', /'tags.1.member.key'/],
  ['a long value', { Tags: [{ Key: 'k', Value: 'v'.repeat(257) }] }, 'ValidationError', /'tags.1.member.value'/],
  ['a character', { Tags: [{ Key: 'k', Value: 'a,b' }] }, 'ValidationError', /regular expression pattern/],
  [
    'a key twice',
    {
      Tags: [
        { Key: 'team', Value: 'a' },
        { Key: 'TEAM', Value: 'b' },
      ],
    },
    'InvalidInput',
    /^Duplicate tag keys found/,
  ],
  [
    'a boundary that is not there',
    { PermissionsBoundary: 'arn:aws:iam::123456789012:policy/none' },
    'NoSuchEntity',
    /^Scope ARN: arn:aws:iam::123456789012:policy\/none does not exist or is not attachable.$/,
  ],
])('%s is refused', async (_, input, code, message) => {
  const refused = await refusal(create(input));
  expect(refused.code).toBe(code);
  expect(refused.message).toMatch(message);
  expect(account.users.has(input.UserName ?? 'tfc')).toBe(false);
});

test('as long and as many as may be', async () => {
  await create({ UserName: 'n'.repeat(64), Path: `/${'p'.repeat(510)}/`, Tags: tags(50) });
  expect((await getUser('n'.repeat(64)))?.Tags).toHaveLength(50);
});

test('lists: by path, page by page', async () => {
  await create({ UserName: 'one', Path: '/machine/', Tags: tags(1) });
  await create({ UserName: 'two', Path: '/machine/' });
  const first = await iam.send(new ListUsersCommand({ PathPrefix: '/machine/', MaxItems: 1 }));
  expect(first.Users).toMatchObject([{ UserName: 'one' }]);
  expect(first.Users?.[0]).not.toHaveProperty('Tags');
  expect(first.IsTruncated).toBe(true);
  const rest = await iam.send(new ListUsersCommand({ PathPrefix: '/machine/', Marker: first.Marker }));
  expect(rest.Users).toMatchObject([{ UserName: 'two' }]);
  expect(rest.IsTruncated).toBe(false);
  expect((await iam.send(new ListUsersCommand({}))).Users).toHaveLength(3);
});

test('tags are added, replaced and taken away whatever their case', async () => {
  await create({ Tags: [{ Key: 'team', Value: 'a' }] });
  const tag = (Tags: { Key: string; Value: string }[]) => iam.send(new TagUserCommand({ UserName: 'tfc', Tags }));
  await tag([
    { Key: 'Team', Value: 'b' },
    { Key: 'usedby', Value: 'Terraform Cloud' },
  ]);
  const list = async () => (await iam.send(new ListUserTagsCommand({ UserName: 'tfc' }))).Tags;
  expect(await list()).toEqual([
    { Key: 'Team', Value: 'b' },
    { Key: 'usedby', Value: 'Terraform Cloud' },
  ]);
  await iam.send(new UntagUserCommand({ UserName: 'tfc', TagKeys: ['USEDBY', 'other'] }));
  expect(await list()).toEqual([{ Key: 'Team', Value: 'b' }]);
  expect(await refusal(tag(tags(50)))).toMatchObject({ status: 409, code: 'LimitExceeded' });
  expect(await list()).toHaveLength(1);
});

test('a permissions boundary narrows what the user may do', async () => {
  const mona = account.createUser('tfc', { policies: [allow('*')] });
  const own = iamClient(sandbox.url, mona.createAccessKey());
  const make = () => own.send(new CreateUserCommand({ UserName: 'other' }));
  await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: 'tfc', PermissionsBoundary: readOnly }));
  await own.send(new GetUserCommand({}));
  expect((await refusal(make())).message).toBe(
    `User: ${mona.arn} is not authorized to perform: iam:CreateUser on resource: ` +
      'arn:aws:iam::123456789012:user/other because no permissions boundary allows the iam:CreateUser action',
  );
  await iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'tfc' }));
  expect(await getUser()).not.toHaveProperty('PermissionsBoundary');
  await make();
});

describe('permissions', () => {
  test('to make a user with tags are two', async () => {
    admin.policies = [allow('iam:CreateUser')];
    await create({ UserName: 'plain' });
    expect((await refusal(create({ Tags: tags(1) }))).message).toMatch(
      /iam:TagUser on resource: arn:aws:.*:user\/tfc /,
    );
  });

  test('may depend on the boundary and the tags', async () => {
    const when = (Condition: Record<string, Record<string, string>>) => ({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'iam:*', Resource: '*', Condition } as const,
    });
    admin.policies = [when({ StringEquals: { 'iam:PermissionsBoundary': readOnly } })];
    expect((await refusal(create())).code).toBe('AccessDenied');
    await create({ PermissionsBoundary: readOnly });
    admin.policies = [when({ StringEquals: { 'aws:RequestTag/team': 'a', 'aws:ResourceTag/owner': 'me' } })];
    const tag = () => iam.send(new TagUserCommand({ UserName: 'tfc', Tags: [{ Key: 'team', Value: 'a' }] }));
    expect((await refusal(tag())).code).toBe('AccessDenied');
    const tfc = account.users.get('tfc');
    if (tfc) tfc.tags = { owner: 'me' };
    await tag();
  });
});

describe('UpdateUser', () => {
  const update = (input: Partial<UpdateUserCommandInput>) =>
    iam.send(new UpdateUserCommand({ UserName: 'tfc', ...input }));

  test('gives another name and path; the keys stay', async () => {
    const { User } = await create({ Tags: tags(1) });
    const own = iamClient(sandbox.url, account.users.get('tfc')?.createAccessKey() ?? admin.createAccessKey());
    await update({ NewUserName: 'pulumi', NewPath: '/machine/' });
    expect(await getUser('pulumi')).toEqual({
      ...User,
      UserName: 'pulumi',
      Path: '/machine/',
      Arn: 'arn:aws:iam::123456789012:user/machine/pulumi',
    });
    expect((await refusal(getUser())).code).toBe('NoSuchEntity');
    expect((await refusal(own.send(new GetUserCommand({})))).message).toMatch(
      /^User: arn:.*:user\/machine\/pulumi is /,
    );
    await create();
  });

  test('changes the case of a name, and nothing when nothing is asked', async () => {
    await create({ Path: '/machine/' });
    await update({});
    await update({ NewUserName: 'TFC' });
    expect((await getUser('TFC'))?.Path).toBe('/machine/');
  });

  test.each<[string, Partial<UpdateUserCommandInput>, string, RegExp]>([
    ['a name that is taken', { NewUserName: 'Admin' }, 'EntityAlreadyExists', /^User with name Admin already exists.$/],
    ['a wrong name', { NewUserName: 'a b' }, 'ValidationError', /value for newUserName is invalid/],
    ['a long name', { NewUserName: 'n'.repeat(65) }, 'ValidationError', /'newUserName' .* equal to 64$/],
    ['a wrong path', { NewPath: 'machine' }, 'ValidationError', /value for newPath is invalid/],
    ['nobody', { UserName: 'nobody' }, 'NoSuchEntity', /^The user with name nobody cannot be found.$/],
  ])('%s is refused', async (_, input, code, message) => {
    await create();
    const refused = await refusal(update(input));
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(message);
  });

  test('needs the permission over what the user was and what it is to be', async () => {
    await create();
    admin.policies = [allow('iam:UpdateUser', 'arn:aws:iam::123456789012:user/tfc')];
    expect((await refusal(update({ NewUserName: 'pulumi' }))).message).toMatch(
      /iam:UpdateUser on resource: user pulumi /,
    );
    admin.policies = [allow('iam:UpdateUser', 'arn:aws:iam::123456789012:user/pulumi')];
    expect((await refusal(update({ NewUserName: 'pulumi' }))).message).toMatch(/iam:UpdateUser on resource: user tfc /);
    admin.policies = [allow('iam:UpdateUser')];
    await update({ NewUserName: 'pulumi' });
  });
});

test.each<[string, (user: User) => unknown]>([
  ['delete login profile', (user) => user.createLoginProfile()],
  ['delete access keys', (user) => user.createAccessKey()],
  ['delete MFA device', (user) => user.createMfaDevice('phone')],
  ['delete policies', (user) => user.inlinePolicies.set('own', { text: '', document: allow('*') })],
  ['detach all policies', (user) => user.attachedPolicies.add(readOnly)],
  ['delete certificates', (user) => user.uploadSigningCertificate('')],
  ['remove users from group', (user) => user.groups.add(account.createGroup('machines'))],
  ['remove referenced objects', (user) => user.uploadSshPublicKey('ssh-rsa AAAA')],
  ['remove referenced objects', (user) => user.createServiceSpecificCredential('codecommit.amazonaws.com')],
])('to delete a user one must first %s', async (step, block) => {
  block(account.createUser('tfc'));
  expect(await refusal(remove())).toEqual({
    status: 409,
    code: 'DeleteConflict',
    message: `Cannot delete entity, must ${step} first.`,
  });
  await getUser();
});
