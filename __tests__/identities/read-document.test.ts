import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { problemText } from '../../src/identities/document-problems';
import { readDocumentText } from '../../src/text/document-text';
import { POLICY, problemsOf, read, REPOSITORY, workspaceWith } from './workspace';

const DOCUMENT = `
policies:
  pipeline:
    document: policies/pipeline.json
    description: What the pipeline may do
    tags: { team: platform, version: 1.10, on: true }
  inline:
    path: /machine/
    document: { Version: 2012-10-17, Statement: { Effect: Deny, Action: '*', Resource: '*' } }
users:
  pulumi:
    path: /machine/
    tags: { deployedby: bsj-tjmoon, usedby: BSG Terraform Cloud }
    policies: [pipeline, arn:aws:iam::aws:policy/ReadOnlyAccess]
    inline-policies: { StsAssumePolicy: policies/assume.yml }
    permissions-boundary: arn:aws:iam::123456789012:policy/team/boundary
    require-mfa: true
    mfa-device: { deliver: [{ github-secret: pulumi_mfa_secret }] }
    access-key:
      max-age: 90d
      grace: 12h
      deliver:
        - github-secrets
        - github-secrets: { prefix: pulumi_, environment: production }
        - github-secrets: { repository: other/repo }
        - github-secrets: { organization: octo, visibility: all }
        - github-secrets: { organization: other }
  job: { access-key: { deliver: [environment, outputs, { profile: pulumi }] } }
  plain: {}
roles:
  file: { trust: policies/trust.json, max-session-duration: 4h, description: A role, policies: [inline] }
  policy: { trust: { Version: 2012-10-17, Statement: { Effect: Allow, Principal: { AWS: '123456789012' }, Action: sts:AssumeRole } } }
  list:
    max-session-duration: 5400
    trust: [{ account: '012345678901' }, { user: pulumi }, { user: team/else }, { service: s3.amazonaws.com }]
  account: { trust: { account: 123456789012 } }
  branch: { trust: { github: { repository: Octo/App, branch: main } } }
  environment: { trust: { github: { repository: octo/app, environment: 'a: b' } } }
  tag: { trust: { github: { repository: octo/lib, tag: v1, repository-id: 3 } } }
  pull-request:
    trust: { github: { repository: else/app, pull-request: true, repository-id: '5', repository-owner-id: 4 } }
oidc-providers:
  github: {}
  ghes: { issuer: 'https://ghes.example/_services/token/', audiences: [a, b], tags: { team: platform } }
`;

const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

const workspace = workspaceWith({
  'identities.yml': DOCUMENT,
  'policies/pipeline.json': `\uFEFF${JSON.stringify(POLICY, null, '\t')}`,
  'policies/assume.yml': 'Version: 2012-10-17\nStatement: [{ Effect: Allow, Action: sts:AssumeRole, Resource: "*" }]\n',
  'policies/trust.json': JSON.stringify(TRUST),
  'bad.yml': 'users:\n  a:\n    pth: /x/\n',
});

const repository = (name: string) => ({ of: 'repository', repository: name });
const bare = { path: '/', tags: {}, policies: [], inlinePolicies: {}, permissionsBoundary: undefined };
const bareRole = { ...bare, description: undefined, maxSessionDuration: 3600 };
const ISSUER = 'token.actions.githubusercontent.com';
const github = (trust: object) => ({
  entries: [{ github: { issuer: ISSUER, workflows: [], ...trust, audience: 'sts.amazonaws.com' } }],
});

test.each<[given: string, destination: object]>([
  ['dependabot-secrets', { to: 'dependabot-secrets', prefix: '', location: repository('octo/app') }],
  [
    '{ dependabot-secrets: { prefix: p_, repository: octo/tools } }',
    { to: 'dependabot-secrets', prefix: 'P_', location: repository('octo/tools') },
  ],
  [
    '{ dependabot-secrets: { organization: octo, visibility: all } }',
    {
      to: 'dependabot-secrets',
      prefix: '',
      location: { of: 'organization', organization: 'octo', visibility: 'all' },
    },
  ],
  ...[', visibility: selected', ''].map((visibility): [string, object] => [
    `{ github-secrets: { organization: octo, repositories: [app, tools]${visibility} } }`,
    {
      to: 'github-secrets',
      prefix: '',
      location: { of: 'organization', organization: 'octo', visibility: 'selected', repositories: ['app', 'tools'] },
    },
  ]),
])('a key goes to %s', (given, destination) => {
  const text = `users: { a: { access-key: { max-age: 90d, deliver: [${given}] } } }`;
  expect(read(text, { workspace }).declaration.users[0]?.accessKey?.deliver).toEqual([destination]);
});

