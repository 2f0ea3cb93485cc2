import {
  CreateRoleCommand,
  DeleteUserCommand,
  GetRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import type { Account, User } from '../../sandbox/accounts/account';
import type { PolicyDocument, PrincipalElement, Statement } from '../../sandbox/policy/document';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { iamClient } from './iam-client';
import { allow, credentialsOf, refusal, stsClient, trust } from './sts-client';

const RoleName = 'deploy';

let sandbox: Sandbox;
let account: Account;
let mona: User;
let iam: ReturnType<typeof iamClient>;
beforeEach(async () => {
  sandbox = await startSandbox();
  account = sandbox.account('123456789012');
  mona = account.createUser('mona');
  iam = iamClient(sandbox.url, account.createUser('admin', { policies: [allow('iam:*')] }).createAccessKey());
});
afterEach(() => sandbox.close());

const create = (document: PolicyDocument) =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(document) }));
const update = (document: PolicyDocument) =>
  iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: JSON.stringify(document) }));
async function shown(): Promise<unknown> {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  return JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''));
}
function assume(user: User) {
  const command = new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::123456789012:role/deploy', RoleSessionName: 'try' });
  return credentialsOf(stsClient(sandbox.url, user.createAccessKey()).send(command));
}
const removeMona = () => iam.send(new DeleteUserCommand({ UserName: 'mona' }));

test('shows a deleted user by unique ID, and does not trust the next one of that name', async () => {
  const hubot = account.createUser('hubot');
  await create(trust([mona.arn, hubot.arn]));
  await removeMona();
  expect(await shown()).toEqual(trust([mona.id, hubot.arn]));
  const next = account.createUser('mona');
  expect(next.arn).toBe(mona.arn);
  expect(await shown()).toEqual(trust([mona.id, hubot.arn]));
  expect((await refusal(assume(next))).code).toBe('AccessDenied');
  await assume(hubot);
  await update(trust(next.arn));
  await assume(next);
});

test('cannot be written with the ID of one who was deleted', async () => {
  await create(trust(mona.id));
  expect(await shown()).toEqual(trust(mona.arn));
  await removeMona();
  expect(await refusal(update(trust(mona.id)))).toMatchObject({
    code: 'MalformedPolicyDocument',
    message: `Invalid principal in policy: "AWS":"${mona.id}"`,
  });
});

test('follows a user who is renamed', async () => {
  await create(trust('arn:aws:iam::123456789012:user/mona'));
  await iam.send(new UpdateUserCommand({ UserName: 'mona', NewUserName: 'lisa', NewPath: '/team/' }));
  expect(await shown()).toEqual(trust('arn:aws:iam::123456789012:user/team/lisa'));
  await assume(mona);
});

test('follows a role that is deleted, and principals that are excepted', async () => {
  const first = account.createRole('first', { trust: trust('*') });
  const except = (AWS: string): PolicyDocument => ({
    Statement: [{ Effect: 'Deny', NotPrincipal: { AWS }, Action: 'sts:AssumeRole' }],
  });
  await create(except(first.arn));
  expect(await shown()).toEqual(except(first.arn));
  account.roles.delete('first');
  expect(await shown()).toEqual(except(first.id));
});

test('names accounts by their root, and leaves everyone else as they are', async () => {
  const statement = (Principal: PrincipalElement): Statement => ({
    Effect: 'Allow',
    Principal,
    Action: 'sts:AssumeRole',
  });
  const others = [
    statement('*'),
    statement({ Service: 's3.amazonaws.com' }),
    statement({ AWS: 'arn:aws:sts::123456789012:assumed-role/first/try' }),
  ];
  await create({ Statement: [statement({ AWS: '210987654321' }), ...others] });
  expect(await shown()).toEqual({ Statement: [statement({ AWS: 'arn:aws:iam::210987654321:root' }), ...others] });
});

describe('trusts an issuer that many organizations share only by a claim that tells them apart', () => {
  const issuer = 'token.actions.githubusercontent.com';
  const federated = (
    Condition: Statement['Condition'],
    provider = issuer,
    Action = 'sts:AssumeRoleWithWebIdentity',
  ) => ({
    Statement: {
      Effect: 'Allow' as const,
      Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${provider}` },
      Action,
      ...(Condition && { Condition }),
    },
  });

  test.each<[document: PolicyDocument]>([
    [federated({ StringEquals: { [`${issuer}:sub`]: 'repo:octo/app:pull_request' } })],
    [federated({ StringLike: { [`${issuer}:SUB`]: ['*', 'repo:*'] } })],
    [federated({ StringEqualsIgnoreCase: { [`${issuer}:job_workflow_ref`]: 'octo/app/.github/workflows/a.yml@b' } })],
    [federated(undefined, issuer, 'sts:TagSession')],
    [federated(undefined, 'gitlab.example')],
  ])('%j', async (document) => {
    await create(document);
  });

  test.each<[document: PolicyDocument, claims: string]>([
    [federated(undefined), `${issuer}:sub or ${issuer}:job_workflow_ref`],
    [federated({ StringLike: { [`${issuer}:sub`]: '*' } }), `${issuer}:sub or ${issuer}:job_workflow_ref`],
    [
      federated({ StringEquals: { [`${issuer}:repository_id`]: '2' } }, issuer, 'sts:*'),
      `${issuer}:sub or ${issuer}:job_workflow_ref`,
    ],
    [federated({ StringNotLike: { 'gitlab.com:sub': 'a' } }, 'gitlab.com'), 'gitlab.com:sub'],
  ])('and not %j', async (document, claims) => {
    const { code, message } = await refusal(create(document));
    expect(code).toBe('MalformedPolicyDocument');
    expect(message).toContain(
      `must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, ${claims} which`,
    );
  });
});
