import { ActionError } from '../errors/action-error';

/**
 * Waits for the work, but not longer than the limit, in seconds, if there is one.
 *
 * @throws ActionError `action-timeout` when the limit is reached
 */
export async function withinTimeLimit<T>(limit: number | undefined, work: Promise<T>): Promise<T> {
  if (limit === undefined) return work;
  let timer: NodeJS.Timeout | undefined;
  const reached = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(timeLimitReached(limit));
    }, limit * 1000);
  });
  try {
    return await Promise.race([work, reached]);
  } finally {
    clearTimeout(timer);
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
