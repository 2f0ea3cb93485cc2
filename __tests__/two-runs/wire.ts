import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import http from 'node:http';
import { Readable } from 'node:stream';
import { HttpResponse } from '@smithy/core/transport';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Answer, IncomingRequest } from '../../sandbox/http/request';

/** Answers a request in place of AWS and GitHub; what it throws is how the connection fails. */
export type Answering = (request: IncomingRequest) => Promise<Answer>;

type Handle = NodeHttpHandler['handle'];

const answering = new AsyncLocalStorage<Answering>();

/** Does some work whose requests to AWS and GitHub are answered here, without a connection. */
export function answeredBy<T>(answer: Answering, work: () => Promise<T>): Promise<T> {
  return answering.run(answer, work);
}

/**
 * Lets the requests of this test file that are made within `answeredBy` take no connection: all above the HTTP clients
 * is as ever, and a request costs a tenth. Until what it returns is called.
 */
export function withoutConnections(): () => void {
  const handle: Handle = Reflect.get<NodeHttpHandler, 'handle'>(NodeHttpHandler.prototype, 'handle');
  const { request } = http;
  NodeHttpHandler.prototype.handle = async function (this: NodeHttpHandler, ...sent: Parameters<Handle>) {
    const answer = answering.getStore();
    if (!answer) return handle.apply(this, sent);
    const [{ method, path, query, headers, body }] = sent;
    const { status, ...answered } = await answer({
      method,
      path,
      query: new URLSearchParams(query as Record<string, string>),
      headers: byLowerCase(headers),
      body: body === undefined ? '' : Buffer.from(body as Uint8Array).toString(),
    });
    const response = new HttpResponse({
      statusCode: status,
      headers: byLowerCase(answered.headers),
      body: Readable.from([Buffer.from(answered.body)]),
    });
    return { response };
  };
  http.request = ((...given: Parameters<typeof request>): unknown => {
    const answer = answering.getStore();
    if (!answer) return request(...given);
    const [url, options] = given as unknown as [URL, http.RequestOptions];
    return new Sent(url, options, answer);
  }) as typeof request;
  return () => {
    NodeHttpHandler.prototype.handle = handle;
    http.request = request;
  };
}

/** A request of Node's client, as far as the step's requests to GitHub use it. */
class Sent extends EventEmitter {
  constructor(
    private readonly url: URL,
    private readonly options: http.RequestOptions,
    private readonly answer: Answering,
  ) {
    super();
  }

  end(body = ''): this {
    const { method = 'GET', headers = {} } = this.options;
    const { pathname, searchParams } = this.url;
    this.answer({ method, path: pathname, query: searchParams, headers: byLowerCase(headers), body }).then(
      ({ status, headers: answered, body: text }) => {
        const response = Readable.from([Buffer.from(text)]);
        this.emit('response', Object.assign(response, { statusCode: status, headers: byLowerCase(answered) }));
      },
      (error: unknown) => this.emit('error', error),
    );
    this.emit('finish');
    return this;
  }
}

function byLowerCase(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}
