import fc from 'fast-check';
import { stringify } from 'yaml';
import { anyText, mostly, nearly } from './texts';

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('pulumi', 'deploy', 'ci', 'Deploy') },
  mostly(fc.stringMatching(/^[\w+=,.@-]{1,20}$/)),
);
const list = <T>(of: fc.Arbitrary<T>) => fc.oneof(of, fc.array(of, { maxLength: 3 }));
const arn = fc.constantFrom(
  ...[
    'arn:aws:iam::aws:policy/ReadOnlyAccess',
    'arn:aws:iam::aws:policy/PowerUserAccess',
    'arn:aws:s3:::bucket/*',
    '*',
  ],
  ...['arn:aws-cn:iam::aws:policy/ReadOnlyAccess', 'arn:aws:iam::123456789012:role/deploy'],
);
const action = fc.constantFrom(
  's3:GetObject',
  'S3:getobject',
  's3:*',
  '*',
  'sts:AssumeRole',
  'sts:AssumeRoleWithWebIdentity',
  'nope',
);
const principal = fc.oneof(
  fc.constant('*'),
  fc.record(
    {
      AWS: list(
        fc.constantFrom('*', '123456789012', 'arn:aws:iam::123456789012:root', 'arn:aws:iam::123456789012:user/ci'),
      ),
      Service: list(fc.constantFrom('ec2.amazonaws.com', 's3.amazonaws.com')),
      Federated: list(fc.constant('arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com')),
    },
    { requiredKeys: [] },
  ),
);
const condition = fc.dictionary(
  fc.constantFrom('StringEquals', 'stringequals', 'Bool', 'ForAnyValue:StringLike', 'NumericLessThan', 'Nope'),
  fc.dictionary(
    fc.constantFrom(
      'aws:MultiFactorAuthPresent',
      'aws:multifactorauthpresent',
      'sts:ExternalId',
      'token.actions.githubusercontent.com:sub',
    ),
    list(fc.oneof(fc.constantFrom('true', 'x', '*'), fc.boolean(), fc.integer())),
    { maxKeys: 2 },
  ),
  { maxKeys: 2 },
);

const statement = fc.record(
  {
    Sid: fc.constantFrom('One', 'Two', 'Not an ID'),
    Effect: fc.constantFrom('Allow', 'Deny', 'allow'),
    Principal: principal,
    Action: list(action),
    NotAction: list(action),
    Resource: list(arn),
    Condition: condition,
  },
  { requiredKeys: ['Effect', 'Action'] },
);

/** A policy as JSON has it, right or wrong, whose lists, names and texts vary. */
export const policy = fc.record(
  { Version: fc.constantFrom('2012-10-17', '2008-10-17', '2012-10-18'), Id: fc.string(), Statement: list(statement) },
  { requiredKeys: ['Statement'] },
);

