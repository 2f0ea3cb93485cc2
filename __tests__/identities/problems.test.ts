import { largePolicy, POLICY, problemsOf, problemValuesOf, read, workspaceWith } from './workspace';

const json = (value: unknown) => JSON.stringify(value);
const user = (settings: string) => `users: { a: { ${settings} } }`;
const role = (settings: string) => `roles: { a: { ${settings} } }`;
const trust = (given: string) => role(`trust: ${given}`);
const deliver = (destinations: string) => user(`access-key: { deliver: [${destinations}] }`);
const seed = (destinations: string) => user(`mfa-device: { deliver: [${destinations}] }`);
const policy = (settings: string) => `policies: { a: { document: ${json(POLICY)}, ${settings} } }`;
const numbered = (count: number, each: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => each(i)).join(', ');

describe('keys and types', () => {
  test.each([
    ['# nothing\n# yet', 'the document is empty; it should be a mapping with policies, users, roles or oidc-providers'],
    ['[a]', 'the document is a list of 1; it should be a mapping with policies, users, roles or oidc-providers'],
    ['users: {}', /^line 1: the document declares nothing; it should have at least one of policies, users/],
    ['users: null', 'users is empty; it should be a mapping, such as { ci: {} }'],
    ['user: {}', 'user is not known here; did you mean users?'],
    ['groups: {}', 'groups is not known here; there are policies, users, roles, oidc-providers, $schema'],
    ['{ $schema: 5, users: { ci: {} } }', '["$schema"] is read as the number 5; it should be in quotes: "5"'],
    ['$schema: identities.schema.json', /^line 1: the document declares nothing; it should have at least one of/],
    ['{ $schema: x, $id: y, users: { ci: {} } }', /^line 1: \[\"\$id\"\] is not known here; /],
    [
      'users: { a: }',
      /^line 1: users\.a is empty; it should be a mapping, such as .*; a user without anything is \{\}$/,
    ],
    [user('acces-key: {}'), 'users.a.acces-key is not known here; did you mean access-key?'],
    [user('constructor: {}'), /^line 1: users\.a\.constructor is not known here; there are path, tags/],
    [user('require-mfa: yes'), 'users.a.require-mfa is a text; it should be true or false'],
    [user('path: 5'), 'users.a.path is the number 5; it should be a path'],
    [user('path: 0x1F'), 'users.a.path is 0x1F, which is read as the number 31; it should be a path'],
    [deliver('{ github-secrets: { prefix: 1e3 } }'), /prefix is 1e3, which is read as the number 1000; it should be /],
    [user('path: ~'), 'users.a.path is ~, which is read as empty; it should be a path'],
    [user('access-key: secret'), /users\.a\.access-key is a text; it should be a mapping with deliver/],
    [
      user('access-key: {}'),
      'users.a.access-key.deliver is missing; it should be a list of destinations, such as [environment]',
    ],
    [
      'policies: { a: {} }',
      /policies\.a\.document is missing; it should be a path to a file in the workspace, or the policy/,
    ],
    ['policies: { a: { document: [] } }', /policies\.a\.document is an empty list; it should be a path/],
    [role('path: /'), /^line 1: roles\.a\.trust is missing; it should be a path to a file/],
  ])('%s', (input, problem) => {
    expect(problemsOf(input)).toEqual([
      typeof problem === 'string' ? `line 1: ${problem}` : expect.stringMatching(problem),
    ]);
  });
});

describe('the path of a problem, and what stands there', () => {
  const GONE =
    'missing.json, which is not there: no such file in the workspace. Is the repository checked out before this step?';
  test.each([
    ['policies: { a: { document: missing.json } }', `policies.a.document names ${GONE}`],
    [user('inline-policies: { x: missing.json }'), `users.a.inline-policies.x names ${GONE}`],
    [
      trust('[{ service: s3.amazonaws.com }, { user: "a b" }]'),
      /roles\.a\.trust\[1\]\.user is "a b"; it should be the name/,
    ],
    [
      'oidc-providers: { x: { issuer: https://x.example, tags: { "aws:a": b } } }',
      /oidc-providers\.x\.tags\["aws:a"\] has a wrong name; /,
    ],
    [
      'oidc-providers: { x: { issuer: https://x.example, audiences: [a, b, a] } }',
      'oidc-providers.x.audiences[2] is "a", which the list has already as [0]',
    ],
    [
      deliver('{ profile: "a b" }'),
      /users\.a\.access-key\.deliver\[0\]\.profile is "a b"; a profile name must not contain/,
    ],
    [
      deliver('outputs, outputs'),
      "users.a.access-key.deliver[1] delivers to the step's outputs, where users.a.access-key.deliver[0] delivers already",
    ],
    [
      user('path: { a: 1, b: 2, c: 3, d: 4, e: 5 }'),
      'users.a.path is a mapping with a, b, c, d, e; it should be a path',
    ],
    [user('path: { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 }'), 'users.a.path is a mapping of 6; it should be a path'],
    [
      user(`tags: { k: ${'v'.repeat(300)} }`),
      `users.a.tags.k is "${'v'.repeat(80)}…"; it should be at most 256 characters`,
    ],
  ])('%.70s', (input, problem) => {
    expect(problemsOf(input)).toEqual([
      typeof problem === 'string' ? `line 1: ${problem}` : expect.stringMatching(problem),
    ]);
  });

  test.each(['environment, github-secrets', 'github-secrets: {}, outputs', 'profile: a, github-secrets'])(
    'a key for %s would end with the job, and last',
    (destinations) => {
      expect(problemsOf(deliver(destinations))).toEqual([
        expect.stringContaining('users.a.access-key.deliver names places that last and places that end with the job'),
      ]);
    },
  );

  test.each(['max-age', 'grace'])('a key that ends with the job has no %s', (key) => {
    const found = problemValuesOf(user(`access-key: { deliver: [outputs, { profile: p }], ${key}: 90d }`));
    expect(found).toEqual([
      expect.objectContaining({
        path: ['users', 'a', 'access-key', key],
        line: 1,
        column: 65,
        message: expect.stringContaining('is for a key that lasts. This one is for the job') as string,
      }),
    ]);
  });

  test('where a place is wrong, that is said, and not that the key would end with the job', () => {
    expect(problemsOf(user('access-key: { deliver: [outputs, github], max-age: 90d }'))).toEqual([
      expect.stringContaining('users.a.access-key.deliver[1] is "github"'),
    ]);
  });

  test('a name that only holds what GitHub keeps for itself is free', () => {
    expect(problemsOf(deliver('{ github-secrets: { prefix: MY_GITHUB_ } }'))).toEqual([]);
  });
});

describe('names, paths and descriptions', () => {
  test.each([
    [`users: { ${'u'.repeat(64)}: {} }`, undefined],
    [`users: { ${'u'.repeat(65)}: {} }`, /has a wrong name; it should be 1 to 64 letters/],
    ['users: { "": {} }', /users\[""\] has a wrong name/],
    ['users: { "a b": {} }', /users\["a b"\] has a wrong name/],
    ['users: { a/b: {} }', /users\["a\/b"\] has a wrong name/],
    ['users: { "a+=,.@-_b": {} }', undefined],
    [`policies: { ${'p'.repeat(128)}: { document: ${json(POLICY)} } }`, undefined],
    [`policies: { ${'p'.repeat(129)}: { document: ${json(POLICY)} } }`, /has a wrong name; it should be 1 to 128/],
    [user(`inline-policies: { "a b": ${json(POLICY)} }`), /inline-policies\["a b"\] has a wrong name; .* 1 to 128/],
    ['users: { Ab: {}, aB: {} }', /^line 1: users\.aB differs in case only from users\.Ab/],
    [user(`inline-policies: { Ab: ${json(POLICY)}, aB: ${json(POLICY)} }`), /inline-policies\.aB differs in case only/],
    ['users: { ~: {} }', /^line 1: users\["~"\] has a wrong name/],
    ['users: { : {} }', /^line 1: users\[""\] has a wrong name/],
    [user('tags: { null: x }'), 'line 1: users.a.tags.null is not a text to YAML; it should be in quotes: "null"'],
    [
      trust(
        '{ Statement: { Effect: Allow, Action: sts:AssumeRole, Principal: { AWS: "123456789012" }, Condition: { Null: { aws:x: "true" } } } }',
      ),
      'line 1: roles.a.trust.Statement.Condition.Null is not a text to YAML; it should be in quotes: "Null"',
    ],
    ['users: { 12: {} }', 'line 1: users.12 is not a text to YAML; it should be in quotes: "12"'],
    [user('path: /a/b/'), undefined],
    [user('path: a'), /path is "a"; it should be a path of printable ASCII/],
    [user('path: /a'), /path is "\/a"/],
    [user('path: "/a b/"'), /printable ASCII/],
    [user('path: /ä/'), /printable ASCII/],
    [user(`path: /${'a'.repeat(510)}/`), undefined],
    [user(`path: /${'a'.repeat(511)}/`), /at most 512 characters/],
    [policy(`description: ${'a'.repeat(1000)}`), undefined],
    [policy(`description: ${'a'.repeat(1001)}`), /at most 1,000 characters/],
    [policy('description: Ünïcode'), undefined],
    [policy('description: "→"'), /Latin-1/],
  ])('%s', (input, problem) => {
    expect(problemsOf(input)).toEqual(problem === undefined ? [] : [expect.stringMatching(problem)]);
  });
});

describe('tags', () => {
  test.each([
    ['{ "a b": "é _.:/=+-@" }', undefined],
    ['{ a: "" }', undefined],
    ['{ a: }', /tags\.a is empty; it should be a text; an empty one is ""/],
    ['{ a: [b] }', /tags\.a is a list of 1; it should be a text/],
    ['{ a: "b,c" }', /tags\.a is "b,c"; it should be of letters, digits/],
    ['{ "a,b": c }', /tags\["a,b"\] has a wrong name/],
    ['{ AWS:x: c }', /has a wrong name; .* not begin with aws:/],
    [`{ ${'k'.repeat(129)}: c }`, /has a wrong name; .* 1 to 128/],
    [`{ k: ${'v'.repeat(256)} }`, undefined],
    [`{ k: ${'v'.repeat(257)} }`, /at most 256 characters/],
    ['{ Team: a, team: b }', /tags\.team differs from "Team" in case only/],
    ['{ Managed-By: a }', /tags\.Managed-By is a tag that this action sets itself/],
    ['{ managed-by-repository: a }', /sets itself/],
    ['{ AWS-Identity-Action:anything: a }', /sets itself/],
    [`{ ${numbered(35, (i) => `k${i}: v`)} }`, undefined],
    [`{ ${numbered(36, (i) => `k${i}: v`)} }`, /at most 35 tags/],
  ])('%s', (tags, problem) => {
    expect(problemsOf(user(`tags: ${tags}`))).toEqual(problem === undefined ? [] : [expect.stringMatching(problem)]);
  });
});

describe('managed policies', () => {
  const declared = `policies: { one: { document: ${json(POLICY)} }, broken: 5 }\n`;
  const broken = /^line 1: policies\.broken is the number 5/;
  test.each([
    ['[one]', undefined],
    ['[broken]', undefined],
    ['[onne]', /policies\[0\] is "onne", which is no policy of this document; it should be "one", perhaps/],
    ['[toString]', /is no policy of this document/],
    ['[one, one]', /policies\[1\] is "one", which the list names already as \[0\]/],
    [
      '[one, arn:aws:iam::123456789012:policy/one]',
      /policies\[1\] is "arn:.*:policy\/one", which the list names already as \[0\]/,
    ],
    ['[arn:aws:iam::123456789012:policy/one, one]', /policies\[1\] is "one", which the list names already as \[0\]/],
    ['[one, arn:aws:iam::123456789012:policy/x/one]', undefined],
    ['[one, arn:aws:iam::aws:policy/one]', undefined],
    ['[arn:aws:iam::aws:policy/job-function/Billing]', undefined],
    [
      '[ARN:aws:iam::aws:policy/a]',
      /is "ARN:aws:.*; it should be the ARN of a policy, such as arn:aws:iam::aws:policy\/a$/,
    ],
    ['[arn:aws:iam::12:policy/a]', /should be the ARN of a policy, such as arn:aws:iam::123456789012:policy\/name/],
    ['[arn:aws:iam::123456789012:role/a]', /should be the ARN of a policy/],
    ['[arn:aws-cn:iam::aws:policy/a]', /is of the partition aws-cn; it should be of that of the region, aws/],
    ['[""]', /it should be the ARN of a policy, or the name of one under "policies"/],
    ['one', /users\.a\.policies is a text; it should be a list/],
    [`[${numbered(20, (i) => `arn:aws:iam::aws:policy/a${i}`)}]`, undefined],
    [`[${numbered(21, (i) => `arn:aws:iam::aws:policy/a${i}`)}]`, /at most 20 policies/],
  ])('%s', (policies, problem) => {
    const problems = problemsOf(declared + user(`policies: ${policies}`));
    expect(problems).toEqual([expect.stringMatching(broken), ...(problem ? [expect.stringMatching(problem)] : [])]);
  });

  test('the ARN of one in the list has its path', () => {
    const inTeam = `policies: { one: { path: /team/, document: ${json(POLICY)} } }\n`;
    const naming = (path: string) =>
      problemsOf(inTeam + user(`policies: [one, arn:aws:iam::123456789012:policy${path}one]`));
    expect(naming('/team/')).toEqual([expect.stringMatching(/policies\[1\] is .* names already as \[0\]/)]);
    expect(naming('/')).toEqual([]);
  });

  test('the permissions boundary is one', () => {
    expect(problemsOf(user('permissions-boundary: one'))).toEqual([
      expect.stringMatching(/permissions-boundary is "one", which is no policy of this document/),
    ]);
  });
});

describe('what is wrong in a file', () => {
  const workspace = workspaceWith({ 'p.json': '{\n "Version": "2012-10-17",\n "Statement": 1\n}\n' });

  test('is said once, however many parts name the file', () => {
    const input = 'policies:\n  p: { document: p.json }\n  q: { document: p.json }\n';
    expect(problemsOf(input, { workspace })).toEqual([
      expect.stringMatching(/^line 2: policies\.p\.document: p\.json:3:\d+: Statement is the number 1/),
    ]);
  });
});

describe('what YAML reads as something else than it looks like', () => {
  const inline = (condition: string) =>
    user(
      `inline-policies: { p: { Version: 2012-10-17, Statement: { Effect: Allow, Action: s3:*, Resource: "*", Condition: ${condition} } } }`,
    );
  const value = (written: string) => inline(`{ StringEquals: { "aws:RequestTag/x": ${written} } }`);
  const AT = 'users.a.inline-policies.p.Statement.Condition.StringEquals["aws:RequestTag/x"]';
  const trustOf = (account: string) =>
    trust(
      `{ Version: 2012-10-17, Statement: { Effect: Allow, Principal: { AWS: ${account} }, Action: sts:AssumeRole } }`,
    );

  test.each([
    ['012345678901', 'the number 12345678901'],
    ['0o17', 'the number 15'],
    ['0x1F', 'the number 31'],
    ['1e3', 'the number 1000'],
    ['2012.10', 'the number 2012.1'],
    ['12345678901234567', 'the number 12345678901234568'],
    ['+5', 'the number 5'],
    ['.5', 'the number 0.5'],
    ['-0', 'the number 0'],
    ['.inf', 'the number Infinity'],
    ['True', 'the value true'],
    ['FALSE', 'the value false'],
    ['~', 'empty'],
    ['Null', 'empty'],
  ])('in a policy: %s', (written, read) => {
    const problem = (at: string) => `line 1: ${at} is read as ${read}; it should be in quotes: "${written}"`;
    expect(problemsOf(value(written))).toEqual([problem(AT)]);
    expect(problemsOf(value(`[a, ${written}]`))).toEqual([problem(`${AT}[1]`)]);
    expect(problemsOf(value(JSON.stringify(written)))).toEqual([]);
  });

  test.each(['yes', 'off', '2012-10-17', '12:30:45', '1_000', '1.10.0', '08:00', 'o17', '5', '0.5', 'true', '"~"'])(
    'not in a policy: %s',
    (written) => {
      expect(problemsOf(value(written))).toEqual([]);
    },
  );

  test('in a policy behind an alias and a merge', () => {
    const input = `users:
  a:
    tags: &shared { team: 1e3 }
    inline-policies:
      p:
        Version: 2012-10-17
        Statement:
          - { Effect: Allow, Action: s3:*, Resource: '*', Condition: { StringEquals: { aws:x: &id 007, aws:y: *id } } }
          - { Effect: Allow, Action: s3:*, Resource: '*', Condition: { StringEquals: { <<: { aws:z: 0x1F } } } }
`;
    const at = 'users.a.inline-policies.p.Statement';
    expect(problemsOf(input)).toEqual([
      `line 8: ${at}[0].Condition.StringEquals["aws:x"] is read as the number 7; it should be in quotes: "007"`,
      `line 8: ${at}[0].Condition.StringEquals["aws:y"] is read as the number 7; it should be in quotes: "007"`,
      `line 9: ${at}[1].Condition.StringEquals["aws:z"] is read as the number 31; it should be in quotes: "0x1F"`,
    ]);
  });

  const policyOf = (written: string) =>
    `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*",\n"Condition": {"StringEquals": {"aws:x": ${written}}}}}`;
  const workspace = workspaceWith({
    'a.yml': policyOf('012345678901'),
    'b.json': policyOf('12345678901234567'),
    'c.json': policyOf('1.50'),
    'd.json': policyOf('true'),
  });

  test('in the file of a policy, also where it is JSON', () => {
    const policies = ['a.yml', 'b.json', 'c.json', 'd.json'].map((file) => `p${file.charAt(0)}: { document: ${file} }`);
    const at = '2:32: Statement.Condition.StringEquals["aws:x"] is read as';
    expect(problemsOf(`policies: { ${policies.join(', ')} }`, { workspace })).toEqual([
      `line 1: policies.pa.document: a.yml:${at} the number 12345678901; it should be in quotes: "012345678901"`,
      `line 1: policies.pb.document: b.json:${at} the number 12345678901234568; it should be in quotes: "12345678901234567"`,
      `line 1: policies.pc.document: c.json:${at} the number 1.5; it should be in quotes: "1.50"`,
    ]);
  });

  test.each([
    [
      role('description: 1.10, trust: { user: a }'),
      'roles.a.description is read as the number 1.1; it should be in quotes: "1.10"',
    ],
    [
      role('description: null, trust: { user: a }'),
      'roles.a.description is read as empty; it should be in quotes: "null"',
    ],
    [user('tags: { k: Null }'), 'users.a.tags.k is read as empty; it should be in quotes: "Null"'],
    [user('policies: [007]'), 'users.a.policies[0] is read as the number 7; it should be in quotes: "007"'],
    [
      deliver('{ profile: 0o17 }'),
      'users.a.access-key.deliver[0].profile is read as the number 15; it should be in quotes: "0o17"',
    ],
    [
      deliver('{ profile: true }'),
      'users.a.access-key.deliver[0].profile is read as the value true; it should be in quotes: "true"',
    ],
    [
      'oidc-providers: { github: { audiences: [1e3] } }',
      'oidc-providers.github.audiences[0] is read as the number 1000; it should be in quotes: "1e3"',
    ],
    [
      trust('{ account: 012345678901 }'),
      'roles.a.trust.account is read as the number 12345678901; it should be in quotes: "012345678901"',
    ],
    [
      trust('{ github: { repository: octo/app, branch: 1.10 } }'),
      'roles.a.trust.github.branch is read as the number 1.1; it should be in quotes: "1.10"',
    ],
    [
      trust('{ github: { repository: a/b, tag: v1, repository-id: 007, repository-owner-id: 1 } }'),
      'roles.a.trust.github.repository-id is read as the number 7; it should be in quotes: "007"',
    ],
    [
      trust('{ github: { repository: a/b, tag: v1, repository-id: 12345678901234567890, repository-owner-id: 1 } }'),
      'roles.a.trust.github.repository-id is read as the number 12345678901234567000; it should be in quotes: "12345678901234567890"',
    ],
    [
      trustOf('012345678901'),
      'roles.a.trust.Statement.Principal.AWS is read as the number 12345678901; it should be in quotes: "012345678901"',
    ],
  ])('%s', (input, problem) => {
    expect(problemsOf(input)).toEqual([`line 1: ${problem}`]);
  });

  test('not in tags, which are taken as they are written, nor where a number or boolean is meant', () => {
    expect(
      read(user('tags: { a: 1.10, b: 007, c: True, d: 0x1F, e: 12345678901234567 }')).declaration.users,
    ).toMatchObject([{ tags: { a: '1.10', b: '007', c: 'True', d: '0x1F', e: '12345678901234567' } }]);
    expect(problemsOf(user('require-mfa: True'))).toEqual([]);
    expect(problemsOf(role('trust: { user: a }, max-session-duration: 36e2'))).toEqual([]);
  });
});

describe('what it should be, to be pasted', () => {
  test.each([
    [user('tags: [team, platform]'), 'users.a.tags is a list of 2; it should be a mapping, such as { team: platform }'],
    [
      user('tags: [{ Key: team, Value: platform }]'),
      /tags is a list of 1; it should be a mapping, such as \{ team: platform/,
    ],
    [
      user('access-key: { deliver: environment }'),
      /deliver is a text; it should be a list .*, such as \[environment\]$/,
    ],
    [user('access-key: { deliver: { profile: ci } }'), /deliver is a mapping with profile; .*such as \[environment\]$/],
    [user('access-key: [environment]'), /access-key is a list of 1; it should be .*\{ deliver: \[environment\] \}$/],
    [user('mfa-device: { deliver: NAME }'), /deliver is a text; it should be .*such as \[\{ github-secret: NAME \}\]$/],
    [
      user('mfa-device: true'),
      /it should be a mapping with deliver, such as \{ deliver: \[\{ github-secret: NAME \}\] \}$/,
    ],
    [user('policies: ReadOnlyAccess'), /policies is a text; .*such as \[arn:aws:iam::aws:policy\/ReadOnlyAccess\]$/],
    [
      user('inline-policies: [a.json]'),
      /should be a mapping, such as \{ ReadObjects: policies\/read-objects\.json \}$/,
    ],
    ['users: ci', 'users is a text; it should be a mapping, such as { ci: {} }'],
    ['users: [ci]', 'users is a list of 1; it should be a mapping, such as { ci: {} }'],
    [
      'roles: [{ name: ci }]',
      /roles is a list of 1; .*such as \{ deploy: \{ trust: \{ service: lambda\.amazonaws\.com \} \} \}$/,
    ],
    ['policies: [a.json]', /policies is a list of 1; .*such as \{ deploy: \{ document: policies\/deploy\.json \} \}$/],
    ['oidc-providers: [github]', 'oidc-providers is a list of 1; it should be a mapping, such as { github: {} }'],
    [
      'oidc-providers: { github: { audiences: sts.amazonaws.com } }',
      /audiences is a text; it should be a list of audiences, such as \[sts\.amazonaws\.com\]$/,
    ],
    [trust('{ github: octo/app }'), /github is a text; .*such as \{ repository: octo\/app, branch: main \}$/],
    [
      user('policies: [AdministratorAccess]'),
      /is no policy of this document; .*if AWS's own is meant, it is arn:aws:iam::aws:policy\/AdministratorAccess$/,
    ],
    [user('permissions-boundary: PowerUserAccess'), /it is arn:aws:iam::aws:policy\/PowerUserAccess$/],
    [user('policies: [ViewOnlyAccess]'), /it is arn:aws:iam::aws:policy\/job-function\/ViewOnlyAccess$/],
    [
      user('policies: [AWSLambdaBasicExecutionRole]'),
      /it is arn:aws:iam::aws:policy\/service-role\/AWSLambdaBasicExecutionRole$/,
    ],
    [user('policies: ["arn:aws:iam::12345678901:policy/a"]'), /such as arn:aws:iam::012345678901:policy\/a$/],
    [user('policies: ["arn:aws:iam::12345678901:role/a"]'), /such as arn:aws:iam::123456789012:policy\/name$/],
  ])('%s', (input, problem) => {
    expect(problemsOf(input)).toEqual([
      typeof problem === 'string' ? `line 1: ${problem}` : expect.stringMatching(problem),
    ]);
  });

  const PLACE = 'and stands where a name should; it should be indented further';
  const PART = 'which is empty, it should be indented further';
  test.each([
    [
      'users:\npulumi:\n  path: /machine/\n',
      [`line 2: pulumi is not known here; as a part of users, ${PART}: users: { pulumi: … }`],
    ],
    [
      'users:\n  pulumi:\n  path: /machine/\n  access-key:\n    deliver: [outputs]\n',
      [
        `line 3: users.path is a key of a user, ${PLACE}: pulumi: { path: … }`,
        `line 4: users.access-key is a key of a user, ${PLACE}: pulumi: { access-key: … }`,
      ],
    ],
    [
      'roles:\n  deploy:\n  trust: { service: s3.amazonaws.com }\n',
      [`line 3: roles.trust is a key of a role, ${PLACE}: deploy: { trust: … }`],
    ],
    [
      'policies:\n  deploy:\n  document: deploy.json\n',
      [`line 3: policies.document is a key of a policy, ${PLACE}: deploy: { document: … }`],
    ],
    [
      'oidc-providers:\n  gitlab:\n  issuer: https://gitlab.com\n',
      [`line 3: oidc-providers.issuer is a key of an OIDC provider, ${PLACE}: gitlab: { issuer: … }`],
    ],
    [
      'users:\n  pulumi:\n    access-key:\n    deliver: [outputs]\n',
      [`line 4: users.pulumi.deliver is not known here; as a part of access-key, ${PART}: access-key: { deliver: … }`],
    ],
    [
      'roles:\n  deploy:\n    trust:\n    github: { repository: octo/app, branch: main }\n',
      [`line 4: roles.deploy.github is not known here; as a part of trust, ${PART}: trust: { github: … }`],
    ],
  ])('keys that are not indented enough: %j', (input, problems) => {
    const isEmpty = (problem: string) =>
      /^line \d+: (users|users\.pulumi\.access-key|roles\.deploy\.trust) is empty;/.test(problem);
    expect(problemsOf(input).filter((problem) => !isEmpty(problem))).toEqual(problems);
  });

  test('a user may have the name of a key', () => {
    expect(problemsOf('users: { tags: {}, path: {} }')).toEqual([]);
    expect(problemsOf('users: { pth: {}, path: }')).toEqual([expect.stringContaining('users.path is empty; ')]);
  });
});

describe('durations', () => {
  test.each([
    ['90d', undefined],
    ['24h', undefined],
    ['0d', /max-age is "0d"; it should be a duration such as 90d/],
    ['soon', /max-age is "soon"/],
    ['90', /max-age is the number 90; it should be a duration/],
  ])('max-age: %s', (age, problem) => {
    const problems = problemsOf(user(`access-key: { max-age: ${age}, deliver: [github-secrets] }`));
    expect(problems).toEqual(problem === undefined ? [] : [expect.stringMatching(problem)]);
  });

  test.each([
    ['1d, grace: 3d', 'the grace of "3d"'],
    ['23h', 'the grace of 24h, the default'],
  ])('max-age: %s is refused, as the old key would still have its grace', (durations, grace) => {
    const found = problemValuesOf(user(`access-key: { deliver: [github-secrets], max-age: ${durations} }`));
    expect(found).toEqual([
      expect.objectContaining({
        path: ['users', 'a', 'access-key', 'max-age'],
        line: 1,
        column: 56,
        message: expect.stringContaining(`which is shorter than ${grace}: the key would be due while`) as string,
      }),
    ]);
  });

  test.each(['3d, grace: 3d', '12h, grace: 1h', '12h, grace: never'])('max-age: %s is no shorter', (durations) => {
    const problems = problemsOf(user(`access-key: { deliver: [github-secrets], max-age: ${durations} }`));
    expect(problems.filter((problem) => problem.includes('shorter'))).toEqual([]);
  });

  test('grace', () => {
    expect(problemsOf(user('access-key: { grace: 3d, deliver: [github-secrets] }'))).toEqual([]);
    expect(problemsOf(user('access-key: { grace: never, deliver: [github-secrets] }'))).toEqual([
      expect.stringMatching(/grace is "never"; it should be a duration such as 24h/),
    ]);
  });

  test.each([
    ['1h', undefined],
    ['90m', undefined],
    ['12h', undefined],
    ['43200', undefined],
    ['59m', /max-session-duration is "59m"; it should be from 1h to 12h/],
    ['13h', /"13h"/],
    ['3599', /the number 3599; it should be from 1h to 12h/],
    ['43201', /the number 43201/],
    ['3600.5', /the number 3600.5/],
    ['[1h]', /a list of 1/],
  ])('max-session-duration: %s', (duration, problem) => {
    const problems = problemsOf(role(`trust: { service: s3.amazonaws.com }, max-session-duration: ${duration}`));
    expect(problems).toEqual(problem === undefined ? [] : [expect.stringMatching(problem)]);
  });
});

describe('where keys and seeds go', () => {
  test.each([
    [deliver(''), /deliver is an empty list; it should be a list of at least one destination/],
    [deliver('enviroment'), /deliver\[0\] is "enviroment"; it should be environment, outputs, github-secrets/],
    [deliver('{}'), /deliver\[0\] is an empty mapping; it should be environment/],
    [
      deliver('{ profile: a, github-secrets: {} }'),
      /deliver\[0\] is a mapping with profile, github-secrets; it should be/,
    ],
    [deliver('{ profil: a }'), /deliver\[0\]\.profil is not known here; did you mean profile/],
    [
      deliver('{ github-secrets: { environment: "a\\uD842" } }'),
      /deliver\[0\]\.github-secrets\.environment is "a\\ud842"; it should be the name of an environment/,
    ],
    [
      trust('{ github: { repository: octo/app, environment: "\\uDFB7" } }'),
      /roles\.a\.trust\.github\.environment is "\\udfb7"; it should be the name of an environment/,
    ],
    [deliver('{ profile: "a b" }'), /deliver\[0\]\.profile is "a b"; a profile name must not contain spaces/],
    [deliver('{ github-secrets: { prefix: 1A_ } }'), /prefix is "1A_"; it should be of letters/],
    [deliver('{ github-secrets: { prefix: github_ } }'), /prefix is "github_"/],
    [deliver('{ github-secrets: { prefix: "" } }'), undefined],
    [
      deliver('{ github-secrets: { repository: app } }'),
      /repository is "app"; it should be a repository as owner\/name/,
    ],
    [deliver('{ github-secrets: { organization: o, repository: a/b } }'), /repository is "a\/b"; it should be omitted/],
    [deliver('{ github-secrets: { organization: o, environment: e } }'), /environment is "e"; it should be omitted/],
    [
      deliver('{ github-secrets: { visibility: all } }'),
      /visibility is "all"; it should be omitted, as there is no org/,
    ],
    [
      deliver('{ github-secrets: { organization: o, visibility: some } }'),
      /visibility is "some"; it should be all, priv/,
    ],
    [
      deliver('{ github-secrets: { repositories: [a] } }'),
      /repositories is a list of 1; it should be omitted, as there is no org/,
    ],
    [
      deliver('{ github-secrets: { organization: o, visibility: selected } }'),
      /visibility is "selected"; it should be all or private, or repositories should name some/,
    ],
    [
      deliver('{ github-secrets: { organization: o, visibility: all, repositories: [a] } }'),
      /visibility is "all"; it should be selected, as repositories are/,
    ],
    [
      deliver('{ github-secrets: { organization: o, repositories: [o/a] } }'),
      /repositories\[0\] is "o\/a"; it should be the name of a repository of the organization, without the owner/,
    ],
    [deliver('{ github-secrets: { organization: o, repositories: [] } }'), /it should be a list of at least one repos/],
    [deliver('{ dependabot-secrets: { environment: e } }'), /dependabot-secrets\.environment is not known here/],
    [deliver('dependabot-secrets, github-secrets'), undefined],
    [deliver('dependabot-secrets, environment'), /names places that last and places that end with the job/],
    [seed(''), /mfa-device\.deliver is an empty list/],
    [seed('{ github-secret: 1 }'), /github-secret is the number 1; it should be the name of a secret/],
    [seed('{ github-secret: GITHUB_X }'), /github-secret is "GITHUB_X"/],
    [seed('{ github-secret: A-B }'), /github-secret is "A-B"/],
    [
      seed('{ github-secret: { environment: e } }'),
      /github-secret\.name is missing; it should be the name of a secret/,
    ],
    [seed('{ github-secret: { name: A, environment: e } }'), undefined],
    [
      user(`mfa-device: { name: ${'m'.repeat(227)}, deliver: [{ github-secret: A }] }`),
      /it should be 1 to 226 letters/,
    ],
    [
      deliver('environment, environment'),
      /deliver\[1\] delivers to the environment, where .*deliver\[0\] delivers already/,
    ],
    [deliver('outputs, outputs'), /deliver\[1\] delivers to the step's outputs/],
    [deliver('{ profile: a }, { profile: a }'), /delivers to the profile a/],
    [seed('{ github-secret: a }, { github-secret: { name: A, repository: Octo/App } }'), /the secret A of Octo\/App/],
    [seed('{ github-secret: A }, { github-secret: { name: A, environment: e } }'), undefined],
    [
      seed('{ github-secret: { name: A, organization: o } }, { github-secret: { name: A, organization: O } }'),
      /the secret A of the organization O,/,
    ],
  ])('%s', (input, problem) => {
    expect(problemsOf(input)).toEqual(problem === undefined ? [] : [expect.stringMatching(problem)]);
  });

  test('keys and seeds of several users do not go to one secret', () => {
    const input = `users:
  a: { access-key: { deliver: [github-secrets] } }
  b: { mfa-device: { deliver: [{ github-secret: aws_access_key_id }] } }`;
    expect(problemsOf(input)).toEqual([
      'line 3: users.b.mfa-device.deliver[0] delivers to the secret AWS_ACCESS_KEY_ID of octo/app, ' +
        'where users.a.access-key.deliver[0] delivers already',
    ]);
  });

  test('two users have no device of one name', () => {
    const input = `users:
  a: { mfa-device: { name: B, deliver: [{ github-secret: A }] } }
  b: { mfa-device: { deliver: [{ github-secret: B }] } }`;
    expect(problemsOf(input)).toEqual([expect.stringMatching(/^line 3: users\.b\.mfa-device differs in case only/)]);
  });

  test('without a repository of the job, secrets need one', () => {
    const result = problemsOf(deliver('github-secrets, { github-secrets: { repository: a/b } }'), {
      repository: undefined,
    });
    expect(result).toEqual([expect.stringMatching(/deliver\[0\] needs a repository/)]);
  });
});

describe('who may assume a role', () => {
  test.each([
    ['{ account: "12345678901" }', /account is "12345678901"; it should be an account ID.*; perhaps "012345678901"$/],
    ['{ account: 12345678901 }', /account is the number 12345678901; it should be.*; perhaps "012345678901"$/],
    ['"123456789012"', /trust is "123456789012", which is no path; it should be \{ account: "123456789012" \}$/],
    ['ec2.amazonaws.com', /trust is "ec2\.amazonaws\.com", which is no path; it should be \{ service: "ec2\.amaz/],
    [
      '{ service: rolesanywhere.amazonaws.com }',
      /service is "rolesanywhere.amazonaws\.com", by which alone nobody could assume the role, .* it should be \{ roles-anywhere: /,
    ],
    ['rolesanywhere.amazonaws.com', /which is no path; it should be \{ roles-anywhere: \{ trust-anchor: …/],
    ['{ account: "*" }', /account is "\*"; it should be exact/],
    [
      '{ user: "a*" }',
      /user is "a\*"; it should be exact, without \* and \?; for patterns, write a trust policy of your own/,
    ],
    ['{ user: /team/a }', /user is "\/team\/a"; it should be the name of a user, or path\/name/],
    ['{ service: s3 }', /service is "s3"; it should be an AWS service such as s3\.amazonaws\.com/],
    ['{}', /trust is an empty mapping; it should be a mapping with one of account, user, service, github/],
    ['[]', /trust is an empty list; it should be a list of at least one/],
    ['[a]', /trust\[0\] is a text; it should be a mapping with one of/],
    ['5', /trust is the number 5; it should be a path to a file/],
    [
      '{ user: a, service: s3.amazonaws.com }',
      /trust is a mapping with user, service; it should be a mapping with one of/,
    ],
    ['{ acount: "123456789012" }', /trust\.acount is not known here; did you mean account/],
    [
      '{ github: { repository: octo/app } }',
      /github is a mapping with repository; it should be a mapping with repository and one/,
    ],
    ['{ github: { branch: main } }', /github\.repository is missing; it should be a repository as owner\/name/],
    [
      '{ github: { repository: octo/app, branch: a, tag: b } }',
      /should be a mapping with repository and one of branch, tag/,
    ],
    ['{ github: { repository: octo/*, branch: main } }', /repository is "octo\/\*"; it should be exact/],
    [
      '{ github: { repository: octo/app, branch: "release/?" } }',
      /branch is "release\/\?"; it should be without \?, which/,
    ],
    [
      '{ github: { repository: octo/app, branch: refs/heads/main } }',
      /should be the name of a branch, without refs\/heads/,
    ],
    ['{ github: { repository: octo/app, tag: "a b" } }', /should be the name of a tag/],
    ['{ github: { repository: octo/app, pull-request: false } }', /pull-request is the value false; it should be true/],
    ['{ Version: 2012-10-17 }', /roles\.a\.trust\.Statement is missing/],
    [`[${numbered(120, (i) => `{ user: user-number-${i} }`)}]`, /trust has \d+ characters.* at most 4096 \(trust\)/],
  ])('%s', (given, problem) => {
    expect(problemsOf(trust(given))).toEqual([expect.stringMatching(problem)]);
  });

  test('a declared user has the path that the document gives it', () => {
    expect(problemsOf(`users: { a: { path: /x/ } }\n${trust('{ user: y/a }')}`)).toEqual([
      expect.stringMatching(/user is "y\/a"; it should be "x\/a", as the document declares this user/),
    ]);
  });
});

describe('OIDC providers', () => {
  test.each([
    ['{ gitlab: {} }', /gitlab\.issuer is missing; it should be the issuer's URL.* Only "github" needs none/],
    ['{ a: { issuer: http://a.example } }', /issuer is "http:\/\/a\.example"; it should be the issuer's URL: https/],
    ['{ a: { issuer: "https://a.example/?b" } }', /without a port, a query or a user/],
    ['{ a: { issuer: "https://a.example/?" } }', /a query/],
    ['{ a: { issuer: "https://a.example:8443" } }', /without a port/],
    ['{ a: { issuer: "https://u:p@a.example" } }', /or a user/],
    [`{ a: { issuer: "https://a.example/${'a'.repeat(255)}" } }`, /at most 255 characters/],
    [
      '{ github: {}, a: { issuer: "https://token.actions.githubusercontent.com/" } }',
      /a has the same issuer as oidc-providers\.github/,
    ],
    ['{ github: { audiences: [] } }', /audiences is an empty list; it should be a list of at least one/],
    ['{ github: { audiences: [a, a] } }', /audiences\[1\] is "a", which the list has already as \[0\]/],
    ['{ github: { thumbprints: [] } }', /thumbprints is not known here; there are issuer, audiences, tags/],
  ])('%s', (given, problem) => {
    expect(problemsOf(`oidc-providers: ${given}`)).toEqual([expect.stringMatching(problem)]);
  });
});

describe('policies', () => {
  const workspace = workspaceWith({
    'wrong.json':
      '{\n  "Version": "2012-10-17",\n  "Statement": [\n    { "Effect": "allow", "Action": "*", "Resource": "*" }\n  ]\n}',
    'broken.json': '{\n  "Version": "2012-10-17",\n}',
    'twice.json': '{\n  "Version": "2012-10-17",\n  "Version": "2012-10-17",\n  "Statement": []\n}',
    'list.json': '[]',
    'broken.yml': 'Version: 2012-10-17\n\tStatement: []\n',
    'large.json': ' '.repeat(100 * 1024 + 1),
    'large-managed.json': JSON.stringify(largePolicy(6145)),
    'managed.json': JSON.stringify(largePolicy(6144)),
    'old.json': JSON.stringify({ ...POLICY, Version: '2008-10-17' }),
    'spacious.json': JSON.stringify(POLICY, null, 10).replaceAll('\n', '\n'.repeat(600)),
  });
  test.each([
    [
      'wrong.json',
      /^line 1: policies\.a\.document: wrong\.json:4:7: Statement\[0\]\.Effect is "allow"; it should be Allow or Deny$/,
    ],
    [
      'broken.json',
      /^line 1: policies\.a\.document: broken\.json:2:26: the policy is not JSON: this comma is one too many, as no entry follows before the }$/,
    ],
    ['twice.json', /twice\.json:3:3: Version is there twice; it stands on line 2 already/],
    ['list.json', /list\.json:1:1: the policy is an empty list/],
    ['broken.yml', /broken\.yml:2:1: the policy is not YAML: Tabs/],
    ['large.json', /large\.json, which has 102401 bytes; it should have at most 102400/],
    ['large-managed.json', /has 6145 characters, white space not counted; it should have at most 6144 \(managed\)/],
    ['nowhere.json', /document names nowhere\.json, which is not there/],
    ['../out.json', /document names \.\.\/out\.json, which leads out of the workspace/],
    ['.', /document names \., which is a folder/],
    ['"{}"', /document holds a text, not a path/],
  ])('%s', (document, problem) => {
    const problems = problemsOf(`policies: { a: { document: ${document} } }`, { workspace });
    expect(problems.filter((each) => problem.test(each))).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  test.each(['managed.json', 'spacious.json'])('%s is not too large: white space does not count', (document) => {
    expect(problemsOf(`policies: { a: { document: ${document} } }`, { workspace })).toEqual([]);
  });

  test('a policy in the document is checked where it stands', () => {
    const input = `users:
  a:
    inline-policies:
      one:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Action: '*'
            Resource: '*'
          - Effect: allow
            Action: '*'
            Resource: '*'
`;
    expect(problemsOf(input)).toEqual([
      'line 10: users.a.inline-policies.one.Statement[1].Effect is "allow"; it should be Allow or Deny',
    ]);
  });

  describe('a problem is at its line, whatever signs are in the keys on the way', () => {
    const lines = [
      'Version: 2012-10-17',
      'Statement:',
      '  - Effect: Allow',
      '    Action: s3:*',
      "    Resource: '*'",
      '    Condition:',
      '      StringEquals:',
      '        aws:a: b',
      '        s3:x-amz-server-side-encryption: c',
      '        token.actions.githubusercontent.com:sub: []',
      '        aws:RequestTag/a.b[0]: []',
      '        "aws:RequestTag/\\"c\\": d": []',
    ];
    const keys = ['token.actions.githubusercontent.com:sub', 'aws:RequestTag/a.b[0]', 'aws:RequestTag/"c": d'];
    const document = [
      'users:',
      '  a:',
      '    inline-policies:',
      '      one.two:',
      ...lines.map((line) => `        ${line}`),
    ];
    const folder = workspaceWith({ 'p.yml': lines.join('\n'), 'identities.yml': document.join('\n') });
    const places = (input: string) =>
      problemValuesOf(input, { workspace: folder }).map(({ file, line, column, path }) => [
        file,
        line,
        column,
        path.at(-1),
      ]);

    test('in the document', () => {
      expect(places('identities.yml')).toEqual(keys.map((key, at) => ['identities.yml', 14 + at, 17, key]));
    });

    test('in the file of a policy', () => {
      expect(places('policies: { one: { document: p.yml } }')).toEqual(
        keys.map((key, at) => ['p.yml', 10 + at, 9, key]),
      );
    });
  });

  test('a managed policy has the version that AWS takes', () => {
    const problem = /Version is "2008-10-17"; it should be 2012-10-17, as AWS takes no other in a managed policy/;
    expect(problemsOf(`policies: { a: { document: ${json({ ...POLICY, Version: '2008-10-17' })} } }`)).toEqual([
      expect.stringMatching(problem),
    ]);
    expect(problemsOf('policies: { a: { document: old.json } }', { workspace })).toEqual([
      expect.stringMatching(problem),
    ]);
    expect(problemsOf(user('inline-policies: { x: old.json }'), { workspace })).toEqual([]);
  });

  const pair = (size: number) => `inline-policies: { x: ${json(largePolicy(size))}, y: ${json(largePolicy(1024))} }`;
  test.each([
    [user(pair(1024)), undefined],
    [user(pair(1025)), /inline-policies has 2049 characters.* at most 2048 \(inline, of a user\)/],
    [user(`require-mfa: true, ${pair(1024)}`), /at most 2048 \(inline, of a user\)/],
    [role(`trust: { user: a }, ${pair(9216)}`), undefined],
    [role(`trust: { user: a }, ${pair(9217)}`), /has 10241 characters.* at most 10240 \(inline, of a role\)/],
    [
      user(`require-mfa: true, inline-policies: { requiremfa: ${json(POLICY)} }`),
      /requiremfa has the name of the policy/,
    ],
    [user(`inline-policies: { requiremfa: ${json(POLICY)} }`), undefined],
  ])('sizes and names of inline policies %#', (input, problem) => {
    expect(problemsOf(input)).toEqual(problem === undefined ? [] : [expect.stringMatching(problem)]);
  });
});

describe('a problem is a value', () => {
  const workspace = workspaceWith({
    'identities.yml':
      'users:\n  a:\n    pth: /\n    inline-policies:\n      one: policies/one.json\n      two: gone.json\n',
    'policies/one.json': '{\n  "Statement": [\n    { "Effect": "allow", "Action": "*", "Resource": "*" }\n  ]\n}',
  });
  const file = 'identities.yml';
  const inline = (name: string) => ({ path: ['users', 'a', 'inline-policies', name], file, column: 7 });

  test('with its path, file, line and column, also in the file of a policy', () => {
    expect(problemValuesOf('identities.yml', { workspace })).toEqual([
      {
        path: ['users', 'a', 'pth'],
        file,
        line: 3,
        column: 5,
        message: 'is not known here; did you mean path?',
        namedBy: undefined,
      },
      {
        path: ['Statement', 0, 'Effect'],
        file: 'policies/one.json',
        line: 3,
        column: 7,
        message: 'is "allow"; it should be Allow or Deny',
        namedBy: { ...inline('one'), line: 5 },
      },
      {
        ...inline('two'),
        line: 6,
        message: expect.stringMatching(/^names gone\.json, which is not there: /),
        namedBy: undefined,
      },
    ]);
  });

  test('in a document that is no file, without one', () => {
    expect(problemValuesOf('users:\n  a:\n    policies: [none]\n')).toEqual([
      expect.objectContaining({ path: ['users', 'a', 'policies', 0], file: undefined, line: 3, column: 16 }),
    ]);
  });

  test('and of the whole document, with an empty path', () => {
    expect(problemValuesOf('[a')).toEqual([expect.objectContaining({ path: [], line: 1, column: 3 })]);
  });
});

test('all problems are found at once, in the order of the lines', () => {
  const input = `roles:
  r: { max-session-duration: 1s }
users:
  a: {}
  A: { access-key: { max-age: 5, deliver: [environment, outputs, outputs, { profile: a b }] } }
  a: { pth: /, path: x }
  "b c": { policies: [none], tags: { aws:x: 1, 1: 2 } }
other: 1
`;
  expect(problemsOf(input).map((problem) => problem.replace(/^(line \d+: \S+).*/, '$1'))).toEqual([
    'line 2: roles.r.trust',
    'line 2: roles.r.max-session-duration',
    'line 5: users.A',
    'line 5: users.A.access-key.max-age',
    'line 5: users.A.access-key.deliver[2]',
    'line 5: users.A.access-key.deliver[3].profile',
    'line 6: users.a',
    'line 6: users.a.pth',
    'line 6: users.a.path',
    'line 7: users["b',
    'line 7: users["b',
    'line 7: users["b',
    'line 7: users["b',
    'line 8: other',
  ]);
});