test('a document is read with all that it declares', () => {
  const { declaration, warnings } = read('identities.yml', { workspace });
  expect(warnings.map(problemText)).toEqual([
    expect.stringMatching(
      /^identities\.yml:\d+:\d+: roles\.pull-request\.trust\.github trusts jobs of every pull request of else\/app/,
    ),
  ]);
  expect(declaration.policies).toEqual([
    {
      name: 'pipeline',
      path: '/',
      description: 'What the pipeline may do',
      document: POLICY,
      tags: { team: 'platform', version: '1.10', on: 'true' },
    },
    {
      name: 'inline',
      path: '/machine/',
      description: undefined,
      document: { Version: '2012-10-17', Statement: { Effect: 'Deny', Action: '*', Resource: '*' } },
      tags: {},
    },
  ]);
  expect(declaration.users).toEqual([
    {
      name: 'pulumi',
      path: '/machine/',
      tags: { deployedby: 'bsj-tjmoon', usedby: 'BSG Terraform Cloud' },
      policies: [{ declared: 'pipeline' }, { arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
      inlinePolicies: {
        StsAssumePolicy: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }],
        },
      },
      permissionsBoundary: { arn: 'arn:aws:iam::123456789012:policy/team/boundary' },
      requireMfa: true,
      mfaDevice: {
        name: 'pulumi',
        path: '/machine/',
        deliver: [{ store: 'github-secrets', name: 'PULUMI_MFA_SECRET', location: repository('octo/app') }],
      },
      accessKey: {
        maxAge: 90 * 24 * 3600 * 1000,
        grace: 12 * 3600 * 1000,
        deliver: [
          { to: 'github-secrets', prefix: '', location: repository('octo/app') },
          {
            to: 'github-secrets',
            prefix: 'PULUMI_',
            location: { of: 'environment', repository: 'octo/app', environment: 'production' },
          },
          { to: 'github-secrets', prefix: '', location: repository('other/repo') },
          {
            to: 'github-secrets',
            prefix: '',
            location: { of: 'organization', organization: 'octo', visibility: 'all' },
          },
          {
            to: 'github-secrets',
            prefix: '',
            location: { of: 'organization', organization: 'other', visibility: 'private' },
          },
        ],
      },
    },
    {
      ...bare,
      name: 'job',
      requireMfa: false,
      mfaDevice: undefined,
      accessKey: {
        maxAge: undefined,
        grace: undefined,
        deliver: [{ to: 'environment' }, { to: 'outputs' }, { to: 'profile', profile: 'pulumi' }],
      },
    },
    { ...bare, name: 'plain', requireMfa: false, mfaDevice: undefined, accessKey: undefined },
  ]);
  expect(declaration.roles).toEqual([
    {
      ...bareRole,
      name: 'file',
      trust: { policy: TRUST },
      maxSessionDuration: 14_400,
      description: 'A role',
      policies: [{ declared: 'inline' }],
    },
    {
      ...bareRole,
      name: 'policy',
      trust: {
        policy: {
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'sts:AssumeRole' },
        },
      },
    },
    {
      ...bareRole,
      name: 'list',
      maxSessionDuration: 5400,
      trust: {
        entries: [
          { account: '012345678901' },
          { user: 'machine/pulumi' },
          { user: 'team/else' },
          { service: 's3.amazonaws.com' },
        ],
      },
    },
    { ...bareRole, name: 'account', trust: { entries: [{ account: '123456789012' }] } },
    {
      ...bareRole,
      name: 'branch',
      trust: github({
        repository: 'octo/app',
        ids: { owner: '1', repository: '2' },
        contexts: ['ref:refs/heads/main'],
      }),
    },
    {
      ...bareRole,
      name: 'environment',
      trust: github({ repository: 'octo/app', ids: { owner: '1', repository: '2' }, contexts: ['environment:a%3A b'] }),
    },
    {
      ...bareRole,
      name: 'tag',
      trust: github({ repository: 'octo/lib', ids: { owner: '1', repository: '3' }, contexts: ['ref:refs/tags/v1'] }),
    },
    {
      ...bareRole,
      name: 'pull-request',
      trust: github({ repository: 'else/app', ids: { owner: '4', repository: '5' }, contexts: ['pull_request'] }),
    },
  ]);
  expect(declaration.oidcProviders).toEqual([
    { url: 'https://token.actions.githubusercontent.com', audiences: ['sts.amazonaws.com'], tags: {} },
    { url: 'https://ghes.example/_services/token', audiences: ['a', 'b'], tags: { team: 'platform' } },
  ]);
});

