import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { retryOf } from '../aws/failure';
import { agentsFor } from '../network/agents';
import type { Retry } from '../network/retry';

/** The runner's endpoint for ID tokens, there only in jobs with the permission `id-token: write`. */
export interface IdTokenEndpoint {
  readonly url: URL;
  /** Authorizes this job. A secret. */
  readonly requestToken: string;
}

/** GitHub answered, but not with a token. */
export class IdTokenRefusedError extends Error {
  constructor(
    readonly status: number,
    words: string,
  ) {
    super(`HTTP ${status}${words && `: ${words}`}`);
    this.name = 'IdTokenRefusedError';
  }
}

/** Whether a failed request for an ID token can succeed when it is made again. */
export function retryOfIdToken(error: unknown): Retry {
  if (!(error instanceof IdTokenRefusedError)) return retryOf(error);
  if (error.status === 429) return 'throttled';
  return error.status >= 500 ? 'transient' : 'final';
}

/** A token has at most 20,000 characters; an answer much larger than that is none. */
const MAX_TOKEN_ANSWER_LENGTH = 64 * 1024;

/** The endpoint named in the environment, or undefined in a job without the permission `id-token: write`. */
export function idTokenEndpoint(env: NodeJS.ProcessEnv): IdTokenEndpoint | undefined {
  const url = env.ACTIONS_ID_TOKEN_REQUEST_URL;
  const requestToken = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  return url && requestToken && URL.canParse(url) ? { url: new URL(url), requestToken } : undefined;
}

/**
 * Asks GitHub for an ID token for the audience.
 * https://docs.github.com/actions/reference/security/oidc
 *
 * The toolkit's `getIDToken` does the same, but retries refusals, waits without bound for an answer that does not come,
 * and loads an HTTP client that takes longer to start than the request takes.
 *
 * @param onSent called when the request has left, and the process waits for the answer
 * @throws IdTokenRefusedError when GitHub answers with anything else than a token
 */
export async function fetchIdToken(
  endpoint: IdTokenEndpoint,
  audience: string,
  signal: AbortSignal,
  onSent: () => void,
): Promise<string> {
  const url = new URL(endpoint.url);
  url.searchParams.set('audience', audience);
  const { status, body } = await get(url, endpoint.requestToken, signal, onSent);
  const answer = parse(body);
  if (status !== 200) throw new IdTokenRefusedError(status, stringIn(answer, 'message') ?? '');
  const token = stringIn(answer, 'value');
  if (!token) throw new IdTokenRefusedError(status, 'the answer holds no token');
  return token;
}

async function get(
  url: URL,
  bearer: string,
  signal: AbortSignal,
  onSent: () => void,
): Promise<{ status: number; body: string }> {
  const { httpAgent, httpsAgent } = await agentsFor(url);
  const secure = url.protocol === 'https:';
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    (secure ? httpsRequest : httpRequest)(url, {
      agent: secure ? httpsAgent : httpAgent,
      headers: { accept: 'application/json', authorization: `Bearer ${bearer}` },
      signal,
    })
      .on('finish', onSent)
      .on('response', resolve)
      .on('error', reject)
      .end();
  });
  answer.setEncoding('utf8');
  let body = '';
  for await (const chunk of answer) {
    body += String(chunk);
    if (body.length > MAX_TOKEN_ANSWER_LENGTH) {
      throw new IdTokenRefusedError(answer.statusCode ?? 0, 'the answer is too long');
    }
  }
  return { status: answer.statusCode ?? 0, body };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function stringIn(answer: unknown, key: string): string | undefined {
  const value: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, key) : undefined;
  return typeof value === 'string' ? value : undefined;
}
