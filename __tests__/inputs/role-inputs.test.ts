import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceWith } from '../identities/workspace';
import { CERTIFICATE, KEYS, OIDC, OTHER, problemsOf, read, ROLE } from './reading';

test.each([
  'AWSReservedSSO_Admin_0123456789abcdef',
  'arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef',
])('the role of a permission set is for a person who signs in: %s', async (role) => {
  for (const [name, value] of [
    ['role-to-assume', role],
    ['roles', `admin: ${role}`],
  ] as const) {
    const said = await problemsOf({ ...KEYS, [name]: value });
    expect(said).toContain(`${role} was made for a permission set of IAM Identity Center, and lets in nobody but`);
    expect(said).toContain('with sso-role-name: Admin and the other sso-* inputs instead');
  }
});

describe('roles', () => {
  const profileRoles = async (roles: string, more: Record<string, string> = {}, env: Record<string, string> = {}) => {
    const { request } = await read({ roles, ...more }, env);
    return 'profileRoles' in request ? request.profileRoles : [];
  };
  const parts = (arn: string) => ({ arn, partition: 'aws', account: arn.split(':')[4], name: 'deploy' });

  test('imply assume-role, and go to profiles alone', async () => {
    const { request, warnings } = await read({ roles: `one: ${ROLE}` }, OIDC);
    expect(request).toMatchObject({
      mode: 'assume-role',
      identity: { source: { from: 'github token' } },
      continueOnError: false,
      profiles: { overwrite: false, output: undefined, location: 'home' },
    });
    expect(request).not.toHaveProperty('delivery');
    expect(request.identity).not.toHaveProperty('chain');
    expect(warnings).toEqual([]);
  });

  test('how profiles are written, and whether a failure is one for all', async () => {
    const inputs = { 'overwrite-aws-profile': 'true', 'profile-output': 'json', 'continue-on-role-error': 'true' };
    const { request } = await read({ roles: `one: ${ROLE}`, ...inputs });
    expect(request).toMatchObject({ continueOnError: true, profiles: { overwrite: true, output: 'json' } });
  });

  test.each([
    ['a role', `one: ${ROLE}`],
    ['a role in quotes', `"one": '${ROLE}'`],
    ['a list of one', `one:\n  - ${ROLE}`],
    ['JSON', JSON.stringify({ one: ROLE })],
    ['an alias', `one: &role ${ROLE}\ntwo: *role`],
  ])('%s', async (_, text) => {
    expect((await profileRoles(text))[0]).toEqual({ profile: 'one', chain: [parts(ROLE)] });
  });

  test('chains and names', async () => {
    expect(await profileRoles(`a: [${ROLE}, team/x, ${OTHER}]\nb: deploy`)).toEqual([
      { profile: 'a', chain: [parts(ROLE), { pathAndName: 'team/x' }, parts(OTHER)] },
      { profile: 'b', chain: [{ pathAndName: 'deploy' }] },
    ]);
    const byToken = await profileRoles(`a: [${ROLE}, team/x]`, {}, OIDC);
    expect(byToken).toEqual([{ profile: 'a', chain: [parts(ROLE), { pathAndName: 'team/x' }] }]);
  });

  test('the same twice draw a warning; a chain that begins alike does not', async () => {
    const { warnings } = await read({
      roles: `a: ${ROLE}\nb: ${OTHER}\nc: [${ROLE}]\nd: [${ROLE}, ${OTHER}]\ne: [${ROLE}, ${OTHER}]`,
    });
    expect(warnings).toEqual([
      'roles: a and c are the same role: each gets a session of its own.',
      'roles: d and e are the same role: each gets a session of its own.',
    ]);
  });

  const NO_MAPPING = 'roles: is not a mapping of profiles to roles; it should be lines like production: arn:';
  test.each([
    [ROLE, NO_MAPPING],
    [`- ${ROLE}`, NO_MAPPING],
    ['{}', NO_MAPPING],
    ['# nothing\n# at all', NO_MAPPING],
    ['null', 'roles: names null, which is not there: no such file in the workspace.'],
    ['deploy', 'roles: names deploy, which is not there: no such file in the workspace.'],
    [`one: ${ROLE}\ntwo: ${ROLE}\none: ${OTHER}`, 'roles: line 3: one is there twice; it stands on line 1 already'],
    [`one: ${ROLE}\ntwo: [${ROLE}\n`, /roles: line \d: is not YAML: /],
    [`one: ${ROLE}\n\ttwo: ${ROLE}\n`, /roles: line 2: is not YAML: /],
    [`123456789012: ${ROLE}`, 'it should be in quotes: "123456789012"'],
    [`a b: ${ROLE}`, 'roles: "a b" as the name of a profile must not contain spaces'],
    [`Grün: ${ROLE}`, 'roles: "Grün" as the name of a profile must not contain other characters than letters'],
    [`DEFAULT: ${ROLE}`, 'roles: "DEFAULT" as the name of a profile must not be DEFAULT; the default profile is'],
    [`"": ${ROLE}`, 'roles: "" as the name of a profile must not be empty'],
    ['one:', 'roles: one: is missing; it should be an ARN like'],
    ['one: []', 'roles: one: is missing; it should be an ARN like'],
    ['one: ""', 'roles: one: "" is not one role'],
    ['one: 2024', 'roles: one: 2024 is not one role'],
    ['one: true', 'roles: one: true is not one role'],
    [
      'one: 1.10',
      'roles: one: 1.10 is not one role, as it is no text to YAML; it should be an ARN like arn:aws:iam::123456789012:role/name, or the name of one in quotes: "1.10"',
    ],
    ['one: [deploy, 012345678901]', 'roles: one: 012345678901 is not one role, as it is no text to YAML'],
    ['one: [deploy, null]', 'roles: one: null is not one role'],
    ['one: { role: deploy }', 'roles: one: {"role":"deploy"} is not one role'],
    [`one: [[${ROLE}]]`, `roles: one: ["${ROLE}"] is not one role`],
    [`one: |\n  ${ROLE}\n  ${OTHER}\n`, 'role/deploy\\n" is not one role'],
    [
      'one: arn:aws:iam::123456789012:user/x',
      'roles: one: "arn:aws:iam::123456789012:user/x" is not one role but a user',
    ],
    ['one: arn:aws-cn:iam::123456789012:role/x', 'roles: one: arn:aws-cn:iam::123456789012:role/x is in the partition'],
  ])('%j are wrong', async (roles, expected) => {
    const message = await problemsOf({ roles });
    if (typeof expected === 'string') expect(message).toContain(expected);
    else expect(message).toMatch(expected);
    expect(message).toContain('a problem was found in the inputs');
  });

  test.each([
    [{ 'role-to-assume': ROLE }, 'role-to-assume: is given together with roles'],
    [{ 'aws-profile': 'one' }, 'aws-profile: is given together with roles'],
    [{ 'output-credentials': 'true' }, 'output-credentials: is for one session'],
    [{ 'output-env-credentials': 'true' }, 'output-env-credentials: is for one session'],
    [{ 'use-existing-credentials': 'true' }, 'use-existing-credentials: is for one session'],
    [{ 'continue-on-role-error': 'perhaps' }, 'continue-on-role-error: "perhaps" is neither true nor false'],
    [{ 'profile-output': 'xml' }, 'profile-output: "xml" is none of'],
    [{ mode: 'session-token' }, 'roles: is for assume-role, and the mode is session-token'],
    [{ mode: 'verify' }, 'roles: is for assume-role, and the mode is verify'],
    [{ 'allowed-account-ids': '111122223333' }, `roles: one: ${ROLE} is in none of the allowed-account-ids`],
    [
      { 'mfa-code': '123456', 'role-duration-seconds': '3601', ...KEYS },
      'role-duration-seconds: is 3601; a role assumed with the session that MFA gave lasts 3600 at most',
    ],
  ])('together with %j', async (inputs, expected) => {
    expect(await problemsOf({ roles: `one: ${ROLE}`, ...inputs })).toContain(expected);
  });

  test.each<Record<string, string>>([
    { 'output-credentials': 'false' },
    { 'output-env-credentials': 'false' },
    { 'role-duration-seconds': '43200' },
  ])('may have %j next to them', async (inputs) => {
    expect(await problemsOf({ roles: `one: ${ROLE}`, ...inputs })).toBe('none');
  });

  test('the hour of a chain holds for all, if there is one among them', async () => {
    const roles = `one: ${ROLE}\ntwo: [${ROLE}, ${OTHER}]`;
    expect(await problemsOf({ roles, 'role-duration-seconds': '7200' })).toContain('lasts 3600 at most');
  });

  test('ROLE_TO_ASSUME gives way', async () => {
    expect(await problemsOf({ roles: `one: ${ROLE}` }, { ROLE_TO_ASSUME: OTHER, AWS_PROFILE: 'x' })).toBe('none');
  });
});

