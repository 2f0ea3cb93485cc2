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
    why: 'AWS or GitHub took longer, or attempts had to be repeated; the lines above say which.',
    fix: 'Raise action-timeout-s, or omit it: each request has a time-out of its own.',
  });
}
