import { SimulatePrincipalPolicyCommand, type ContextEntry } from '@aws-sdk/client-iam';
import type { Account, User } from '../../sandbox/accounts/account';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { iamClient } from './iam-client';
import { allow, deny, refusal, trust } from './sts-client';

const UserName = 'tfc';

let sandbox: Sandbox;
let account: Account;
let user: User;
let iam: ReturnType<typeof iamClient>;
beforeEach(async () => {
  sandbox = await startSandbox();
  account = sandbox.account('123456789012');
  user = account.createUser(UserName);
  iam = iamClient(sandbox.url, account.createUser('admin', { policies: [allow('iam:*')] }).createAccessKey());
});
afterEach(() => sandbox.close());

async function simulate(
  PolicySourceArn: string,
  ActionNames: string[],
  ResourceArns?: string[],
  ContextEntries?: ContextEntry[],
) {
  const input = { PolicySourceArn, ActionNames, ResourceArns, ContextEntries };
  const { EvaluationResults = [] } = await iam.send(new SimulatePrincipalPolicyCommand(input));
  return EvaluationResults.map((result) => [result.EvalActionName, result.EvalResourceName, result.EvalDecision]);
}

describe('SimulatePrincipalPolicy', () => {
  test('of a user', async () => {
    user.policies = [allow('s3:*', 'arn:aws:s3:::${aws:username}'), deny('s3:DeleteBucket')];
    const bucket = 'arn:aws:s3:::tfc';
    expect(await simulate(user.arn, ['s3:ListBucket', 's3:DeleteBucket'], [bucket, 'arn:aws:s3:::other'])).toEqual([
      ['s3:ListBucket', bucket, 'allowed'],
      ['s3:ListBucket', 'arn:aws:s3:::other', 'implicitDeny'],
      ['s3:DeleteBucket', bucket, 'explicitDeny'],
      ['s3:DeleteBucket', 'arn:aws:s3:::other', 'explicitDeny'],
    ]);
  });

  test('of a role, whose boundary counts', async () => {
    const role = account.createRole('deploy', { trust: trust(user.arn) });
    role.attachedPolicies.add('arn:aws:iam::aws:policy/AdministratorAccess');
    expect(await simulate(role.arn, ['iam:CreateUser'])).toEqual([['iam:CreateUser', '*', 'allowed']]);
    role.permissionsBoundary = 'arn:aws:iam::aws:policy/PowerUserAccess';
    expect(await simulate(role.arn, ['iam:CreateUser'])).toEqual([['iam:CreateUser', '*', 'implicitDeny']]);
  });

  test('says whether the organization and the boundary allow it, where there are such', async () => {
    user.policies = [allow('*')];
    const input = { PolicySourceArn: user.arn, ActionNames: ['s3:ListBucket'] };
    const details = async () => {
      const { EvaluationResults: [result] = [] } = await iam.send(new SimulatePrincipalPolicyCommand(input));
      const { EvalDecision, OrganizationsDecisionDetail, PermissionsBoundaryDecisionDetail } = result ?? {};
      return [EvalDecision, OrganizationsDecisionDetail, PermissionsBoundaryDecisionDetail];
    };
    expect(await details()).toEqual(['allowed', undefined, undefined]);
    account.serviceControlPolicies = [allow('s3:*'), allow('iam:*')];
    user.permissionsBoundary = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
    const within = { AllowedByPermissionsBoundary: true };
    expect(await details()).toEqual(['allowed', { AllowedByOrganizations: true }, within]);
    account.serviceControlPolicies = [allow('iam:*')];
    expect(await details()).toEqual(['implicitDeny', { AllowedByOrganizations: false }, within]);
  });

  test('with context', async () => {
    const Condition = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
    user.policies = [{ Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*', Condition } }];
    const ContextKeyName = 'aws:MultiFactorAuthPresent';
    const entry: ContextEntry = { ContextKeyName, ContextKeyType: 'boolean', ContextKeyValues: ['true'] };
    const action = 's3:ListAllMyBuckets';
    expect(await simulate(user.arn, [action])).toEqual([[action, '*', 'implicitDeny']]);
    expect(await simulate(user.arn, [action], ['*'], [entry])).toEqual([[action, '*', 'allowed']]);
  });

  test('of nobody, and of nothing', async () => {
    expect((await refusal(simulate(`${user.arn}x`, ['s3:*']))).code).toBe('NoSuchEntity');
    expect((await refusal(simulate('arn:aws:s3:::bucket', ['s3:*']))).code).toBe('InvalidInput');
    expect((await refusal(simulate(user.arn, ['ListBucket']))).code).toBe('InvalidInput');
    expect((await refusal(simulate(user.arn, []))).code).toBe('ValidationError');
  });
});