describe('roles in a file of the workspace', () => {
  const MAPPING = `one: ${ROLE}\n\ntwo:\n  - ${ROLE}\n  - ${OTHER}\n`;
  const SECRET = 'hunter2-of-another-file';
  const outside = workspaceWith({ 'roles.yml': MAPPING });
  const workspace = workspaceWith({
    'roles.yml': MAPPING,
    'aws/roles.yaml': MAPPING,
    'windows.yml': `\uFEFF${MAPPING.replaceAll('\n', '\r\n')}`,
    'roles.json': JSON.stringify({ one: ROLE, two: [ROLE, OTHER] }),
    'schema.json': JSON.stringify({ $schema: './roles.schema.json', one: ROLE, two: [ROLE, OTHER] }),
    'no-schema.yml': `$schema: [${SECRET}]\none: ${ROLE}\n`,
    'only-schema.yml': `$schema: ${SECRET}\n`,
    'large.yml': `# ${'x'.repeat(1_000_000)}`,
    'text.txt': SECRET,
    'list.yml': `- ${SECRET}`,
    'empty.yml': '',
    'broken.yml': `one: ${ROLE}\ntwo: [${ROLE}\n`,
    'tabs.yml': `one: ${ROLE}\n\ttwo: ${SECRET}\n`,
    'twice.yml': `one: ${ROLE}\ntwo: ${ROLE}\none: ${OTHER}\n`,
    'secrets.yml': `one: ${ROLE}\nnested: { a: ${SECRET} }\nlist:\n  - ${ROLE}\n  - ${SECRET} x\nnumber: 1.10\n`,
    'comma.yml': `one: ${ROLE}\ntwo: ${SECRET},\n`,
    'names.yml': `one: ${ROLE}\ntwo: ${SECRET}\nchain: [${ROLE}, ${SECRET}]\n`,
    'other.yml': `${SECRET}: name\npassword: ${SECRET}\nlist: [${SECRET}]\n`,
    'many.yml': Array.from({ length: 250 }, (_, index) => `a b ${index}: ${ROLE}`).join('\n'),
    'a-user.yml': `one:\n  - ${ROLE}\n  - arn:aws:iam::123456789012:user/x\n`,
    'profile.yml': `one: ${ROLE}\n  \na b: ${ROLE}\n`,
    'nothing.yml': `one: ${ROLE}\ntwo:\n`,
    'pull-request.json': '{"issue":{"number":1,"pull_request":{}}}',
    'issue.json': '{"issue":{"number":1}}',
  });
  symlinkSync(join(outside, 'roles.yml'), join(workspace, 'out.yml'));
  symlinkSync('other.yml', join(workspace, 'link.yml'));
  writeFileSync(join(workspace, 'utf-16.yml'), Buffer.from(`\uFEFF${MAPPING}`, 'utf16le'));
  const inWorkspace = { GITHUB_WORKSPACE: workspace };
  const problems = (roles: string, more: Record<string, string> = {}) =>
    problemsOf({ roles, ...more }, { ...OIDC, ...inWorkspace });

  test.each([
    'roles.yml',
    ' ./aws/roles.yaml\n',
    'windows.yml',
    'roles.json',
    'schema.json',
    join(workspace, 'roles.yml'),
  ])('%j is read as if it stood in the workflow', async (roles) => {
    const byFile = await read({ roles, ...KEYS }, inWorkspace);
    const inline = await read({ roles: MAPPING, ...KEYS });
    expect(byFile).toEqual(inline);
  });

  test.each([
    ['rolse.yml', 'roles: names rolse.yml, which is not there: no such file in the workspace. Did you mean roles.yml?'],
    ['x/y.yml', 'is not there: no such file in the workspace. Is the repository checked out before this step?'],
    ['C:\\x\\y.yml', 'is not there: no such file in the workspace.'],
    ['../roles.yml', 'roles: names ../roles.yml, which leads out of the workspace'],
    [join(outside, 'roles.yml'), 'which leads out of the workspace'],
    ['out.yml', 'roles: names out.yml, which is a link that leads out of the workspace'],
    ['aws', 'roles: names aws, which is a folder'],
    [
      'large.yml',
      'roles: names large.yml, which has 1000002 bytes; it should have at most 1000000\nFix: Correct it in large.yml.',
    ],
    ['utf-16.yml', 'roles: names utf-16.yml, which is not text in UTF-8\nFix: Correct it in utf-16.yml.'],
    ['text.txt', 'roles: text.txt:1:1: the file is not a mapping of profiles to roles; it should be lines like'],
    ['list.yml', 'roles: list.yml:1:1: the file is not a mapping of profiles to roles'],
    ['only-schema.yml', 'roles: only-schema.yml:1:1: the file is not a mapping of profiles to roles'],
    ['no-schema.yml', 'roles: no-schema.yml:1:11: $schema: this is not the ARN of a role'],
    ['empty.yml', 'roles: empty.yml:1:1: the file is not a mapping of profiles to roles'],
    ['broken.yml', /roles: broken\.yml:2:44: the file is not YAML: /],
    ['tabs.yml', /roles: tabs\.yml:2:\d+: the file is not YAML: /],
    ['twice.yml', 'roles: twice.yml:3:1: one is there twice; it stands on line 1 already'],
    ['a-user.yml', 'roles: a-user.yml:3:5: one: "arn:aws:iam::123456789012:user/x" is not one role but a user'],
    ['profile.yml', 'roles: profile.yml:3:1: "a b" as the name of a profile must not contain spaces'],
    ['nothing.yml', 'roles: nothing.yml:2:1: two: is missing; it should be an ARN like'],
    ['comma.yml', 'roles: comma.yml:2:1: two: this is not the ARN of a role; in a file it should be one, like'],
    ['names.yml', 'roles: names.yml:2:1: two: this is not the ARN of a role; in a file it should be one, like'],
    ['names.yml', 'roles: names.yml:3:48: chain: this is not the ARN of a role; in a file it should be one, like'],
    ['secrets.yml', 'roles: secrets.yml:2:1: nested: this is not the ARN of a role; in a file it should be one, like'],
    ['secrets.yml', 'roles: secrets.yml:5:5: list: this is not the ARN of a role; in a file it should be one, like'],
    ['secrets.yml', 'roles: secrets.yml:6:1: number: this is not the ARN of a role; in a file it should be one, like'],
    ['other.yml', 'roles: other.yml:1:1: the file is not a mapping of profiles to roles; it should be lines like'],
    ['link.yml', 'roles: link.yml:1:1: the file is not a mapping of profiles to roles; it should be lines like'],
  ])('%s is wrong, at its place, and nothing but ARNs of it is shown', async (roles, expected) => {
    const message = await problems(roles);
    if (typeof expected === 'string') expect(message).toContain(expected);
    else expect(message).toMatch(expected);
    expect(message).not.toContain(SECRET);
  });

  test.each(['names.yml', 'other.yml', 'link.yml'])(
    'with keys, by which a name would be enough, %s is wrong, and its texts are neither shown nor asked for',
    async (roles) => {
      const message = await problemsOf({ roles, ...KEYS }, inWorkspace);
      expect(message).toContain(`roles: ${roles}:`);
      expect(message).not.toContain(SECRET);
    },
  );

  test('of a great many problems, the first are shown', async () => {
    const lines = (await problems('many.yml')).split('\n- ');
    expect(lines).toHaveLength(102);
    expect(lines[100]).toContain('many.yml:100:1: "a b 99" as the name of a profile must not');
    expect(lines[101]).toMatch(/^roles: and 150 more\b/);
  });

  test('accounts that are not allowed are found at their places', async () => {
    const message = await problems('roles.yml', { 'allowed-account-ids': '123456789012' });
    expect(message).toContain(`roles: roles.yml:5:5: two: ${OTHER} is in none of the allowed-account-ids 123456789012`);
  });

  test.each([
    ['pull_request_target', undefined, 'whoever opened the pull request'],
    ['issue_comment', 'pull-request.json', 'whoever opened the pull request'],
  ])('on %s (%s), a file is refused, which a stranger may have written', async (event, payload, stranger) => {
    const env = {
      ...OIDC,
      ...inWorkspace,
      GITHUB_EVENT_NAME: event,
      ...(payload !== undefined && { GITHUB_EVENT_PATH: join(workspace, payload) }),
    };
    for (const roles of ['roles.yml', 'broken.yml']) {
      const message = await problemsOf({ roles }, env);
      expect(message).toContain(
        `roles: reads ${roles} of the workspace, and on ${event} its files may be those of ${stranger}, who could so ` +
          'decide which roles the job works as. It should be the mapping itself here, or run on an event of a reviewed branch',
      );
      expect(message).toContain('a problem was found in the inputs');
    }
    expect(await problemsOf({ roles: MAPPING }, env)).toBe('none');
  });

  test.each(['push', 'pull_request', 'issue_comment'])('on %s it is read', async (GITHUB_EVENT_NAME) => {
    const GITHUB_EVENT_PATH = join(workspace, 'issue.json');
    const env = { ...OIDC, ...inWorkspace, GITHUB_EVENT_NAME, GITHUB_EVENT_PATH };
    expect(await problemsOf({ roles: 'roles.yml' }, env)).toBe('none');
  });
});

