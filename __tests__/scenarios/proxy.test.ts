import { ForwardProxy } from '../network/forward-proxy';
import { KEY_INPUTS, REGION, ROLE, Scenario, expectFailed } from './scenario';

let scenario: Scenario;
let proxy: ForwardProxy;

beforeEach(async () => {
  scenario = await Scenario.start({ asProcesses: true });
  scenario.createUserAndRole();
  proxy = await ForwardProxy.start();
});
afterEach(async () => {
  proxy.close();
  await scenario.end();
});

const inputs = { 'aws-region': REGION, 'role-to-assume': ROLE, ...KEY_INPUTS };

test.each(['http-proxy', 'HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])(
  'AWS is reached through the proxy of %s',
  async (name) => {
    const isInput = name === 'http-proxy';
    const job = scenario.job({ env: isInput ? {} : { [name]: proxy.url } });
    const main = await job.step({ with: { ...inputs, ...(isInput && { 'http-proxy': proxy.url }) } });
    expect(main.exitCode).toBe(0);
    expect(proxy.passed).toEqual([`${scenario.sandbox.url}/`]);
    expect(scenario.calls()).toEqual(['AssumeRole']);
  },
);

test.each(['no-proxy', 'NO_PROXY', 'no_proxy'])('hosts in %s are reached directly', async (name) => {
  const job = scenario.job({ env: { HTTPS_PROXY: proxy.url, ...(name !== 'no-proxy' && { [name]: '127.0.0.1' }) } });
  const main = await job.step({
    with: { ...inputs, ...(name === 'no-proxy' && { 'no-proxy': 'example.com,127.0.0.1' }) },
  });
  expect(main.exitCode).toBe(0);
  expect(proxy.passed).toEqual([]);
  expect(scenario.calls()).toEqual(['AssumeRole']);
});

test('the http-proxy input is for AWS alone: GitHub is reached as the environment says', async () => {
  scenario.createOidcRole('by-oidc');
  const main = await scenario.job({ oidc: true }).step({
    with: { 'aws-region': REGION, 'role-to-assume': ROLE.replace('deploy', 'by-oidc'), 'http-proxy': proxy.url },
  });
  expect(main.exitCode).toBe(0);
  expect(proxy.passed).toEqual([`${scenario.sandbox.url}/`]);
  expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity']);
});

test('a proxy that asks for a password gets it from the URL, which is masked', async () => {
  proxy.demand = `Basic ${Buffer.from('user:EXAMPLE-pass').toString('base64')}`;
  const withPassword = proxy.url.replace('http://', 'http://user:EXAMPLE-pass@');
  const main = await scenario.job().step({ with: { ...inputs, 'http-proxy': withPassword } });
  expect(main.exitCode).toBe(0);
  expect(main.lines.map(({ command }) => command?.value)).toContain('EXAMPLE-pass');
  const without = await scenario.job().step({ with: { ...inputs, 'http-proxy': proxy.url } });
  expect(without.exitCode).toBe(1);
  expectFailed(without, 'proxy-failed');
  expect(scenario.calls()).toEqual(['AssumeRole']);
});

test('an endpoint with TLS is reached through a tunnel', async () => {
  const main = await scenario.job().step({
    with: { ...inputs, 'http-proxy': proxy.url, 'sts-endpoint': scenario.sandbox.url.replace('http:', 'https:') },
  });
  // The local AWS speaks no TLS, so that the handshake fails; but it was tried in the right place.
  expect(main.exitCode).toBe(1);
  expectFailed(main, 'connection-failed');
  expect(new Set(proxy.passed)).toEqual(new Set([scenario.sandbox.url.replace('http://', '')]));
  expect(scenario.calls()).toEqual([]);
});
