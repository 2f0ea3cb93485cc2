import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Agents } from './agents';
import { limited } from './answer-size';

export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Called when the request has left, and the process waits for the answer. */
  readonly onSent?: () => void;
}

/** An answer, read to its end. */
export interface JsonAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: IncomingHttpHeaders;
  /** What its JSON holds; undefined where it is none. */
  readonly data: unknown;
}

/**
 * Sends one request to a service that answers in JSON: to one that is not of AWS, or to one of AWS for which no client of
 * the SDK is loaded. Others' clients do the same, but retry refusals, wait without bound for an answer that does not come,
 * know other rules of proxies than AWS's SDK, and take longer to load than the request takes.
 */
export async function requestJson(
  { method, url, headers, body, signal, onSent = () => undefined }: JsonRequest,
  { httpAgent, httpsAgent }: Agents,
): Promise<JsonAnswer> {
  const secure = url.protocol === 'https:';
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    (secure ? httpsRequest : httpRequest)(url, {
      method,
      agent: secure ? httpsAgent : httpAgent,
      headers: { 'user-agent': 'aws-identity-action', ...headers },
      signal,
    })
      .on('finish', onSent)
      .on('response', resolve)
      .on('error', reject)
      .end(body);
  });
  let text = '';
  for await (const piece of limited(answer).setEncoding('utf8')) text += String(piece);
  return { status: answer.statusCode ?? 0, headers: answer.headers, data: parse(text) };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A text that an answer holds. */
export function textIn(data: unknown, name: string): string | undefined {
  const value = fieldIn(data, name);
  return typeof value === 'string' ? value : undefined;
}

/** What an answer holds under a name. */
export function fieldIn(data: unknown, name: string): unknown {
  return typeof data === 'object' && data !== null ? Reflect.get(data, name) : undefined;
}
