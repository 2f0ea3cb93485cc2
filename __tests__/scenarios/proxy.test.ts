import { ForwardProxy } from '../network/forward-proxy';
import { KEY_INPUTS, REGION, ROLE, Scenario, expectFailed } from './scenario';

let scenario: Scenario;
let proxy: ForwardProxy;

/** Where AWS is for those who use the proxy: no proxy leads to this machine. */
let aws: string;

beforeEach(async () => {
  scenario = await Scenario.start();
  scenario.createUserAndRole();
  proxy = await ForwardProxy.start();
  aws = scenario.sandbox.url.replace('127.0.0.1', 'aws.example');
});
afterEach(async () => {
  proxy.close();
  await scenario.end();
});

const inputs = { 'aws-region': REGION, 'role-to-assume': ROLE, ...KEY_INPUTS };

const behindProxy = (env: Record<string, string> = {}) => scenario.job({ env: { AWS_ENDPOINT_URL_STS: aws, ...env } });

test.each(['http-proxy', 'HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])(
  'AWS is reached through the proxy of %s',
  async (name) => {
    const isInput = name === 'http-proxy';
    const job = behindProxy(isInput ? {} : { [name]: proxy.url });
    const main = await job.step({ with: { ...inputs, ...(isInput && { 'http-proxy': proxy.url }) } });
    expect(main.exitCode).toBe(0);
    expect(proxy.passed).toEqual([`${aws}/`]);
    expect(scenario.calls()).toEqual(['AssumeRole']);
  },
);

test('a proxy is found by a process, too, and may be written without http://', async () => {
  const job = scenario.job({
    env: { AWS_ENDPOINT_URL_STS: aws, HTTPS_PROXY: new URL(proxy.url).host },
    asProcess: true,
  });
  expect((await job.step({ with: inputs })).exitCode).toBe(0);
  expect(proxy.passed).toEqual([`${aws}/`]);
  expect(scenario.calls()).toEqual(['AssumeRole']);
});

test.each([
  [{ ALL_PROXY: 'socks5://127.0.0.1:9' }, false],
  [{ https_proxy: 'socks4://x:1', no_proxy: '*' }, false],
  [{ HTTPS_PROXY: 'socks5://x:1' }, false],
  [{ AWS_CA_BUNDLE: '/nonexistent/ca.pem' }, true],
  [{ AWS_CA_BUNDLE: '/' }, true],
])('a variable of other programs fails no step: %j', async (env, isWarnedOf) => {
  scenario.createOidcRole('by-oidc');
  const main = await scenario.job({ oidc: true, env }).step({
    with: { 'aws-region': REGION, 'role-to-assume': ROLE.replace('deploy', 'by-oidc') },
  });
  expect(main.exitCode).toBe(0);
  expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity']);
  expect(main.log.join('\n').includes(Object.keys(env)[0] ?? '')).toBe(isWarnedOf);
});

test.each(['no-proxy', 'NO_PROXY', 'no_proxy'])('hosts in %s are reached directly', async (name) => {
  const isInput = name === 'no-proxy';
  const job = behindProxy({ HTTPS_PROXY: proxy.url, ...(!isInput && { [name]: 'example' }) });
  const main = await job.step({ with: { ...inputs, ...(isInput && { 'no-proxy': 'localhost,example' }) } });
  // No name server knows it.
  expectFailed(main, 'connection-failed');
  expect(main.log.join('\n')).toContain('no such host');
  expect(proxy.passed).toEqual([]);
});

test('this machine is reached directly, by AWS’s client and by GitHub’s', async () => {
  scenario.createOidcRole('by-oidc');
  const job = scenario.job({ oidc: true, env: { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url } });
  const main = await job.step({
    with: { 'aws-region': REGION, 'role-to-assume': ROLE.replace('deploy', 'by-oidc'), 'http-proxy': proxy.url },
  });
  expect(main.exitCode).toBe(0);
  expect(proxy.passed).toEqual([]);
  expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity']);
});

test.each([
  ['http-proxy, which is for AWS alone', 'http-proxy', ['aws']],
  ['HTTP_PROXY', 'HTTP_PROXY', ['github', 'aws']],
] as const)('GitHub is reached as the environment says: %s', async (_, name, through) => {
  scenario.createOidcRole('by-oidc');
  const { sandbox } = scenario;
  const github = sandbox.github.environment();
  const tokenUrl = github.ACTIONS_ID_TOKEN_REQUEST_URL;
  const isInput = name === 'http-proxy';
  const job = behindProxy({
    ...github,
    ...(!isInput && {
      [name]: proxy.url,
      ACTIONS_ID_TOKEN_REQUEST_URL: tokenUrl.replace('127.0.0.1', 'github.example'),
    }),
  });
  const main = await job.step({
    with: {
      'aws-region': REGION,
      'role-to-assume': ROLE.replace('deploy', 'by-oidc'),
      ...(isInput && { 'http-proxy': proxy.url }),
    },
  });
  expect(main.exitCode).toBe(0);
  expect(proxy.passed.map((url) => new URL(url).hostname)).toEqual(through.map((host) => `${host}.example`));
  expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity']);
});

test('a proxy that asks for a password gets it from the URL, which is masked', async () => {
  proxy.demand = `Basic ${Buffer.from('user:EXAMPLE-pass').toString('base64')}`;
  const withPassword = proxy.url.replace('http://', 'http://user:EXAMPLE-pass@');
  const main = await behindProxy().step({ with: { ...inputs, 'http-proxy': withPassword } });
  expect(main.exitCode).toBe(0);
  expect(main.lines.map(({ command }) => command?.value)).toContain('EXAMPLE-pass');
  const without = await behindProxy().step({ with: { ...inputs, 'http-proxy': proxy.url } });
  expect(without.exitCode).toBe(1);
  expectFailed(without, 'proxy-failed');
  expect(scenario.calls()).toEqual(['AssumeRole']);
});

test.each([
  ['as a user of Windows', 'CORP\\mona', 'EXAMPLE-pass', (url: string) => url],
  ['with the user and the password encoded', 'CORP%5Cmona', 'EX%40M%3APLE%2F%25', decodeURIComponent],
  ['with letters that would end a host', 'mona@corp.example', '12/EX#AM?PLE', (url: string) => url],
])('a proxy gets them %s, also through a tunnel', async (_, user, password, meant) => {
  proxy.demand = `Basic ${Buffer.from(`${meant(user)}:${meant(password)}`).toString('base64')}`;
  const url = ` ${proxy.url.replace('http://', `http://${user}:${password}@`)} `;
  const main = await behindProxy({ HTTPS_PROXY: url }).step({ with: inputs });
  expect([main.exitCode, scenario.calls()]).toEqual([0, ['AssumeRole']]);
  const tunnel = { 'sts-endpoint': aws.replace('http:', 'https:') };
  expectFailed(await behindProxy({ HTTPS_PROXY: url }).step({ with: { ...inputs, ...tunnel } }), 'connection-failed');
  proxy.demand = 'Basic EXAMPLE';
  const refused = await behindProxy({ HTTPS_PROXY: url }).step({ with: inputs });
  expectFailed(refused, 'proxy-failed');
  const shown = [...refused.lines.filter(({ command }) => command?.name !== 'add-mask').map(({ raw }) => raw)];
  for (const secret of [user, password, meant(user), meant(password)]) {
    expect([...shown, refused.summary].join('\n')).not.toContain(secret);
  }
});

test.each([
  ['http-proxy', { 'http-proxy': '"http://mona:EXAMPLE-pass@proxy:3128"' }, {}],
  ['HTTPS_PROXY', {}, { HTTPS_PROXY: '"http://mona:EXAMPLE-pass@proxy:3128"' }],
])('a proxy in quotes is refused before any call: %s', async (_, given, env) => {
  const main = await behindProxy(env).step({ with: { ...inputs, ...given } });
  expectFailed(main, 'invalid-input');
  expect(main.log.join('\n')).toContain('has quotes around it; it should be a URL such as http://proxy.example.com');
  const shown = main.lines.filter(({ command }) => command?.name !== 'add-mask').map(({ raw }) => raw);
  expect([...shown, main.summary].join('\n')).not.toMatch(/mona|EXAMPLE-pass/);
  expect([scenario.calls(), proxy.passed]).toEqual([[], []]);
});

test('an endpoint with TLS is reached through a tunnel', async () => {
  const main = await behindProxy().step({
    with: { ...inputs, 'http-proxy': proxy.url, 'sts-endpoint': aws.replace('http:', 'https:') },
  });
  // The local AWS speaks no TLS, so that the handshake fails; but it was tried in the right place.
  expectFailed(main, 'connection-failed');
  expect(new Set(proxy.passed)).toEqual(new Set([aws.replace('http://', '')]));
  expect(scenario.calls()).toEqual([]);
});

test.each([true, false])('a proxy that does not exist is named, with OIDC: %p', async (oidc) => {
  const github = {
    ...scenario.sandbox.github.environment(),
    ACTIONS_ID_TOKEN_REQUEST_URL: 'http://github.example/token',
  };
  const job = behindProxy({ HTTP_PROXY: 'http://user:EXAMPLE-pass@proxy.invalid:3128', ...(oidc && github) });
  const main = await job.step({ with: { 'aws-region': REGION, 'role-to-assume': ROLE, ...(!oidc && KEY_INPUTS) } });
  expectFailed(main, 'proxy-failed');
  const said = main.log.join('\n');
  expect(said).toMatch(/the proxy proxy\.invalid:3128 was not found: there is no such host/);
  expect(said).not.toMatch(/region of AWS|EXAMPLE-pass/);
  expect(main.summary).not.toContain('EXAMPLE-pass');
});

test.each([
  ['http-proxy', { 'http-proxy': 'socks5://user:EXAMPLE-pass@proxy:1080' }, {}],
  ['sts-endpoint', { 'sts-endpoint': 'htps://user:EXAMPLE-pass@sts.example' }, {}],
  ['iam-endpoint', { 'iam-endpoint': 'user:EXAMPLE-pass@iam.example' }, {}],
  ['https_proxy', {}, { https_proxy: 'ftp://user:EXAMPLE-pass@proxy' }],
])('a password in %s is masked first, and not shown', async (_, given, env) => {
  const main = await behindProxy(env).step({ with: { ...inputs, ...given } });
  expectFailed(main, 'invalid-input');
  const [masked = -1, reported = -1] = ['add-mask', 'error'].map((name) =>
    main.lines.findIndex(
      ({ command }) => command?.name === name && (name === 'error' || command.value === 'EXAMPLE-pass'),
    ),
  );
  expect(masked).toBeGreaterThan(-1);
  expect(masked).toBeLessThan(reported);
  const others = main.lines.filter(({ command }) => command?.name !== 'add-mask').map(({ raw }) => raw);
  expect([...others, main.summary].join('\n')).not.toContain('EXAMPLE-pass');
});
