import {
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetUserPolicyCommand,
  ListAttachedUserPoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListPoliciesCommand,
  ListPolicyTagsCommand,
  ListPolicyVersionsCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
  SetDefaultPolicyVersionCommand,
  TagPolicyCommand,
  UntagPolicyCommand,
  type CreatePolicyCommandInput,
  type ListPoliciesCommandInput,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { AccessKey, Account, User } from '../../sandbox/accounts/account';
import { awsManagedPolicies } from '../../sandbox/policy/managed';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { iamClient } from './iam-client';
import { allow, credentialsOf, deny, refusal, stsClient, trust } from './sts-client';

const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const PolicyArn = 'arn:aws:iam::123456789012:policy/team/list';
const UserName = 'tfc';

let sandbox: Sandbox;
let account: Account;
let user: User;
let key: AccessKey;
let iam: ReturnType<typeof iamClient>;
let own: ReturnType<typeof iamClient>;
beforeEach(async () => {
  sandbox = await startSandbox();
  account = sandbox.account('123456789012');
  user = account.createUser(UserName);
  iam = iamClient(sandbox.url, account.createUser('admin', { policies: [allow('iam:*')] }).createAccessKey());
  key = user.createAccessKey();
  own = iamClient(sandbox.url, key);
});
afterEach(() => sandbox.close());

const json = JSON.stringify;
/** A policy of so many characters without white space, and some white space. */
function policyOf(size: number): string {
  const text = json(allow('s3:*', ''));
  return `  ${text.replace('""', `"${'r'.repeat(size - text.length)}"`)}\n`;
}
const create = (input: Partial<CreatePolicyCommandInput> = {}) =>
  iam.send(
    new CreatePolicyCommand({
      PolicyName: 'list',
      Path: '/team/',
      PolicyDocument: json(allow('iam:ListUsers')),
      ...input,
    }),
  );
const addVersion = (document = allow('iam:*'), SetAsDefault = false) =>
  iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: json(document), SetAsDefault }));
const attach = (arn = PolicyArn) => iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: arn }));
const detach = () => iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn }));
const mayList = () =>
  own.send(new ListUsersCommand({})).then(
    () => true,
    () => false,
  );