describe('at an endpoint of another vendor', () => {
  const FORMS = [
    'arn:aws:iam::RGW33567154695143645:role/deploy',
    'arn:aws:iam::1:role/deploy',
    'arn:aws:iam:::role/team/deploy',
    'arn:aws:iam::role/deploy',
    'arn:aws-cn:iam::123456789012:role/deploy',
    'arn:minio:iam:::role/nOybJqMNzNmroqEKq5D0EUsRZw0',
    'arn:xxx:xxx:xxx:xxxx',
  ];
  const MINIO = 'https://minio.example.com:9000';
  const AWS = 'https://vpce-0a1b2c3d4e5f-6a7b8c9d.sts.eu-central-1.vpce.amazonaws.com';

  test.each(FORMS)('the role %s is taken as it is written, and AWS would not have it', async (arn) => {
    const given = [
      [{ 'sts-endpoint': MINIO }, {}],
      [{}, { AWS_ENDPOINT_URL_STS: MINIO }],
      [{}, { AWS_ENDPOINT_URL: MINIO }],
    ] as const;
    for (const [inputs, env] of given) {
      expect(await problemsOf({ 'role-to-assume': arn, ...inputs }, { ...OIDC, ...env })).toBe('none');
      expect(await problemsOf({ roles: `a: [${arn}, ${arn}]`, ...inputs }, { ...OIDC, ...env })).toBe('none');
    }
    for (const inputs of [{}, { 'sts-endpoint': AWS }, { 'iam-endpoint': MINIO }] as Record<string, string>[]) {
      expect(await problemsOf({ 'role-to-assume': arn, ...inputs }, OIDC)).toContain(arn);
    }
  });

  test('accounts are compared where the role names one, and not with an AWS form', async () => {
    const problems = (role: string, allowed: string) =>
      problemsOf({ 'role-to-assume': role, 'sts-endpoint': MINIO, 'allowed-account-ids': allowed }, OIDC);
    expect(await problems('arn:aws:iam::1:role/deploy', '1, acme')).toBe('none');
    expect(await problems('arn:aws:iam::1:role/deploy', '11')).toContain('is in none of the allowed-account-ids 11');
    expect(await problems('arn:minio:iam:::role/x', '11')).toBe('none');
  });

  test.each(['arn:aws:iam:::policy/readwrite', 'arn:minio:iam:::policy/x', 'readwrite', 'Acme/Read-Only'])(
    'session policies may have any form of ARN, or a name alone: %s',
    async (policy) => {
      const inputs = { 'role-to-assume': ROLE, 'managed-session-policies': policy };
      expect(await problemsOf({ ...inputs, 'sts-endpoint': MINIO }, OIDC)).toBe('none');
      expect(await problemsOf({ ...inputs, 'sts-endpoint': AWS }, OIDC)).toContain('is not the ARN of a policy');
    },
  );

  test.each(['eu--central-1', 'RegionOne', 'EU-CENTRAL-1', 'default', '1'])('a region may be %s', async (region) => {
    const inputs = { 'role-to-assume': ROLE, 'aws-region': region };
    expect(await problemsOf({ ...inputs, 'sts-endpoint': MINIO }, OIDC)).toBe('none');
  });

  test.each(['eu_central_1', '-eu', 'eu-', 'eu central', 'e'.repeat(64), 'eu.central'])(
    'a region that no SDK of AWS takes is none there either: %s',
    async (region) => {
      const inputs = { 'role-to-assume': ROLE, 'aws-region': region, 'sts-endpoint': MINIO };
      expect(await problemsOf(inputs, OIDC)).toContain(`"${region}" is not a region`);
    },
  );

  test('session policies have no blanks', async () => {
    const inputs = { 'role-to-assume': ROLE, 'managed-session-policies': 'read write', 'sts-endpoint': MINIO };
    expect(await problemsOf(inputs, OIDC)).toContain('"read write" is not the ARN of a policy; one ARN a line');
  });

  test('what is no ARN is none there either', async () => {
    const problems = await problemsOf({ 'role-to-assume': 'arn:aws:iam:::role/a b', 'sts-endpoint': MINIO }, OIDC);
    expect(problems).toContain('"arn:aws:iam:::role/a b" is not one role');
  });

  test.each([
    [
      { AWS_ENDPOINT_URL_STS: 'sts.example.com' },
      'sts-endpoint (from AWS_ENDPOINT_URL_STS): "sts.example.com" is not a URL',
    ],
    [{ AWS_ENDPOINT_URL: 'localhost:4566' }, 'sts-endpoint (from AWS_ENDPOINT_URL): "localhost:4566" is not a URL'],
    [{ AWS_ENDPOINT_URL: 'localhost:4566', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, 'none'],
    [{ AWS_ENDPOINT_URL: 'localhost:4566', 'INPUT_STS-ENDPOINT': MINIO }, 'none'],
  ])('a variable that is no URL is wrong where it is used: %j', async (env, words) => {
    expect(await problemsOf({ 'role-to-assume': ROLE }, { ...OIDC, ...env })).toContain(words);
  });
});

describe('the account of a role that is given by its name is checked where it is known:', () => {
  const SIGN_IN = {
    'sso-start-url': 'https://d-1234567890.awsapps.com/start',
    'sso-region': 'eu-west-1',
    'sso-account-id': '123456789012',
    'sso-role-name': 'Admin',
  };
  test.each<[what: string, inputs: Record<string, string>, role: string]>([
    ['by the profile of a certificate', CERTIFICATE, 'team/deploy'],
    ['by the account of a sign-in', SIGN_IN, 'team/deploy'],
    ['by the role from which it is assumed', KEYS, `${ROLE}\nteam/deploy`],
    ['by the role of another account in between', CERTIFICATE, `deploy\n${ROLE}\nteam/deploy`],
  ])('%s', async (_, inputs, role) => {
    const problems = (allowed: string) =>
      problemsOf({ ...inputs, 'role-to-assume': role, 'allowed-account-ids': allowed });
    expect(await problems('111122223333')).toContain(
      'role-to-assume: team/deploy, a role of the account 123456789012, is in none of the allowed-account-ids 111122223333',
    );
    expect(await problems('123456789012')).toBe('none');
  });

  test('with keys, it is not known yet', async () => {
    expect(await problemsOf({ ...KEYS, 'role-to-assume': 'deploy', 'allowed-account-ids': '111122223333' })).toBe(
      'none',
    );
  });
});
