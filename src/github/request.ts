import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Agents } from '../network/agents';
import { limited } from '../network/answer-size';

export interface GithubRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Called when the request has left, and the process waits for the answer. */
  readonly onSent?: () => void;
}

/** An answer of GitHub's, read to its end. */
export interface GithubAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** What its JSON holds; undefined where it is none. */
  readonly data: unknown;
}

/**
 * Sends one request to GitHub. The toolkit's clients do the same, but retry refusals, wait without bound for an answer that
 * does not come, know other rules of proxies than AWS's SDK, and take longer to load than the request takes.
 */
export async function requestGithub(
  { method, url, headers, body, signal, onSent = () => undefined }: GithubRequest,
  { httpAgent, httpsAgent }: Agents,
): Promise<GithubAnswer> {
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
