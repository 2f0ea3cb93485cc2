import { textIn } from '../network/request';
import { untilTime } from '../network/retry';
import { restFailures, type RestRefusal } from '../rest/failure';

/** What answered is not GitHub: it leads to another host, or in a circle. */
export class NotGithubError extends Error {
  override readonly name = 'NotGithubError';
}

/** How long GitHub asks clients to wait at a secondary limit if its answer does not say. */
const SECONDARY_LIMIT_MS = 60_000;

export const GITHUB_FAILURES = restFailures({ isReached: isRateLimit, waitAskedIn });

/**
 * Whether GitHub refused the request only for now. Its limits answer 429 or 403, which is its word for a lack of permission, too.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export function isRateLimit({ status, words, headers }: RestRefusal): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return 'retry-after' in headers || headers['x-ratelimit-remaining'] === '0' || /rate limit/i.test(words);
}

/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit */
function waitAskedIn({ headers, words }: RestRefusal): number | undefined {
  const limitEnds = headers['x-ratelimit-remaining'] === '0' ? Number(headers['x-ratelimit-reset']) * 1000 : Number.NaN;
  const secondary = /secondary rate limit/i.test(words) ? SECONDARY_LIMIT_MS : undefined;
  return untilTime(limitEnds, headers) ?? secondary;
}

/** A time that an answer holds. */
export function timeIn(data: unknown, name: string): Date | undefined {
  const time = new Date(textIn(data, name) ?? '');
  return Number.isNaN(time.getTime()) ? undefined : time;
}
