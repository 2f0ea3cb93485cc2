import { isNoAnswer, retryOf } from '../aws/failure';
import { codeOf } from '../errors/message';
import type { Retry } from '../network/retry';

/** GitHub answered with success, but without what it should hold: the answer was cut off, or is not GitHub's. */
export class IncompleteAnswerError extends Error {
  constructor(missing: string) {
    super(`the answer holds no ${missing}`);
    this.name = 'IncompleteAnswerError';
  }
}

/** GitHub's refusal, as it was answered. */
export interface GithubRefusal {
  readonly status: number;
  readonly words: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly method: string;
  readonly url: string;
}

/** What an error of Octokit's may carry; nothing of it can be relied on. */
interface OctokitError {
  readonly status?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly request?: { readonly method?: unknown; readonly url?: unknown };
  readonly response?: { readonly headers?: Readonly<Record<string, unknown>> };
}

const CONNECTION_BROKE = 'UND_ERR_SOCKET';
const TIMED_OUT = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** The refusal in an error of Octokit's, or undefined when GitHub did not answer with one. */
export function githubRefusalOf(error: unknown): GithubRefusal | undefined {
  const { status, message, request, response } = asOctokitError(error);
  // A connection that failed has the status 500 in Octokit's errors, but no response.
  if (typeof status !== 'number' || response === undefined) return undefined;
  return {
    status,
    words: typeof message === 'string' ? message : '',
    headers: response.headers ?? {},
    method: String(request?.method),
    url: String(request?.url),
  };
}

/** Whether a failed request to GitHub's API can succeed when it is made again. */
export function retryOfGithub(error: unknown): Retry {
  if (error instanceof IncompleteAnswerError) return 'transient';
  const refusal = githubRefusalOf(error);
  if (refusal) {
    if (isRateLimit(refusal)) return 'throttled';
    return refusal.status >= 500 ? 'transient' : 'final';
  }
  const failed = connectionErrorOf(error);
  if (codeOf(failed) === CONNECTION_BROKE) return 'transient';
  return isTimedOut(failed) ? 'unanswered' : retryOf(failed);
}

/**
 * Whether GitHub refused the request only for now. Its limits answer 429 or 403, which is its word for a lack of permission, too.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export function isRateLimit({ status, words, headers }: GithubRefusal): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return 'retry-after' in headers || headers['x-ratelimit-remaining'] === '0' || /rate limit/i.test(words);
}

/**
 * Whether what answered is not GitHub, or not in working order. Errors are known by name, as the bundle that calls GitHub
 * has classes of its own. Octokit wraps what its `fetch` throws.
 */
export function isUnusual(error: unknown): boolean {
  const names = [error, asOctokitError(error).cause].map((each) => (each instanceof Error ? each.name : ''));
  return names.some((name) => ['IncompleteAnswerError', 'NotGithubError'].includes(name));
}

/** The error of the connection: Octokit wraps that of `fetch`, which wraps that of the socket. */
export function connectionErrorOf(error: unknown): unknown {
  let inner = error;
  while (inner !== undefined && codeOf(inner) === undefined) inner = asOctokitError(inner).cause;
  return inner ?? error;
}

/** Whether the connection was not opened, or the request not answered, in time. */
export function isTimedOut(error: unknown): boolean {
  return isNoAnswer(error) || TIMED_OUT.has(codeOf(error) ?? '');
}

function asOctokitError(error: unknown): OctokitError {
  return typeof error === 'object' && error !== null ? error : {};
}
