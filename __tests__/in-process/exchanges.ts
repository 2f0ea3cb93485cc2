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
  };
  for (const [name, listener] of Object.entries(channels)) subscribe(name, listener as (message: unknown) => void);
  return () => {
    for (const [name, listener] of Object.entries(channels)) unsubscribe(name, listener as (message: unknown) => void);
  };
}
