import { checkPolicy } from '../../src/policy/check-policy';
import { trustWarnings } from '../../src/policy/check-trust';
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
const jobs = { issuer, repository: 'octo/app', ids: undefined, contexts: [main], workflows: [], audience };
const github = { github: jobs };
const withIds = {
  github: { ...jobs, ids: { owner: '1', repository: '2' }, contexts: ['environment:production'] },
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
    [{ github: { ...jobs, audience: 'sts.amazonaws.com.cn' } }],
    china,
    byToken(SUBJECT, 'aws-cn', 'sts.amazonaws.com.cn'),
  ],
])('%s', (_, entries, where, ...statements) => {
  const policy = trustPolicy({ entries }, where);
  expect(policy).toEqual({ Version: '2012-10-17', Statement: statements });
  expect(checkPolicy(policy, 'trust')).toEqual([]);
});

const federated = (from: string, Condition: object) => ({
  Effect: 'Allow',
  Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${from}` },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition,
});
const workflow = 'octo/flows/.github/workflows/deploy.yml@refs/heads/main';
const ids = { owner: '1', repository: '2' };
const ANCHOR = 'arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/0a1b2c3d';
const byCertificate = (Condition: object) => ({
  Effect: 'Allow',
  Principal: { Service: 'rolesanywhere.amazonaws.com' },
  Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
  Condition: { ArnEquals: { 'aws:SourceArn': ANCHOR }, ...Condition },
});
const CN = 'aws:PrincipalTag/x509Subject/CN';

test.each<[string, [TrustEntry, ...TrustEntry[]], ...object[]]>([
  [
    'several branches',
    [{ github: { ...jobs, contexts: [main, 'ref:refs/heads/next'] } }],
    byToken([SUBJECT, 'repo:octo/app:ref:refs/heads/next']),
  ],
  [
    'any ref',
    [{ github: { ...jobs, ids, contexts: ['ref:*'] } }],
    federated(issuer, {
      StringEquals: { [`${issuer}:aud`]: audience },
      StringLike: { [`${issuer}:sub`]: ['repo:octo/app:ref:*', 'repo:octo@1/app@2:ref:*'] },
    }),
  ],
  [
    'a workflow, and not for the jobs that need none',
    [{ github: { ...jobs, workflows: [workflow] } }, github],
    federated(issuer, {
      StringEquals: {
        [`${issuer}:aud`]: audience,
        [`${issuer}:sub`]: SUBJECT,
        [`${issuer}:job_workflow_ref`]: workflow,
      },
    }),
    byToken(SUBJECT),
  ],
  [
    'a workflow at every ref',
    [{ github: { ...jobs, workflows: [workflow, 'o/f/.github/workflows/a.yml@*'] } }],
    federated(issuer, {
      StringEquals: { [`${issuer}:aud`]: audience, [`${issuer}:sub`]: SUBJECT },
      StringLike: { [`${issuer}:job_workflow_ref`]: [workflow, 'o/f/.github/workflows/a.yml@*'] },
    }),
  ],
  [
    'exact jobs, which patterns of others do not loosen',
    [github, { github: { ...jobs, contexts: ['ref:refs/heads/release/*'] } }],
    byToken(SUBJECT),
    federated(issuer, {
      StringEquals: { [`${issuer}:aud`]: audience },
      StringLike: { [`${issuer}:sub`]: 'repo:octo/app:ref:refs/heads/release/*' },
    }),
  ],
  [
    'jobs of two issuers',
    [github, { github: { ...jobs, issuer: 'ghes.example/_services/token', ids } }],
    byToken(SUBJECT),
    federated('ghes.example/_services/token', {
      StringEquals: {
        'ghes.example/_services/token:aud': audience,
        'ghes.example/_services/token:sub': [SUBJECT, `repo:octo@1/app@2:${main}`],
      },
    }),
  ],
  [
    'jobs on Forgejo, whose subjects have IDs in a form of their own',
    [{ github: { ...jobs, issuer: 'forgejo.example/api/actions', ids } }],
    federated('forgejo.example/api/actions', {
      StringEquals: {
        'forgejo.example/api/actions:aud': audience,
        'forgejo.example/api/actions:sub': [SUBJECT, `repo:octo-1/app-2:${main}`],
      },
    }),
  ],
  [
    'a certificate',
    [{ rolesAnywhere: { trustAnchor: ANCHOR, commonNames: ['build-01'] } }],
    byCertificate({ StringEquals: { [CN]: 'build-01' } }),
  ],
  [
    'certificates by a pattern, and any',
    [
      { rolesAnywhere: { trustAnchor: ANCHOR, commonNames: ['build-*', 'x'] } },
      { rolesAnywhere: { trustAnchor: ANCHOR, commonNames: [] } },
    ],
    byCertificate({ StringLike: { [CN]: ['build-*', 'x'] } }),
    byCertificate({}),
  ],
])('%s', (_, entries, ...statements) => {
  const policy = trustPolicy({ entries }, place);
  expect(policy).toEqual({ Version: '2012-10-17', Statement: statements });
  expect(checkPolicy(policy, 'trust')).toEqual([]);
  const anyCertificate = entries.some(
    (entry) => 'rolesAnywhere' in entry && entry.rolesAnywhere.commonNames.length === 0,
  );
  expect([...trustWarnings(policy)].map(({ message }) => message)).toEqual(
    anyCertificate ? [expect.stringContaining('names no certificate: every one that the trust anchor accepts')] : [],
  );
});

test('a policy that was declared stays as it is', () => {
  const policy = { Statement: [byKeys('*')] };
  expect(trustPolicy({ policy }, place)).toBe(policy);
});
