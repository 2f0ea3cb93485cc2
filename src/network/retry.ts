import type { Explanation } from '../errors/action-error';
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
  /** No attempt is started later, by a clock that never goes back, in milliseconds; if omitted, the budget decides. */
  readonly until?: number;
}

/** What there is to know of the failures of a service, whose errors are its own. */
export interface Failures {
  readonly retryOf: (error: unknown) => Retry;
  /** How long the service asks to wait before the next attempt, in milliseconds, if it does. */
  readonly waitAskedIn: (error: unknown) => number | undefined;
  /** What the service answered, or how the connection failed, in a line for the log. */
  readonly answerIn: (error: unknown) => string;
}

/** The wait before an attempt, in milliseconds. */
export interface Wait {
  readonly ms: number;
  /** The part of it that the service asked for, if it did. */
  readonly askedMs: number | undefined;
}

export interface RetrySettings extends RetryLimits, Pick<Clock, 'now' | 'sleep' | 'random'> {
  readonly failures: Pick<Failures, 'retryOf' | 'waitAskedIn'>;
  readonly onRetry: (error: unknown, wait: Wait, attempt: number) => void;
}

/** How long a kind of failure is waited for, in milliseconds. */
interface Backoff {
  /** The longest wait after an attempt; the first is 1. */
  readonly longest: (attempt: number) => number;
  /** The part of each wait that is not left to chance. */
  readonly sure: number;
  /** No attempt is started later than this after the first. */
  readonly budget: number;
}

/** No attempt is started later than this after the first, in milliseconds, also if the service asks to wait longer. */
export const ASKED_BUDGET_MS = 300_000;

const MAX_UNANSWERED = 2;
/**
 * That of throttling is chosen by `npm run bench:fleet`: a fleet of jobs uses all that the limit lets through, makes few
 * calls in vain, and leaves nobody without an answer. The others have full jitter.
 * https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
const BACKOFF: Readonly<Record<Exclude<Retry, 'final'>, Backoff>> = {
  throttled: { longest: (attempt) => 1_500 * (attempt + 1), sure: 0.5, budget: 120_000 },
  transient: { longest: (attempt) => Math.min(5_000, 100 * 2 ** (attempt - 1)), sure: 0, budget: 60_000 },
  unanswered: { longest: () => 100, sure: 0, budget: 60_000 },
  propagating: { longest: (attempt) => Math.min(5_000, 500 * 2 ** (attempt - 1)), sure: 0, budget: 60_000 },
};

/** Calls until it succeeds, fails for good, or the attempts or the budget are used up. Throws the last error. */
export async function retrying<T>(call: () => Promise<T>, settings: RetrySettings): Promise<T> {
  const { failures, maxAttempts, until = Infinity, now, sleep, random } = settings;
  const started = now();
  let unanswered = 0;
  let budget = 0;
  let extension = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const retry = failures.retryOf(error);
      if (retry === 'final' || (retry !== 'propagating' && attempt >= maxAttempts)) throw error;
      if (retry === 'unanswered' && ++unanswered >= MAX_UNANSWERED) throw error;
      const { longest, sure, budget: ownBudget } = BACKOFF[retry];
      const ownMs = longest(attempt) * (sure + (1 - sure) * random());
      const askedMs = failures.waitAskedIn(error);
      // After a long wait, the connection may be gone: that ends no call that had more time.
      budget = Math.max(budget, ownBudget);
      // What is asked for adds only the time by which it is longer than the own wait.
      extension += Math.max(0, (askedMs ?? 0) - ownMs);
      const left = Math.min(started + Math.min(budget + extension, ASKED_BUDGET_MS), until) - now();
      if ((askedMs ?? ownMs) > left) throw error;
      // All jobs of a fleet are asked to wait for the same time.
      const wait = { ms: Math.min((askedMs ?? 0) + ownMs, left), askedMs };
      settings.onRetry(error, wait, attempt + 1);
      await sleep(wait.ms);
    }
  }
}

/** A number, as it should be, or what some services send: `5s`, or two headers in one. */
const SECONDS = /^\d+(\.\d+)?s?(\s*,\s*\d+(\.\d+)?s?)*$/;
/** 31 years are no wait, but a time since 1970, which other headers have; or nothing that makes sense. */
const NO_WAIT_MS = 1e12;

/**
 * How long the headers of an answer ask to wait, in milliseconds; undefined if they do not. A time of day is compared with
 * that of the server: this machine's clock may be off.
 * https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 *
 * @param headers by lower-case name
 */
export function retryAfterIn(headers: Readonly<Record<string, unknown>>): number | undefined {
  const { 'retry-after': asked } = headers;
  const text = typeof asked === 'string' ? asked.trim() : '';
  if (!SECONDS.test(text)) return waitOrNone(untilTime(Date.parse(text), headers));
  return waitIn(Math.max(...text.split(',').map(Number.parseFloat)) * 1000, headers);
}

/** The wait that a number of milliseconds asks for, if any does: it may be a time since 1970 instead. */
export function waitIn(ms: number, headers: Readonly<Record<string, unknown>>): number | undefined {
  return waitOrNone(ms) ?? (ms > 0 ? waitOrNone(untilTime(ms, headers)) : undefined);
}

function waitOrNone(ms = 0): number | undefined {
  return ms > 0 && ms < NO_WAIT_MS ? ms : undefined;
}

/** Milliseconds until a time in the future by the server's clock; undefined for the past, and for what is no time. */
export function untilTime(time: number, headers: Readonly<Record<string, unknown>>): number | undefined {
  const servers = Date.parse(String(headers.date));
  const ms = time - (Number.isNaN(servers) ? Date.now() : servers);
  return ms > 0 ? ms : undefined;
}

/**
 * Says so where a service asks for a longer wait than any that is made. Then no attempts were used up, nor would more of
 * them help.
 */
export function longerThanAnyWait(askedMs = 0, service: string): Pick<Explanation, 'why' | 'fix'> | undefined {
  if (askedMs <= ASKED_BUDGET_MS) return undefined;
  const [asked, longest] = [askedMs, ASKED_BUDGET_MS].map((ms) => Math.ceil(ms / 60_000));
  return {
    why: `${service} asks to wait ${asked} minutes before the next request. A step waits ${longest} minutes at most.`,
    fix: 'Run the step again after that time. If many jobs make requests at once, let fewer.',
  };
}