test('a document may stand in the input itself, as YAML or JSON', () => {
  const { declaration } = read('identities.yml', { workspace });
  expect(read(readFileSync(join(workspace, 'identities.yml'), 'utf8'), { workspace }).declaration).toEqual(declaration);
});

test.each([
  'users: { a: {} }',
  '{ users: { a: {} } }',
  '{"users":{"a":{}}}',
  '{\n\t"users": {\n\t\t"a": {}\n\t}\n}',
  '{ "$schema": "./identities.schema.json", "users": { "a": {} } }',
  '\uFEFFusers:\r\n  a: {}\r\n',
  '# a comment\nusers:\n  a: {}\n',
])('%j is a document', (input) => {
  expect(read(input).declaration.users).toEqual([expect.objectContaining({ name: 'a' })]);
});

test.each(['identities.yml', ' ./identities.yml\n', 'policies/../identities.yml'])('%j is a path', (input) => {
  expect(read(input, { workspace }).declaration.users).toHaveLength(3);
});

test('a path in the workspace may be absolute', () => {
  expect(read(join(workspace, 'identities.yml'), { workspace }).declaration.users).toHaveLength(3);
});

test.each([
  ['', /^is empty; it should be a path in the workspace, or the document itself$/],
  ['nowhere.yml', /^names nowhere\.yml, which is not there: no such file in the workspace/],
  ['C:\\a\\b.yml', /is not there/],
  ['policies', /^names policies, which is a folder/],
  ['/etc/hostname', /leads out of the workspace/],
  ['../identities.yml', /leads out of the workspace/],
  ['link.yml', /^names link\.yml, which is a link that leads out of the workspace/],
])('there is no document in %j', (input, problem) => {
  if (input === 'link.yml') symlinkSync('/etc/hostname', join(workspace, input));
  expect(readDocumentText(input, workspace)).toEqual({ wrong: expect.stringMatching(problem) });
});

test('a problem says where it is: by file, line and column, or by the line of the input', () => {
  expect(problemsOf('bad.yml', { workspace })).toEqual([
    'bad.yml:3:5: users.a.pth is not known here; did you mean path?',
  ]);
  expect(problemsOf('users:\n  a:\n    pth: /x/\n')).toEqual([
    'line 3: users.a.pth is not known here; did you mean path?',
  ]);
});

describe('a path that leads nowhere', () => {
  const folder = workspaceWith({
    'identities/users.yml': 'users: { a: { inline-policies: { p: policies/read.json } } }',
    'identities/wrong-extension.yml': 'users: { a: { inline-policies: { p: identities/policies/read.yml } } }',
    'identities/case.yml': 'users: { a: { inline-policies: { p: Identities/Policies/Read.json } } }',
    'identities/policies/read.json': JSON.stringify(POLICY),
    'roles.yaml': 'roles: {}',
  });

  test.each([
    ['identities/users.yml', 'identities/policies/read.json'],
    ['identities/wrong-extension.yml', 'identities/policies/read.json'],
    ['identities/case.yml', 'identities/policies/read.json'],
  ])('in %s', (document, meant) => {
    expect(problemsOf(document, { workspace: folder })).toEqual([
      expect.stringContaining(`which is not there: no such file in the workspace. Did you mean ${meant}?`),
    ]);
  });

  test.each([
    ['roles.yml', 'roles.yaml'],
    ['Roles.yaml', 'roles.yaml'],
    ['rolse.yaml', 'roles.yaml'],
    ['identity/users.yml', undefined],
    ['identites/users', 'identities/users.yml'],
  ])('as an input: %s', (input, meant) => {
    const hint = meant === undefined ? 'Is the repository checked out before this step?' : `Did you mean ${meant}?`;
    expect(readDocumentText(input, folder)).toEqual({ wrong: expect.stringContaining(`in the workspace. ${hint}`) });
  });
});

describe('what is worth saying about a trust policy is a warning, with its place', () => {
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com' },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { 'token.actions.githubusercontent.com:sub': 'repo:octo/app:pull_request' } },
      },
    ],
  };
  const folder = workspaceWith({ 'trust.json': JSON.stringify(trust, undefined, 2) });

  test.each([
    ['of a file', 'roles: { a: { trust: trust.json } }', 'line 1: roles.a.trust: trust.json:10:7: '],
    ['of the document', `roles:\n  a:\n    trust: ${JSON.stringify(trust)}`, 'line 3: roles.a.trust.'],
  ])('%s', (_, input, place) => {
    expect(read(input, { workspace: folder }).warnings.map(problemText)).toEqual([
      expect.stringContaining(
        `${place}Statement[0].Condition has no token.actions.githubusercontent.com:aud, so tokens`,
      ),
    ]);
  });
});

