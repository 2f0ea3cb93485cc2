import { checkPolicy, policySize } from '../../src/policy/check-policy';
import { trustWarnings } from '../../src/policy/check-trust';
import { keyPathText } from '../../src/text/problem';
import { sentences } from './sentences';

const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::octo/*' };
const identity = (statement: object, rest: object = {}) =>
  sentences({ Version: '2012-10-17', ...rest, Statement: statement }, 'inline');

const assume = { Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' };
const trustHints = (Statement: object) =>
  [...trustWarnings({ Statement })].map(({ path, message }) => `${keyPathText(path)}: ${message}`);
const trust = (statement: object) => sentences({ Version: '2012-10-17', Statement: statement }, 'trust');

const issuer = 'token.actions.githubusercontent.com';
const sub = `${issuer}:sub`;
const aud = { [`${issuer}:aud`]: 'sts.amazonaws.com' };
const allowGithub = (Condition: object, provider = issuer) => ({
  Effect: 'Allow',
  Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${provider}` },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition,
});
const github = (...given: Parameters<typeof allowGithub>) => trust(allowGithub(...given));
const githubHints = (...given: Parameters<typeof allowGithub>) => trustHints(allowGithub(...given));

const ACTION = 'it should be service:Name, with wildcards if need be, or *';
const RESOURCE = 'it should be an ARN (arn:partition:service:region:account:resource), with wildcards if need be, or *';
const TRUST_ACTION =
  'it should be one of sts:AssumeRole, sts:AssumeRoleWithWebIdentity, sts:AssumeRoleWithSAML, sts:TagSession, ' +
  'sts:SetSourceIdentity, sts:SetContext, or sts:*';
const AWS_PRINCIPAL =
  'it should be an account (12 digits, as text), the whole ARN of an account, user, role or session, ' +
  'a unique ID (AIDA…, AROA…), or *';
const PROVIDER = 'it should be the ARN of an identity provider (arn:aws:iam::123456789012:oidc-provider/…)';
const VALUES = 'it should be text, a number, true or false, or a list of these';
const STATEMENT_NAMES = 'Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition';

describe('a policy as a whole', () => {
  test.each<[unknown, ...string[]]>([
    ['hunter2', 'policy: is a text; it should be a mapping with Version and Statement'],
    [[allow], 'policy: is a list of 1; it should be a mapping with Version and Statement'],
    [null, 'policy: is empty; it should be a mapping with Version and Statement'],
    [{}, 'Statement: is missing; it should be a statement or a list of statements'],
    [{ Statement: [] }, 'Statement: is an empty list; it should be a statement or a list of statements'],
    [{ Statement: 'Allow' }, 'Statement: is "Allow"; it should be a statement or a list of statements'],
    [{ Statement: [allow, 7] }, 'Statement[1]: is the number 7; it should be a statement'],
    [{ statement: allow }, 'statement: is not known here; did you mean Statement?'],
    [{ Statement: allow, Owner: 'x' }, 'Owner: is not known here; there are Version, Id, Statement'],
    [
      { Version: '2012-10-18', Statement: allow },
      'Version: is "2012-10-18"; it should be 2012-10-17 (or the old 2008-10-17)',
    ],
    [
      { Version: 2012, Statement: allow },
      'Version: is the number 2012; it should be 2012-10-17 (or the old 2008-10-17)',
    ],
    [{ Id: 5, Statement: allow }, 'Id: is the number 5; it should be text'],
    [{ Version: '2008-10-17', Id: 'any text', Statement: allow }],
    [{ Statement: [allow, allow] }],
  ])('%j', (policy, ...problems) => {
    expect(sentences(policy, 'inline')).toEqual(problems);
  });

  test.each<[object, ...string[]]>([
    [{ Version: '2012-10-17' }],
    [{}, 'Version: is missing; it should be 2012-10-17, as AWS takes no other in a managed policy'],
    [
      { Version: '2008-10-17' },
      'Version: is "2008-10-17"; it should be 2012-10-17, as AWS takes no other in a managed policy',
    ],
    [{ Version: null }, 'Version: is empty; it should be 2012-10-17, as AWS takes no other in a managed policy'],
    [{ version: '2012-10-17' }, 'version: is not known here; did you mean Version?'],
  ])('the version of a managed policy: %j', (version, ...problems) => {
    expect(sentences({ ...version, Statement: allow }, 'managed')).toEqual(problems);
  });

  test.each(['inline', 'trust'] as const)('a policy that is %s need not have one', (kind) => {
    const Statement = kind === 'trust' ? assume : allow;
    expect(sentences({ Statement }, kind)).toEqual([]);
    expect(sentences({ Version: '2008-10-17', Statement }, kind)).toEqual([]);
  });

  test('every problem is found at once, each with its path', () => {
    const Statement = [allow, { ...allow, Effect: 'allow', Action: 'all' }, { Effect: 'Deny', Resource: 'octo' }];
    expect(sentences({ version: '2012-10-17', Statement }, 'inline')).toEqual([
      'version: is not known here; did you mean Version?',
      'Statement[1].Effect: is "allow"; it should be Allow or Deny',
      `Statement[1].Action: is "all"; ${ACTION}`,
      'Statement[2]: has neither Action nor NotAction; it should have one of them',
      `Statement[2].Resource: is "octo"; ${RESOURCE}`,
    ]);
  });

  test('a problem is a value: its path, with positions in lists, and what is wrong', () => {
    const Statement = [allow, { ...allow, Condition: { StringEquals: { 'aws:x': ['a', null] } } }];
    expect(checkPolicy({ Statement }, 'inline')).toEqual([
      { path: ['Statement', 1, 'Condition', 'StringEquals', 'aws:x', 1], message: `is empty; ${VALUES}` },
    ]);
    expect(checkPolicy([], 'trust')).toEqual([
      { path: [], message: 'is an empty list; it should be a mapping with Version and Statement' },
    ]);
  });
});

describe('a statement of a user’s or role’s policy', () => {
  test.each<[object, ...string[]]>([
    [{ ...allow, Sid: 'ReadOcto1' }],
    [{ ...allow, Sid: '' }],
    [
      { ...allow, Sid: 'Read octo' },
      'Statement.Sid: is "Read octo"; it should be of the letters A-Z, a-z and digits only',
    ],
    [{ ...allow, Sid: 1 }, 'Statement.Sid: is the number 1; it should be text'],
    [{ ...allow, Effect: 'DENY' }, 'Statement.Effect: is "DENY"; it should be Allow or Deny'],
    [{ ...allow, Effect: undefined }, 'Statement.Effect: is missing; it should be Allow or Deny'],
    [
      { effect: 'Allow', Actions: '*', resource: '*' },
      'Statement.effect: is not known here; did you mean Effect?',
      'Statement.Actions: is not known here; did you mean Action?',
      'Statement.resource: is not known here; did you mean Resource?',
    ],
    [{ ...allow, Comment: 'x' }, `Statement.Comment: is not known here; there are ${STATEMENT_NAMES}`],
    [{ ...allow, NotAction: '*' }, 'Statement: has both Action and NotAction; it should have one of them'],
    [{ ...allow, NotResource: '*' }, 'Statement: has both Resource and NotResource; it should have one of them'],
    [{ Effect: 'Allow', Action: '*' }, 'Statement: has neither Resource nor NotResource; it should have one of them'],
    [
      { ...allow, Principal: '*' },
      'Statement.Principal: does not belong in a policy of a user or role, who is its principal; it should not be there',
    ],
    [
      { ...allow, NotPrincipal: '*' },
      'Statement.NotPrincipal: does not belong in a policy of a user or role, who is its principal; it should not be there',
    ],
  ])('%j', (statement, ...problems) => {
    expect(identity(statement)).toEqual(problems);
  });

  test('IDs of statements are unique, empty ones aside', () => {
    const Sid = 'Read';
    const repeated = 'Statement[2].Sid: is "Read"; it should be unique, and Statement[0] has the same';
    expect(identity([{ ...allow, Sid }, allow, { ...allow, Sid }])).toEqual([repeated]);
    expect(
      identity([
        { ...allow, Sid: '' },
        { ...allow, Sid: '' },
        { ...allow, Sid },
      ]),
    ).toEqual([]);
    expect(trust([{ ...assume, Sid }, assume, { ...assume, Sid }])).toEqual([repeated]);
  });

  test.each(['*', 's3:*', 's3:Get*', 'S3:GetObject', '*:Get*', 'execute-api:Invoke', ['s3:GetObject', 'kms:De?rypt']])(
    'Action %j',
    (Action) => {
      expect(identity({ ...allow, Action })).toEqual([]);
      expect(identity({ Effect: 'Deny', NotAction: Action, Resource: '*' })).toEqual([]);
    },
  );

  test.each<[unknown, string]>([
    ['s3.GetObject', `: is "s3.GetObject"; ${ACTION}`],
    ['GetObject', `: is "GetObject"; ${ACTION}`],
    ['s3:', `: is "s3:"; ${ACTION}`],
    ['s3:GetObject ', `: is "s3:GetObject "; ${ACTION}`],
    ['s3:a:b', `: is "s3:a:b"; ${ACTION}`],
    [['s3:GetObject', 7], `[1]: is the number 7; ${ACTION}`],
    [['*', ['*']], `[1]: is a list of 1; ${ACTION}`],
    [[], `: is an empty list; ${ACTION}`],
    [null, `: is empty; ${ACTION}`],
    [{ s3: '*' }, `: is a mapping with s3; ${ACTION}`],
    [true, `: is the value true; ${ACTION}`],
  ])('no Action: %j', (Action, problem) => {
    expect(identity({ ...allow, Action })).toEqual([`Statement.Action${problem}`]);
    expect(identity({ Effect: 'Deny', NotAction: Action, Resource: '*' })).toEqual([`Statement.NotAction${problem}`]);
  });

  test.each([
    '*',
    'arn:aws:s3:::octo',
    'arn:aws:iam::123456789012:role/team/*',
    'arn:aws-cn:logs:*:*:log-group:/aws/*:log-stream:x',
    'arn:aws:iam::*:user/${aws:username}',
    'arn:aws:sns:*',
    // A policy of AWS itself has it.
    'arn:aws:organizations::*:',
    ['arn:aws:s3:::octo', 'arn:aws:s3:::octo/*'],
  ])('Resource %j', (Resource) => {
    expect(identity({ ...allow, Resource })).toEqual([]);
    expect(identity({ Effect: 'Deny', Action: '*', NotResource: Resource })).toEqual([]);
  });

  test.each<[unknown, string]>([
    ['octo', `: is "octo"; ${RESOURCE}`],
    ['arn:aws:s3:octo', `: is "arn:aws:s3:octo"; ${RESOURCE}`],
    [' arn:aws:s3:::octo', `: is " arn:aws:s3:::octo"; ${RESOURCE}`],
    [' arn:aws:*', `: is " arn:aws:*"; ${RESOURCE}`],
    ['arn:*:s3', `: is "arn:*:s3"; ${RESOURCE}`],
    [
      'arn:aws:iam::12345678901:role/*',
      `: is "arn:aws:iam::12345678901:role/*"; ${RESOURCE}; perhaps "arn:aws:iam::012345678901:role/*"`,
    ],
    ['**', `: is "**"; ${RESOURCE}`],
    [[], `: is an empty list; ${RESOURCE}`],
    [['*', 'octo'], `[1]: is "octo"; ${RESOURCE}`],
    ['x'.repeat(200), `: is "${'x'.repeat(80)}…"; ${RESOURCE}`],
  ])('no Resource: %j', (Resource, problem) => {
    expect(identity({ ...allow, Resource })).toEqual([`Statement.Resource${problem}`]);
  });
});

describe('conditions', () => {
  test.each<object>([
    {},
    { StringEquals: { 'aws:RequestTag/cost centre': ['a', 'b'] } },
    { Bool: { 'aws:SecureTransport': true }, NumericLessThan: { 'aws:MultiFactorAuthAge': 300 } },
    { 'ForAllValues:StringLike': { 'aws:TagKeys': ['a*'] }, 'ForAnyValue:ArnNotLikeIfExists': { 'aws:x': '*' } },
    { DateGreaterThanEqualsIfExists: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' }, Null: { 'aws:x': 'true' } },
    { BinaryEquals: { 'x:y': 'QmluYXJ5' }, NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
  ])('%j', (Condition) => {
    expect(identity({ ...allow, Condition })).toEqual([]);
  });

  test.each<[unknown, string]>([
    ['x', ': is "x"; it should be a mapping of operators, such as StringEquals, to keys and values'],
    [null, ': is empty; it should be a mapping of operators, such as StringEquals, to keys and values'],
    [{ stringEquals: { 'a:b': 'x' } }, '.stringEquals: is not known here; did you mean StringEquals?'],
    [
      { NumericLessThanEqual: { 'a:b': 1 } },
      '.NumericLessThanEqual: is not known here; did you mean NumericLessThanEquals?',
    ],
    [
      { 'forAnyValue:StringLikeIfexists': { 'a:b': 'x' } },
      '["forAnyValue:StringLikeIfexists"]: is not known here; did you mean ForAnyValue:StringLikeIfExists?',
    ],
    [{ StringEquals: 'x' }, '.StringEquals: is "x"; it should be a mapping of condition keys to values'],
    [
      { StringEquals: { SourceIp: 'x' } },
      '.StringEquals.SourceIp: is no condition key; it should be service:name, such as aws:SourceIp',
    ],
    [
      { StringEquals: { ':a:b': 'x' } },
      '.StringEquals[":a:b"]: is no condition key; it should be service:name, such as aws:SourceIp',
    ],
    [{ StringEquals: { 'a:b': [] } }, `.StringEquals["a:b"]: is an empty list; ${VALUES}`],
    [{ StringEquals: { 'a:b': ['x', null] } }, `.StringEquals["a:b"][1]: is empty; ${VALUES}`],
    [{ StringEquals: { 'a:b': { c: 'd' } } }, `.StringEquals["a:b"]: is a mapping with c; ${VALUES}`],
  ])('not %j', (Condition, problem) => {
    expect(identity({ ...allow, Condition })).toEqual([`Statement.Condition${problem}`]);
  });

  test.each(['NullIfExists', 'ForEachValue:StringEquals', 'StringMatches'])('%s is no operator', (operator) => {
    expect(identity({ ...allow, Condition: { [operator]: { 'a:b': 'x' } } })).toEqual([
      expect.stringMatching(
        `^Statement\\.Condition\\W+${operator}\\W*: is not known here; there are StringEquals, .*, Null$`,
      ),
    ]);
  });

  test.each<[object, ...string[]]>([
    [{ StringEquals: { 'aws:SourceAccount': '012345678901' } }],
    [{ StringEquals: { 'aws:SourceAccount': 123456789012 } }],
    [{ StringEquals: { 'aws:ResourceAccount': '${aws:PrincipalAccount}' } }],
    [
      { StringEquals: { 'aws:ResourceAccount': ['123456789012', '12345678901'] } },
      '.StringEquals["aws:ResourceAccount"][1]: is "12345678901"; it should be an account of 12 digits, as no other matches; perhaps "012345678901"',
    ],
    [
      { StringNotEquals: { 'kms:CallerAccount': 12345678901 } },
      '.StringNotEquals["kms:CallerAccount"]: is the number 12345678901; it should be an account of 12 digits, as no other matches; perhaps "012345678901"',
    ],
  ])('an account, whole: %j', (Condition, ...problems) => {
    expect(identity({ ...allow, Condition })).toEqual(problems.map((problem) => `Statement.Condition${problem}`));
  });

  test('an account of another vendor may have any form', () => {
    const policy = {
      Version: '2012-10-17',
      Statement: { ...allow, Condition: { StringEquals: { 'aws:SourceAccount': '1' } } },
    };
    expect(checkPolicy(policy, 'inline')).toHaveLength(1);
    expect(checkPolicy(policy, 'inline', { isForAws: false })).toEqual([]);
  });

  test('ForAllValues narrows a Deny, and opens only an Allow in a trust policy', () => {
    const Condition = { 'ForAllValues:StringEquals': { 'aws:PrincipalTag/team': 'core' } };
    expect(identity({ ...allow, Condition })).toEqual([]);
    expect(trust({ ...assume, Effect: 'Deny', Condition })).toEqual([]);
    expect(trust({ ...assume, Condition })).toHaveLength(1);
  });
});

describe('ForAllValues in an Allow of a trust policy', () => {
  const OPEN = 'is also true where the key is missing, and so allows too much; ';
  const samlWarning = (key: string) =>
    `is also true where the assertion has no such attribute; to require one, add "Null": { "${key}": "false" }`;

  // From the pages of AWS on session tags, on SAML and on multivalued keys.
  test.each<[what: string, condition: object]>([
    [
      'which tags are transitive',
      { 'ForAllValues:StringEquals': { 'sts:TransitiveTagKeys': ['Project', 'Department'] } },
    ],
    ['which tags there are', { 'ForAllValues:StringLike': { 'aws:TagKeys': ['team', 'cost*'] } }],
    [
      'who may add a context',
      {
        'ForAllValues:ArnEquals': { 'sts:RequestContextProviders': 'arn:aws:iam::aws:contextProvider/IdentityCenter' },
      },
    ],
    [
      'a key that has a bound of another kind',
      { 'ForAllValues:ArnLike': { 'aws:x': ['a*'] }, ArnLike: { 'AWS:X': 'ab' } },
    ],
    ['keys in other case', { 'ForAllValues:StringEquals': { 'AWS:tagkeys': 'team' } }],
    ['a key that must exist', { 'ForAllValues:StringEquals': { 'aws:x': ['a'] }, Null: { 'aws:x': 'false' } }],
    [
      'a key that must exist, as a boolean',
      { 'ForAllValues:StringEquals': { 'aws:x': ['a'] }, Null: { 'AWS:X': [false] } },
    ],
    [
      'a key that has another bound',
      { 'ForAllValues:StringLike': { 'aws:x': ['a*'] }, 'ForAnyValue:StringEquals': { 'aws:x': 'ab' } },
    ],
  ])('%s', (_, Condition) => {
    expect(trust({ ...assume, Condition })).toEqual([]);
    expect(trustHints({ ...assume, Condition })).toEqual([]);
  });

  test.each<[condition: object, key: string, should: string]>([
    [{ 'ForAllValues:StringEquals': { 'sts:ExternalId': 'x' } }, 'sts:ExternalId', 'it should be under StringEquals'],
    [{ 'forAllValues:ArnLike': { 'aws:PrincipalArn': 'x' } }, 'aws:PrincipalArn', 'it should be under ArnLike'],
    [
      { 'ForAllValues:StringLike': { 'aws:PrincipalOrgPaths': 'o-a/*' } },
      'aws:PrincipalOrgPaths',
      'there should also be "Null": { "aws:PrincipalOrgPaths": "false" }',
    ],
    [
      { 'ForAllValues:StringLike': { 'aws:x': 'a' }, Null: { 'aws:x': 'true' } },
      'aws:x',
      'it should be under StringLike',
    ],
    [
      { 'ForAllValues:StringLike': { 'aws:x': 'a' }, StringEqualsIfExists: { 'aws:x': 'a' } },
      'aws:x',
      'it should be under StringLike',
    ],
    [
      { 'ForAllValues:StringLike': { 'aws:x': 'a' }, StringNotEquals: { 'aws:x': 'a' } },
      'aws:x',
      'it should be under StringLike',
    ],
    [{ 'ForAllValues:StringEquals': { 'saml:aud': 'x' } }, 'saml:aud', 'it should be under StringEquals'],
  ])('not %j', (Condition, key, should) => {
    expect(trust({ ...assume, Condition })).toContainEqual(expect.stringContaining(`["${key}"]: ${OPEN}${should}`));
  });

  test('on attributes of SAML, where AWS has it itself, is worth a word', () => {
    const statement = {
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::123456789012:saml-provider/ExampleOrgSSOProvider' },
      Action: 'sts:AssumeRoleWithSAML',
      Condition: {
        StringEquals: { 'saml:aud': 'https://signin.aws.amazon.com/saml', 'saml:iss': 'https://openidp.feide.no' },
        'ForAllValues:StringLike': { 'saml:edupersonaffiliation': ['staff'] },
      },
    };
    expect(trust(statement)).toEqual([]);
    expect(trustHints([assume, statement])).toEqual([
      `Statement[1].Condition["ForAllValues:StringLike"]["saml:edupersonaffiliation"]: ${samlWarning('saml:edupersonaffiliation')}`,
    ]);
  });
});

describe('characters', () => {
  const ALLOWED = 'it should have none but tab, line feed, carriage return and U+0020 to U+00FF';

  test.each<[string, object, string]>([
    ['a typographic quote', { Id: 'the team’s' }, 'Id: has the character U+2019'],
    ['a control character', { Id: 'a\u0007b' }, 'Id: has the character U+0007'],
    ['a character of two code units', { Id: 'ship 🚀' }, 'Id: has the character U+1F680'],
  ])('%s', (_, rest, problem) => {
    expect(identity(allow, rest)).toEqual([`${problem}; ${ALLOWED}`]);
  });

  test('in a value of a list, and in a name', () => {
    const Condition = { StringEquals: { 'aws:RequestTag/größe': ['Grüße\t\r\n', '大'], 'aws:RequestTag/大': 'x' } };
    expect(identity([{ ...allow, Condition }])).toEqual([
      `Statement[0].Condition.StringEquals["aws:RequestTag/größe"][1]: has the character U+5927; ${ALLOWED}`,
      `Statement[0].Condition.StringEquals["aws:RequestTag/大"]: has the character U+5927; ${ALLOWED}`,
    ]);
  });
});

describe('a statement of a trust policy', () => {
  test.each<[object, ...string[]]>([
    [{ ...assume, Sid: 'with spaces, as AWS has it' }],
    [
      { ...assume, Resource: '*' },
      'Statement.Resource: does not belong in a trust policy, whose resource is the role itself; it should not be there',
    ],
    [
      { Effect: 'Allow', Action: 'sts:AssumeRole' },
      'Statement: has neither Principal nor NotPrincipal; it should have one of them',
    ],
    [{ ...assume, NotPrincipal: '*' }, 'Statement: has both Principal and NotPrincipal; it should have one of them'],
    [{ Effect: 'Deny', NotPrincipal: { AWS: '123456789012' }, Action: 'sts:*' }],
  ])('%j', (statement, ...problems) => {
    expect(trust(statement)).toEqual(problems);
  });

  test.each([
    'sts:AssumeRole',
    'sts:AssumeRoleWithWebIdentity',
    'sts:AssumeRoleWithSAML',
    'sts:TagSession',
    'sts:SetSourceIdentity',
    'sts:SetContext',
    'sts:*',
    'sts:Assume*',
    'STS:assumerole',
    'sts:AssumeRol?',
  ])('Action %s', (Action) => {
    expect(trust({ ...assume, Action })).toEqual([]);
  });

  test.each([
    '*',
    's3:GetObject',
    'sts:GetSessionToken',
    'sts:AssumeRol',
    'AssumeRole',
    'sts.*',
    'x|sts:AssumeRole',
    'sts:AssumeRole|x',
  ])('no Action: %s', (action) => {
    expect(trust({ ...assume, Action: ['sts:AssumeRole', action] })).toEqual([
      `Statement.Action[1]: is "${action}"; ${TRUST_ACTION}`,
    ]);
  });

  test.each<unknown>([
    '*',
    { AWS: '*' },
    { AWS: ['123456789012', 'arn:aws:iam::123456789012:root', 'AIDACKCEVSQ6C2EXAMPLE'] },
    { AWS: 'arn:aws-us-gov:iam::123456789012:user/machine/pulumi' },
    { AWS: 'arn:aws:iam::123456789012:role/deploy' },
    { AWS: 'arn:aws:sts::123456789012:assumed-role/deploy/session' },
    { Service: ['ec2.amazonaws.com', 'ecs.amazonaws.com.cn'] },
    { Federated: 'arn:aws:iam::123456789012:saml-provider/okta' },
    { Federated: ['cognito-identity.amazonaws.com', 'accounts.google.com'] },
    { CanonicalUser: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be', AWS: '*' },
  ])('Principal %j', (Principal) => {
    expect(trust({ ...assume, Principal })).toEqual([]);
  });

  test.each<[unknown, string]>([
    ['123456789012', ': is "123456789012"; it should be * or a mapping such as {"AWS": "123456789012"}'],
    [{}, ': is an empty mapping; it should be * or a mapping such as {"AWS": "123456789012"}'],
    [['*'], ': is a list of 1; it should be * or a mapping such as {"AWS": "123456789012"}'],
    [{ aws: '*' }, '.aws: is not known here; did you mean AWS?'],
    [{ Services: 'ec2.amazonaws.com' }, '.Services: is not known here; did you mean Service?'],
    [{ constructor: 'x' }, '.constructor: is not known here; there are AWS, Federated, Service, CanonicalUser'],
    [{ AWS: 123456789012 }, `.AWS: is the number 123456789012; ${AWS_PRINCIPAL}; perhaps "123456789012"`],
    [{ AWS: '12345678901' }, `.AWS: is "12345678901"; ${AWS_PRINCIPAL}; perhaps "012345678901"`],
    [{ AWS: 12345678901 }, `.AWS: is the number 12345678901; ${AWS_PRINCIPAL}; perhaps "012345678901"`],
    [{ AWS: '1234' }, `.AWS: is "1234"; ${AWS_PRINCIPAL}`],
    [
      { AWS: 'arn:aws:iam::12345678901:root' },
      `.AWS: is "arn:aws:iam::12345678901:root"; ${AWS_PRINCIPAL}; perhaps "arn:aws:iam::012345678901:root"`,
    ],
    [
      { Federated: `arn:aws:iam::12345678901:saml-provider/okta` },
      `.Federated: is "arn:aws:iam::12345678901:saml-provider/okta"; ${PROVIDER}; perhaps "arn:aws:iam::012345678901:saml-provider/okta"`,
    ],
    [{ AWS: 'arn:aws:iam::123456789012:user/*' }, `.AWS: is "arn:aws:iam::123456789012:user/*"; ${AWS_PRINCIPAL}`],
    [{ AWS: 'arn:aws:iam::123456789012:group/x' }, `.AWS: is "arn:aws:iam::123456789012:group/x"; ${AWS_PRINCIPAL}`],
    [{ AWS: ['*', 'pulumi'] }, `.AWS[1]: is "pulumi"; ${AWS_PRINCIPAL}`],
    [{ AWS: [] }, `.AWS: is an empty list; ${AWS_PRINCIPAL}`],
    [{ Service: 's3' }, '.Service: is "s3"; it should be a service, such as ec2.amazonaws.com'],
    [{ Federated: issuer }, `.Federated: is "${issuer}"; ${PROVIDER}`],
    [{ CanonicalUser: 'x' }, '.CanonicalUser: is "x"; it should be a canonical user ID (64 hexadecimal digits)'],
  ])('no Principal: %j', (Principal, problem) => {
    expect(trust({ ...assume, Principal })).toEqual([`Statement.Principal${problem}`]);
  });
});

describe('an Allow for GitHub’s OIDC provider', () => {
  const subject = 'repo:octo/app:ref:refs/heads/main';
  const workflow = 'octo/app/.github/workflows/deploy.yml@refs/heads/main';
  const claim = (name: string, value: unknown) => ({ [`${issuer}:${name}`]: value });
  const NO_SUB =
    `Statement.Condition: has no ${sub} or ${issuer}:job_workflow_ref under StringEquals or StringLike that does not begin ` +
    'with a wildcard; it should be there, such as repo:octo/app:environment:production. AWS requires it whatever other claims are ' +
    'named, as many organizations have tokens of this issuer';

  test.each<object>([
    { StringEquals: { ...aud, [sub]: subject } },
    { StringEquals: aud, StringLike: { [sub]: ['repo:octo/app:*', 'repo:octo@1/app@2:*'] } },
    { StringEquals: aud, 'ForAnyValue:StringLike': { [sub.toUpperCase()]: 'repo:octo/*' } },
    { StringEquals: { ...aud, [sub]: subject }, StringLike: { [sub]: 'repo:*' } },
    { StringEquals: aud, StringLike: { [sub]: 'repository_owner_id:1:*' } },
    { StringEquals: aud, StringLike: { [sub]: 'job_workflow_ref:octo/app/.github/workflows/deploy.yml@*' } },
    { StringEquals: aud, StringLike: { [sub]: 'repo:octo@1/*' } },
    { StringEquals: aud, StringLike: { [sub]: 'environment:prod*:repository_owner_id:1' } },
    { StringEquals: { ...aud, ...claim('repository_id', '2') }, StringLike: { [sub]: 'repo:*' } },
    { StringEquals: { ...aud, ...claim('repository', 'octo/app') }, StringLike: { [sub]: 'repo:*/app:*' } },
    { StringEquals: { ...aud, ...claim('enterprise_id', '3'), [sub]: 'environment:production' } },
    { StringEquals: { ...aud, ...claim('job_workflow_ref', workflow), ...claim('repository_id', '2') } },
  ])('%j', (condition) => {
    expect(github(condition)).toEqual([]);
    expect(githubHints(condition)).toEqual([]);
  });

  test.each<object>([
    {},
    { StringEquals: aud },
    { StringEquals: aud, StringNotEquals: { [sub]: subject } },
    { StringEquals: aud, StringEqualsIfExists: { [sub]: subject } },
    { StringEquals: { ...aud, 'other.example:sub': subject } },
    { StringEquals: { ...aud, ...claim('repository', 'octo/app') } },
    { StringEquals: { ...aud, ...claim('repository_id', '2'), ...claim('environment', 'production') } },
    { StringEquals: { ...aud, ...claim('enterprise_id', '3') } },
    { StringEquals: { ...aud, ...claim('repository_id', '2') }, StringLike: { [sub]: '*' } },
    {
      StringEquals: { ...aud, ...claim('repository_owner_id', '1') },
      StringLike: { [sub]: '*:environment:production' },
    },
    { StringEquals: aud, StringLike: claim('job_workflow_ref', '*') },
    { StringEquals: { ...aud, [sub]: '' } },
  ])('AWS refuses %j', (condition) => {
    expect(github(condition)).toEqual([NO_SUB]);
  });

  test('without an audience, all that the provider lists are accepted', () => {
    expect(github({ StringEquals: { [sub]: subject } })).toEqual([]);
    expect(githubHints({ StringEquals: { [sub]: subject } })).toEqual([
      `Statement.Condition: has no ${issuer}:aud, so tokens for every audience that the identity provider lists are ` +
        'accepted; better name the one that is meant, such as sts.amazonaws.com',
    ]);
  });

  test.each<object>([{}, { StringLike: { [sub]: 'repo:*' } }])(
    'a workflow alone does not say who calls it: %j',
    (more) => {
      const condition = { StringEquals: { ...aud, ...claim('job_workflow_ref', workflow) }, ...more };
      expect(github(condition)).toEqual([]);
      expect(githubHints(condition)).toEqual([
        'Statement.Condition: names a workflow, and not who may call it: jobs of every repository that may call it are ' +
          `allowed; better name the caller as well, by ${sub} or ${issuer}:repository_id`,
      ]);
    },
  );

  test('ForAllValues is no bound', () => {
    expect(github({ StringEquals: aud, 'ForAllValues:StringLike': { [sub]: subject } })).toEqual([
      `Statement.Condition["ForAllValues:StringLike"]["${sub}"]: is also true where the key is missing, and so allows too ` +
        'much; it should be under StringLike',
      NO_SUB,
    ]);
  });

  test.each([
    ['job_workflow_ref', '?/app/.github/workflows/deploy.yml@*'],
    ['job_workflow_ref', 'octo*/app/.github/workflows/deploy.yml@*'],
    ['job_workflow_ref', '${token.actions.githubusercontent.com:job_workflow_ref}'],
  ])('%s %s names nobody', (name, wide) => {
    expect(github({ StringEquals: aud, StringLike: claim(name, wide) })).toEqual([
      `Statement.Condition.StringLike["${issuer}:${name}"]: is "${wide}", which repositories of strangers match as well; ` +
        'it should name the owner whole',
    ]);
  });

  test.each(['sts:TagSession', ['sts:TagSession', 'sts:SetSourceIdentity']])('%j assumes nothing', (Action) => {
    const Principal = { Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` };
    expect(trust({ Effect: 'Allow', Principal, Action })).toEqual([]);
    expect(trustHints({ Effect: 'Allow', Principal, Action })).toEqual([]);
  });

  test.each([
    '*',
    '?*',
    're*',
    'repo:*',
    'repo:*/*',
    'repo:*/app:*',
    'repo:octo*',
    'repo:octo-*/app:*',
    '*:environment:x',
    'repository_owner:*',
    'repository_owner:octo*',
    'repository_owner_id:1*:x',
    'rep*:octo/app:*',
    'repo:${aws:PrincipalTag/owner}/app:*',
    'repo:octo${aws:PrincipalTag/owner}/app:*',
    '${token.actions.githubusercontent.com:sub}',
    'repo*octo/app:*',
    'environment:production',
    'ref:refs/heads/main',
    'environment:production:repository_owner:octo*',
    'job_workflow_ref:*/app/.github/workflows/deploy.yml@*',
  ])('the subject %s names nobody', (wide) => {
    expect(github({ StringEquals: aud, StringLike: { [sub]: [subject, wide] } })).toEqual([
      `Statement.Condition.StringLike["${sub}"]: is "${wide}", which repositories of strangers match as well; ` +
        'it should name the owner whole, such as repo:octo/app:environment:production',
    ]);
  });

  test.each([
    ['repository_owner', 'StringEquals', 'so nobody can assume the role; the owner should be named by sub, or by'],
    [
      'enterprise',
      'StringEqualsIgnoreCase',
      'so nobody can assume the role; the enterprise should be named by enterprise_id',
    ],
    ['event_name', 'StringEquals', 'so nobody can assume the role; it should be one of sub, aud, repository, '],
    ['event_name', 'StringNotEquals', 'so the condition always holds and limits nothing; it should be one of sub'],
    ['Repository_Owner', 'StringEqualsIfExists', 'so the condition always holds and limits nothing; the owner should'],
    ['iss', 'ForAllValues:StringEquals', 'so the condition always holds and limits nothing; it should not be there'],
    ['iss', 'ForAnyValue:StringEquals', 'so nobody can assume the role; it should not be there, as the principal'],
  ])('AWS does not evaluate %s under %s', (name, operator, says) => {
    const [bound, other] = [{ StringLike: { [sub]: 'repo:octo/*' } }, { [operator]: claim(name, 'octo') }];
    const at = keyPathText(['Statement', 'Condition', operator, `${issuer}:${name}`]);
    expect(github({ ...bound, 'ForAnyValue:StringEquals': aud, ...other })).toEqual([
      expect.stringContaining(`${at}: is a claim that AWS does not evaluate, ${says}`),
    ]);
  });

  test('a claim that AWS does not evaluate names no owner', () => {
    expect(
      github({ StringEquals: { ...aud, ...claim('repository_owner', 'octo') }, StringLike: { [sub]: 'repo:*' } }),
    ).toEqual([
      expect.stringContaining('is a claim that AWS does not evaluate'),
      expect.stringContaining('is "repo:*", which repositories of strangers match as well'),
    ]);
  });

  test('an audience under ForAllValues should be under the plain operator', () => {
    expect(github({ 'ForAllValues:StringEquals': aud, StringEquals: { [sub]: subject } })).toEqual([
      expect.stringMatching(/:aud"\]: is also true where the key is missing, .* it should be under StringEquals$/),
    ]);
  });

  test('several subjects that name nobody are reported in one sentence', () => {
    expect(github({ StringEquals: { ...aud, [sub]: ['repo:*', subject, '*'] } })).toEqual([
      expect.stringContaining(`${sub}"]: is "repo:*" and "*", which repositories of strangers match as well; `),
    ]);
  });

  test('an enterprise’s own issuer is bounded by its own keys', () => {
    const own = `${issuer}/octo-enterprise`;
    expect(github({ StringEquals: { [`${own}:aud`]: 'x', [`${own}:sub`]: subject } }, own)).toEqual([]);
    expect(github({ StringEquals: { ...aud, [sub]: subject } }, own)).toHaveLength(1);
    expect(githubHints({ StringEquals: { ...aud, [sub]: subject } }, own)).toHaveLength(1);
  });

  test('a Deny, and other providers, need no such bounds', () => {
    const Principal = { Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` };
    expect(trust({ Effect: 'Deny', Principal, Action: 'sts:*' })).toEqual([]);
    expect(github({}, 'oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE')).toEqual([]);
    expect(githubHints({}, 'gitlab.example')).toEqual([]);
  });
});

describe('trust in everyone', () => {
  const STRANGERS =
    ', so that strangers may assume the role; better name accounts, users or roles, or add a condition that only some ' +
    'callers meet, such as StringEquals on aws:PrincipalOrgID';
  const ofOrganization = (id: string) => ({ StringLike: { 'aws:PrincipalOrgID': id } });

  test.each<[statement: object, says: string]>([
    [{ ...assume, Principal: '*' }, 'Statement: trusts everyone'],
    [[assume, { ...assume, Principal: { AWS: ['*'] } }], 'Statement[1]: trusts everyone'],
    [
      { ...assume, Principal: '*', Condition: ofOrganization('o-*') },
      'Statement: trusts everyone under the condition StringLike aws:PrincipalOrgID o-*',
    ],
    [
      { Effect: 'Allow', NotPrincipal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' },
      'Statement: trusts everyone but 123456789012',
    ],
  ])('%j is taken, with a warning', (statement, says) => {
    expect(trust(statement)).toEqual([]);
    expect(trustHints(statement)).toEqual([`${says}${STRANGERS}`]);
  });

  test.each<object>([
    assume,
    { ...assume, Principal: '*', Effect: 'Deny' },
    { ...assume, Principal: '*', Condition: ofOrganization('o-a1b2c3d4e5') },
  ])('%j says whom', (statement) => {
    expect(trustHints(statement)).toEqual([]);
  });
});

describe('trust in IAM Roles Anywhere', () => {
  const ACTIONS = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];
  const CN = 'aws:PrincipalTag/x509Subject/CN';
  const ANCHOR = 'arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/0a1b2c3d';
  const BOUND = { StringEquals: { [CN]: 'deploy' }, ArnEquals: { 'aws:SourceArn': ANCHOR } };
  const anywhere = (more: object, Service: unknown = 'rolesanywhere.amazonaws.com') => ({
    Effect: 'Allow',
    Principal: { Service },
    Action: ACTIONS,
    ...more,
  });

  test.each<object>([
    anywhere({ Condition: BOUND }),
    anywhere({ Action: 'sts:*', Condition: BOUND }),
    anywhere({ Condition: BOUND }, ['ec2.amazonaws.com', 'rolesanywhere.amazonaws.com']),
    anywhere({
      Condition: {
        StringLike: { 'aws:principaltag/x509SAN/DNS': '*.octo.example' },
        ArnLike: { 'aws:sourcearn': `${ANCHOR.slice(0, -8)}*` },
      },
    }),
    anywhere({ Condition: { StringEquals: { 'sts:SourceIdentity': 'CN=deploy', 'aws:SourceArn': ANCHOR } } }),
    [
      anywhere({ Action: 'sts:AssumeRole', Condition: BOUND }),
      anywhere({ Action: ['sts:TagSession', 'sts:SetSourceIdentity'] }),
    ],
    [
      anywhere({ Condition: { ArnEquals: { 'aws:SourceArn': ANCHOR } } }),
      { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole', Condition: { StringNotEquals: { [CN]: 'deploy' } } },
    ],
    anywhere({ Action: 'sts:AssumeRole' }, 'ec2.amazonaws.com'),
    { Effect: 'Deny', Principal: { Service: 'rolesanywhere.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ])('%j', (statement) => {
    expect(trust(statement)).toEqual([]);
    expect(trustHints(statement)).toEqual([]);
  });

  test.each<[object, string]>([
    [anywhere({ Action: 'sts:AssumeRole', Condition: BOUND }), 'sts:TagSession and sts:SetSourceIdentity'],
    [anywhere({ Action: ACTIONS.slice(0, 2) }, 'RolesAnywhere.amazonaws.com'), 'sts:SetSourceIdentity'],
    [anywhere({ Action: ACTIONS.slice(1) }, ['rolesanywhere.amazonaws.com']), 'sts:AssumeRole'],
    [
      [anywhere({ Action: 'sts:AssumeRole' }), anywhere({ Action: 'sts:TagSession' }, 'ec2.amazonaws.com')],
      'sts:TagSession and sts:SetSourceIdentity',
    ],
  ])('%j lets nobody in, as %s is missing', (statement, missing) => {
    expect(trust(statement)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^Statement(\\[0\\])?\\.Action: lacks ${missing} for rolesanywhere.*, so nobody can assume the role`,
        ),
      ),
    ]);
  });

  const NO_CERTIFICATE = 'names no certificate: every one that the trust anchor accepts can assume the role';
  test.each<[Condition: object | undefined, says: string]>([
    [undefined, 'names no certificate: every one that any trust anchor in the account accepts can assume the role'],
    [{ ArnEquals: { 'aws:SourceArn': ANCHOR } }, NO_CERTIFICATE],
    [{ ...BOUND, StringEquals: undefined, StringLike: { [CN]: '*' } }, NO_CERTIFICATE],
    [{ ...BOUND, StringEquals: undefined, StringLike: { [CN]: ['deploy', '*'] } }, NO_CERTIFICATE],
    [{ ...BOUND, StringEquals: { [CN]: `\${${CN}}` } }, NO_CERTIFICATE],
    [{ ...BOUND, StringEquals: undefined, StringEqualsIfExists: { [CN]: 'deploy' } }, NO_CERTIFICATE],
    [{ ...BOUND, StringEquals: undefined, Null: { [CN]: 'false' } }, NO_CERTIFICATE],
    [{ ...BOUND, StringEquals: { 'aws:PrincipalTag/x509Issuer/CN': 'authority' } }, NO_CERTIFICATE],
    [{ ...BOUND, StringEquals: { 'sts:RoleSessionName': 'deploy' } }, NO_CERTIFICATE],
    [
      { StringEquals: { [CN]: 'deploy' } },
      'names no trust anchor: a certificate of that name from any one in the account',
    ],
    [{ ...BOUND, ArnEquals: undefined, ArnLike: { 'aws:SourceArn': '*' } }, 'names no trust anchor'],
  ])('%j lets more in than it seems', (Condition, says) => {
    const statement = anywhere({ Condition: JSON.parse(JSON.stringify(Condition ?? {})) as object });
    expect(trust(statement)).toEqual([]);
    expect(trustHints(statement)).toEqual([expect.stringContaining(`Statement.Condition: ${says}`)]);
  });

  test.each([
    ['StringEquals', CN, 'CN=deploy', 'is "CN=deploy", and the tag has the name alone; it should be "deploy"'],
    [
      'ArnEquals',
      'aws:SourceArn',
      ANCHOR.replace('trust-anchor', 'profile'),
      'and the source is the trust anchor; it should be the ARN of that',
    ],
  ])('nobody has the value: %s %s %s', (operator, key, value, says) => {
    expect(trustHints(anywhere({ Condition: { ...BOUND, [operator]: { [key]: value } } }))).toEqual([
      expect.stringContaining(says),
    ]);
  });
});

