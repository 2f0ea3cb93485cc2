import { contextOf } from '../../sandbox/policy/context';
import type { ConditionElement, Statement } from '../../sandbox/policy/document';
import { evaluate, type Decision } from '../../sandbox/policy/evaluate';

const context = contextOf({
  'aws:username': 'mona',
  'aws:userid': 'AIDAEXAMPLE',
  'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/ci/deploy',
  'aws:PrincipalTag/team': 'platform',
  'aws:MultiFactorAuthPresent': 'true',
  'aws:MultiFactorAuthAge': '120',
  'aws:SourceIp': '192.0.2.7',
  'aws:CurrentTime': '2026-03-01T12:00:00Z',
  'aws:TagKeys': ['team', 'step'],
  star: '*',
});

function decide(statement: Partial<Statement>, Version = '2012-10-17'): Decision {
  const request = { action: 'sts:AssumeRole', resource: 'arn:aws:iam::123456789012:role/mona', context };
  return evaluate([{ Version, Statement: { Effect: 'Allow', ...statement } }], request);
}

const holds = (Condition: ConditionElement) => decide({ Condition }) === 'Allow';

describe('conditions', () => {
  test.each<[boolean, string, string, string | string[] | number | boolean]>([
    [true, 'StringEquals', 'aws:username', 'mona'],
    [true, 'StringEquals', 'AWS:UserName', ['hubot', 'mona']],
    [false, 'StringEquals', 'aws:username', 'Mona'],
    [false, 'StringEquals', 'aws:username', 'mon*'],
    [false, 'StringEquals', 'absent', 'x'],
    [true, 'StringEqualsIgnoreCase', 'aws:username', 'MONA'],
    [false, 'StringNotEquals', 'aws:username', ['hubot', 'mona']],
    [true, 'StringNotEquals', 'absent', 'x'],
    [true, 'StringNotEqualsIgnoreCase', 'aws:username', 'hubot'],
    [false, 'StringNotEqualsIgnoreCase', 'aws:username', 'MONA'],
    [true, 'StringLike', 'aws:username', 'm?n*'],
    [false, 'StringLike', 'aws:username', 'm?n'],
    [false, 'StringLike', 'aws:PrincipalArn', 'arn.aws*'],
    [true, 'StringNotLike', 'aws:username', 'h*'],
    [false, 'StringNotLike', 'aws:username', 'm*'],
    [true, 'StringEqualsIfExists', 'absent', 'x'],
    [false, 'StringEqualsIfExists', 'aws:username', 'x'],
    [true, 'ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/ci/*'],
    [true, 'ArnEquals', 'aws:PrincipalArn', 'arn:aws:iam::123456789012:role/*/deploy'],
    [false, 'ArnLike', 'aws:PrincipalArn', 'arn:aws:*:role/ci/deploy'],
    [false, 'ArnLike', 'aws:PrincipalArn', 'arn:*'],
    [false, 'ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/*'],
    [true, 'ArnNotEquals', 'aws:PrincipalArn', 'arn:aws:iam::*:user/*'],
    [true, 'Bool', 'aws:MultiFactorAuthPresent', true],
    [false, 'Bool', 'aws:MultiFactorAuthPresent', 'false'],
    [false, 'Bool', 'absent', 'false'],
    [true, 'BoolIfExists', 'absent', 'false'],
    [true, 'Null', 'absent', 'true'],
    [false, 'Null', 'absent', 'false'],
    [true, 'Null', 'aws:username', 'false'],
    [true, 'NumericLessThan', 'aws:MultiFactorAuthAge', 300],
    [false, 'NumericLessThan', 'aws:MultiFactorAuthAge', '120'],
    [true, 'NumericLessThanEquals', 'aws:MultiFactorAuthAge', '120'],
    [true, 'NumericGreaterThan', 'aws:MultiFactorAuthAge', '30'],
    [true, 'NumericGreaterThanEquals', 'aws:MultiFactorAuthAge', '120'],
    [true, 'NumericEquals', 'aws:MultiFactorAuthAge', '120.0'],
    [false, 'NumericNotEquals', 'aws:MultiFactorAuthAge', '120'],
    [true, 'NumericLessThanIfExists', 'absent', '1'],
    [true, 'DateLessThan', 'aws:CurrentTime', '2026-04-01T00:00:00Z'],
    [false, 'DateGreaterThan', 'aws:CurrentTime', '2026-04-01T00:00:00Z'],
    [true, 'DateGreaterThanEquals', 'aws:CurrentTime', '2026-03-01T12:00:00Z'],
    [true, 'DateEquals', 'aws:CurrentTime', '1772366400'],
    [false, 'DateNotEquals', 'aws:CurrentTime', '2026-03-01T12:00:00Z'],
    [true, 'IpAddress', 'aws:SourceIp', ['10.0.0.0/8', '192.0.2.0/24']],
    [false, 'IpAddress', 'aws:SourceIp', '192.0.2.8'],
    [false, 'IpAddress', 'aws:SourceIp', '2001:db8::/32'],
    [false, 'NotIpAddress', 'aws:SourceIp', '192.0.2.7/32'],
    [true, 'ForAllValues:StringEquals', 'aws:TagKeys', ['team', 'step', 'other']],
    [false, 'ForAllValues:StringEquals', 'aws:TagKeys', 'team'],
    [true, 'ForAllValues:StringEquals', 'absent', 'x'],
    [true, 'ForAnyValue:StringLike', 'aws:TagKeys', 's*'],
    [false, 'ForAnyValue:StringEquals', 'aws:TagKeys', 'other'],
    [false, 'ForAnyValue:StringNotEquals', 'absent', 'x'],
    [true, 'ForAnyValue:StringNotEquals', 'aws:TagKeys', 'team'],
    [true, 'StringEquals', 'aws:username', '${aws:username}'],
    [true, 'StringEquals', 'aws:PrincipalTag/team', '${aws:PrincipalTag/Team}'],
    [false, 'StringEquals', 'aws:username', '${aws:PrincipalTag/absent}'],
    [true, 'StringEquals', 'aws:username', "${aws:PrincipalTag/absent, 'mona'}"],
    [false, 'StringLike', 'aws:username', '${star}'],
    [true, 'StringLike', 'star', '${*}'],
    [false, 'StringLike', 'aws:username', '${*}'],
    [true, 'ArnLike', 'aws:PrincipalArn', "arn:aws:iam::123456789012:role/ci/${absent, 'deploy'}"],
  ])('%s: %s %s %j', (expected, operator, key, value) => {
    expect(holds({ [operator]: { [key]: value } })).toBe(expected);
  });

  test('all of them must hold', () => {
    const StringEquals = { 'aws:username': 'mona', 'aws:userid': 'AIDAEXAMPLE' };
    expect(holds({ StringEquals, Bool: { 'aws:MultiFactorAuthPresent': 'true' } })).toBe(true);
    expect(holds({ StringEquals, Bool: { 'aws:MultiFactorAuthPresent': 'false' } })).toBe(false);
    expect(holds({ StringEquals: { ...StringEquals, 'aws:userid': 'x' } })).toBe(false);
  });

  test('an operator that does not exist is an error', () => {
    expect(() => holds({ StringEqual: { 'aws:username': 'mona' } })).toThrow(
      '"StringEqual" is not a condition operator',
    );
  });
});

