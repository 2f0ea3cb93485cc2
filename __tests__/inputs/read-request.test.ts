import { ActionError } from '../../src/errors/action-error';
import { readRequest } from '../../src/inputs/read-request';

const ROLE = 'arn:aws:iam::123456789012:role/deploy';
const OIDC = { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example/?v=2', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer' };
const KEYS = {
  'aws-access-key-id': 'AKIAIOSFODNN7EXAMPLE',
  'aws-secret-access-key': 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

function read(inputs: Record<string, string>, env: Record<string, string> = {}) {
  const variables = Object.fromEntries(
    Object.entries({ 'aws-region': 'eu-central-1', ...inputs }).map(([name, value]) => [
      `INPUT_${name.toUpperCase()}`,
      value,
    ]),
  );
  return readRequest({ ...variables, ...env });
}

function problemsOf(inputs: Record<string, string>, env?: Record<string, string>): string {
  try {
    read(inputs, env);
  } catch (error) {
    if (error instanceof ActionError && error.code === 'invalid-input') return error.message;
    throw error;
  }
  return 'none';
}

describe('the inputs decide how a role is assumed', () => {
  test.each([
    ['with GitHub’s token, where the job may ask for it', {}, OIDC, { by: 'web identity', token: { from: 'github' } }],
    ['with the default chain, where it may not', {}, {}, { by: 'credentials', source: { from: 'default chain' } }],
    ['with keys, where they are given', KEYS, OIDC, { by: 'credentials', source: { from: 'inputs' } }],
    ['with what the job has', { 'role-chaining': 'true' }, OIDC, { source: { from: 'default chain' } }],
    ['without GitHub’s token', { 'force-skip-oidc': 'true' }, OIDC, { source: { from: 'default chain' } }],
    ['with keys rather than the chain', { ...KEYS, 'role-chaining': 'true' }, OIDC, { source: { from: 'inputs' } }],
  ])('%s', (_, inputs, env, expected) => {
    expect(read({ 'role-to-assume': ROLE, ...inputs }, env).request).toMatchObject({
      mode: 'assume-role',
      ...expected,
    });
  });

  test('no role: access-keys', () => {
    expect(read(KEYS).request).toMatchObject({ mode: 'access-keys', source: { from: 'inputs' } });
    expect(read({}).request).toMatchObject({ mode: 'access-keys', source: { from: 'default chain' } });
  });
});

test('what is left out has the defaults of the compatible action', () => {
  expect(read({ 'role-to-assume': ROLE }, OIDC).request).toMatchObject({
    session: { sessionName: 'GitHubActions', duration: 3600, plainCharacters: false, policies: { managed: [] } },
    retry: { maxAttempts: 12 },
    delivery: { environment: 'credentials and region', outputs: false },
    token: { audience: 'sts.amazonaws.com' },
    maskAccountId: false,
    allowedAccounts: [],
    timeLimit: undefined,
    useExistingCredentials: false,
    unsetCurrentCredentials: false,
    connection: { region: 'eu-central-1', proxy: {} },
  });
});

test.each([
  ['cn-north-1', 'sts.amazonaws.com.cn'],
  ['us-gov-west-1', 'sts.amazonaws.com'],
  ['eusc-de-east-1', 'sts.amazonaws.com'],
])('the audience in %s is %s', (region, audience) => {
  const partition =
    { 'cn-north-1': 'aws-cn', 'us-gov-west-1': 'aws-us-gov', 'eusc-de-east-1': 'aws-eusc' }[region] ?? '';
  const role = `arn:${partition}:iam::123456789012:role/deploy`;
  const { request } = read({ 'aws-region': region, 'role-to-assume': role }, OIDC);
  expect(request).toMatchObject({ token: { audience } });
});

test('where the credentials go', () => {
  const delivery = (inputs: Record<string, string>) =>
    read({ 'role-to-assume': ROLE, ...inputs }, OIDC).request.delivery;
  expect(delivery({ 'aws-profile': 'deploy' })).toEqual({
    environment: 'nothing',
    outputs: false,
    profile: { name: 'deploy', overwrite: false, export: false },
  });
  expect(delivery({ 'aws-profile': 'deploy', 'output-env-credentials': 'true' })).toMatchObject({
    environment: 'credentials and region',
    profile: { export: true },
  });
  expect(delivery({ 'output-env-credentials': 'false' })).toMatchObject({ environment: 'nothing' });
  expect(read({}).request.delivery).toMatchObject({ environment: 'region' });
});

test('retries: special-characters-workaround overrides the others, as there', () => {
  const attempts = (inputs: Record<string, string>) => read(inputs).request.retry.maxAttempts;
  expect(attempts({ 'retry-max-attempts': '3' })).toBe(3);
  expect(attempts({ 'disable-retry': 'true', 'retry-max-attempts': '3' })).toBe(1);
  expect(attempts({ 'disable-retry': 'true', 'special-characters-workaround': 'true' })).toBe(12);
});

test.each([
  [{ 'http-proxy': 'http://given:1' }, { HTTPS_PROXY: 'http://a:1' }, 'http://given:1'],
  [{}, { HTTPS_PROXY: 'http://a:1', HTTP_PROXY: 'http://b:1' }, 'http://a:1'],
  [{}, { http_proxy: 'http://c:1' }, 'http://c:1'],
  [{}, { HTTP_PROXY: 'proxy.example.com:3128' }, 'http://proxy.example.com:3128'],
])('the proxy comes from the input, else from the usual variables: %j %j', (inputs, env, httpProxy) => {
  expect(read(inputs, env).request.connection.proxy).toEqual({ httpProxy });
});

test('variables stand in for inputs, which win', () => {
  const env = {
    ROLE_TO_ASSUME: ROLE,
    ROLE_DURATION_SECONDS: '900',
    OUTPUT_CREDENTIALS: 'true',
    AUDIENCE: 'other',
    ...OIDC,
  };
  const { request } = read({ 'role-duration-seconds': '1800' }, env);
  expect(request).toMatchObject({
    session: { duration: 1800 },
    delivery: { outputs: true },
    token: { audience: 'other' },
  });
  expect(readRequest({ AWS_REGION: 'us-east-1' }).request.connection.region).toBe('us-east-1');
});

describe('what is wrong', () => {
  test('is reported all at once', () => {
    const message = problemsOf({
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
    [{ 'role-to-assume': `${ROLE}\n${ROLE}` }, 'is not one role'],
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
    [{ 'http-proxy': '::' }, 'http-proxy: is not a URL'],
    [{ 'http-proxy': 'socks5://proxy:1080' }, 'http-proxy: is not a URL'],
    [{ 'http-proxy': 'http://user:100%@proxy:3128' }, 'special characters of a password encoded'],
    [{ 'web-identity-token-file': '/does/not/exist', 'role-to-assume': ROLE }, 'cannot be read'],
    [{ 'web-identity-token-file': '/', 'role-to-assume': ROLE }, 'not a regular file'],
  ])('%j', (inputs, expected) => {
    expect(problemsOf(inputs)).toContain(expected);
  });

  test('a name does not do with a web identity', () => {
    expect(problemsOf({ 'role-to-assume': 'deploy' }, OIDC)).toContain('it should be the whole ARN');
  });

  test('custom-tags that are malformed are wrong under OIDC, too', () => {
    expect(problemsOf({ 'role-to-assume': ROLE, 'custom-tags': '{' }, OIDC)).toContain('custom-tags');
  });

  test('never shows a secret', () => {
    const message = problemsOf({
      'aws-access-key-id': 'AKIAIOSFODNN7EXAMPLE extra',
      'aws-secret-access-key': 'wJalrXUtnFEMI K7MDENG',
      'http-proxy': 'ftp://user:pass word@proxy',
    });
    expect(message).toContain('aws-secret-access-key: has white space');
    expect(message).not.toMatch(/AKIAIOSFODNN7|wJalr|pass word/);
  });
});

test('a secret without its access key ID is not used, and that is said', () => {
  const { request, warnings } = read({ 'aws-secret-access-key': 'EXAMPLEKEY', 'role-to-assume': ROLE }, OIDC);
  expect(request).toMatchObject({ by: 'web identity' });
  expect(warnings).toEqual([expect.stringContaining('without aws-access-key-id')]);
});

test('lines may end as on Windows, and empty ones do not count', () => {
  const arns = ['arn:aws:iam::aws:policy/A', 'arn:aws:iam::aws:policy/B'];
  const { request } = read(
    { 'role-to-assume': ROLE, 'managed-session-policies': `${arns.join('\r\n')}\r\n\r\n` },
    OIDC,
  );
  expect(request).toMatchObject({ session: { policies: { managed: arns } } });
});