const tags = fc.dictionary(
  mostly(fc.stringMatching(/^[a-z:]{1,10}$/)),
  fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
  {
    maxKeys: 3,
  },
);
const path = fc.constantFrom('/', '/machine/', '/a/b/', 'machine', '//', '/é/');
const policies = list(fc.oneof(name, arn));
const document = fc.oneof(
  policy,
  fc.constantFrom('policy.json', 'missing.json', '../outside.json', 'policy.yml', '.', 'fifo', 'link'),
);
const secretPlace = fc.record(
  {
    prefix: fc.constantFrom('CI_', 'GITHUB_', 'a b'),
    environment: name,
    repository: fc.constantFrom('octo/app', 'octo', '/'),
    organization: name,
    visibility: fc.constantFrom('all', 'private', 'selected', 'everyone'),
    repositories: list(fc.constantFrom('app', 'octo/app', '..', '')),
  },
  { requiredKeys: [] },
);
const workspacePlace = fc.record(
  {
    organization: fc.constantFrom('acme', 'a b', ''),
    workspace: fc.oneof(fc.constantFrom('prod', 'Prod'), name),
    // Where nobody answers, if it is the name of a host at all.
    host: fc.constantFrom('127.0.0.1:1', '127.0.0.1:99999', 'https://tfe.example.com', 'a/b', ''),
  },
  { requiredKeys: [] },
);
const delivery = fc.oneof(
  fc.constantFrom('environment', 'outputs', 'nowhere'),
  fc.record({ profile: name }),
  fc.constantFrom('github-secrets', 'dependabot-secrets', 'terraform-cloud'),
  fc.record({ 'github-secrets': fc.oneof(secretPlace, fc.constant({})) }),
  fc.record({ 'dependabot-secrets': fc.oneof(secretPlace, fc.constant({})) }),
  fc.record({ 'terraform-cloud': fc.oneof(workspacePlace, fc.constant({})) }),
);
const user = fc.record(
  {
    path,
    tags,
    policies,
    'inline-policies': fc.dictionary(name, document, { maxKeys: 2 }),
    'permissions-boundary': fc.oneof(arn, name),
    'require-mfa': fc.oneof(fc.boolean(), fc.constant('yes')),
    'mfa-device': fc.record({ name, deliver: list(fc.record({ 'github-secret': name })) }, { requiredKeys: [] }),
    'access-key': fc.record(
      {
        'max-age': fc.constantFrom('90d', '1e3d', '90', 90, '-1d', 'NaN', '9'.repeat(30) + 'd'),
        deliver: list(delivery),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
const trustEntry = fc.oneof(
  fc.record({ account: fc.constantFrom('123456789012', 123456789012, '1') }),
  fc.record({ user: name }),
  fc.record({ service: list(fc.constantFrom('s3.amazonaws.com', 's3')) }),
  fc.record({
    github: fc.record(
      {
        repository: fc.constantFrom('octo/app', 'octo/other', 'octo', '*'),
        branch: list(fc.constantFrom('main', 'release/*', '')),
        environment: list(name),
        'pull-request': fc.boolean(),
        'any-ref': fc.boolean(),
        workflow: list(fc.constantFrom('octo/app/.github/workflows/a.yml@refs/heads/main', 'a/b/c.yml@*', 'a.yml')),
        provider: fc.constantFrom('github', 'Deploy', 'https://ghes.example/_services/token', 'http://x', ''),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    'roles-anywhere': fc.record(
      {
        'trust-anchor': fc.constantFrom(
          'arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/0a1b2c3d',
          'arn:aws-cn:rolesanywhere:cn-north-1:123456789012:trust-anchor/0a1b2c3d',
          '*',
        ),
        'common-name': list(fc.oneof(name, fc.constant('build-*'))),
      },
      { requiredKeys: [] },
    ),
  }),
);
const role = fc.record(
  {
    path,
    tags,
    policies,
    trust: fc.oneof(trustEntry, fc.array(trustEntry, { maxLength: 3 }), document),
    'max-session-duration': fc.constantFrom('4h', '12h', '13h', 3600, '1e1h'),
    'permissions-boundary': arn,
    description: fc.string(),
  },
  { requiredKeys: ['trust'] },
);

/** A document as YAML reads it, with what is right, nearly right, and of another kind altogether. */
export const documentValue = fc.record(
  {
    policies: fc.oneof(
      {
        weight: 6,
        arbitrary: fc.dictionary(
          name,
          fc.record({ document, description: fc.string(), tags, path }, { requiredKeys: ['document'] }),
          { maxKeys: 3 },
        ),
      },
      fc.anything({ maxDepth: 2 }).filter((value) => value === null || typeof value !== 'object'),
    ),
    users: fc.oneof(
      {
        weight: 6,
        arbitrary: fc.dictionary(name, fc.oneof({ weight: 5, arbitrary: user }, fc.constant(null)), { maxKeys: 3 }),
      },
      fc.constant([]),
    ),
    roles: fc.dictionary(name, role, { maxKeys: 3 }),
    'oidc-providers': fc.dictionary(
      fc.constantFrom('github', 'gitlab', 'https://x.example'),
      fc.record(
        { url: fc.constantFrom('https://x.example', 'http://x'), audiences: list(fc.string()) },
        { requiredKeys: [] },
      ),
      {
        maxKeys: 2,
      },
    ),
    more: fc.string(),
  },
  { requiredKeys: [] },
);

/** What YAML has and JSON has not, each for the worse. */
const brokenYaml = fc.constantFrom(
  'a: &a [*a]',
  'a: *b',
  '? [x]\n: y',
  '<<: 1',
  'a: !!js/function "x"',
  'users: {a: &x {}, b: *x, <<: *x}',
  '- '.repeat(3_000),
  '['.repeat(3_000),
  `a: &a [x, x]\n${Array.from({ length: 30 }, (_, level) => `b${level}: &b${level} [${level === 0 ? '*a, *a' : `*b${level - 1}, *b${level - 1}`}]`).join('\n')}`,
  'users:\n\tpulumi: {}',
  'users: {a: {}, a: {}}',
  '%TAG ! tag:x,2000:\n---\nusers: {}',
  'users:\n  __proto__: {}\n  constructor: {}\n  1e3: {}\n  0x10: {}\n  .nan: {}\n  2001-01-01: {}\n  ~: {}',
  'users: {}\n---\nusers: {}',
  '{"users": {"a": {"path": "\\ud800"}}}',
);

const paths = fc.constantFrom(
  'identities.yml',
  'missing.yml',
  '../outside.yml',
  '/dev/zero',
  '/dev/null',
  'fifo',
  'link',
  '.',
  'huge.yml',
  'binary.yml',
  '\0',
);

/** The value of the input `identities`: a document, nearly one, or a path. */
export const documentText: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: documentValue.map((value) => stringify(value)) },
  { weight: 2, arbitrary: documentValue.map((value) => JSON.stringify(value, undefined, 1)) },
  { weight: 4, arbitrary: nearly(documentValue.map((value) => stringify(value))) },
  { weight: 2, arbitrary: brokenYaml },
  { weight: 1, arbitrary: nearly(brokenYaml) },
  { weight: 1, arbitrary: paths },
  { weight: 1, arbitrary: anyText },
);

const soundPolicy = fc.record({
  Version: fc.constant('2012-10-17'),
  Statement: list(
    fc.record({
      Effect: fc.constantFrom('Allow', 'Deny'),
      Action: fc.uniqueArray(fc.constantFrom('s3:GetObject', 'S3:PutObject', 's3:List*', 'sqs:*'), { minLength: 1 }),
      Resource: fc.constantFrom('*', ['arn:aws:s3:::bucket/*', 'arn:aws:sqs:*:*:a']),
    }),
  ).filter((statements) => !Array.isArray(statements) || statements.length > 0),
});
const soundTags = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.stringMatching(/^[\w .:/=+@-]{0,20}$/), {
  maxKeys: 3,
});
const soundPath = fc.constantFrom('/', '/machine/', '/a/b/');
const soundPolicies = fc.subarray(['one', 'arn:aws:iam::aws:policy/ReadOnlyAccess']);

/** The users of documents that are right, each with the prefix of its secrets and the name of its workspace of `acme`. */
export const SOUND_USERS = { pulumi: 'p', terraform: 't', 'ci+1@x': 'c' } as const;

const soundKey = (place: string) =>
  fc
    .subarray<object>(
      [
        { 'github-secrets': { prefix: place } },
        { 'dependabot-secrets': { prefix: place } },
        { 'terraform-cloud': { organization: 'acme', workspace: place } },
      ],
      { minLength: 1 },
    )
    .map((deliver) => ({ 'max-age': '90d', deliver }));
const soundUser = (place: string) =>
  fc.record(
    {
      path: soundPath,
      tags: soundTags,
      policies: soundPolicies,
      'inline-policies': fc.dictionary(fc.constantFrom('in', 'line'), soundPolicy),
      'require-mfa': fc.boolean(),
      'permissions-boundary': fc.constantFrom('one', 'arn:aws:iam::aws:policy/PowerUserAccess'),
      'access-key': soundKey(place),
    },
    { requiredKeys: [] },
  );

/** A document that is right, with one policy that others refer to. */
export const soundDocument = fc.record({
  policies: fc.record({
    one: fc.record({
      document: soundPolicy,
      description: fc.stringMatching(/^[\w ]{0,20}$/),
      tags: soundTags,
      path: soundPath,
    }),
  }),
  users: fc.record(Object.fromEntries(Object.entries(SOUND_USERS).map(([user, place]) => [user, soundUser(place)])), {
    requiredKeys: [],
  }),
  roles: fc.dictionary(
    fc.constantFrom('publish', 'read'),
    fc.record(
      {
        path: soundPath,
        tags: soundTags,
        policies: soundPolicies,
        trust: fc.constantFrom<unknown>(
          { account: '123456789012' },
          [{ service: 's3.amazonaws.com' }, { account: '111122223333' }],
          { github: { repository: 'octo/app', branch: 'main' } },
          [
            { github: { repository: 'octo/app', 'any-ref': true } },
            {
              github: { repository: 'octo/app', tag: ['v1', 'v2*'], provider: 'https://ghes.example/_services/token' },
            },
          ],
          {
            'roles-anywhere': {
              'trust-anchor': 'arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/0a1b2c3d',
              'common-name': ['build-01', 'build-02'],
            },
          },
        ),
        'max-session-duration': fc.constantFrom('1h', '4h', '12h'),
        description: fc.stringMatching(/^[\w ]{0,20}$/),
      },
      { requiredKeys: ['trust'] },
    ),
  ),
});
