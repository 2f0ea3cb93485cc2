import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** Opens tunnels: it answers as the hosts themselves, with a certificate that clients must be made to trust. */
export interface TlsOpening {
  readonly key: string;
  readonly cert: string;
  /** Where requests to a host go, as an HTTP URL. */
  readonly to: (host: string) => string;
}

/** An HTTP proxy that passes on what it is given, plain requests and tunnels. Hosts of `.example` are this machine to it. */
export class ForwardProxy {
  /** What passed through: the URL of a request, or the host of a tunnel. */
  readonly passed: string[] = [];
  /** The `Proxy-Authorization` without which it lets no request through. */
  demand: string | undefined;

  private constructor(private readonly server: Server) {}

  static async start(opening?: TlsOpening): Promise<ForwardProxy> {
    const server = createServer();
    const proxy = new ForwardProxy(server);
    const opened =
      opening &&
      createTlsServer(opening, (incoming, answer) => {
        forward(incoming, new URL(incoming.url ?? '', opening.to(incoming.headers.host ?? '')), answer);
      });
    server.on('request', (incoming, answer) => {
      proxy.passed.push(incoming.url ?? '');
      if (proxy.#refuses(incoming)) answer.writeHead(407, { 'proxy-authenticate': 'Basic' }).end('who are you?');
      else forward(incoming, new URL(incoming.url ?? ''), answer);
    });
    server.on('connect', (incoming, socket: Socket) => {
      const { url: host = '' } = incoming;
      proxy.passed.push(host);
      socket.on('error', () => socket.destroy());
      if (proxy.#refuses(incoming)) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
      } else if (opened) {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        opened.emit('connection', socket);
      } else tunnel(socket, host);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  #refuses({ headers }: IncomingMessage): boolean {
    return this.demand !== undefined && headers['proxy-authorization'] !== this.demand;
  }
}

function forward(incoming: IncomingMessage, url: URL, answer: ServerResponse): void {
  const options = {
    method: incoming.method ?? 'GET',
    headers: incoming.headers,
    hostname: reachable(url.hostname),
  };
  incoming.pipe(
    request(url, options, (onward) => {
      answer.writeHead(onward.statusCode ?? 502, onward.headers);
      onward.pipe(answer);
    }),
  );
}

function reachable(host: string): string {
  return host.endsWith('.example') ? '127.0.0.1' : host;
}

function tunnel(socket: Socket, to: string): void {
  const [host, port] = to.split(':');
  const onward = connect(Number(port), reachable(host ?? ''), () => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    onward.pipe(socket).pipe(onward);
  }).on('error', () => socket.destroy());
  socket.on('error', () => onward.destroy());
}
