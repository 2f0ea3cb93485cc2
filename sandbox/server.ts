import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Clock } from './clock';
import type { Failure, Faults } from './faults';
import { Refusal } from './http/refusal';
import type { Answer, IncomingRequest, RecordedRequest } from './http/request';
import type { Route } from './http/route';

const PIECE_BYTES = 64 * 1024;
const DRIP_MS = 50;

interface Parts {
  readonly clock: Clock;
  readonly faults: Faults;
  /** Every request is added, in order of arrival. */
  readonly requests: RecordedRequest[];
  route(request: IncomingRequest): Route;
}

/** The one HTTP server that all services of the sandbox share. */
export function createSandboxServer(parts: Parts): Server {
  return createServer((message, response) => {
    read(message).then(
      (request) => handle(request, response, parts),
      // The client went away before it had sent everything: there is nobody to answer.
      () => undefined,
    );
  });
}

async function handle(request: IncomingRequest, response: ServerResponse, parts: Parts): Promise<void> {
  const { clock, faults, requests } = parts;
  const route = parts.route(request);
  const { service, action, params } = route;
  const { path, headers } = request;
  const record: RecordedRequest = { service, action, path, params, headers, at: clock.now().getTime() };
  requests.push(record);
  const { socket } = response;
  const { latencyMs, first, failure: fault } = faults.meet(record);
  if (latencyMs > 0) await clock.waiting.pass(latencyMs, socket);
  const send = ({ status, headers, body }: Answer): void => {
    record.status = status;
    response.writeHead(status, {
      date: clock.now().toUTCString(),
      'content-length': Buffer.byteLength(body),
      ...headers,
    });
    const half = body.slice(0, body.length / 2);
    if (fault && 'hangBody' in fault) {
      response.write(half);
      clock.waiting.inVain(socket);
    } else if (fault && 'resetBody' in fault) {
      response.write(half, () => socket?.destroy());
    } else {
      record.isHeard = socket?.destroyed === false;
      response.end(body);
    }
  };
  for (const happen of first) await happen();
  if (fault && 'error' in fault) {
    const { status, code, message, headers: added } = fault.error;
    record.errorCode = code;
    const refused = route.refuse(new Refusal(status, code, message));
    send({ ...refused, headers: { ...refused.headers, ...added } });
  } else if (fault && 'raw' in fault) {
    send(fault.raw);
  } else if (fault && 'endless' in fault) {
    record.status = fault.endless.status;
    response.writeHead(fault.endless.status, fault.endless.headers);
    await pipeline(endlessly(fault.endless.body), response).catch(ignoreLeaving);
  } else if (fault && 'drip' in fault) {
    record.status = fault.drip.status;
    response.writeHead(fault.drip.status, fault.drip.headers);
    const drops = drop(fault.drip.body, () => clock.waiting.pass(DRIP_MS, socket));
    await pipeline(drops, response).catch(ignoreLeaving);
  } else if (fault && 'reset' in fault) {
    socket?.resetAndDestroy();
  } else if (fault && 'hang' in fault) {
    clock.waiting.inVain(socket);
  } else if (!fault || actsAllTheSame(fault)) {
    const answer = await route.respond(record);
    if (fault && 'twice' in fault) await route.respond({ ...record });
    if (fault && 'resetAfter' in fault) socket?.resetAndDestroy();
    else if (fault && 'holdAfter' in fault) fault.holdAfter();
    else send(answer);
  }
}

function actsAllTheSame(fault: Failure): boolean {
  return ['resetAfter', 'holdAfter', 'hangBody', 'resetBody', 'twice'].some((kind) => kind in fault);
}

function* endlessly(text: string): Generator<Buffer> {
  const piece = Buffer.from(text.repeat(Math.ceil(PIECE_BYTES / text.length)));
  for (;;) yield piece;
}

async function* drop(text: string, pause: () => Promise<void>): AsyncGenerator<string> {
  for (const byte of text) {
    await pause();
    yield byte;
  }
}

/** The client has had enough. */
function ignoreLeaving(): void {
  return undefined;
}

async function read(message: IncomingMessage): Promise<IncomingRequest> {
  const chunks: Buffer[] = [];
  message.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(message, 'end');
  const { method = 'GET', url = '/' } = message;
  const { pathname, searchParams } = new URL(url, 'http://sandbox');
  const headers = Object.entries(message.headers).map(([name, value]) => [name, String(value)]);
  return {
    method,
    path: pathname,
    query: searchParams,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
