import type { Declaration } from '../../src/identities/declaration';
import type { Change } from '../../src/provisioning/changes/change';
import { planMarkdown } from '../../src/provisioning/plan-markdown';
import { planPicture } from '../../src/provisioning/plan-picture';
import { arn, declaredPolicy, declaredRole, declaredUser, READ_ONLY, TARGET } from './declared';
import { shown } from './plans';

const NOTHING: Declaration = { oidcProviders: [], policies: [], users: [], roles: [] };
const picture = (changes: readonly Change[], declared: Partial<Declaration>) =>
  planPicture(changes, { ...NOTHING, ...declared }, TARGET);
const trusting = (Principal: unknown, more: object = {}) => ({
  policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more }] },
});

const USER = declaredUser({
  name: 'ci',
  path: '/machine/',
  policies: [{ declared: 'list' }, { arn: READ_ONLY }],
  permissionsBoundary: { arn: READ_ONLY },
});

test('users, roles, policies, and who may assume what', () => {
  const role = declaredRole({
    name: 'deploy',
    policies: [{ declared: 'list' }],
    trust: {
      entries: [
        { user: 'machine/ci' },
        { account: '111122223333' },
        { service: 'ec2.amazonaws.com' },
        {
          github: {
            ...{ issuer: 'token.actions.githubusercontent.com', repository: 'octo/app', ids: undefined },
            ...{ contexts: ['ref:refs/heads/main'], workflows: [], audience: 'sts.amazonaws.com' },
          },
        },
      ],
    },
  });
  const changes = [
    shown('keep', 'policy', 'list'),
    shown('change', 'user', 'ci'),
    shown('create', 'role', 'deploy', { widenings: ['trusts everyone'] }),
    shown('create', 'access key', 'ci'),
  ];
  expect(picture(changes, { policies: [declaredPolicy()], users: [USER], roles: [role] })).toEqual([
    '```mermaid',
    'flowchart LR',
    'n0(["user machine/ci"]):::change',
    'n1["⚠️ role deploy"]:::create',
    'n2[/"policy list"/]',
    'n3[/"policy ReadOnlyAccess"/]',
    'n4("account 111122223333")',
    'n5("ec2.amazonaws.com")',
    'n6("repo:octo/app:ref:refs/heads/main")',
    'n0 --- n2',
    'n0 --- n3',
    'n0 -. limited by .- n3',
    'n1 --- n2',
    'n0 -->|may assume| n1',
    'n4 -->|may assume| n1',
    'n5 -->|may assume| n1',
    'n6 -->|may assume| n1',
    expect.stringMatching(/^classDef create /),
    expect.stringMatching(/^classDef change /),
    expect.stringMatching(/^classDef delete /),
    '```',
  ]);
});

