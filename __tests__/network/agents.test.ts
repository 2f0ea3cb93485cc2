import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  get as httpGet,
  type ClientRequest,
  type IncomingMessage,
  type Server as HttpServer,
} from 'node:http';
import { createServer, get, type Server } from 'node:https';
import {
  connect as connectTcp,
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  Socket,
} from 'node:net';
import { join } from 'node:path';
import * as tls from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { agentsFor, type Agents } from '../../src/network/agents';
import { ProxyError } from '../../src/network/proxy-error';
import { useCleanEnvironment } from '../aws/environment';
import { inJob, useJobDirectory } from '../runner/job-files';
import { selfSigned } from './certificate';
import { ForwardProxy } from './forward-proxy';

useCleanEnvironment();
useJobDirectory();

// Older releases of Node cannot be made to trust the certificate of a test. Actions run on one that can.
const describeWhereTrustCanBeSet = 'setDefaultCACertificates' in tls ? describe : describe.skip;

describeWhereTrustCanBeSet('agents', () => {
  let trusted: string[];
  beforeAll(() => (trusted = tls.getCACertificates('default')));
  const { key, cert } = selfSigned(['localhost', '127.0.0.1', '::1']);
  afterAll(() => {
    tls.setDefaultCACertificates(trusted);
  });

  let server: Server;
  let url: URL;
  let agents: Agents | undefined;
  /** Connections that reached the server, in order of arrival. */
  let sockets: Socket[];
  let connecting: jest.SpyInstance;
  beforeEach(async () => {
    connecting = jest.spyOn(Socket.prototype, 'connect');
    tls.setDefaultCACertificates([...trusted, cert]);
    sockets = [];
    server = createServer({ key, cert }, ({ socket }, response) => {
      response.end(String(socket.remotePort));
    });
    server.on('connection', (socket: Socket) => sockets.push(socket));
    server.listen(0, 'localhost');
    await once(server, 'listening');
    url = new URL(`https://localhost:${(server.address() as AddressInfo).port}`);
  });
  afterEach(() => {
    connecting.mockRestore();
    agents?.httpAgent.destroy();
    agents?.httpsAgent.destroy();
    server.close();
    server.closeAllConnections();
    for (const socket of sockets) socket.destroy();
  });

  /** An agent for the server, with the connection that it opens early. */
  async function early(endpoint = url): Promise<{ agent: Agents['httpsAgent']; socket: TLSSocket }> {
    const secured = once(server, 'secureConnection');
    agents = await agentsFor(endpoint);
    const [socket] = (await secured) as [TLSSocket];
    return { agent: agents.httpsAgent, socket };
  }

  /** Waits until the agent knows that the connection which it opened early is closed. */
  async function earlyClosed(): Promise<void> {
    const [socket] = connecting.mock.contexts as Socket[];
    if (socket?.closed === false) await new Promise((resolve) => socket.once('close', resolve));
  }

  /** The port from which the request came. */
  async function request(agent: Agents['httpsAgent']): Promise<number> {
    const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
    return Number((await response.toArray()).join(''));
  }

  test('the connection opened early serves the first request, and the next', async () => {
    const { agent, socket } = await early();
    expect(await request(agent)).toBe(socket.remotePort);
    expect(await request(agent)).toBe(socket.remotePort);
    expect(sockets).toHaveLength(1);
  });

  test('it tells the server the name it is reached by; an address is none', async () => {
    expect((await early()).socket.servername).toBe('localhost');
    const { family, address, port } = server.address() as AddressInfo;
    const host = family === 'IPv6' ? `[${address}]` : address;
    expect((await early(new URL(`https://${host}:${port}`))).socket.servername).toBe(false);
  });

  test('it serves no request to another host, on whatever port', async () => {
    const { agent, socket } = await early();
    const { address, port } = server.address() as AddressInfo;
    const other = get({ agent, host: address, port, rejectUnauthorized: false });
    const [response] = (await once(other, 'response')) as [IncomingMessage];
    expect(Number((await response.toArray()).join(''))).not.toBe(socket.remotePort);
    expect(await request(agent)).toBe(socket.remotePort);
  });

  test('a second request at the same time has a connection of its own', async () => {
    const { agent, socket } = await early();
    const ports = await Promise.all([request(agent), request(agent)]);
    expect(ports).toContain(socket.remotePort);
    expect(new Set(ports).size).toBe(2);
    expect(sockets).toHaveLength(2);
  });

  test('one that is still being opened serves the first request', async () => {
    agents = await agentsFor(url);
    await request(agents.httpsAgent);
    expect(sockets).toHaveLength(1);
  });

  test('one that was closed meanwhile serves none', async () => {
    const { agent, socket } = await early();
    const { remotePort } = socket;
    socket.end();
    await earlyClosed();
    expect(await request(agent)).not.toBe(remotePort);
    expect(sockets).toHaveLength(2);
  });

  test('one that was reset meanwhile serves none, and its error is nobody’s', async () => {
    const { agent } = await early();
    sockets[0]?.resetAndDestroy();
    await earlyClosed();
    expect(await request(agent)).toBeGreaterThan(0);
    expect(sockets).toHaveLength(2);
  });

  test('one whose certificate is not trusted leaves the error to the request', async () => {
    tls.setDefaultCACertificates(trusted);
    agents = await agentsFor(url);
    await earlyClosed();
    expect(sockets).toHaveLength(1);
    await expect(request(agents.httpsAgent)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(sockets).toHaveLength(2);
  });

  test('one to another server serves no request to this one', async () => {
    const accepted: Socket[] = [];
    const other = createTcpServer((socket) => accepted.push(socket)).listen(0, 'localhost');
    await once(other, 'listening');
    agents = await agentsFor(new URL(`https://localhost:${(other.address() as AddressInfo).port}`));
    await once(other, 'connection');
    expect(await request(agents.httpsAgent)).toBeGreaterThan(0);
    expect(sockets).toHaveLength(1);
    for (const socket of accepted) socket.destroy();
    other.close();
  });

  test('none is opened to an http endpoint', async () => {
    agents = await agentsFor(new URL('http://localhost:1'));
    expect(connecting).not.toHaveBeenCalled();
  });

  test('it does not keep a process from its end', async () => {
    const silent = createTcpServer((socket) => sockets.push(socket)).listen(0, 'localhost');
    await once(silent, 'listening');
    const endpoint = `https://localhost:${(silent.address() as AddressInfo).port}`;
    const script = `
    const { agentsFor } = require(${JSON.stringify(join(__dirname, '../../src/network/agents.ts'))});
    void agentsFor(new URL(${JSON.stringify(endpoint)}));
    process.stdin.resume();
  `;
    const running = promisify(execFile)(process.execPath, ['--require', 'tsx/cjs', '--eval', script]);
    silent.once('connection', () => running.child.stdin?.end());
    await running;
    silent.close();
    expect(sockets).toHaveLength(1);
  });

  test.each([undefined, { httpProxy: 'http://proxy.example:3128' }])(
    'connections are kept for further requests, with %j',
    async (settings) => {
      agents = await agentsFor(url, settings);
      const kept = [agents.httpAgent, agents.httpsAgent].map((agent): unknown => Reflect.get(agent, 'keepAlive'));
      expect(kept).toEqual([true, true]);
    },
  );

  test('through a proxy, https is tunnelled and http is passed on; nothing is opened early', async () => {
    const asked: string[] = [];
    const proxy = createHttpServer((message, response) => {
      asked.push(`${message.method ?? ''} ${message.url ?? ''}`);
      response.end('from the proxy');
    });
    proxy.on('connect', (message: IncomingMessage, socket: Socket) => {
      asked.push(`CONNECT ${message.url ?? ''}`);
      const onward = connectTcp(Number(url.port), 'localhost', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      sockets.push(onward);
    });
    const httpProxy = await listening(proxy);
    agents = await agentsFor(new URL('https://aws.example'), { httpProxy });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sockets).toEqual([]);
    const tunnelled = get('https://aws.example', { agent: agents.httpsAgent, rejectUnauthorized: false });
    expect(await answerTo(tunnelled)).toMatch(/^\d+$/);
    expect(await answerTo(httpGet('http://aws.example/path', { agent: agents.httpAgent }))).toBe('from the proxy');
    proxy.close();
    proxy.closeAllConnections();
    expect(asked).toEqual(['CONNECT aws.example:443', 'GET http://aws.example/path']);
  });

  describe('a failure of the proxy names it:', () => {
    /** How a request through a proxy fails. */
    async function failureAt(httpProxy: string, target = 'https://aws.example'): Promise<ProxyError> {
      agents = await agentsFor(new URL(target), { httpProxy });
      const secure = target.startsWith('https:');
      const asked = secure ? get(target, { agent: agents.httpsAgent }) : httpGet(target, { agent: agents.httpAgent });
      const failure: unknown = await answerTo(asked).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ProxyError);
      return failure as ProxyError;
    }

    const why = ({ explanation }: ProxyError) => explanation.why;

    test.each(['https://aws.example', 'http://aws.example'])('no such host, for %s', async (target) => {
      const failure = await failureAt('http://proxy.invalid:3128', target);
      expect(failure.message).toContain('proxy.invalid:3128');
      expect(failure.code).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
      expect(why(failure)).toContain('no such host');
    });

    test.each(['https://aws.example', 'http://aws.example'])('nobody listens, for %s', async (target) => {
      const closed = createTcpServer();
      const address = await listening(closed);
      await new Promise((resolve) => closed.close(resolve));
      const failure = await failureAt(address, target);
      expect(failure.code).toBe('ECONNREFUSED');
      expect(why(failure)).toContain(`Nothing listens at the address of the proxy ${new URL(address).host}`);
    });

    test.each([403, 407, 502, 503])('it answers %i', async (status) => {
      const proxy = createHttpServer();
      proxy.on('connect', (_, socket: Socket) => socket.end(`HTTP/1.1 ${status} No\r\n\r\nwords`));
      const failure = await failureAt(await listening(proxy));
      proxy.close();
      expect(failure.status).toBe(status);
      expect(failure.explanation.code).toBe('proxy-failed');
    });

    test('it never answers', async () => {
      const silent = createTcpServer((socket) => sockets.push(socket));
      const address = await listening(silent);
      jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] });
      try {
        const failing = failureAt(address);
        while (sockets.length === 0) await new Promise((resolve) => setImmediate(resolve));
        await jest.advanceTimersByTimeAsync(4_000);
        const failure = await failing;
        expect(failure.code).toBe('ETIMEDOUT');
        expect(why(failure)).toContain('did not answer, in time');
      } finally {
        jest.useRealTimers();
        silent.close();
      }
    });

    test('it speaks TLS', async () => {
      expect(why(await failureAt(`http://localhost:${url.port}`))).toContain('speaks TLS');
    });

    test.each(['https://aws.example', 'http://aws.example'])('it speaks no TLS, for %s', async (target) => {
      const proxy = createHttpServer();
      const address = await listening(proxy);
      const failure = await failureAt(address.replace('http:', 'https:'), target);
      proxy.close();
      expect(why(failure)).toContain('does not speak TLS');
    });

    test.each(['https://aws.example', 'http://aws.example'])('it is not trusted, for %s', async (target) => {
      tls.setDefaultCACertificates(trusted);
      expect(why(await failureAt(`https://localhost:${url.port}`, target))).toContain('is not trusted');
    });

    test('a server behind it that is not trusted is none of its failures', async () => {
      tls.setDefaultCACertificates(trusted);
      const proxy = await ForwardProxy.start({ key, cert, to: () => 'http://localhost' });
      agents = await agentsFor(new URL('https://aws.example'), { httpProxy: proxy.url });
      const failure: unknown = await answerTo(get('https://aws.example', { agent: agents.httpsAgent })).catch(
        (error: unknown) => error,
      );
      proxy.close();
      expect(failure).not.toBeInstanceOf(ProxyError);
      expect(failure).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    });
  });

  test('the authorities in AWS_CA_BUNDLE are trusted, together with the others', async () => {
    tls.setDefaultCACertificates(trusted);
    writeFileSync(inJob('bundle.pem'), `# A comment\n${cert}\n# Another\n${selfSigned(['other.example']).cert}`);
    process.env.AWS_CA_BUNDLE = inJob('bundle.pem');
    agents = await agentsFor(url);
    expect(await request(agents.httpsAgent)).toBeGreaterThan(0);
    expect(tls.getCACertificates('default')).not.toHaveLength(2);
  });
});

async function listening(server: Server | HttpServer | TcpServer): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function answerTo(request: ClientRequest): Promise<string> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return (await response.toArray()).join('');
}
