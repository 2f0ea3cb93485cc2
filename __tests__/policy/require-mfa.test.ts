import { contextOf } from '../../sandbox/policy/context';
import { evaluate } from '../../sandbox/policy/evaluate';
import { parsePolicy } from '../../sandbox/policy/parse';
import { checkPolicy, policySize } from '../../src/policy/check-policy';
import { policyText } from '../../src/policy/policy-document';
import { REQUIRE_MFA_POLICY_NAME, requireMfaPolicy } from '../../src/policy/require-mfa';

const userArn = 'arn:aws:iam::123456789012:user/machine/pulumi';
const policy = requireMfaPolicy(userArn);
const parsed = parsePolicy(policyText(policy));
const administrator = parsePolicy(
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
);

const decide = (action: string, mfa: string | undefined, given = [parsed, administrator], resource = userArn) =>
  evaluate(given, { action, resource, context: contextOf({ 'aws:MultiFactorAuthPresent': mfa }) });

const OPEN = [
  'iam:CreateVirtualMFADevice',
  'iam:EnableMFADevice',
  'iam:GetMFADevice',
  'iam:GetUser',
  'iam:ListMFADevices',
  'iam:ListVirtualMFADevices',
  'iam:ResyncMFADevice',
  'sts:GetSessionToken',
];
const CLOSED = [
  'iam:CreateAccessKey',
  'iam:DeactivateMFADevice',
  'iam:DeleteVirtualMFADevice',
  'iam:DeleteUserPolicy',
  's3:ListAllMyBuckets',
  'sts:AssumeRole',
  'sts:GetFederationToken',
];

test('is a policy that AWS takes, and leaves room in the 2,048 characters that a user has', () => {
  expect(checkPolicy(policy, 'inline')).toEqual([]);
  expect(policySize(policy)).toBeLessThan(900);
  expect(REQUIRE_MFA_POLICY_NAME).toMatch(/^[\w+=,.@-]{1,128}$/);
});

describe.each([
  ['long-term keys', undefined],
  ['a session without MFA', 'false'],
])('with %s', (_, mfa) => {
  test.each(OPEN)('%s is left to the other policies', (action) => {
    expect(decide(action, mfa)).toBe('Allow');
  });

  test.each(CLOSED)('%s is denied', (action) => {
    expect(decide(action, mfa)).toBe('ExplicitDeny');
  });
});

test.each([...OPEN, ...CLOSED])('with MFA, %s is left to the other policies', (action) => {
  expect(decide(action, 'true')).toBe('Allow');
});

test('alone, it allows a user to find its own device, and nothing else', () => {
  expect(decide('iam:ListMFADevices', undefined, [parsed])).toBe('Allow');
  expect(decide('iam:ListMFADevices', undefined, [parsed], `${userArn}2`)).toBe('ImplicitDeny');
  for (const action of OPEN.filter((name) => name !== 'iam:ListMFADevices')) {
    expect(decide(action, undefined, [parsed])).toBe('ImplicitDeny');
  }
});
