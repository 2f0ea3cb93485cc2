import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRequest } from '../../src/inputs/read-request';
import { KEYS, OIDC, OTHER, problemsOf, read, ROLE } from './reading';

describe('the inputs decide how a role is assumed', () => {
  test.each([
    ['with GitHub’s token, where the job may ask for it', {}, OIDC, { by: 'web identity', token: { from: 'github' } }],
    ['with the default chain, where it may not', {}, {}, { by: 'credentials', source: { from: 'default chain' } }],
    ['with keys, where they are given', KEYS, OIDC, { by: 'credentials', source: { from: 'inputs' } }],
    ['with what the job has', { 'role-chaining': 'true' }, OIDC, { source: { from: 'default chain' } }],
    ['without GitHub’s token', { 'force-skip-oidc': 'true' }, OIDC, { source: { from: 'default chain' } }],
    ['with keys rather than the chain', { ...KEYS, 'role-chaining': 'true' }, OIDC, { source: { from: 'inputs' } }],
  ])('%s', async (_, inputs, env, expected) => {
    expect((await read({ 'role-to-assume': ROLE, ...inputs }, env)).request).toMatchObject({
      mode: 'assume-role',
      ...expected,
    });
  });

  test('no role: access-keys', async () => {
    expect((await read(KEYS)).request).toMatchObject({ mode: 'access-keys', source: { from: 'inputs' } });
    expect((await read({})).request).toMatchObject({ mode: 'access-keys', source: { from: 'default chain' } });
  });
});

test('what is left out has the defaults of the compatible action', async () => {
  expect((await read({ 'role-to-assume': ROLE }, OIDC)).request).toMatchObject({
    session: { sessionName: 'GitHubActions', duration: 3600, plainCharacters: false, policies: { managed: [] } },
    retry: { maxAttempts: 12 },
    delivery: { environment: 'credentials and region', outputs: false },
    token: { audience: 'sts.amazonaws.com' },
    maskAccountId: false,
    allowedAccounts: [],
    timeLimit: undefined,
    useExistingCredentials: false,
    refreshCredentials: false,
    unsetCurrentCredentials: false,
    connection: { region: 'eu-central-1', proxy: {} },
  });
});

test.each([
  ['cn-north-1', 'sts.amazonaws.com.cn'],
  ['us-gov-west-1', 'sts.amazonaws.com'],
  ['eusc-de-east-1', 'sts.amazonaws.com'],
])('the audience in %s is %s', async (region, audience) => {
  const partition =
    { 'cn-north-1': 'aws-cn', 'us-gov-west-1': 'aws-us-gov', 'eusc-de-east-1': 'aws-eusc' }[region] ?? '';
  const role = `arn:${partition}:iam::123456789012:role/deploy`;
  const { request } = await read({ 'aws-region': region, 'role-to-assume': role }, OIDC);
  expect(request).toMatchObject({ token: { audience } });
});

test('where the credentials go', async () => {
  const delivery = async (inputs: Record<string, string>) =>
    (await read({ 'role-to-assume': ROLE, ...inputs }, OIDC)).request.delivery;
  expect(await delivery({ 'aws-profile': 'deploy' })).toEqual({
    environment: 'nothing',
    outputs: false,
    profile: { name: 'deploy', overwrite: false, location: 'home', export: false },
  });
  expect(await delivery({ 'aws-profile': 'deploy', 'output-env-credentials': 'true' })).toMatchObject({
    environment: 'credentials and region',
    profile: { export: true },
  });
  expect(await delivery({ 'output-env-credentials': 'false' })).toMatchObject({ environment: 'nothing' });
  expect((await read({})).request.delivery).toMatchObject({ environment: 'region' });
});

test('retries: special-characters-workaround overrides the others, as there', async () => {
  const attempts = async (inputs: Record<string, string>) => (await read(inputs)).request.retry.maxAttempts;
  expect(await attempts({ 'retry-max-attempts': '3' })).toBe(3);
  expect(await attempts({ 'disable-retry': 'true', 'retry-max-attempts': '3' })).toBe(1);
  expect(await attempts({ 'disable-retry': 'true', 'special-characters-workaround': 'true' })).toBe(12);
});

