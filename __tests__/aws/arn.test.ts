import {
  accountOfArn,
  describeMistakenRole,
  describeOtherThanRole,
  parseOtherRoleArn,
  parseRoleArn,
  parseRoleName,
  roleInAccountOf,
  userOrRoleIn,
} from '../../src/aws/arn';
import { partitionOfRegion } from '../../src/aws/partition';

test.each([
  ['arn:aws:iam::123456789012:role/deploy', 'aws', 'deploy'],
  ['arn:aws-us-gov:iam::123456789012:role/team/a/deploy', 'aws-us-gov', 'deploy'],
  ['arn:aws-cn:iam::123456789012:role/a+b=c,d.e@f-g_h', 'aws-cn', 'a+b=c,d.e@f-g_h'],
  ['arn:aws-eusc:iam::123456789012:role/x', 'aws-eusc', 'x'],
])('%s is a role', (arn, partition, name) => {
  expect(parseRoleArn(arn)).toEqual({ arn, partition, account: '123456789012', name });
});

test.each([
  'arn:aws:iam::12345678901:role/deploy',
  'arn:aws:iam::123456789012:user/deploy',
  'arn:aws:sts::123456789012:assumed-role/deploy/session',
  'arn:aws:iam::123456789012:role/',
  'arn:aws:iam::123456789012:role/with space',
  `arn:aws:iam::123456789012:role/${'x'.repeat(65)}`,
  'arn:other:iam::123456789012:role/deploy',
  'deploy',
])('%s is no role’s ARN', (text) => {
  expect(parseRoleArn(text)).toBeUndefined();
});

const SESSION =
  'a session of the role arn:aws:iam::123456789012:role/deploy (its path, if it has one, goes before the name)';
test.each([
  ['arn:aws:sts::123456789012:assumed-role/deploy/ci', SESSION],
  ['arn:aws:sts::123456789012:assumed-role/deploy', SESSION],
  ['"arn:aws:sts::123456789012:assumed-role/deploy/ci"', SESSION],
  [
    'arn:aws-cn:sts::123456789012:assumed-role/x/y',
    expect.stringContaining('role arn:aws-cn:iam::123456789012:role/x '),
  ],
  ['arn:aws:iam::123456789012:user/team/ci', 'a user'],
  ['arn:aws:iam::aws:policy/ReadOnlyAccess', 'a policy'],
  ['arn:aws:iam::123456789012:instance-profile/web', expect.stringContaining('an instance profile')],
  ['arn:aws:iam::123456789012:root', 'an account, or its root user'],
  ['arn:aws:iam::123456789012:group/admins', 'a group of users'],
  ['arn:aws:sts::123456789012:federated-user/ci', 'the session of a federated user'],
  ['arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com', 'an identity provider'],
  [`'arn:aws:iam::123456789012:role/deploy'`, 'the ARN of a role with quotes or spaces around it'],
  ['"arn:aws:iam::123456789012:role/deploy "', 'the ARN of a role with quotes or spaces around it'],
  [
    'arn:aws:iam::12345678901:role/deploy',
    'an ARN whose account has 11 digits and not 12 (if it lost zeros at its beginning: arn:aws:iam::012345678901:role/deploy)',
  ],
  ['arn:aws:s3:::bucket', undefined],
  ['arn:aws:iam::123456789012:role/', undefined],
  ['arn:aws:iam::12345:user/ci', undefined],
  ['not a role', undefined],
])('%s is no role but %s', (text, other) => {
  expect(describeOtherThanRole(text)).toEqual(other);
});

const WHOLE = 'arn:aws:iam::123456789012:role/deploy';
test.each([
  ['ARN:aws:iam::123456789012:role/deploy', `one whose ARN begins in capital letters: ${WHOLE}`],
  ['arn:AWS:IAM::123456789012:role/deploy', `one whose ARN begins in capital letters: ${WHOLE}`],
  [`${WHOLE},`, `one with a comma after it: ${WHOLE}`],
  ['deploy,', 'one with a comma after it: deploy'],
  [`${WHOLE},${WHOLE}`, 'several, which should each be on a line of its own'],
  [`${WHOLE};${WHOLE}`, 'several, which should each be on a line of its own'],
  ['aws:iam::123456789012:role/deploy', `one without the beginning of its ARN: ${WHOLE}`],
  ['iam::123456789012:role/deploy', `one without the beginning of its ARN: ${WHOLE}`],
  [':123456789012:role/deploy', `one without the beginning of its ARN: ${WHOLE}`],
  ['123456789012:role/team/deploy', expect.stringContaining('arn:aws:iam::123456789012:role/team/deploy')],
  ['role/deploy', 'the end of an ARN; the role is deploy'],
  [':role/team/deploy', 'the end of an ARN; the role is team/deploy'],
  ['https://console.aws.amazon.com/iam/home#/roles/details/deploy', 'the address of a page'],
  ['eu-central-1.console.aws.amazon.com/iam/home#/roles/details/deploy', 'the address of a page'],
  ['AROADBQP57FF2AEXAMPLE', 'the ID of a role, which has a name, too'],
])('%s is no role but %s', (text, mistaken) => {
  expect(describeMistakenRole(text)).toEqual(mistaken);
});

