import { ActionError } from '../errors/action-error';
import type { Clock } from '../network/clock';
import { inTime } from '../network/deadline';

/**
 * Waits for the work, but not longer than the limit, in seconds, if there is one.
 *
 * @throws ActionError `action-timeout` when the limit is reached
 */
export async function withinTimeLimit<T>(limit: number | undefined, work: Promise<T>, clock: Clock): Promise<T> {
  if (limit === undefined) return work;
  return inTime(work, limit * 1000, clock, () => timeLimitReached(limit));
}

/** The error of a step that took longer than its limit, in seconds. */
export function timeLimitReached(limit: number): ActionError {
  return new ActionError({
    code: 'action-timeout',
    tried: `finish within ${limit} s, the limit that action-timeout-s sets`,
    why: 'AWS or another server took longer, attempts had to be repeated, or another run or a person was waited for: the log of the step says which.',
    fix: 'Raise action-timeout-s, or omit it: each request has a time-out of its own.',
  });
}

/**
 * The error of a step whose limit, in seconds, is too short for what it has to do.
 *
 * @param waitMs for how long it must wait at least, in milliseconds
 * @param tookMs what it has taken already
 */
export function timeLimitTooShort(limit: number, waitMs: number, tookMs: number): ActionError {
  const [wait, took] = [waitMs, tookMs].map((ms) => Math.ceil(ms / 1000));
  return new ActionError({
    code: 'action-timeout',
    tried: `finish within ${limit} s, the limit that action-timeout-s sets. Nothing was changed`,
    why:
      `The step would have to wait ${wait} s: a new key is delivered, and what an earlier run left is deleted, only when ` +
      `every read of IAM must show what other runs did. It has taken ${took} s already, and its calls take time, too.`,
    fix: `Set action-timeout-s to ${Math.ceil((waitMs + tookMs) / 60_000 + 1) * 60} or more, or omit it: each request has a time-out of its own.`,
  });
}
