import { createServer, request, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { KEY_INPUTS, REGION, ROLE, Scenario, expectFailed } from './scenario';

let scenario: Scenario;
let proxy: Server;
let proxyUrl: string;
/** What passed through the proxy: the URL of a request, or the host of a tunnel. */
let passed: string[];
let demand: string | undefined;

beforeEach(async () => {
  scenario = await Scenario.start();
  scenario.createUserAndRole();
  passed = [];
  demand = undefined;
  proxy = createServer((incoming, answer) => {
    passed.push(incoming.url ?? '');
    if (demand !== undefined && incoming.headers['proxy-authorization'] !== demand) {
      answer.writeHead(407, { 'proxy-authenticate': 'Basic' }).end('who are you?');
      return;
    }
    const options = { method: incoming.method ?? 'GET', headers: incoming.headers };
    incoming.pipe(
      request(incoming.url ?? '', options, (onward) => {
        answer.writeHead(onward.statusCode ?? 502, onward.headers);
        onward.pipe(answer);
      }),
    );
  });
  proxy.on('connect', ({ url = '' }, socket) => {
    passed.push(url);
    const [host, port] = url.split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    }).on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});
afterEach(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await scenario.end();
});

const inputs = { 'aws-region': REGION, 'role-to-assume': ROLE, ...KEY_INPUTS };

test.each(['http-proxy', 'HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])(
  'AWS is reached through the proxy of %s',
  async (name) => {
    const isInput = name === 'http-proxy';
    const job = scenario.job({ env: isInput ? {} : { [name]: proxyUrl } });
    const main = await job.step({ with: { ...inputs, ...(isInput && { 'http-proxy': proxyUrl }) } });
    expect(main.exitCode).toBe(0);
    expect(passed).toEqual([`${scenario.sandbox.url}/`]);
    expect(scenario.calls()).toEqual(['AssumeRole']);
  },
);

test.each(['no-proxy', 'NO_PROXY', 'no_proxy'])('hosts in %s are reached directly', async (name) => {
  const job = scenario.job({ env: { HTTPS_PROXY: proxyUrl, ...(name !== 'no-proxy' && { [name]: '127.0.0.1' }) } });
  const main = await job.step({
    with: { ...inputs, ...(name === 'no-proxy' && { 'no-proxy': 'example.com,127.0.0.1' }) },
  });
  expect(main.exitCode).toBe(0);
  expect(passed).toEqual([]);
  expect(scenario.calls()).toEqual(['AssumeRole']);
});

test('the http-proxy input is for AWS alone: GitHub is reached as the environment says', async () => {
  scenario.createOidcRole('by-oidc');
  const main = await scenario.job({ oidc: true }).step({
    with: { 'aws-region': REGION, 'role-to-assume': ROLE.replace('deploy', 'by-oidc'), 'http-proxy': proxyUrl },
  });
  expect(main.exitCode).toBe(0);
  expect(passed).toEqual([`${scenario.sandbox.url}/`]);
  expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity']);
});

test('a proxy that asks for a password gets it from the URL, which is masked', async () => {
  demand = `Basic ${Buffer.from('user:EXAMPLE-pass').toString('base64')}`;
  const withPassword = proxyUrl.replace('http://', 'http://user:EXAMPLE-pass@');
  const main = await scenario.job().step({ with: { ...inputs, 'http-proxy': withPassword } });
  expect(main.exitCode).toBe(0);
  expect(main.lines.map(({ command }) => command?.value)).toContain('EXAMPLE-pass');
  const without = await scenario.job().step({ with: { ...inputs, 'http-proxy': proxyUrl } });
  expect(without.exitCode).toBe(1);
  expectFailed(without, 'proxy-failed');
  expect(scenario.calls()).toEqual(['AssumeRole']);
});

test('an endpoint with TLS is reached through a tunnel', async () => {
  const main = await scenario.job().step({
    with: { ...inputs, 'http-proxy': proxyUrl, 'sts-endpoint': scenario.sandbox.url.replace('http:', 'https:') },
  });
  // The local AWS speaks no TLS, so that the handshake fails; but it was tried in the right place.
  expect(main.exitCode).toBe(1);
  expectFailed(main, 'connection-failed');
  expect(new Set(passed)).toEqual(new Set([scenario.sandbox.url.replace('http://', '')]));
  expect(scenario.calls()).toEqual([]);
});