test('what AWS in China expects of GitHub’s tokens is the default there', () => {
  const { declaration } = read('oidc-providers: { github: {} }', { partition: 'aws-cn' });
  expect(declaration.oidcProviders[0]?.audiences).toEqual(['sts.amazonaws.com.cn']);
});

describe('the audience of jobs on GitHub', () => {
  const branch = '{ github: { repository: octo/app, branch: main } }';
  const statement = (aud: string, issuer = 'token.actions.githubusercontent.com') =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringLike: { [`${issuer}:aud`]: aud, [`${issuer}:sub`]: 'repo:octo/app:*' } },
      },
    });
  const documentOf = (providers: string, trust: string) =>
    `{ oidc-providers: ${providers}, roles: { a: { trust: ${trust} } } }`;

  test.each([
    ['{}', 'aws', 'sts.amazonaws.com'],
    ['{ github: {} }', 'aws', 'sts.amazonaws.com'],
    ['{ github: {} }', 'aws-cn', 'sts.amazonaws.com.cn'],
    ['{ github: { audiences: ["https://github.com/octo"] } }', 'aws', 'https://github.com/octo'],
    ['{ github: { audiences: [sts.amazonaws.com] } }', 'aws-cn', 'sts.amazonaws.com'],
    ['{ github: { audiences: [a, sts.amazonaws.com] } }', 'aws', 'sts.amazonaws.com'],
    ['{ x: { issuer: "https://token.actions.githubusercontent.com", audiences: [a] } }', 'aws', 'a'],
    ['{ x: { issuer: "https://token.actions.octo.ghe.com", audiences: [a] } }', 'aws', 'sts.amazonaws.com'],
  ])('with the providers %s in %s, it is %s', (providers, partition, audience) => {
    const { declaration } = read(documentOf(providers, branch), { partition });
    expect(declaration.roles).toMatchObject([{ trust: { entries: [{ github: { audience } }] } }]);
  });

  test('it is not chosen among several', () => {
    expect(problemsOf(documentOf('{ github: { audiences: [a, b] } }', branch))).toEqual([
      'line 1: roles.a.trust.github trusts tokens for one audience, and the provider in oidc-providers accepts "a", "b", so it ' +
        'is not known which; add sts.amazonaws.com to its audiences, or write a trust policy of your own',
    ]);
  });

  test.each([
    ['{ github: { audiences: [a, b] } }', 'c', '"c", and the provider in oidc-providers accepts "a", "b" only'],
    ['{ github: {} }', 'c', '"c", and the provider in oidc-providers accepts "sts.amazonaws.com" only'],
    ['{ github: { audiences: [octo] } }', 'x*', '"x*", and the provider in oidc-providers accepts "octo" only'],
  ])('a trust policy asks for what the providers %s accept, and not for %s', (providers, aud, says) => {
    expect(problemsOf(documentOf(providers, statement(aud)))).toEqual([
      expect.stringContaining(
        `githubusercontent.com:aud"] is ${says}: nobody can assume the role; both should have the same`,
      ),
    ]);
  });

  test.each([
    ['{}', statement('c')],
    ['{ github: { audiences: [a, c] } }', statement('c')],
    ['{ github: { audiences: [octo] } }', statement('oct?')],
    ['{ x: { issuer: "https://idp.example", audiences: [a] } }', statement('c', 'idp.example')],
  ])('the providers %s accept %s', (providers, trust) => {
    expect(problemsOf(documentOf(providers, trust))).toEqual([]);
  });

  test('what is wrong with the provider is reported, and nothing that follows from it', () => {
    expect(problemsOf(documentOf('{ github: { audiences: ["a b"] } }', statement('a b')))).toEqual([
      expect.stringMatching(/^line 1: oidc-providers\.github\.audiences\[0\] is "a b"/),
    ]);
  });
});