test.each([
  WHOLE,
  'arn:aws:iam::123456789012:role/team/role/a,b',
  'arn:aws-cn:iam::123456789012:role/x',
  'deploy',
  'team/role/deploy',
  'roles/deploy',
  'AROMA',
  'a,b',
])('%s is a role', (text) => {
  expect(describeMistakenRole(text)).toBeUndefined();
});

test.each([
  ['arn:aws:iam::RGW33567154695143645:role/team/deploy', 'aws', 'RGW33567154695143645', 'deploy'],
  ['arn:aws:iam::1:role/deploy', 'aws', '1', 'deploy'],
  ['arn:minio:iam:::role/nOybJqMNzNmroqEKq5D0EUsRZw0', 'minio', undefined, 'nOybJqMNzNmroqEKq5D0EUsRZw0'],
  ['arn:aws:iam::role/deploy', 'aws', undefined, 'deploy'],
  ['arn:xxx:xxx:xxx:xxxx', 'xxx', undefined, 'xxxx'],
])('%s is a role of another vendor', (arn, partition, account, name) => {
  expect(parseOtherRoleArn(arn)).toEqual({ arn, partition, account, name });
  expect(parseRoleArn(arn)).toBeUndefined();
});

test.each(['deploy', 'arn:', 'arn:aws:iam:::role/', 'arn:aws:iam:::role/with space'])(
  '%j is no ARN of a role',
  (text) => {
    expect(parseOtherRoleArn(text)).toBeUndefined();
  },
);

test.each([
  ['deploy', true],
  ['team/deploy', true],
  ['with space', false],
  ['arn:aws:iam::1:role/x', false],
  ['', false],
])('%j as a role’s name: %s', (text, valid) => {
  expect(parseRoleName(text) !== undefined).toBe(valid);
});

test('a role by its name is in its partition and account', () => {
  const identity = { arn: 'arn:aws-cn:sts::210987654321:assumed-role/a/b', account: '210987654321' };
  expect(roleInAccountOf(identity, { pathAndName: 'team/deploy' })).toEqual({
    arn: 'arn:aws-cn:iam::210987654321:role/team/deploy',
    partition: 'aws-cn',
    account: '210987654321',
    name: 'deploy',
  });
});

test.each([
  ['arn:aws:iam:::user/ci', undefined, 'arn:aws:iam:::role/deploy'],
  ['arn:aws:iam::RGW33567154695143645:root', 'RGW33567154695143645', 'arn:aws:iam::RGW33567154695143645:role/deploy'],
  ['arn:xxx:xxx:xxx:xxxx', '1', undefined],
  [undefined, '1', undefined],
])('a role by its name, with %s in the account %s', (caller, account, arn) => {
  expect(roleInAccountOf({ arn: caller, account }, { pathAndName: 'deploy' })?.arn).toBe(arn);
});

test.each([
  ['arn:aws:sts::123456789012:assumed-role/a/b', '123456789012'],
  ['arn:aws:iam::RGW33567154695143645:user/ci', 'RGW33567154695143645'],
  ['arn:aws:iam:::user/ci', undefined],
  ['arn:xxx:xxx:xxx:xxxx', undefined],
  ['nonsense', undefined],
])('the account in %s', (arn, account) => {
  expect(accountOfArn(arn)).toBe(account);
});

test.each([
  ['eu-central-1', 'aws'],
  ['us-gov-east-1', 'aws-us-gov'],
  ['cn-northwest-1', 'aws-cn'],
  ['us-iso-west-1', 'aws-iso'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['eu-isoe-west-1', 'aws-iso-e'],
  ['us-isof-south-1', 'aws-iso-f'],
  ['eusc-de-east-1', 'aws-eusc'],
  ['fips-us-gov-west-1', 'aws-us-gov'],
  ['us-gov-west-1-fips', 'aws-us-gov'],
  ['fips-us-east-1', 'aws'],
  ['aws-global', 'aws'],
  ['aws-us-gov-global', 'aws-us-gov'],
  ['aws-us-gov-global-fips', 'aws-us-gov'],
  ['aws-cn-global', 'aws-cn'],
  ['aws-iso-b-global', 'aws-iso-b'],
])('%s is in the partition %s', (region, partition) => {
  expect(partitionOfRegion(region)).toBe(partition);
});

test.each([
  ['arn:aws:iam::123456789012:user/ci', { kind: 'user', name: 'ci' }],
  ['arn:aws-cn:iam::123456789012:user/machine/a/ci', { kind: 'user', name: 'ci' }],
  ['arn:aws:sts::123456789012:assumed-role/deploy/octo@app', { kind: 'role', name: 'deploy' }],
  ['arn:aws:iam::123456789012:root', undefined],
  ['arn:aws:sts::123456789012:federated-user/ci', undefined],
  ['arn:aws:iam::123456789012:role/deploy', undefined],
  ['user/ci', undefined],
])('%s is a caller that names %j', (arn, named) => {
  expect(userOrRoleIn(arn)).toEqual(named);
});