test.each([
  [{ 'http-proxy': 'http://given:1' }, { HTTPS_PROXY: 'http://a:1' }, 'http://given:1'],
  [{}, { HTTPS_PROXY: 'http://a:1', HTTP_PROXY: 'http://b:1' }, 'http://a:1'],
  [{}, { http_proxy: 'http://c:1' }, 'http://c:1'],
  [{}, { HTTP_PROXY: 'proxy.example.com:3128' }, 'http://proxy.example.com:3128'],
])('the proxy comes from the input, else from the usual variables: %j %j', async (inputs, env, httpProxy) => {
  expect((await read(inputs, env)).request.connection.proxy).toEqual({ httpProxy });
});

test('variables stand in for inputs, which win', async () => {
  const env = {
    ROLE_TO_ASSUME: ROLE,
    ROLE_DURATION_SECONDS: '900',
    OUTPUT_CREDENTIALS: 'true',
    AUDIENCE: 'other',
    ...OIDC,
  };
  const { request } = await read({ 'role-duration-seconds': '1800' }, env);
  expect(request).toMatchObject({
    session: { duration: 1800 },
    delivery: { outputs: true },
    token: { audience: 'other' },
  });
  expect((await readRequest({ AWS_REGION: 'us-east-1' })).request.connection.region).toBe('us-east-1');
});

