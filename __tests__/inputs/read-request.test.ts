import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readRequest } from '../../src/inputs/read-request';
import type { TokenRuledOutBy } from '../../src/inputs/request';
import { DELIVERED, KEYS, OIDC, OTHER, problemsOf, read, ROLE, sessionRequest } from './reading';

describe('the inputs decide how a role is assumed', () => {
  test.each([
    ['with GitHub’s token, where the job may ask for it', {}, OIDC, 'github token'],
    ['with the default chain, where it may not', {}, {}, 'default chain'],
    ['with keys, where they are given', KEYS, OIDC, 'given keys'],
    ['with what the job has', { 'role-chaining': 'true' }, OIDC, 'default chain'],
    ['without GitHub’s token', { 'force-skip-oidc': 'true' }, OIDC, 'default chain'],
    ['with keys rather than the chain', { ...KEYS, 'role-chaining': 'true' }, OIDC, 'given keys'],
  ])('%s', async (_, inputs, env, from) => {
    expect((await read({ 'role-to-assume': ROLE, ...inputs }, env)).request).toMatchObject({
      mode: 'assume-role',
      identity: { source: { from } },
    });
  });

  test('no role: access-keys', async () => {
    expect((await read(KEYS)).request).toMatchObject({
      mode: 'access-keys',
      identity: { source: { from: 'given keys' }, chain: undefined },
    });
    expect((await read({})).request).toMatchObject({
      mode: 'access-keys',
      identity: { source: { from: 'default chain' }, chain: undefined },
    });
  });
});

test.each<
  [what: string, inputs: Record<string, string>, env: Record<string, string>, ruledOutBy: TokenRuledOutBy | string[]]