describe('refs in what an Allow asks of GitHub’s tokens', () => {
  const OWN = 'repo:octo/app:*';
  const workflow = 'octo/flows/.github/workflows/deploy.yml';
  const SHA = '0123456789abcdef0123456789abcdef01234567';
  const hints = (operator: string, claim: string, values: unknown, provider = issuer) => {
    const key = (name: string) => `${provider}:${name}`;
    const bounds = { 'ForAnyValue:StringEquals': { [key('aud')]: 'sts.amazonaws.com' } };
    const caller = claim === 'sub' ? {} : { 'ForAnyValue:StringLike': { [key('sub')]: OWN } };
    return githubHints({ ...bounds, ...caller, [operator]: { [key(claim)]: values } }, provider);
  };

  test.each([
    ['StringEquals', 'ref', ['refs/heads/main', 'refs/tags/v1', 'refs/pull/1/merge']],
    ['StringLike', 'ref', ['refs/heads/*', 'refs/*', '*/main', '*']],
    ['StringEquals', 'job_workflow_ref', [`${workflow}@refs/heads/main`, `${workflow}@${SHA}`]],
    ['StringLike', 'job_workflow_ref', [`${workflow}@*`, 'octo/flows/*', `${workflow}@refs/tags/v?`]],
    ['StringNotEquals', 'ref', 'main'],
    ['StringEquals', 'environment', 'main'],
    ['StringEquals', 'sub', 'repo:octo/app:ref:refs/heads/main'],
    ['StringEquals', 'sub', 'repo:octo/app:environment:production'],
    ['StringLike', 'sub', ['repo:octo/app:ref:refs/tags/*', 'repo:octo/app:*']],
    ['StringLike', 'sub', `repo:octo/app:job_workflow_ref:${workflow}@refs/heads/main:environment:*`],
  ])('%s %s %j', (operator, claim, values) => {
    expect(hints(operator, claim, values)).toEqual([]);
  });

  test.each([
    ['StringEquals', 'ref', 'main', 'main'],
    ['StringLike', 'ref', ['refs/heads/main', 'heads/*'], 'heads/*'],
    ['StringEquals', 'ref', 'refs/heads/*', 'refs/heads/*'],
    ['StringEquals', 'job_workflow_ref', `${workflow}@main`, 'main'],
    ['StringLike', 'job_workflow_ref', `octo/*@v*`, 'v*'],
    ['StringEquals', 'sub', 'repo:octo/app:ref:main', 'main'],
    ['StringLike', 'sub', 'repo:octo/app:ref:heads/*', 'heads/*'],
    ['StringLike', 'sub', `repo:octo/app:environment:a:job_workflow_ref:${workflow}@v1`, 'v1'],
  ])('%s %s %j: no token has the ref %s', (operator, claim, values, ref) => {
    expect(hints(operator, claim, values)).toEqual([
      expect.stringContaining(`:${claim}"]: names the ref ${JSON.stringify(ref)}`),
    ]);
  });

  test('a wildcard that is none is said to stand for itself', () => {
    expect(hints('StringEquals', 'ref', 'refs/heads/*')).toEqual([
      expect.stringContaining('in which * and ? stand for themselves under StringEquals; no token has such a one'),
    ]);
  });

  test.each([
    'token.actions.octo.ghe.com',
    'github.octo.example/_services/token',
    `${issuer}/octo-enterprise`,
    'forgejo.example/api/actions',
  ])('also of %s', (provider) => {
    expect(hints('StringEquals', 'sub', 'repo:octo/app:ref:main', provider)).toHaveLength(1);
  });

  test('of another issuer, they are not known', () => {
    expect(hints('StringEquals', 'sub', 'project_path:octo/app:ref_type:branch:ref:main', 'gitlab.com')).toEqual([]);
  });
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
test.each([
  ['gitlab.com', 'sub', 'project_path:octo/app:ref_type:branch:ref:main'],
  ['app.terraform.io', 'sub', 'organization:octo:project:*:workspace:*:run_phase:*'],
  ['agent.buildkite.com', 'sub', 'organization:octo:*'],
  ['api.pulumi.com/oidc', 'aud', 'octo'],
])('many organizations share %s, so AWS requires its %s', (provider, claim, value) => {
  const key = `${provider}:${claim}`;
  const missing = `Statement.Condition: has no ${key} under StringEquals or StringLike that does not begin with a wildcard`;
  expect(github({ StringLike: { [key]: value } }, provider)).toEqual([]);
  expect(github({ StringLike: { [key]: '*' } }, provider)).toEqual([expect.stringContaining(missing)]);
  expect(github({}, provider)).toEqual([expect.stringContaining(missing)]);
});

test.each([
  ['gitlab.com', 'sub', 'project_path:*'],
  ['gitlab.com', 'sub', 'project_path:octo*'],
  ['gitlab.com', 'sub', 'p*'],
  ['gitlab.com', 'sub', '?*'],
  ['gitlab.com', 'sub', '${gitlab.com:sub}'],
  ['app.terraform.io', 'sub', 'organization:*'],
  ['app.terraform.io', 'sub', 'organization:oct?:project:*'],
  ['agent.buildkite.com', 'sub', 'organization:*'],
  ['agent.buildkite.com', 'sub', '*:pipeline:deploy:*'],
  ['oidc.vercel.com', 'aud', 'https://vercel.com/*'],
  ['api.pulumi.com/oidc', 'aud', 'octo*'],
])('of %s, the %s %s is of no one organization', (provider, claim, wide) => {
  const key = `${provider}:${claim}`;
  expect(github({ StringLike: { [key]: wide } }, provider)).toEqual([
    `Statement.Condition.StringLike["${key}"]: is "${wide}", which tokens of other organizations match as well; it should ` +
      'name yours whole',
  ]);
});

test.each([
  ['gitlab.com', 'sub', 'project_path:octo/*'],
  ['app.terraform.io', 'sub', 'organization:octo:*'],
  ['oidc.vercel.com', 'aud', 'https://vercel.com/octo'],
  ['oidc-configuration.audit-log.githubusercontent.com', 'sub', 'https://github.com/octo'],
])('of %s, the %s %s is of one organization', (provider, claim, value) => {
  expect(github({ StringLike: { [`${provider}:${claim}`]: value } }, provider)).toEqual([]);
});

describe.each(['token.actions.octo.ghe.com', 'github.octo.example/_services/token'])('an Allow for %s', (provider) => {
  const audience = { [`${provider}:aud`]: 'sts.amazonaws.com' };
  const of = (value: string) => ({ StringEquals: audience, StringLike: { [`${provider}:sub`]: value } });

  test.each<object>([{}, { StringEquals: { ...audience, [`${provider}:repository_id`]: '2' } }, of('*')])(
    '%j is for every repository there',
    (condition) => {
      expect(github(condition, provider)).toEqual([
        expect.stringMatching(
          /^Statement\.Condition: has no \S+:sub under .* every repository on that server are allowed$/,
        ),
      ]);
    },
  );

  test('a subject of every owner names none', () => {
    expect(github(of('repo:*'), provider)).toEqual([
      expect.stringContaining(
        'is "repo:*", which repositories of other owners match as well; it should name the owner',
      ),
    ]);
  });

  test('a subject of one owner is a bound', () => {
    expect(github(of('repo:octo/*'), provider)).toEqual([]);
  });
});

test.each([
  [{}, 2],
  [{ Statement: [allow] }, 91],
  [{ Id: 'a b  c\u00e9' }, 13],
])('the size of %j is %i', (policy, size) => {
  expect(policySize(policy)).toBe(size);
});