describe('on Gitea and Forgejo, which do not say when a secret was written', () => {
  const refusal = (place: string, forge: string, instead: string) =>
    `line 1: users.a.${place} is for secrets of GitHub, and this job runs on ${forge}, which does not say when a secret was ` +
    `last written. So it could not be known what is in it; it should ${instead}`;
  const elsewhere = 'go to terraform-cloud, or to a place that ends with the job: environment, outputs or a profile';

  test.each([
    ['Gitea', 'github-secrets', ''],
    ['Forgejo', '{ github-secrets: { prefix: P_, repository: octo/other } }', '.github-secrets'],
    ['Forgejo', 'dependabot-secrets', ''],
    ['Gitea', '{ dependabot-secrets: { organization: octo } }', '.dependabot-secrets'],
  ])('%s: no key goes to %s', (forge, deliver, at) => {
    expect(problemsOf(`users: { a: { access-key: { deliver: [${deliver}] } } }`, { forge })).toEqual([
      refusal(`access-key.deliver[0]${at}`, forge, elsewhere),
    ]);
  });

  test.each(['S', '{ name: S }'])('no seed goes to the secret %s', (secret) => {
    const device = `users: { a: { mfa-device: { deliver: [{ github-secret: ${secret} }] } } }`;
    expect(problemsOf(device, { forge: 'Forgejo' })).toEqual([
      refusal('mfa-device.deliver[0]', 'Forgejo', 'be made by a job on GitHub'),
    ]);
  });

  test.each(['environment', 'outputs', '{ profile: a }', '{ terraform-cloud: { organization: o, workspace: w } }'])(
    'a key goes to %s',
    (deliver) => {
      expect(problemsOf(`users: { a: { access-key: { deliver: [${deliver}] } } }`, { forge: 'Gitea' })).toEqual([]);
    },
  );
});

describe('the IAM of another vendor', () => {
  const statement = (principal: string) =>
    `{ Effect: Allow, Action: 'sts:AssumeRole', Principal: { AWS: '${principal}' } }`;
  const role = (principal: string) =>
    `roles: { a: { trust: { Version: '2012-10-17', Statement: ${statement(principal)} } } }`;
  const short = (trust: string) => `roles: { a: { trust: ${trust} } }`;
  const policy = (resource: string) =>
    `policies: { a: { document: { Version: '2012-10-17', Statement: { Effect: Allow, Action: 's3:*', Resource: '${resource}' } } } }`;

  test.each([
    ['the ARN of a policy', "users: { a: { policies: ['arn:aws:iam:::policy/readwrite'] } }"],
    ['that of a boundary', "users: { a: { permissions-boundary: 'arn:aws-cn:iam::1:policy/x' } }"],
    ['a principal without an account', role('arn:aws:iam:::user/TESTER')],
    ['a principal of an account', role('arn:aws:iam::RGW33567154695143645:root')],
    ['an account', role('1')],
    ['an account in a short form', short('{ account: RGW33567154695143645 }')],
    ['one that is a number', short('{ account: 1 }')],
    ['one that is a word', short('[{ account: acme }, { service: s3.amazonaws.com }]')],
    ['one without an ID', short("{ account: '' }")],
    ['a resource of an account', policy('arn:aws:iam::1:user/x')],
  ])('takes %s as it is written, and AWS would not', (_, text) => {
    expect(problemsOf(text, { isForAws: false })).toEqual([]);
    expect(problemsOf(text)).toHaveLength(1);
  });

  test.each([
    role('a name'),
    policy('everything'),
    "users: { a: { policies: ['no-such-policy'] } }",
    "users: { a: { policies: ['arn:aws:s3:::bucket'] } }",
    "users: { a: { policies: ['arn:aws:iam::1:plicy/x'] } }",
    "users: { a: { permissions-boundary: 'arn:aws:iam::1:role/x' } }",
    short('{ account: 012 }'),
    short('{ account: 1e3 }'),
    short('{ account: -1 }'),
    short("{ account: 'a b' }"),
    short("{ account: '*' }"),
    short("{ account: 'arn:aws:iam::1:root' }"),
  ])('takes no %s either', (text) => {
    const problems = problemsOf(text, { isForAws: false });
    expect(problems).toHaveLength(1);
    expect(problems.join()).not.toContain("AWS's own");
  });
});