>([
  ['a role', { 'role-to-assume': ROLE }, {}, 'permission'],
  ['many roles', { roles: `one: ${ROLE}` }, {}, 'permission'],
  [
    'half of what asks for a token',
    { 'role-to-assume': ROLE },
    { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://x' },
    'permission',
  ],
  ['a role from the session before', { 'role-to-assume': ROLE, 'role-chaining': 'true' }, {}, ['role-chaining']],
  ['a role, and no wish for OIDC', { 'role-to-assume': ROLE, 'force-skip-oidc': 'true' }, {}, ['force-skip-oidc']],
  [
    'a role, and no wish for OIDC where there is some',
    { 'role-to-assume': ROLE, 'force-skip-oidc': 'true' },
    OIDC,
    ['force-skip-oidc'],
  ],
  ['a role with MFA', { 'role-to-assume': ROLE, 'mfa-secret': 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' }, {}, ['mfa-secret']],
  ['no role', {}, {}, 'no role'],
  ['no role for a token file', { 'web-identity-token-file': 'token' }, {}, 'no role for the token file'],
  ['a mode that needs no role', { mode: 'verify' }, {}, 'no role'],
  ['a role for such a mode', { mode: 'verify', 'role-to-assume': ROLE }, {}, 'permission'],
  ["a mode for a user's keys", { 'federated-user-name': 'report' }, {}, 'user keys'],
])('what rules GitHub’s token out, where the default chain is left: %s', async (_, inputs, env, tokenRuledOutBy) => {
  const { request } = await read(inputs, env);
  const expected = Array.isArray(tokenRuledOutBy)
    ? { tokenRuledOutBy: 'inputs', inputsAgainstToken: tokenRuledOutBy }
    : { tokenRuledOutBy };
  expect(request).toMatchObject({ identity: { source: { from: 'default chain', ...expected } } });
});

test('what is omitted has the defaults of the compatible action', async () => {
  expect((await read({ 'role-to-assume': ROLE }, OIDC)).request).toMatchObject({
    ...DELIVERED,
    identity: {
      session: { sessionName: 'GitHubActions', duration: 3600, plainCharacters: false, policies: { managed: [] } },
      source: { audiences: ['sts.amazonaws.com', 'sts.amazonaws.com.cn'] },
    },
  });
});

test.each([
  ['cn-north-1', ['sts.amazonaws.com.cn', 'sts.amazonaws.com']],
  ['us-gov-west-1', ['sts.amazonaws.com', 'sts.amazonaws.com.cn']],
  ['eusc-de-east-1', ['sts.amazonaws.com', 'sts.amazonaws.com.cn']],
])('the audiences in %s are %j', async (region, audiences) => {
  const partition =
    { 'cn-north-1': 'aws-cn', 'us-gov-west-1': 'aws-us-gov', 'eusc-de-east-1': 'aws-eusc' }[region] ?? '';
  const role = `arn:${partition}:iam::123456789012:role/deploy`;
  const { request } = await read({ 'aws-region': region, 'role-to-assume': role }, OIDC);
  expect(request).toMatchObject({ identity: { source: { audiences } } });
});

test('where the credentials go', async () => {
  const delivery = async (inputs: Record<string, string>) =>
    (await sessionRequest({ 'role-to-assume': ROLE, ...inputs }, OIDC)).delivery;
  expect(await delivery({ 'aws-profile': 'deploy' })).toEqual({
    environment: 'nothing',
    outputs: false,
    profile: { name: 'deploy', overwrite: false, location: 'home', export: false, refresh: false },
  });
  expect(await delivery({ 'aws-profile': 'deploy', 'output-env-credentials': 'true' })).toMatchObject({
    environment: 'credentials and region',
    profile: { export: true },
  });
  expect(await delivery({ 'output-env-credentials': 'false' })).toMatchObject({ environment: 'nothing' });
  expect((await sessionRequest({})).delivery).toMatchObject({ environment: 'region' });
});

test('keys that are in the job already go to the environment where that is asked for', async () => {
  const environment = async (inputs: Record<string, string>) => (await sessionRequest(inputs)).delivery.environment;
  expect(await environment({})).toBe('region');
  expect(await environment({ 'output-env-credentials': 'true' })).toBe('credentials and region');
  expect(await environment({ 'output-env-credentials': 'false' })).toBe('nothing');
  expect(await environment(KEYS)).toBe('credentials and region');
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
  [{}, { HTTP_PROXY: 'proxy.example.com:3128' }, 'proxy.example.com:3128'],
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
    identity: { session: { duration: 1800 }, source: { audiences: ['other'] } },
    delivery: { outputs: true },
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
      '6 problems were found in the inputs',
      'aws-region: "Frankfurt!"',
      'role-to-assume: "not a role"',
      'role-duration-seconds: "1h" is not a whole number of seconds from 900 to 43200; did you mean 3600?',
      'role-chaining: "yes" is neither true nor false',
      'allowed-account-ids: "123" is not an account ID of 12 digits',
      'output-credentials: "1"',
    ]) {
      expect(message).toContain(text);
    }
  });

  test('of a mode that there is not, no input is said to be for another one', async () => {
    const inputs = {
      mode: 'provison',
      identities: 'users: { ci: {} }',
      'dry-run': 'true',
      'aws-region': 'eu-central-1',
    };
    const problems = await problemsOf(inputs);
    expect(problems).toContain('mode: "provison" is none of');
    expect(problems).not.toContain('is for ');
  });

  test.each([
    [{ 'aws-region': '' }, 'aws-region: is missing'],
    [{ mode: 'assume' }, 'mode: "assume" is none of'],
    [
      { 'role-to-assume': ROLE, 'allowed-account-ids': '123456789012 12345678901' },
      `allowed-account-ids: "12345678901" is not an account ID of 12 digits; perhaps '012345678901', in quotes, as YAML`,
    ],
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
    [
      { 'role-to-assume': '123456789012:role/x' },
      '"123456789012:role/x" is not one role but one without the beginning of its ARN: arn:aws:iam::123456789012:role/x; ',
    ],
    [{ 'role-to-assume': `${ROLE},${ROLE}` }, 'is not one role but several, which should each be on a line of its own'],
    [{ 'role-to-assume': 'arn:aws:iam::123456789012:user/x' }, 'user/x" is not one role but a user; it should be'],
    [
      { 'role-to-assume': 'arn:aws:sts::123456789012:assumed-role/deploy/ci' },
      'is not one role but a session of the role arn:aws:iam::123456789012:role/deploy (its path, if it has one,',
    ],
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
    [{ 'aws-profile': 'DEFAULT' }, 'aws-profile: "DEFAULT" must not be DEFAULT; the default profile is default'],
    [{ 'retry-max-attempts': '0' }, ', 1 or more'],
    [{ 'retry-max-attempts': '-1' }, ', 1 or more'],
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
    [
      { 'web-identity-token-file': '/does/not/exist', 'role-to-assume': ROLE },
      'web-identity-token-file: /does/not/exist cannot be read: ENOENT: no such file or directory\nFix: ',
    ],
    [
      { 'web-identity-token-file': '/', 'role-to-assume': ROLE },
      'web-identity-token-file: / cannot be read: it is not a regular file',
    ],
    [
      { 'http-proxy': 'http://proxy:3128', 'profile-location': 'here' },
      'profile-location: "here" is none of home, job',
    ],
    [
      { 'profile-output': 'xml', 'aws-profile': 'a' },
      'profile-output: "xml" is none of json, yaml, yaml-stream, text, table, off',
    ],
    [{ 'aws-region': 'eu-central-1 ', 'allowed-account-ids': '1, 2' }, '"2" is not an account ID of 12 digits'],
    [{ 'aws-region': 'eu-central-1!' }, 'aws-region: "eu-central-1!" is not a region'],
    [{ 'aws-region': 'eu-centrl-1' }, '"eu-centrl-1" is not a region of AWS; did you mean eu-central-1?'],
    [{ 'aws-region': 'us-eats-1' }, 'did you mean us-east-1?'],
    [{ 'aws-region': 'us-east1' }, 'did you mean us-east-1?'],
    [{ 'aws-region': 'eu-central-1a' }, 'did you mean eu-central-1?'],
    [{ 'aws-region': 'us-gov-wst-1' }, 'did you mean us-gov-west-1?'],
    [{ 'web-identity-token-file': '/dev/zero', 'role-to-assume': ROLE }, 'not a regular file'],
  ])('%j', async (inputs, expected) => {
    expect(await problemsOf(inputs)).toContain(expected);
  });

  test('a token file is not read before it is measured', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'token-'));
    const file = join(folder, 'token');
    const problems = (env = {}) => problemsOf({ 'web-identity-token-file': file, 'role-to-assume': ROLE }, env);
    try {
      for (const [size, wrong, letter = 'x'] of [
        [0, 'has 0 bytes'],
        [3, 'has 3 bytes'],
        [5, 'has 0 characters', ' '],
        [40_000, 'has 40000 characters'],
        [20_001, 'has 20001 characters'],
        [40_001, 'has 40001 bytes'],
      ] as const) {
        writeFileSync(file, letter.repeat(size));
        expect(await problems()).toContain(`web-identity-token-file: ${file} ${wrong}; a token has 4 to 20,000`);
      }
      for (const size of [4, 20_000]) {
        writeFileSync(file, `\n${'x'.repeat(size)}\n`);
        expect(await problems()).toContain(`${file} holds no JSON Web Token`);
        expect(await problems({ AWS_ENDPOINT_URL_STS: 'https://sts.example.com' })).toBe('none');
      }
      writeFileSync(file, `e30.e30.${'x'.repeat(19_992)}\n`);
      expect(await problems()).toBe('none');
      for (const token of ['e30.e30\ne30', 'e30.e30.\u0000', 'e30.e30.\uFEFFe30']) {
        writeFileSync(file, token);
        expect(await problems()).toMatch(/web-identity-token-file: has (white space|a character) in it/);
      }
      for (const mark of ['\xff\xfe', '\xfe\xff']) {
        writeFileSync(file, `${mark}e\x003\x000\x00.\x00e\x003\x000\x00.\x00`, 'latin1');
        expect(await problems()).toContain(
          `web-identity-token-file: ${file} is in UTF-16, as Windows PowerShell 5 writes`,
        );
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

  test('one problem is reported in a sentence, and several in a list', async () => {
    expect(await problemsOf({ 'aws-region': '' })).toBe(
      'Could not start, as a problem was found in the inputs. Nothing was sent to AWS.\n' +
        'Cause: aws-region: is missing; it should be a region such as eu-central-1\n' +
        'Fix: Correct it under "with:" of this step.',
    );
    expect(await problemsOf({ 'aws-region': '', mode: 'x' })).toMatch(
      /^Could not start, as 2 problems were found in the inputs\..*\nCause:\n- \S+: .*\n- \S+: .*\nFix: Correct them under "with:" of this step\.$/,
    );
  });

  test.each(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY'])('a proxy from %s', async (name) => {
    expect(await problemsOf({}, { [name]: 'socks5://proxy:1080' })).toContain(
      `http-proxy (from ${name}): is not a URL such as http://proxy.example.com:3128, with % and other special ` +
        'characters of a password encoded; SOCKS is not supported',
    );
  });

  describe('a proxy of a variable that would not be used is not checked', () => {
    test.each<[Record<string, string>, Record<string, string>]>([
      [{}, { https_proxy: 'socks4://x:1', no_proxy: '*' }],
      [{ 'no-proxy': '.amazonaws.com' }, { HTTPS_PROXY: 'socks5://x:1' }],
      [{}, { HTTP_PROXY: 'socks5://x:1', NO_PROXY: 'sts.eu-central-1.amazonaws.com' }],
      [{}, { HTTPS_PROXY: 'socks5://x:1', NO_PROXY: 'sts-fips.eu-central-1.amazonaws.com' }],
      [{}, { HTTPS_PROXY: 'socks5://x:1', NO_PROXY: 'aws.example.com', AWS_ENDPOINT_URL: 'https://aws.example.com' }],
      [{ 'sts-endpoint': 'http://127.0.0.1:8080' }, { HTTPS_PROXY: 'socks5://x:1' }],
      [{ 'http-proxy': 'http://proxy:3128' }, { HTTPS_PROXY: 'socks5://x:1' }],
      [{}, { HTTPS_PROXY: 'http://proxy:3128', HTTP_PROXY: 'socks5://x:1', ALL_PROXY: 'socks5://x:1' }],
      [{}, { ALL_PROXY: 'socks5://127.0.0.1:9', NO_PROXY: 'amazonaws.com' }],
      [{}, { all_proxy: 'socks5h://127.0.0.1:9' }],
    ])('%j %j', async (inputs, env) => {
      expect(await problemsOf(inputs, env)).toBe('none');
    });

    test.each<[Record<string, string>, Record<string, string>]>([
      [{ 'no-proxy': 'x.example' }, { HTTPS_PROXY: 'socks5://x:1', NO_PROXY: '*' }],
      [{}, { HTTPS_PROXY: 'socks5://x:1', NO_PROXY: 'sts.us-east-1.amazonaws.com' }],
      [{ 'sts-endpoint': 'https://sts.example.com' }, { HTTPS_PROXY: 'socks5://x:1', NO_PROXY: '.amazonaws.com' }],
      [{ 'http-proxy': 'socks5://x:1' }, { HTTPS_PROXY: 'http://proxy:3128' }],
    ])('but one that would be is: %j %j', async (inputs, env) => {
      expect(await problemsOf(inputs, env)).toContain('SOCKS is not supported');
    });
  });

  test.each([
    [{ 'sts-endpoint': 'https://sts.example.com' }, {}],
    [{}, { AWS_ENDPOINT_URL_STS: 'https://sts.example.com' }],
    [{}, { AWS_ENDPOINT_URL: 'https://aws.example.com' }],
  ])('an endpoint of another may know other partitions: %j %j', async (inputs, env) => {
    const role = 'arn:aws-cn:iam::123456789012:role/x';
    expect(await problemsOf({ 'role-to-assume': role, ...inputs }, env)).toBe('none');
    expect(await problemsOf({ 'role-to-assume': role })).not.toBe('none');
  });

  test('a name does not do with a web identity', async () => {
    expect(await problemsOf({ 'role-to-assume': 'deploy' }, OIDC)).toContain('it should be the whole ARN');
  });

  test('custom-tags that are malformed are wrong under OIDC, too', async () => {
    expect(await problemsOf({ 'role-to-assume': ROLE, 'custom-tags': '{' }, OIDC)).toContain('custom-tags');
  });

  test.each<Record<string, string>>([
    { AWS_USE_FIPS_ENDPOINT: 'true', AWS_ENDPOINT_URL_STS: 'https://sts.example.com' },
    { AWS_USE_FIPS_ENDPOINT: 'true', AWS_ENDPOINT_URL: 'https://aws.example.com' },
  ])('FIPS and an endpoint of another, from %j', async (env) => {
    const wrong = 'use-fips-endpoint (from AWS_USE_FIPS_ENDPOINT): is for';
    expect(await problemsOf({}, { ...OIDC, ...env })).toContain(wrong);
    expect((await read({ 'use-fips-endpoint': 'false' }, { ...OIDC, ...env })).warnings).toEqual([]);
    const ignored = { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
    expect((await read({}, { ...OIDC, ...env, ...ignored })).warnings).toEqual([]);
  });

  test.each<Record<string, string>>([
    { AWS_ENDPOINT_URL_STS: 'https://sts.example.com' },
    { 'INPUT_STS-ENDPOINT': 'https://sts.example.com' },
  ])('the endpoints for IPv6 and one of another, from %j', async (env) => {
    const both = { ...OIDC, ...env, AWS_USE_DUALSTACK_ENDPOINT: 'true' };
    expect(await problemsOf({}, both)).toContain("AWS_USE_DUALSTACK_ENDPOINT: is for AWS's own endpoints, and ");
    expect((await read({}, { ...both, AWS_USE_DUALSTACK_ENDPOINT: 'false' })).warnings).toEqual([]);
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
  expect(request).toMatchObject({ identity: { signed: { sourceIdentity } } });
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

test('keys for transitive tags alone draw a warning under a web identity, too', async () => {
  const { warnings } = await read({ 'role-to-assume': ROLE, 'transitive-tag-keys': 'team' }, OIDC);
  expect(warnings).toEqual([expect.stringContaining('custom-tags and transitive-tag-keys are not used: ')]);
});

test('a secret without its access key ID is not used, and that is said', async () => {
  const { request, warnings } = await read({ 'aws-secret-access-key': 'EXAMPLEKEY', 'role-to-assume': ROLE }, OIDC);
  expect(request).toMatchObject({ identity: { source: { from: 'github token' } } });
  expect(warnings).toEqual([
    'aws-secret-access-key or aws-session-token is given without aws-access-key-id, and not used. ' +
      'If aws-access-key-id comes from a secret: it is empty, because it is not set or not open to this workflow.',
  ]);
  const token = await read({ 'aws-session-token': 'EXAMPLETOKEN', 'role-to-assume': ROLE }, OIDC);
  expect(token.warnings).toEqual(warnings);
});

test('lines may end as on Windows, and empty ones do not count', async () => {
  const arns = ['arn:aws:iam::aws:policy/A', 'arn:aws:iam::aws:policy/B'];
  const { request } = await read(
    { 'role-to-assume': ROLE, 'managed-session-policies': `${arns.join('\r\n')}\r\n\r\n` },
    OIDC,
  );
  expect(request).toMatchObject({ identity: { session: { policies: { managed: arns } } } });
});

test.each([
  ['role-duration-seconds', '86400'],
  ['role-duration-seconds', '60'],
  ['inline-session-policy', JSON.stringify({ Id: 'x'.repeat(2048) })],
  ['managed-session-policies', 'arn:aws:iam::aws:policy/ReadOnlyAccess\n'.repeat(11)],
  ['role-external-id', 'a b'],
])("AWS's limits hold for AWS alone: %s", async (name, value) => {
  const inputs = { 'role-to-assume': ROLE, ...KEYS, [name]: value };
  expect(await problemsOf(inputs)).toContain(`${name}: `);
  expect(await problemsOf({ ...inputs, 'sts-endpoint': 'https://minio.example.com' })).toBe('none');
  expect(await problemsOf({ ...inputs, 'sts-endpoint': 'https://sts.eu-west-1.amazonaws.com' })).toContain(`${name}: `);
});

describe('a region', () => {
  const wrong = (region: string, env = {}) => problemsOf({ 'aws-region': region, 'role-to-assume': ROLE }, env);

  test('that the SDK knows, of any partition, is one', async () => {
    // It exports no list of them.
    const client = join(dirname(require.resolve('@aws-sdk/core/package.json')), 'dist-es/submodules/client');
    const text = readFileSync(join(client, 'util-endpoints/lib/aws/partitions.js'), 'utf8');
    const known = [...text.matchAll(/"((?:[a-z]+-){2,}\d)": \{/g)].map(([, region = '']) => region);
    expect(known).toEqual(
      expect.arrayContaining(['eusc-de-east-1', 'eu-central-1', 'us-gov-west-1', 'cn-northwest-1']),
    );
    for (const region of known) expect(await wrong(region)).not.toContain('did you mean');
  });

  test.each([
    'eu-central-9',
    'xx-central-1',
    'me-northwest-3',
    'fips-us-gov-west-1',
    'us-gov-west-1-fips',
    'aws-global',
  ])('that AWS may have is one: %s', async (region) => {
    expect(await wrong(region)).not.toContain('did you mean');
  });

  test('of another vendor has any name', async () => {
    const endpoint = { 'sts-endpoint': 'https://sts.example.com', ...KEYS };
    expect(await problemsOf({ 'aws-region': 'eu-centrl-1', 'role-to-assume': ROLE, ...endpoint })).toBe('none');
    const variable = { AWS_ENDPOINT_URL_STS: 'https://sts.example.com' };
    expect(await wrong('eu-centrl-1', variable)).not.toContain('did you mean');
  });
});