describe('managed policies', () => {
  test('made, read, and deleted', async () => {
    const Tags = [{ Key: 'team', Value: 'platform' }];
    const { Policy } = await create({ Description: 'What it may do', Tags });
    expect(Policy).toMatchObject({
      PolicyName: 'list',
      Arn: PolicyArn,
      Path: '/team/',
      DefaultVersionId: 'v1',
      AttachmentCount: 0,
      IsAttachable: true,
      Tags,
    });
    expect(Policy?.PolicyId).toMatch(/^ANPA[A-Z2-7]{10}EXAMPLE$/);
    const read = await iam.send(new GetPolicyCommand({ PolicyArn }));
    expect(read.Policy).toEqual({ ...Policy, Description: 'What it may do' });
    const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    expect(PolicyVersion?.Document).toContain('%22iam%3AListUsers%22');
    expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toBe(json(allow('iam:ListUsers')));
    await iam.send(new DeletePolicyCommand({ PolicyArn }));
    expect(await refusal(iam.send(new GetPolicyCommand({ PolicyArn })))).toEqual({
      status: 404,
      code: 'NoSuchEntity',
      message: `Policy ${PolicyArn} was not found.`,
    });
  });

  test.each<[string, Partial<CreatePolicyCommandInput>, string, RegExp]>([
    [
      'a name twice',
      { PolicyName: 'Taken', Path: '/' },
      'EntityAlreadyExists',
      /^A policy called Taken already exists/,
    ],
    ['6145 characters', { PolicyDocument: policyOf(6145) }, 'LimitExceeded', /quota for PolicySize: 6144$/],
    ['no JSON', { PolicyDocument: '{' }, 'MalformedPolicyDocument', /invalid Json/],
    ['a principal', { PolicyDocument: json(trust('*')) }, 'MalformedPolicyDocument', /should not specify a principal/],
    [
      'no version',
      { PolicyDocument: json({ Statement: allow('s3:*').Statement }) },
      'MalformedPolicyDocument',
      /^Policy document must be version 2012-10-17 or greater\.$/,
    ],
    [
      'the old version',
      { PolicyDocument: json({ ...allow('s3:*'), Version: '2008-10-17' }) },
      'MalformedPolicyDocument',
      /must be version 2012-10-17 or greater/,
    ],
    ['a long name', { PolicyName: 'n'.repeat(129) }, 'ValidationError', /'policyName' .* equal to 128$/],
    ['a long description', { Description: 'd'.repeat(1001) }, 'ValidationError', /'description' .* equal to 1000$/],
  ])('%s is refused', async (_, input, code, message) => {
    await create({ PolicyName: 'taken' });
    const refused = await refusal(create(input));
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(message);
  });

  test('a further version is of this version, too', async () => {
    await create();
    const refused = await refusal(addVersion({ ...allow('iam:*'), Version: '2008-10-17' }));
    expect(refused.message).toBe('Policy document must be version 2012-10-17 or greater.');
  });

  test('white space does not count', async () => {
    await create({ PolicyDocument: policyOf(6144) });
  });

  test('versions', async () => {
    await create();
    await addVersion();
    const listed = async () => {
      const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
      return Versions.map(({ VersionId, IsDefaultVersion }) => [VersionId, IsDefaultVersion]);
    };
    expect(await listed()).toEqual([
      ['v2', false],
      ['v1', true],
    ]);
    await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
    const remove = (VersionId: string) => iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
    expect(await refusal(remove('v2'))).toMatchObject({ status: 409, code: 'DeleteConflict' });
    await remove('v1');
    expect((await refusal(remove('v1'))).code).toBe('NoSuchEntity');
    for (let count = 1; count < 5; count++) await addVersion(undefined, true);
    expect((await listed())[0]).toEqual(['v6', true]);
    expect(await refusal(addVersion())).toMatchObject({ status: 409, code: 'LimitExceeded' });
  });

  test('are deleted once nobody has them and one version is left', async () => {
    await create();
    await addVersion();
    await attach();
    const remove = () => iam.send(new DeletePolicyCommand({ PolicyArn }));
    expect(await refusal(remove())).toEqual({
      status: 409,
      code: 'DeleteConflict',
      message: 'Cannot delete a policy attached to entities.',
    });
    await detach();
    expect((await refusal(remove())).message).toMatch(/^This policy has more than one version/);
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
    user.permissionsBoundary = PolicyArn;
    expect((await refusal(remove())).code).toBe('DeleteConflict');
    user.permissionsBoundary = undefined;
    await remove();
  });

  test('listed by scope and use', async () => {
    await create();
    const list = async (input: ListPoliciesCommandInput) => {
      const { Policies = [] } = await iam.send(new ListPoliciesCommand(input));
      return Policies.map(({ PolicyName }) => PolicyName);
    };
    const aws = Object.keys(awsManagedPolicies).map((pathAndName) => pathAndName.split('/').at(-1));
    expect(await list({})).toEqual([...aws, 'list']);
    expect(await list({ Scope: 'AWS' })).toEqual(aws);
    expect(await list({ Scope: 'Local' })).toEqual(['list']);
    expect(await list({ PathPrefix: '/team/' })).toEqual(['list']);
    await attach(readOnly);
    expect(await list({ OnlyAttached: true })).toEqual(['ReadOnlyAccess']);
    expect(await list({ PolicyUsageFilter: 'PermissionsBoundary' })).toEqual([]);
  });

  test('know who has them', async () => {
    await create();
    await attach();
    account.createRole('deploy', { trust: trust(user.arn) });
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'deploy', PolicyArn }));
    const list = (EntityFilter?: 'User') => iam.send(new ListEntitiesForPolicyCommand({ PolicyArn, EntityFilter }));
    expect(await list()).toMatchObject({
      PolicyUsers: [{ UserName, UserId: user.id }],
      PolicyRoles: [{ RoleName: 'deploy' }],
      PolicyGroups: [],
    });
    expect((await list('User')).PolicyRoles).toEqual([]);
    expect((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.AttachmentCount).toBe(2);
  });

  test('tags', async () => {
    await create();
    await iam.send(new TagPolicyCommand({ PolicyArn, Tags: [{ Key: 'team', Value: 'a' }] }));
    const list = async () => (await iam.send(new ListPolicyTagsCommand({ PolicyArn }))).Tags;
    expect(await list()).toEqual([{ Key: 'team', Value: 'a' }]);
    await iam.send(new UntagPolicyCommand({ PolicyArn, TagKeys: ['team'] }));
    expect(await list()).toEqual([]);
  });

  test('of AWS can be read and not changed', async () => {
    expect((await iam.send(new GetPolicyCommand({ PolicyArn: readOnly }))).Policy?.PolicyName).toBe('ReadOnlyAccess');
    expect((await refusal(iam.send(new DeletePolicyCommand({ PolicyArn: readOnly })))).code).toBe('AccessDenied');
  });

  test('a wrong ARN is refused', async () => {
    expect(await refusal(attach('arn:aws:iam::123456789012:role/deploy'))).toMatchObject({
      code: 'ValidationError',
      message: 'ARN arn:aws:iam::123456789012:role/deploy is not valid.',
    });
  });
});