describe('what is wrong', () => {
  test('is reported all at once', async () => {
    const message = await problemsOf({
      'aws-region': 'Frankfurt!',
      'role-to-assume': 'not a role',
      'role-duration-seconds': '1h',
      'role-chaining': 'yes',
      'allowed-account-ids': '123,123456789012',
      'output-credentials': '1',
    });
    for (const text of [
      '6 inputs are wrong',
      'aws-region: "Frankfurt!"',
      'role-to-assume: "not a role"',
      'role-duration-seconds: "1h" is not a whole number of seconds from 900 to 43200',
      'role-chaining: "yes" is neither true nor false',
      'allowed-account-ids: "123" is not an account ID of 12 digits',
      'output-credentials: "1"',
    ]) {
      expect(message).toContain(text);
    }
  });

  test.each([
    [{ 'aws-region': '' }, 'aws-region: is missing'],
    [{ mode: 'assume' }, 'mode: "assume" is none of'],
    [{ mode: 'assume-role' }, 'role-to-assume: is missing'],
    [{ 'role-to-assume': `${ROLE} ${ROLE}` }, 'role-to-assume: "arn:aws:iam::123456789012:role/deploy arn:'],
    [{ 'role-to-assume': `${ROLE}\nnot a role\n*` }, '- role-to-assume: "not a role" is not one role'],
    [{ 'role-to-assume': `${ROLE}\nnot a role\n**` }, '- role-to-assume: "**" is not one role'],
    [{ 'role-to-assume': `${ROLE}\narn:aws-cn:iam::123456789012:role/x` }, 'is in the partition aws-cn'],
    [
      { 'role-to-assume': `${ROLE}\n${OTHER}`, 'allowed-account-ids': '123456789012' },
      `role-to-assume: ${OTHER} is in none of the allowed-account-ids`,
    ],
    [
      { 'role-to-assume': `${ROLE}\n${OTHER}`, 'role-duration-seconds': '3601' },
      'role-duration-seconds: is 3601; a role assumed with the session of another lasts 3600 at most',
    ],
    [{ 'source-identity': 'x', 'role-to-assume': ROLE }, 'source-identity: "x" is not actor, or 2 to 64'],
    [{ 'source-identity': 'octo cat', 'role-to-assume': ROLE }, 'source-identity: "octo cat" is not actor'],
    [
      { 'source-identity': 'actor', 'role-to-assume': ROLE },
      'source-identity: is actor, and GITHUB_ACTOR is ""; AWS takes 2 characters or more',
    ],
    [{ 'continue-on-role-error': 'true', 'role-to-assume': ROLE }, 'continue-on-role-error: is for roles'],
    [{ 'role-to-assume': 'arn:aws:iam::123456789012:user/x' }, 'is not one role'],
    [{ 'role-to-assume': 'arn:aws-cn:iam::123456789012:role/x' }, 'is in the partition aws-cn'],
    [{ 'role-to-assume': ROLE, 'allowed-account-ids': '111122223333' }, 'in none of the allowed-account-ids'],
    [{ 'role-duration-seconds': '899', 'role-to-assume': ROLE }, 'from 900 to 43200'],
    [{ 'role-duration-seconds': '43201', 'role-to-assume': ROLE }, 'from 900 to 43200'],
    [{ 'role-session-name': 'a', 'role-to-assume': ROLE }, 'role-session-name: "a" is not 2 to 64'],
    [{ 'role-session-name': 'with space', 'role-to-assume': ROLE }, 'role-session-name'],
    [{ 'role-external-id': 'x', 'role-to-assume': ROLE }, 'role-external-id: "x" is not 2 to 1,224'],
    [{ 'inline-session-policy': 'allow all', 'role-to-assume': ROLE }, 'inline-session-policy: is not a JSON object'],
    [{ 'inline-session-policy': `{"a":"${'x'.repeat(2048)}"}`, 'role-to-assume': ROLE }, 'AWS takes 2048'],
    [{ 'managed-session-policies': 'ReadOnlyAccess', 'role-to-assume': ROLE }, 'is not the ARN of a policy'],
    [
      { 'managed-session-policies': 'arn:aws:iam::aws:policy/A\n'.repeat(11), 'role-to-assume': ROLE },
      'names 11 policies',
    ],
    [{ 'custom-tags': 'team=platform', 'role-to-assume': ROLE }, 'custom-tags: is not a JSON object'],
    [{ 'custom-tags': '["a"]', 'role-to-assume': ROLE }, 'custom-tags: is not a JSON object'],
    [{ 'custom-tags': '{"team":{}}', 'role-to-assume': ROLE }, 'must be a text, a number or a boolean'],
    [{ 'custom-tags': '{"repository":"x"}', 'role-to-assume': ROLE }, 'a tag that this action sets itself'],
    [{ 'custom-tags': '{"Team":"x","team":"y"}', 'role-to-assume': ROLE }, 'is there twice'],
    [{ 'custom-tags': '{"team":"<x>"}', 'role-to-assume': ROLE }, 'has a value that may hold letters'],
    [{ 'custom-tags': `{"team":"${'x'.repeat(257)}"}`, 'role-to-assume': ROLE }, 'over 256 characters'],
    [{ 'custom-tags': `{"${'k'.repeat(129)}":""}`, 'role-to-assume': ROLE }, 'must have 1 to 128 characters'],
    [{ 'aws-access-key-id': 'AKIAIOSFODNN7EXAMPLE' }, 'aws-secret-access-key: is missing'],
    [{ 'aws-profile': 'a b' }, 'aws-profile: "a b" must not contain spaces'],
    [{ 'retry-max-attempts': '0' }, 'from 1 to 100'],
    [{ 'retry-max-attempts': '-1' }, 'from 1 to 100'],
    [{ 'action-timeout-s': '1.5' }, 'action-timeout-s: "1.5"'],
    [{ 'sts-endpoint': 'sts.example.com' }, 'sts-endpoint: "sts.example.com" is not a URL'],
    [
      { 'sts-endpoint': 'https://sts.example.com', 'use-fips-endpoint': 'true' },
      "use-fips-endpoint: is for AWS's own endpoints, and sts-endpoint names another",
    ],
    [
      { 'iam-endpoint': 'https://iam.example.com', 'use-fips-endpoint': 'true' },
      "use-fips-endpoint: is for AWS's own endpoints, and iam-endpoint names another",
    ],
    [{ 'http-proxy': '::' }, 'http-proxy: is not a URL'],
    [{ 'http-proxy': 'socks5://proxy:1080' }, 'http-proxy: is not a URL'],
    [{ 'http-proxy': 'http://user:100%@proxy:3128' }, 'special characters of a password encoded'],
    [{ 'web-identity-token-file': '/does/not/exist', 'role-to-assume': ROLE }, 'cannot be read'],
    [{ 'web-identity-token-file': '/', 'role-to-assume': ROLE }, 'not a regular file'],
    [{ 'web-identity-token-file': '/dev/zero', 'role-to-assume': ROLE }, 'not a regular file'],
  ])('%j', async (inputs, expected) => {
    expect(await problemsOf(inputs)).toContain(expected);
  });

  test('a token file is not read before it is measured', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'token-'));
    const file = join(folder, 'token');
    const problems = () => problemsOf({ 'web-identity-token-file': file, 'role-to-assume': ROLE });
    try {
      for (const [size, wrong] of [
        [0, 'has 0 bytes'],
        [3, 'has 3 bytes'],
        [20_001, 'has 20001 characters'],
        [40_001, 'has 40001 bytes'],
      ] as const) {
        writeFileSync(file, 'x'.repeat(size));
        expect(await problems()).toContain(`${file} ${wrong}; a token has 4 to 20,000`);
      }
      for (const size of [4, 20_000]) {
        writeFileSync(file, `\n${'x'.repeat(size)}\n`);
        expect(await problems()).toBe('none');
      }
      // More than fits into memory, without a block on the disk.
      truncateSync(file, 2 ** 33);
      expect(await problems()).toContain('has 8589934592 bytes');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  // Regular to look at, and holding nothing, it waits for more for ever when it is read.
  const kernelLog = '/proc/kmsg';
  (existsSync(kernelLog) ? test : test.skip)('nor is one that waits for more', async () => {
    const wrong = await problemsOf({ 'web-identity-token-file': kernelLog, 'role-to-assume': ROLE });
    expect(wrong).toContain(`${kernelLog} has 0 bytes`);
  });

  test('a name does not do with a web identity', async () => {
    expect(await problemsOf({ 'role-to-assume': 'deploy' }, OIDC)).toContain('it should be the whole ARN');
  });

  test('custom-tags that are malformed are wrong under OIDC, too', async () => {
    expect(await problemsOf({ 'role-to-assume': ROLE, 'custom-tags': '{' }, OIDC)).toContain('custom-tags');
  });

  test.each([
    { AWS_USE_FIPS_ENDPOINT: 'true', AWS_ENDPOINT_URL_STS: 'https://sts.example.com' },
    { AWS_USE_FIPS_ENDPOINT: 'true', AWS_ENDPOINT_URL: 'https://aws.example.com' },
  ])('FIPS and an endpoint of another, from %j', async (env) => {
    const wrong = 'use-fips-endpoint (from AWS_USE_FIPS_ENDPOINT): is for';
    expect(await problemsOf({}, { ...OIDC, ...env })).toContain(wrong);
    expect((await read({ 'use-fips-endpoint': 'false' }, { ...OIDC, ...env })).warnings).toEqual([]);
    const ignored = { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
    expect((await read({}, { ...OIDC, ...env, ...ignored })).warnings).toEqual([]);
  });

  test('never shows a secret', async () => {
    const message = await problemsOf({
      'aws-access-key-id': 'AKIAIOSFODNN7EXAMPLE extra',
      'aws-secret-access-key': 'wJalrXUtnFEMI K7MDENG',
      'http-proxy': 'ftp://user:pass word@proxy',
    });
    expect(message).toContain('aws-secret-access-key: has white space');
    expect(message).not.toMatch(/AKIAIOSFODNN7|wJalr|pass word/);
  });
});

test.each([
  ['octocat', 'octocat'],
  ['dependabot[bot]', 'dependabot-bot-'],
  ['x'.repeat(70), 'x'.repeat(64)],
])('source-identity: actor stands for %s', async (GITHUB_ACTOR, sourceIdentity) => {
  const { request } = await read({ 'role-to-assume': ROLE, 'source-identity': 'actor' }, { GITHUB_ACTOR });
  expect(request).toMatchObject({ signed: { sourceIdentity } });
});

test.each([
  ['a web identity alone', ROLE, 3],
  ['a chain', `${ROLE}\n${OTHER}`, 0],
])('what only a signed request takes: with %s', async (_, role, warned) => {
  const inputs = { 'role-external-id': 'ours', 'source-identity': 'octocat', 'custom-tags': '{"team":"platform"}' };
  const { warnings } = await read({ 'role-to-assume': role, ...inputs }, OIDC);
  expect(warnings).toHaveLength(warned);
});

test('of many roles, those that a web identity assumes itself are named, where others use what is given', async () => {
  const inputs = { 'role-external-id': 'ours', 'source-identity': 'octocat', 'custom-tags': '{"team":"platform"}' };
  const roles = (text: string) => read({ roles: text, ...inputs }, OIDC);
  const mixed = await roles(`one: ${ROLE}\ntwo: [${ROLE}, ${OTHER}]\nthree: ${OTHER}`);
  expect(mixed.warnings.map((warning) => warning.includes(' not used for one, three:'))).toEqual([true, true, true]);
  expect((await roles(`two: [${ROLE}, ${OTHER}]`)).warnings).toEqual([]);
  const { warnings } = await roles(`one: ${ROLE}\nthree: ${OTHER}`);
  expect(warnings.map((warning) => warning.includes(' not used:'))).toEqual([true, true, true]);
});

test('a secret without its access key ID is not used, and that is said', async () => {
  const { request, warnings } = await read({ 'aws-secret-access-key': 'EXAMPLEKEY', 'role-to-assume': ROLE }, OIDC);
  expect(request).toMatchObject({ by: 'web identity' });
  expect(warnings).toEqual([expect.stringContaining('without aws-access-key-id')]);
});

test('lines may end as on Windows, and empty ones do not count', async () => {
  const arns = ['arn:aws:iam::aws:policy/A', 'arn:aws:iam::aws:policy/B'];
  const { request } = await read(
    { 'role-to-assume': ROLE, 'managed-session-policies': `${arns.join('\r\n')}\r\n\r\n` },
    OIDC,
  );
  expect(request).toMatchObject({ session: { policies: { managed: arns } } });
});

describe('the modes that change IAM', () => {
  const MODES = ['provision', 'rotate', 'deprovision'] as const;
  const JOB = { GITHUB_REPOSITORY: 'octo/app' };
  const NOTHING_DELIVERED = '{ users: { ci: {} } }';
  const TO_THE_JOB = '{ users: { ci: { access-key: { deliver: [environment, { profile: ci }] } } } }';
  const TO_GITHUB = '{ users: { ci: { access-key: { deliver: [github-secrets] } } } }';
  const SEED_TO_GITHUB = '{ users: { ci: { mfa-device: { name: ci, deliver: [{ github-secret: SEED }] } } } }';

  test.each([
    ['provision', {}, { ephemeral: false, adoptExisting: false }],
    ['provision', { ephemeral: 'true', 'adopt-existing': 'true' }, { ephemeral: true, adoptExisting: true }],
    ['rotate', {}, { rotateNow: false, deleteOldKeys: false }],
    ['rotate', { 'rotate-now': 'true', 'delete-old-keys': 'true' }, { rotateNow: true, deleteOldKeys: true }],
    ['deprovision', {}, {}],
  ])('%s, told %j', async (mode, inputs, told) => {
    const { request, warnings } = await read({ mode, identities: NOTHING_DELIVERED, ...inputs, ...KEYS }, JOB);
    expect(request).toEqual({
      mode,
      ...told,
      connection: { region: 'eu-central-1', proxy: {}, userAgent: 'aws-identity-action' },
      retry: { maxAttempts: 12 },
      delivery: { environment: 'nothing', outputs: false },
      maskAccountId: false,
      allowedAccounts: [],
      timeLimit: undefined,
      useExistingCredentials: false,
      refreshCredentials: false,
      unsetCurrentCredentials: false,
      source: {
        from: 'inputs',
        credentials: { accessKeyId: KEYS['aws-access-key-id'], secretAccessKey: KEYS['aws-secret-access-key'] },
      },
      declaration: { oidcProviders: [], policies: [], roles: [], users: [expect.objectContaining({ name: 'ci' })] },
      repository: 'octo/app',
      dryRun: false,
      githubToken: undefined,
      profiles: { overwrite: false, output: undefined, location: 'home' },
    });
    expect(warnings).toEqual([]);
  });

  test('how profiles are written, and whether anything is changed', async () => {
    const inputs = { 'overwrite-aws-profile': 'true', 'profile-output': 'json', 'dry-run': 'true' };
    const { request } = await read({ mode: 'provision', identities: TO_THE_JOB, ...inputs }, JOB);
    expect(request).toMatchObject({ profiles: { overwrite: true, output: 'json' }, dryRun: true });
  });

  test.each([
    ['identities', NOTHING_DELIVERED, 'access-keys', 'provision and rotate and deprovision'],
    ['dry-run', 'true', 'verify', 'provision and rotate and deprovision'],
    ['github-token', 'token', 'federation-token', 'provision and rotate and deprovision'],
    ['ephemeral', 'true', 'rotate', 'provision'],
    ['ephemeral', 'true', 'deprovision', 'provision'],
    ['adopt-existing', 'true', 'rotate', 'provision'],
    ['adopt-existing', 'true', 'deprovision', 'provision'],
    ['rotate-now', 'true', 'provision', 'rotate'],
    ['rotate-now', 'true', 'deprovision', 'rotate'],
    ['delete-old-keys', 'true', 'provision', 'rotate'],
    ['delete-old-keys', 'true', 'deprovision', 'rotate'],
    ['overwrite-aws-profile', 'true', 'deprovision', 'assume-role and session-token and'],
    ['profile-output', 'json', 'deprovision', 'assume-role and session-token and'],
    ['role-to-assume', ROLE, 'provision', 'assume-role'],
    ['mfa-code', '123456', 'rotate', 'assume-role and session-token'],
    ['custom-tags', '{}', 'provision', 'assume-role and federation-token'],
    ['expect-arn', ROLE, 'deprovision', 'verify'],
    ['aws-profile', 'ci', 'provision', 'assume-role and session-token and'],
    ['output-credentials', 'true', 'rotate', 'assume-role and session-token and'],
  ])('%s (%s) is not for %s', async (input, value, mode, modes) => {
    const problems = await problemsOf({ mode, identities: NOTHING_DELIVERED, [input]: value }, JOB);
    expect(problems).toContain(`${input}: is for ${modes}`);
    expect(problems).toContain(`and the mode is ${mode}`);
  });

  test.each(['dry-run', 'ephemeral', 'adopt-existing', 'rotate-now', 'delete-old-keys'])(
    '%s: false may stand anywhere',
    async (input) => {
      expect(await problemsOf({ ...KEYS, [input]: 'false' }, JOB)).toBe('none');
    },
  );

  test('are never inferred', async () => {
    expect(await problemsOf({ identities: NOTHING_DELIVERED }, JOB)).toContain('and the mode is access-keys');
  });

  test.each(MODES)('%s needs a document, and a repository to own what it says', async (mode) => {
    const problems = await problemsOf({ mode });
    expect(problems).toContain('2 inputs are wrong');
    expect(problems).toContain('- identities: is missing; it should be an identity document, or its path');
    expect(problems).toContain('- GITHUB_REPOSITORY: is not set; it should be owner/name');
  });

  test('what is wrong in the document is reported with what is wrong beside it', async () => {
    const identities = 'users:\n  a b: {}\n  ci: { pat: /x/ }\n';
    const problems = await problemsOf({ mode: 'provision', identities, 'dry-run': 'perhaps' }, JOB);
    expect(problems).toContain('3 inputs are wrong');
    expect(problems.match(/^- identities: .*$/gm)).toEqual([
      expect.stringContaining('a b'),
      expect.stringContaining('pat'),
    ]);
    expect(problems).toContain('- dry-run: "perhaps" is neither true nor false');
  });

  test.each([
    [NOTHING_DELIVERED, { provision: false, rotate: false, deprovision: false }],
    [TO_THE_JOB, { provision: false, rotate: false, deprovision: false }],
    [TO_GITHUB, { provision: true, rotate: true, deprovision: false }],
    [SEED_TO_GITHUB, { provision: true, rotate: false, deprovision: false }],
  ])('whether a token for GitHub is needed for %s: %j', async (identities, needed) => {
    for (const mode of MODES) {
      const problems = await problemsOf({ mode, identities }, JOB);
      const missing = /github-token: is missing: the document delivers to GitHub secrets\. It should be/;
      if (needed[mode]) expect(problems).toMatch(missing);
      else expect(problems).toBe('none');
      expect(await problemsOf({ mode, identities, 'dry-run': 'true' }, JOB)).toBe('none');
      const { request } = await read({ mode, identities, 'github-token': 'token' }, JOB);
      expect(request).toMatchObject({ githubToken: 'token' });
    }
  });

  test('the document is read for the partition of the region and the IDs of the repository', async () => {
    const identities =
      '{ oidc-providers: { github: {} }, roles: { deploy: { trust: { github: { repository: octo/app, branch: main } } } } }';
    const env = { ...JOB, GITHUB_REPOSITORY_ID: '2', GITHUB_REPOSITORY_OWNER_ID: '1' };
    const { request } = await read({ mode: 'provision', identities, 'aws-region': 'cn-north-1' }, env);
    expect(request).toMatchObject({
      declaration: {
        oidcProviders: [{ audiences: ['sts.amazonaws.com.cn'] }],
        roles: [{ trust: { entries: [{ github: { ids: { owner: '1', repository: '2' } } }] } }],
      },
    });
  });
});