describe('statements', () => {
  test.each<[Decision, Partial<Statement>]>([
    ['Allow', { Action: '*' }],
    ['Allow', { Action: ['s3:*', 'STS:assume*'] }],
    ['ImplicitDeny', { Action: 's3:*' }],
    ['ImplicitDeny', { NotAction: 'sts:*' }],
    ['Allow', { NotAction: ['iam:*'] }],
    ['Allow', { Resource: 'arn:aws:iam::*:role/*' }],
    ['Allow', { Resource: 'arn:aws:iam::123456789012:role/${aws:username}' }],
    ['ImplicitDeny', { Resource: 'arn:aws:iam::123456789012:role/Mona' }],
    ['ImplicitDeny', { NotResource: 'arn:aws:iam::*:role/*' }],
    ['Allow', { NotResource: 'arn:aws:iam::*:user/*' }],
    ['ExplicitDeny', { Effect: 'Deny', Action: 'sts:AssumeRole' }],
    ['ImplicitDeny', { Effect: 'Deny', Action: 'sts:TagSession' }],
  ])('%s: %j', (decision, statement) => {
    expect(decide(statement)).toBe(decision);
  });

  test('a policy without a version has no variables', () => {
    const Resource = 'arn:aws:iam::123456789012:role/${aws:username}';
    expect(decide({ Resource }, '2008-10-17')).toBe('ImplicitDeny');
  });

  test('a deny in one policy wins over an allow in another', () => {
    const request = { action: 'sts:AssumeRole', resource: '*', context };
    const allow = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } as const;
    const deny = { Statement: [{ Effect: 'Deny', Action: 'sts:*', Resource: '*' }] } as const;
    expect(evaluate([allow], request)).toBe('Allow');
    expect(evaluate([allow, deny], request)).toBe('ExplicitDeny');
    expect(evaluate([], request)).toBe('ImplicitDeny');
  });
});
