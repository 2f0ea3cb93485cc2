import { once } from 'node:events';
import { Agent as HttpAgent, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { HttpProxyAgent } from 'http-proxy-agent';
import type { HttpsProxyAgent } from 'https-proxy-agent';
import { trustCertificatesIn } from './certificates';
import { systemClock } from './clock';
import { CONNECT_TIMEOUT_MS, inTime } from './deadline';
import { proxyFor, type ProxySettings } from './proxy';
import { ProxyError } from './proxy-error';

/** Less than what AWS's client allows for a connection, whose error does not name the proxy. */
const PROXY_TIMEOUT_MS = CONNECT_TIMEOUT_MS - 1_000;

/** To what a proxy's agent is to connect. */
interface Target {
  readonly host?: string;
  readonly port: number;
  /** Whether it is reached with TLS, by a tunnel. */
  readonly secureEndpoint: boolean;
}

/** The agents that open connections to one endpoint, directly or through its proxy. */
export interface Agents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

/**
 * The agents for an endpoint. The proxy's code is loaded only where there is a proxy. The authorities in `AWS_CA_BUNDLE`
 * are trusted, together with those that Node trusts: GitHub and other hosts need these.
 */
export async function agentsFor(endpoint: URL, settings?: ProxySettings): Promise<Agents> {
  if (process.env.AWS_CA_BUNDLE) trustCertificatesIn(process.env.AWS_CA_BUNDLE);
  const proxy = proxyFor(endpoint, settings);
  if (proxy === undefined) {
    return { httpAgent: new HttpAgent({ keepAlive: true }), httpsAgent: new EarlyAgent(endpoint) };
  }
  const [{ HttpProxyAgent }, { HttpsProxyAgent }] = await Promise.all([
    import('http-proxy-agent'),
    import('https-proxy-agent'),
  ]);
  const httpAgent = namingProxy(new HttpProxyAgent(proxy, { keepAlive: true }));
  // Both are http.Agents in all but their type: they extend agent-base, which stands in for either protocol's agent.
  const httpsAgent: unknown = namingProxy(new HttpsProxyAgent(proxy, { keepAlive: true }));
  return { httpAgent, httpsAgent: httpsAgent as HttpsAgent };
}

/**
 * The same agent, whose failures to reach the proxy, or to get a tunnel from it, are ProxyErrors. Otherwise they look like
 * those of the server behind it: the proxy's host that was not found, and its answer, which is passed on as the server's.
 */
function namingProxy<Agent extends HttpProxyAgent<string> | HttpsProxyAgent<string>>(agent: Agent): Agent {
  const connect = agent.connect.bind(agent) as (request: ClientRequest, target: Target) => Promise<Socket>;
  agent.connect = async (request: ClientRequest, target: Target) => {
    let status: number | undefined;
    request.once('proxyConnect', (answer: { readonly statusCode?: number }) => (status = answer.statusCode));
    const host = `${target.host ?? ''}:${target.port}`;
    try {
      const socket = await inTime(opened(connect(request, target), target), PROXY_TIMEOUT_MS, systemClock, tooLate);
      if (status === undefined || status === 200) return socket;
    } catch (error) {
      throw new ProxyError(agent.proxy, host, error);
    }
    throw new ProxyError(agent.proxy, host, status);
  };
  return agent;
}

async function opened(connecting: Promise<Socket>, { secureEndpoint }: Target): Promise<Socket> {
  const socket = await connecting;
  // Without a tunnel, the TLS is the proxy's own.
  if (!secureEndpoint && socket instanceof TLSSocket) await once(socket, 'secureConnect');
  return socket;
}

function tooLate(): Error {
  return Object.assign(new Error(`no answer within ${PROXY_TIMEOUT_MS / 1000} s`), { code: 'ETIMEDOUT' });
}

/**
 * An agent that opens its first connection when it is made, not when it is first used: the TCP and TLS handshakes with
 * STS then take place while GitHub's token is on its way.
 */
class EarlyAgent extends HttpsAgent {
  readonly #host: string;
  readonly #port: number;
  #early: Socket | undefined;

  constructor(endpoint: URL) {
    super({ keepAlive: true });
    this.#host = endpoint.hostname.replace(/^\[|\]$/g, '');
    this.#port = Number(endpoint.port || 443);
    if (endpoint.protocol !== 'https:') return;
    // A server needs the name by which it is reached; an address is no name.
    const servername = isIP(this.#host) === 0 ? this.#host : undefined;
    const early = super.createConnection({ host: this.#host, port: this.#port, servername });
    if (!(early instanceof Socket)) return;
    // A handshake that fails here is tried again, and its error reported, by the request that needs it.
    early.on('error', () => (this.#early = undefined));
    early.on('close', () => (this.#early = undefined));
    this.#early = early.unref();
  }

  override createConnection(
    options: Parameters<HttpsAgent['createConnection']>[0],
    callback?: Parameters<HttpsAgent['createConnection']>[1],
  ): ReturnType<HttpsAgent['createConnection']> {
    const early = this.#early;
    const there = options.host === this.#host && Number(options.port) === this.#port;
    if (!early || !there) return super.createConnection(options, callback);
    this.#early = undefined;
    return early.ref();
  }
}
