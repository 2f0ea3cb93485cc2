import { ActionError } from '../errors/action-error';
import type { Clock } from '../network/clock';

/**
 * Waits for the work, but not longer than the limit, in seconds, if there is one.
 *
 * @throws ActionError `action-timeout` when the limit is reached
 */
export async function withinTimeLimit<T>(limit: number | undefined, work: Promise<T>, clock: Clock): Promise<T> {
  if (limit === undefined) return work;
  let cancel: () => void = () => undefined;
  const reached = new Promise<never>((_, reject) => {
    cancel = clock.after(limit * 1000, () => {
      reject(timeLimitReached(limit));
    });
  });
  try {
    return await Promise.race([work, reached]);
  } finally {
    cancel();
  }
}

/** The error of a step that took longer than its limit, in seconds. */
export function timeLimitReached(limit: number): ActionError {
  return new ActionError({
    code: 'action-timeout',
    tried: `finish within ${limit} s, the limit that action-timeout-s sets`,
    why: 'AWS or GitHub took longer, or attempts had to be repeated; the lines above say which.',
    fix: 'Raise action-timeout-s, or leave it out: each request has a time-out of its own.',
  });
}