const labelsOf = (Principal: unknown, more?: object) =>
  picture([shown('keep', 'role', 'deploy')], {
    roles: [declaredRole({ name: 'deploy', trust: trusting(Principal, more) })],
  })
    .filter((line) => /^n[1-9]\d*\("/.test(line))
    .map((line) => line.slice(line.indexOf('"') + 1, -2));

const subjects = (...all: readonly string[]) => ({ Condition: { StringLike: { 'x:sub': all } } });

test.each<[what: string, principal: unknown, more: object | undefined, labels: readonly string[]]>([
  ['everyone', '*', undefined, ['everyone']],
  ['everyone, in another way', { AWS: '*' }, undefined, ['everyone']],
  ['all but some', undefined, { NotPrincipal: { AWS: arn('user/ci') } }, ['everyone but those whom the policy names']],
  [
    'a user of another account',
    { AWS: 'arn:aws:iam::111122223333:user/a/ci' },
    undefined,
    ['user/a/ci of 111122223333'],
  ],
  ['a user of this account', { AWS: arn('user/a/ci') }, undefined, ['user/a/ci']],
  [
    'a repository, in both formats of its subjects',
    { Federated: 'p' },
    subjects('repo:octo/app:ref:refs/heads/main', 'repo:octo@1/app@2:ref:refs/heads/main', 'repo:octo@1/app@2:*'),
    ['repo:octo/app:ref:refs/heads/main', 'repo:octo#64;1/app#64;2:#42;'],
  ],
  ['a provider without a subject', { Federated: arn('saml-provider/ad') }, undefined, ['saml-provider/ad']],
  [
    'many',
    { Service: Array.from({ length: 11 }, (_, index) => `s${index}.amazonaws.com`) },
    undefined,
    [...Array.from({ length: 8 }, (_, index) => `s${index}.amazonaws.com`), '3 more'],
  ],
  ['nobody', { AWS: arn('user/ci') }, { Effect: 'Deny' }, []],
])('trust in %s', (_, principal, more, labels) => {
  expect(labelsOf(principal, more)).toEqual(labels);
});

const SUB = 'x:sub';
const [MAIN, PULL_REQUEST] = ['repo:octo/app:ref:refs/heads/main', 'repo:octo/app:pull_request'];
const arrowsOf = (...Statement: readonly object[]) => {
  const trust = { policy: { Version: '2012-10-17', Statement } };
  const lines = picture([shown('keep', 'role', 'deploy')], { roles: [declaredRole({ name: 'deploy', trust })] });
  const labels = new Map(
    lines.map((line) => /^(n\d+)\("(.*)"\)$/.exec(line) ?? []).map(([, id, label]) => [id, label]),
  );
  return lines
    .map((line) => /^(n\d+) -->\|(.*)\|/.exec(line))
    .flatMap((arrow) => (arrow ? [`${labels.get(arrow[1]) ?? ''} ${arrow[2] ?? ''}`] : []));
};
const web = (Condition: object) => ({
  ...{ Effect: 'Allow', Principal: { Federated: 'p' }, Action: 'sts:AssumeRoleWithWebIdentity', Condition },
});
const ec2 = (more: object) => ({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, ...more });
const root = (more: object = {}) => ({ Effect: 'Allow', Principal: { AWS: arn('root') }, Action: 'sts:*', ...more });
const ACCOUNT = `account ${TARGET.account}`;

test.each<[what: string, statements: readonly object[], arrows: readonly string[]]>([
  ['subjects and an audience', [web({ StringEquals: { 'x:aud': 'a', [SUB]: MAIN } })], [`${MAIN} may assume`]],
  ['subjects that are excluded', [web({ StringNotLike: { [SUB]: PULL_REQUEST } })], ['p may assume on conditions']],
  [
    'subjects of which some are excluded',
    [web({ StringNotLike: { [SUB]: PULL_REQUEST }, StringEquals: { [SUB]: MAIN } })],
    [`${MAIN} may assume on conditions`],
  ],
  [
    'subjects by two operators, each of which must be met',
    [web({ StringEquals: { [SUB]: MAIN }, StringLike: { [SUB]: 'repo:octo/*' } })],
    [`${MAIN} may assume on conditions`],
  ],
  ['subjects, or none', [web({ StringEqualsIfExists: { [SUB]: MAIN } })], ['p may assume on conditions']],
  ['another claim', [web({ StringEquals: { 'x:ref': 'a', [SUB]: MAIN } })], [`${MAIN} may assume on conditions`]],
  [
    'MFA',
    [root({ Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } })],
    [`${ACCOUNT} may assume on conditions`],
  ],
  ['tags of a session alone', [root(), ec2({ Action: 'sts:TagSession' })], [`${ACCOUNT} may assume`]],
  ['all but to assume', [root(), ec2({ NotAction: 'sts:Assume*' })], [`${ACCOUNT} may assume`]],
  ['all but tags', [ec2({ NotAction: 'sts:TagSession' })], ['ec2.amazonaws.com may assume']],
  [
    'what is denied to some',
    [root(), { Effect: 'Deny', Principal: '*', Action: 'sts:assumerole' }],
    [`${ACCOUNT} may assume on conditions`],
  ],
  [
    'tags that are denied',
    [root(), { Effect: 'Deny', Principal: '*', Action: 'sts:TagSession' }],
    [`${ACCOUNT} may assume`],
  ],
])('who may assume a role by %s', (_, statements, arrows) => {
  expect(arrowsOf(...statements)).toEqual(arrows);
});

test('a long path or subject has its beginning and its end', () => {
  expect(labelsOf({ AWS: arn(`user/${'p/'.repeat(200)}ci`) })).toEqual([
    `user/${'p/'.repeat(17)}p#8230;${'p/'.repeat(19)}ci`,
  ]);
});

test('a name has no meaning but itself: to Mermaid, to Markdown, or to HTML', () => {
  const hostile = 'repo:a"]; click n0 "javascript:x" %% `x` |y| <b>\n``` #quot; &lt; end\n';
  expect(labelsOf({ Federated: 'p' }, { Condition: { StringLike: { 'x:sub': hostile } } })).toEqual([
    'repo:a#34;#93;#59; click n0 #34;javascript:x#34; #37;#37; #96;x#96; #124;y#124; #60;b#62; #96;#96;#96; #35;quot#59; #38;lt#59; end ',
  ]);
});

const MANY = Array.from({ length: 41 }, () => shown('keep', 'user', 'ci'));

test.each<[what: string, changes: readonly Change[], declared: Partial<Declaration>]>([
  ['nothing belongs together', [shown('create', 'user', 'pulumi')], { users: [declaredUser()] }],
  ['only keys are planned', [shown('create', 'access key', 'ci')], { users: [USER] }],
  ['there are many, of which nothing belongs together', MANY, { users: [declaredUser({ name: 'ci' })] }],
])('none, and no word of it, where %s', (_, changes, declared) => {
  expect(picture(changes, declared)).toEqual([]);
});

test.each<[what: string, changes: readonly Change[], declared: Partial<Declaration>, why: string]>([
  [
    'there are too many',
    MANY,
    { users: [USER], policies: [declaredPolicy()] },
    'it has 41 things, and nobody can read a picture of more than 40',
  ],
  [
    'there are too many arrows',
    Array.from({ length: 40 }, (_, index) => shown('keep', 'user', `u${index}`)),
    {
      users: Array.from({ length: 40 }, (_, index) =>
        declaredUser({
          name: `u${index}`,
          policies: Array.from({ length: 8 }, (_unused, policy) => ({ arn: arn(`policy/p${policy}`) })),
        }),
      ),
    },
    'it would have 320 lines, and nobody can read a picture of more than 300',
  ],
  [
    'Mermaid would refuse the text',
    Array.from({ length: 36 }, (_, index) => shown('keep', 'role', `r${index}`)),
    {
      roles: Array.from({ length: 36 }, (_, index) =>
        declaredRole({
          name: `r${index}`,
          trust: trusting(
            { Federated: 'p' },
            subjects(...Array.from({ length: 8 }, (_unused, at) => `${index} ${at} ${'@'.repeat(76)}`)),
          ),
        }),
      ),
    },
    'its names are so long that Mermaid would not draw it',
  ],
])('none where %s, and the reason', (_, changes, declared, why) => {
  expect(picture(changes, declared)).toEqual([`There is no picture of this plan: ${why}.`]);
});

test('a page shows it below the table', () => {
  const change = shown('create', 'user', 'ci', { details: ['+ path /machine/', '+ tag a = 1', '+ tag b = 2'] });
  const { lines } = planMarkdown([change], { room: 10_000, rest: '', picture: ['```mermaid', 'flowchart LR', '```'] });
  expect(lines.slice(2, 8)).toEqual([
    '| create | user | `ci` | `+ path /machine/`<br>`+ 2 tags` |',
    '',
    '```mermaid',
    'flowchart LR',
    '```',
    '',
  ]);
});
