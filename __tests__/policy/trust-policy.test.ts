import { checkPolicy } from '../../src/policy/check-policy';
import type { TrustEntry } from '../../src/policy/trust-policy';
import { trustPolicy } from '../../src/policy/trust-policy';

const place = { partition: 'aws', account: '123456789012' };
const china = { partition: 'aws-cn', account: '123456789012' };
const issuer = 'token.actions.githubusercontent.com';
const main = 'ref:refs/heads/main';

const account = { account: '210987654321' };
const user = { user: 'machine/pulumi' };
const service = { service: 's3.amazonaws.com' };
const audience = 'sts.amazonaws.com';
const github = { github: { repository: 'octo/app', ids: undefined, context: main, audience } };
const withIds = {
  github: { repository: 'octo/app', ids: { owner: '1', repository: '2' }, context: 'environment:production', audience },
};

const accountArn = 'arn:aws:iam::210987654321:root';
const userArn = 'arn:aws:iam::123456789012:user/machine/pulumi';

const byKeys = (AWS: unknown) => ({
  Effect: 'Allow',
  Principal: { AWS },
  Action: ['sts:AssumeRole', 'sts:TagSession'],
});
const byService = (Service: unknown) => ({ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' });
const byToken = (sub: unknown, partition = 'aws', aud = 'sts.amazonaws.com') => ({
  Effect: 'Allow',
  Principal: { Federated: `arn:${partition}:iam::123456789012:oidc-provider/${issuer}` },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: { StringEquals: { [`${issuer}:aud`]: aud, [`${issuer}:sub`]: sub } },
});

const SUBJECT = `repo:octo/app:${main}`;
const SUBJECTS = ['repo:octo/app:environment:production', 'repo:octo@1/app@2:environment:production'];

test.each<[string, [TrustEntry, ...TrustEntry[]], typeof place, ...object[]]>([
  ['an account', [account], place, byKeys(accountArn)],
  ['a user', [user], place, byKeys(userArn)],
  ['both', [account, user], place, byKeys([accountArn, userArn])],
  ['the same twice', [account, account], place, byKeys(accountArn)],
  ['a service', [service], place, byService('s3.amazonaws.com')],
  [
    'services',
    [service, { service: 'ec2.amazonaws.com' }],
    place,
    byService(['s3.amazonaws.com', 'ec2.amazonaws.com']),
  ],
  ['jobs on GitHub', [github], place, byToken(SUBJECT)],
  ['jobs on GitHub, by both formats', [withIds], place, byToken(SUBJECTS)],
  ['several kinds of job', [github, withIds], place, byToken([SUBJECT, ...SUBJECTS])],
  [
    'all together',
    [github, service, user, account],
    place,
    byKeys([userArn, accountArn]),
    byService('s3.amazonaws.com'),
    byToken(SUBJECT),
  ],
  ['another partition', [account], china, byKeys('arn:aws-cn:iam::210987654321:root')],
  [
    'jobs in China',
    [{ github: { ...github.github, audience: 'sts.amazonaws.com.cn' } }],
    china,
    byToken(SUBJECT, 'aws-cn', 'sts.amazonaws.com.cn'),
  ],
])('%s', (_, entries, where, ...statements) => {
  const policy = trustPolicy({ entries }, where);
  expect(policy).toEqual({ Version: '2012-10-17', Statement: statements });
  expect(checkPolicy(policy, 'trust')).toEqual([]);
});

test('a policy that was declared stays as it is', () => {
  const policy = { Statement: [byKeys('*')] };
  expect(trustPolicy({ policy }, place)).toBe(policy);
});
