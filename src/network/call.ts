import { inShort } from '../errors/action-error';
import { firstLine, messageOf } from '../errors/message';
import type { Clock } from './clock';
import { withDeadline } from './deadline';
import { retrying, type Retry, type RetryLimits } from './retry';

/** What calls over the network need of the step that makes them. */
export interface CallSettings {
  readonly retry: RetryLimits;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

/**
 * Makes a call, each attempt under the deadline, as often as its kind of failure allows. Logs when it waits.
 *
 * @param name what is called, for the log
 */
export function call<T>(
  name: string,
  request: (signal: AbortSignal) => Promise<T>,
  classify: (error: unknown) => Retry,
  { retry, clock, log }: CallSettings,
): Promise<T> {
  return retrying(() => withDeadline(request, clock), {
    ...retry,
    ...clock,
    classify,
    onRetry(error, waitMs, attempt) {
      const why = firstLine(messageOf(error)).trimEnd().replace(/\.$/, '');
      const next = classify(error) === 'propagating' ? 'Again' : `Attempt ${attempt} of ${retry.maxAttempts}`;
      log(`${name}: ${inShort(why)}. ${next} in ${(waitMs / 1000).toFixed(1)} s.`);
    },
  });
}