describe('the immutable form of the subject', () => {
  const trust = (more: string) => `roles:\n  a: { trust: { github: { repository: ${more} } } }`;

  test.each([
    ['of another owner', trust('else/app, branch: main'), REPOSITORY],
    ['of the same owner, whose ID is not enough', trust('octo/lib, branch: main'), REPOSITORY],
    [
      'of the job, where it does not know its IDs',
      trust('octo/app, branch: main'),
      { ...REPOSITORY, id: undefined, ownerId: undefined },
    ],
  ])('is warned about where the IDs are unknown: %s', (_, input, repository) => {
    const { declaration, warnings } = read(input, { repository });
    expect(warnings.map(problemText)).toEqual([
      expect.stringMatching(/^line 2: roles\.a\.trust\.github trusts the old form .*repository-id/),
    ]);
    expect(declaration.roles[0]?.trust).toHaveProperty('entries.0.github.ids', undefined);
  });

  test.each([
    ['else/app, branch: main, repository-id: 3', /has only repository-id; it should have both/],
    ['else/app, branch: main, repository-owner-id: 3', /has only repository-owner-id; it should have both/],
    ['octo/app, branch: main, repository-id: 3', /repository-id is 3; the job knows it to be 2/],
    ['octo/lib, branch: main, repository-id: 3, repository-owner-id: 4', /owner-id is 4; the job knows it to be 1/],
    ['else/app, branch: main, repository-id: x, repository-owner-id: 4', /repository-id is "x"; it should be a number/],
  ])('%s', (given, problem) => {
    expect(problemsOf(trust(given))).toEqual([expect.stringMatching(problem)]);
  });
});

test.each(['https://ghes.example', 'https://octo.ghe.com'])(
  'on %s, the short form would trust whoever has that name on github.com, and is refused',
  (server) => {
    const input = 'roles:\n  a: { trust: { github: { repository: octo/app, branch: main } } }';
    expect(problemsOf(input, { server })).toEqual([
      expect.stringMatching(
        `^line 2: roles.a.trust.github trusts jobs on github.com, and this job is on ${server}; it should name the provider`,
      ),
    ]);
    expect(read(input, { server: 'https://github.com' }).warnings).toEqual([]);
  },
);

