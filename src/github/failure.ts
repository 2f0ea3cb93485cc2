import { AWS_FAILURES, retryOf } from '../aws/failure';
import { textIn } from '../network/request';
import { retryAfterIn, untilTime, type Failures, type Retry } from '../network/retry';

/** GitHub answered with success, but without what it should hold: the answer was cut off, or is not GitHub's. */
export class IncompleteAnswerError extends Error {
  constructor(missing: string) {
    super(`the answer holds no ${missing}`);
    this.name = 'IncompleteAnswerError';
  }
}

/** What answered is not GitHub: it leads to another host, or in a circle. */
export class NotGithubError extends Error {
  override readonly name = 'NotGithubError';
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

/** GitHub refused a request. */
export class GithubRefusedError extends Error implements GithubRefusal {
  override readonly name = 'GithubRefusedError';
  readonly status: number;
  readonly words: string;
  readonly headers: GithubRefusal['headers'];
  readonly method: string;
  readonly url: string;

  constructor({ status, words, headers, method, url }: GithubRefusal) {
    super(`HTTP ${status}${words && `: ${words}`}`);
    this.status = status;
    this.words = words;
    this.headers = headers;
    this.method = method;
    this.url = url;
  }
}

/** How long GitHub asks clients to wait at a secondary limit if its answer does not say. */
const SECONDARY_LIMIT_MS = 60_000;

/** The refusal in an error, or undefined when GitHub did not answer with one. */
export function githubRefusalOf(error: unknown): GithubRefusal | undefined {
  return error instanceof GithubRefusedError ? error : undefined;
}

export const GITHUB_FAILURES: Failures = { ...AWS_FAILURES, retryOf: retryOfGithub, waitAskedIn };

/** Whether a failed request of GitHub can succeed when it is made again. */
export function retryOfGithub(error: unknown): Retry {
  if (error instanceof IncompleteAnswerError) return 'transient';
  const refusal = githubRefusalOf(error);
  if (!refusal) return retryOf(error);
  if (isRateLimit(refusal)) return 'throttled';
  return refusal.status >= 500 ? 'transient' : 'final';
}

/**
 * Whether a request that left, and failed with this error, may have been carried out all the same, or may be later. Only
 * a refusal in GitHub's words says that it was not: what stands between may give up sooner than GitHub.
 */
export function mayHaveActed(error: unknown): boolean {
  const refusal = githubRefusalOf(error);
  if (refusal === undefined) return true;
  const { status, words } = refusal;
  if (status < 400 || status >= 500 || status === 408) return true;
  // A proxy that wants a password passes nothing on; GitHub's edge refuses what is too much without a word.
  return words === '' && status !== 407 && !isRateLimit(refusal);
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
 * How long GitHub asks to wait, in milliseconds.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export function waitAskedIn(error: unknown): number | undefined {
  const refusal = githubRefusalOf(error);
  if (!refusal) return undefined;
  const { headers, words } = refusal;
  const limitEnds = headers['x-ratelimit-remaining'] === '0' ? Number(headers['x-ratelimit-reset']) * 1000 : Number.NaN;
  const secondary = /secondary rate limit/i.test(words) ? SECONDARY_LIMIT_MS : undefined;
  return retryAfterIn(headers) ?? untilTime(limitEnds, headers) ?? secondary;
}

/** A time that an answer holds. */
export function timeIn(data: unknown, name: string): Date | undefined {
  const time = new Date(textIn(data, name) ?? '');
  return Number.isNaN(time.getTime()) ? undefined : time;
}
