import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, Socket } from 'node:net';
import { proxyFor, type ProxySettings } from './proxy';

/** The agents that open connections to one endpoint, directly or through its proxy. */
export interface Agents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

/** The agents for an endpoint. The proxy's code is loaded only where there is a proxy. */
export async function agentsFor(endpoint: URL, settings?: ProxySettings): Promise<Agents> {
  const proxy = proxyFor(endpoint, settings);
  if (proxy === undefined) {
    return { httpAgent: new HttpAgent({ keepAlive: true }), httpsAgent: new EarlyAgent(endpoint) };
  }
  const [{ HttpProxyAgent }, { HttpsProxyAgent }] = await Promise.all([
    import('http-proxy-agent'),
    import('https-proxy-agent'),
  ]);
  // Both are http.Agents in all but their type: they extend agent-base, which stands in for either protocol's agent.
  const httpsAgent: unknown = new HttpsProxyAgent(proxy, { keepAlive: true });
  return { httpAgent: new HttpProxyAgent(proxy, { keepAlive: true }), httpsAgent: httpsAgent as HttpsAgent };
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
