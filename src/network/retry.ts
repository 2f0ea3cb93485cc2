import type { Clock } from './clock';

/**
 * How a failed call may be tried again. It is a property of the failure, never of the caller:
 * - `throttled`: the service had too much to do; waits long, so that a fleet of jobs spreads out;
 * - `transient`: a reset, a 5xx; waits shortly;
 * - `unanswered`: no answer in time; once more, as a service that hangs seldom recovers at once;
 * - `propagating`: what was just made is not known everywhere yet; waits until it is, however few attempts are allowed;
 * - `final`: a refusal or a mistake, which would only be refused again.
 */
export type Retry = 'throttled' | 'transient' | 'unanswered' | 'propagating' | 'final';

export interface RetryLimits {
  /** Attempts in all, the first included. */
  readonly maxAttempts: number;
}

export interface RetrySettings extends RetryLimits, Pick<Clock, 'now' | 'sleep' | 'random'> {
  readonly classify: (error: unknown) => Retry;
  readonly onRetry: (error: unknown, waitMs: number, attempt: number) => void;
}

/** No attempt is started later than this after the first, in milliseconds. */
export const RETRY_BUDGET_MS = 60_000;

const MAX_UNANSWERED = 2;
const WAIT = {
  throttled: { baseMs: 2_000, capMs: 20_000 },
  transient: { baseMs: 100, capMs: 5_000 },
  unanswered: { baseMs: 100, capMs: 100 },
  propagating: { baseMs: 500, capMs: 5_000 },
} as const;

/**
 * Calls until it succeeds, fails for good, or the attempts or the budget are used up; waits in between with full
 * jitter (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/). Throws the last error.
 */
export async function retrying<T>(call: () => Promise<T>, settings: RetrySettings): Promise<T> {
  const started = settings.now();
  let unanswered = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const retry = settings.classify(error);
      if (retry === 'final' || (retry !== 'propagating' && attempt >= settings.maxAttempts)) throw error;
      if (retry === 'unanswered' && ++unanswered >= MAX_UNANSWERED) throw error;
      const { baseMs, capMs } = WAIT[retry];
      const waitMs = settings.random() * Math.min(capMs, baseMs * 2 ** (attempt - 1));
      if (settings.now() - started + waitMs > RETRY_BUDGET_MS) throw error;
      settings.onRetry(error, waitMs, attempt + 1);
      await settings.sleep(waitMs);
    }
  }
}
