import { inShort } from '../errors/action-error';
import type { Clock } from './clock';
import { withDeadline } from './deadline';
import { retrying, type Failures, type RetryLimits } from './retry';

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
 * @param onFailure is given the error of each attempt that failed, as soon as it has
 */
export function call<T>(
  name: string,
  request: (signal: AbortSignal) => Promise<T>,
  failures: Failures,
  { retry, clock, log }: CallSettings,
  onFailure: (error: unknown) => void = () => undefined,
): Promise<T> {
  const tryOnce = () =>
    withDeadline(request, clock).catch((error: unknown) => {
      onFailure(error);
      throw error;
    });
  return retrying(tryOnce, {
    ...retry,
    ...clock,
    failures,
    onRetry(error, { ms, askedMs }, attempt) {
      const why = inShort(failures.answerIn(error)).trimEnd().replace(/\.$/, '');
      const next = failures.retryOf(error) === 'propagating' ? 'Again' : `Attempt ${attempt} of ${retry.maxAttempts}`;
      const asked = askedMs === undefined ? '' : `, as the answer asks for ${Math.ceil(askedMs / 1000)} s`;
      log(`${name}: ${why}. ${next} in ${(ms / 1000).toFixed(1)} s${asked}.`);
    },
  });
}