describe('attached policies', () => {
  test('grant what they say, as their default version says it', async () => {
    await create();
    expect(await mayList()).toBe(false);
    await attach();
    expect(await mayList()).toBe(true);
    await addVersion(deny('iam:*'));
    expect(await mayList()).toBe(true);
    await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
    expect(await mayList()).toBe(false);
    await detach();
    await attach(readOnly);
    expect(await mayList()).toBe(true);
    const { AttachedPolicies } = await iam.send(new ListAttachedUserPoliciesCommand({ UserName }));
    expect(AttachedPolicies).toEqual([{ PolicyName: 'ReadOnlyAccess', PolicyArn: readOnly }]);
  });

  test('of the account narrow sessions too', async () => {
    await create();
    const role = account.createRole('deploy', { trust: trust(user.arn), policies: [allow('iam:*')] });
    const input = { RoleArn: role.arn, RoleSessionName: 'try', PolicyArns: [{ arn: PolicyArn }] };
    const keys = await credentialsOf(stsClient(sandbox.url, key).send(new AssumeRoleCommand(input)));
    const session = iamClient(sandbox.url, keys);
    await session.send(new ListUsersCommand({}));
    expect((await refusal(session.send(new ListPoliciesCommand({})))).message).toMatch(/because no session policy/);
  });

  test('are ten at most; one attached again is the same', async () => {
    for (let count = 0; count < 10; count++) {
      await create({ PolicyName: `p${count}` });
      await attach(`arn:aws:iam::123456789012:policy/team/p${count}`);
    }
    await attach('arn:aws:iam::123456789012:policy/team/p0');
    expect(await refusal(attach(readOnly))).toEqual({
      status: 409,
      code: 'LimitExceeded',
      message: 'Cannot exceed quota for PoliciesPerUser: 10',
    });
  });

  test('that are not there', async () => {
    expect(await refusal(attach())).toEqual({
      status: 404,
      code: 'NoSuchEntity',
      message: `Policy ${PolicyArn} does not exist or is not attachable.`,
    });
    expect((await refusal(detach())).message).toBe(`Policy ${PolicyArn} was not found.`);
  });
});

describe('inline policies', () => {
  const put = (PolicyDocument: string, PolicyName = 'own') =>
    iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument }));
  const get = () => iam.send(new GetUserPolicyCommand({ UserName, PolicyName: 'own' }));
  const remove = () => iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: 'own' }));

  test('grant what they say until they are deleted', async () => {
    await put(json(allow('iam:ListUsers')));
    expect(await mayList()).toBe(true);
    expect(await get()).toMatchObject({ UserName, PolicyName: 'own' });
    expect(decodeURIComponent((await get()).PolicyDocument ?? '')).toBe(json(allow('iam:ListUsers')));
    expect((await iam.send(new ListUserPoliciesCommand({ UserName }))).PolicyNames).toEqual(['own']);
    await remove();
    expect(await mayList()).toBe(false);
    const gone = { status: 404, code: 'NoSuchEntity', message: 'The user policy with name own cannot be found.' };
    expect(await refusal(get())).toEqual(gone);
    expect(await refusal(remove())).toEqual(gone);
  });

  test('have 2048 characters together', async () => {
    await put(policyOf(1024));
    await put(policyOf(1024), 'other');
    await put(policyOf(1024));
    expect(await refusal(put(policyOf(1025)))).toEqual({
      status: 409,
      code: 'LimitExceeded',
      message: 'Maximum policy size of 2048 bytes exceeded for user tfc',
    });
  });

  test('must be policies', async () => {
    expect((await refusal(put('{}'))).code).toBe('MalformedPolicyDocument');
    expect((await refusal(get())).code).toBe('NoSuchEntity');
  });
});
