import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** A request that a client in this process sends, and its answer to the last byte. */
export interface Exchange {
  /** The client's port. */
  readonly port: () => number | undefined;
  /** Breaks it off in such a way that whoever made it never hears of it. */
  readonly silence: () => void;
}

export interface Follower {
  /** Called in the context of whoever sends it. */
  readonly started: (exchange: Exchange) => void;
  readonly ended: (exchange: Exchange) => void;
}

/** A request of undici, the client behind GitHub's toolkit, as its diagnostics show it. */
interface UndiciRequest {
  aborted: boolean;
  onConnect: () => void;
  onHeaders: () => boolean;
  onData: () => boolean;
  onComplete: () => void;
  onError: () => void;
}

/** Follows the exchanges of all clients in this process, until what it returns is called. */
export function followExchanges(followers: readonly Follower[]): () => void {
  const underWay = new WeakMap<object, Exchange & { socket?: Socket }>();
  const start = (request: object, exchange: Exchange) => {
    underWay.set(request, exchange);
    for (const { started } of followers) started(exchange);
  };
  const end = (request: object) => {
    const exchange = underWay.get(request);
    if (!exchange) return;
    underWay.delete(request);
    for (const { ended } of followers) ended(exchange);
  };
  const channels: Readonly<Record<string, (message: never) => void>> = {
    'http.client.request.start': ({ request }: { request: ClientRequest & { res?: IncomingMessage } }) => {
      let port: number | undefined;
      const exchange = {
        // Once it is closed, it has no port any more.
        port: () => (port ??= request.socket?.localPort),
        silence() {
          end(request);
          request.emit = () => true;
          if (request.res) request.res.emit = () => true;
          request.destroy();
        },
      };
      request.once('close', () => {
        end(request);
      });
      start(request, exchange);
    },
    'undici:request:create': ({ request }: { request: UndiciRequest }) => {
      const exchange = {
        port: () => underWay.get(request)?.socket?.localPort,
        silence() {
          const { socket } = underWay.get(request) ?? {};
          end(request);
          const ignore = () => undefined;
          Object.assign(request, { onConnect: ignore, onHeaders: ignore, onData: ignore, onComplete: ignore });
          Object.assign(request, { onError: ignore, aborted: true });
          socket?.destroy();
        },
      };
      start(request, exchange);
    },
    'undici:client:sendHeaders': ({ request, socket }: { request: object; socket: Socket }) => {
      const exchange = underWay.get(request);
      if (exchange) exchange.socket = socket;
    },
    'undici:request:trailers': ({ request }: { request: object }) => {
      end(request);
    },
    'undici:request:error': ({ request }: { request: object }) => {
      end(request);
    },
  };
  for (const [name, listener] of Object.entries(channels)) subscribe(name, listener as (message: unknown) => void);
  return () => {
    for (const [name, listener] of Object.entries(channels)) unsubscribe(name, listener as (message: unknown) => void);
  };
}