describe('short forms for what pipelines are', () => {
  const OWN = { repository: 'octo/app', ids: { owner: '1', repository: '2' } };
  const GHES = 'ghes.example/_services/token';
  const GHE = 'token.actions.octo.ghe.com';
  const FORGEJO = 'forgejo.example/api/actions';
  const SHA = '0123456789abcdef0123456789abcdef01234567';
  const WORKFLOW = 'octo/flows/.github/workflows/deploy.yml';
  const documentOf = (github: string, providers = '{ github: {} }') =>
    `{ oidc-providers: ${providers}, roles: { a: { trust: { github: { ${github} } } } } }`;
  const warningsOf = (text: string, settings = {}) => read(text, settings).warnings.map(problemText);

  test.each<[given: string, more: object]>([
    ['branch: [main, release]', { contexts: ['ref:refs/heads/main', 'ref:refs/heads/release'] }],
    ['tag: [v1]', { contexts: ['ref:refs/tags/v1'] }],
    ['environment: [staging, "a:b"]', { contexts: ['environment:staging', 'environment:a%3Ab'] }],
    [
      'branch: main, workflow: octo/flows/.github/workflows/deploy.yml@refs/heads/main',
      {
        contexts: ['ref:refs/heads/main'],
        workflows: ['octo/flows/.github/workflows/deploy.yml@refs/heads/main'],
      },
    ],
    [
      `tag: v1, workflow: [o/f/.github/workflows/a.yml@refs/tags/v1, o/f/.github/workflows/b.yaml@${SHA}]`,
      {
        contexts: ['ref:refs/tags/v1'],
        workflows: ['o/f/.github/workflows/a.yml@refs/tags/v1', `o/f/.github/workflows/b.yaml@${SHA}`],
      },
    ],
  ])('%s is exact, and nothing is warned of', (given, more) => {
    const text = documentOf(`repository: octo/app, ${given}`);
    expect(read(text).declaration.roles[0]?.trust).toEqual(github({ ...OWN, ...more }));
    expect(warningsOf(text)).toEqual([]);
  });

  test.each([
    `${WORKFLOW}@refs/heads/main`,
    `${WORKFLOW}@refs/heads/team/release/*`,
    `${WORKFLOW}@refs/tags/v*`,
    `${WORKFLOW}@refs/pull/12/merge`,
    `${WORKFLOW}@refs/pull/*/merge`,
    `${WORKFLOW}@refs/pull/*`,
    `${WORKFLOW}@refs/*/v1`,
    `${WORKFLOW}@*/main`,
    `${WORKFLOW}@*`,
    `${WORKFLOW}@${SHA}`,
  ])('%s is at a ref that tokens have', (workflow) => {
    const { trust } =
      read(documentOf(`repository: octo/app, tag: v1, workflow: "${workflow}"`)).declaration.roles[0] ?? {};
    expect(trust).toMatchObject({ entries: [{ github: { workflows: [workflow] } }] });
  });

  test.each([
    `${WORKFLOW}@main`,
    `${WORKFLOW}@v1`,
    `${WORKFLOW}@v*`,
    `${WORKFLOW}@heads/main`,
    `${WORKFLOW}@refs/main`,
    `${WORKFLOW}@refs/heads/`,
    `${WORKFLOW}@refs/pull/12/head`,
    `${WORKFLOW}@${SHA.slice(0, 7)}`,
    WORKFLOW,
    '.github/workflows/deploy.yml@refs/heads/main',
    './.github/workflows/deploy.yml@refs/heads/main',
    'octo/flows/deploy.yml@refs/heads/main',
    'octo/flows/.github/workflows/nested/deploy.yml@refs/heads/main',
  ])('no token has the workflow %s', (workflow) => {
    expect(problemsOf(documentOf(`repository: octo/app, tag: v1, workflow: "${workflow}"`))).toEqual([
      expect.stringMatching(/workflow is .*; it should be a workflow, .* at a ref as tokens have it \(refs\/heads\/…/),
    ]);
  });

  test.each<[given: string, contexts: string[], warnings: string[]]>([
    [
      'any-ref: true',
      ['ref:*'],
      ['trusts jobs on every branch and tag of octo/app: whoever may push one can assume the role.'],
    ],
    [
      'branch: [main, release/*]',
      ['ref:refs/heads/main', 'ref:refs/heads/release/*'],
      ['trusts every job of octo/app whose subject ends like ref:refs/heads/release/*.'],
    ],
    [
      'pull-request: true',
      ['pull_request'],
      ['trusts jobs of every pull request of octo/app: whoever may push a branch can open one and assume the role.'],
    ],
    ['environment: "*"', ['environment:*'], ['trusts every job of octo/app whose subject ends like environment:*.']],
    [
      'branch: main, workflow: octo/flows/.github/workflows/deploy.yml@*',
      ['ref:refs/heads/main'],
      ['trusts every ref of a workflow like octo/flows/.github/workflows/deploy.yml@*.'],
    ],
  ])('%s widens what is trusted, which a warning names', (given, contexts, warnings) => {
    const text = documentOf(`repository: octo/app, ${given}`);
    expect(read(text).declaration.roles[0]?.trust).toMatchObject({ entries: [{ github: { contexts } }] });
    expect(warningsOf(text)).toEqual(warnings.map((warning) => `line 1: roles.a.trust.github ${warning}`));
  });

  test.each<[server: string, providers: string, given: string, issuer: string]>([
    ['https://octo.ghe.com', `{ ours: { issuer: "https://${GHE}" } }`, 'provider: ours', GHE],
    ['https://ghes.example', `{ ours: { issuer: "https://${GHES}/" } }`, 'provider: ours', GHES],
    ['https://ghes.example', '{ github: {} }', `provider: "https://${GHES}"`, GHES],
    ['https://forgejo.example', `{ ours: { issuer: "https://${FORGEJO}" } }`, 'provider: ours', FORGEJO],
  ])('jobs on %s are trusted by its provider (%s, %s)', (server, providers, given, issuer) => {
    const text = documentOf(`repository: octo/APP, branch: main, ${given}`, providers);
    const { trust } = read(text, { server }).declaration.roles[0] ?? {};
    expect(trust).toEqual(github({ ...OWN, issuer, contexts: ['ref:refs/heads/main'] }));
    expect(warningsOf(text, { server })).toEqual([]);
  });

  test.each([
    ['github', 'https://ghes.example'],
    ['ours', 'https://github.com'],
  ])('of the provider %s, a job on %s does not know the IDs', (provider, server) => {
    const text = documentOf(
      `repository: octo/app, branch: main, provider: ${provider}`,
      `{ github: {}, ours: { issuer: "https://${GHES}" } }`,
    );
    const { trust } = read(text, { server }).declaration.roles[0] ?? {};
    expect(trust).toMatchObject({ entries: [{ github: { repository: 'octo/app', ids: undefined } }] });
    // Only on github.com are there subjects that the role would refuse.
    expect(warningsOf(text, { server })).toHaveLength(provider === 'github' ? 1 : 0);
  });

  test('the audience is that of the provider that is named', () => {
    const providers = `{ github: {}, ours: { issuer: "https://${GHES}", audiences: [aws] } }`;
    const { trust } =
      read(documentOf('repository: octo/app, tag: v1, provider: ours', providers)).declaration.roles[0] ?? {};
    expect(trust).toMatchObject({ entries: [{ github: { issuer: GHES, audience: 'aws' } }] });
  });

  test.each([
    [
      'branch: main, provider: otters',
      /provider is "otters", which oidc-providers does not declare; did you mean others\?$/,
    ],
    ['branch: main, provider: "http://x.example"', /provider is "http:\/\/x\.example"; it should be the issuer's URL/],
    [
      'branch: main, provider: others, workflow: o/f/.github/workflows/a.yml@refs/heads/main',
      /workflow is for jobs on github\.com; it should not be there: AWS evaluates no job_workflow_ref in tokens of ghes/,
    ],
    ['branch: main, workflow: deploy.yml', /workflow is "deploy\.yml"; it should be a workflow, owner/],
    [
      'branch: main, workflow: o/*/.github/workflows/a.yml@refs/heads/main',
      /workflow is .*; it should be a workflow, owner/,
    ],
    ['branch: [main, "a b"]', /branch\[1\] is "a b"; it should be the name of a branch/],
    ['branch: []', /branch is an empty list; it should be a list of at least one/],
    ['branch: [1.10]', /branch\[0\] is read as the number 1\.1; it should be in quotes: "1\.10"/],
    ['branch: main, any-ref: true', /with repository and one of branch, tag, environment, pull-request, any-ref/],
    ['branch: "x/${*}"', /branch is "x\/\$\{\*\}"; it should be without \$\{, with which a variable/],
    ['environment: "${aws:username}"', /environment is .*; it should be without \$\{/],
    ['tag: v1, workflow: "o/f/.github/workflows/a.yml@refs/tags/${*}"', /workflow is .*; it should be without \$\{/],
    ['any-ref: false', /any-ref is the value false; it should be true/],
  ])('%s', (given, problem) => {
    const providers = `{ others: { issuer: "https://${GHES}" } }`;
    expect(problemsOf(documentOf(`repository: octo/app, ${given}`, providers))).toEqual([
      expect.stringMatching(problem),
    ]);
  });

  const ANCHOR = 'arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/0a1b2c3d-0000-1111-2222-333344445555';
  const anywhere = (more: string) =>
    `{ roles: { a: { trust: { roles-anywhere: { trust-anchor: "${ANCHOR}"${more} } } } } }`;

  test.each<[more: string, commonNames: string[], warnings: string[]]>([
    [', common-name: build-01', ['build-01'], []],
    [', common-name: [build-01, "Build 02"]', ['build-01', 'Build 02'], []],
    ['', [], [`trusts every certificate that ${ANCHOR} accepts, whatever its common name.`]],
    [', common-name: build-*', ['build-*'], ['trusts every certificate with a common name like build-*.']],
  ])('a certificate%s', (more, commonNames, warnings) => {
    const { declaration } = read(anywhere(more));
    expect(declaration.roles[0]?.trust).toEqual({ entries: [{ rolesAnywhere: { trustAnchor: ANCHOR, commonNames } }] });
    expect(warningsOf(anywhere(more))).toEqual(warnings.map((text) => `line 1: roles.a.trust.roles-anywhere ${text}`));
  });

  test.each([
    ['{}', /roles-anywhere\.trust-anchor is missing; it should be the ARN of a trust anchor/],
    [
      '{ trust-anchor: x }',
      /trust-anchor is "x"; it should be the ARN of a trust anchor, such as arn:aws:rolesanywhere/,
    ],
    [
      `{ trust-anchor: "${ANCHOR}", common-name: "a(b)" }`,
      /common-name is "a\(b\)"; it should be a common name, without CN=, of 1 to 64/,
    ],
    [
      `{ trust-anchor: "${ANCHOR}", common-name: CN=deploy }`,
      /common-name is "CN=deploy"; it should be .*, without CN=/,
    ],
    [
      `{ trust-anchor: "${ANCHOR.replace('arn:aws:', 'arn:aws-cn:')}" }`,
      /trust-anchor is in the partition aws-cn, and the region is in aws; it should be there, too/,
    ],
    ['{ trust-anchr: x }', /trust-anchr is not known here; did you mean trust-anchor\?/],
  ])('%s is no certificate that can be trusted', (given, problem) => {
    expect(problemsOf(`{ roles: { a: { trust: { roles-anywhere: ${given} } } } }`)).toEqual(
      expect.arrayContaining([expect.stringMatching(problem)]),
    );
  });
});
