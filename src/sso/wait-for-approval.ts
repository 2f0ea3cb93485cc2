import type { Clock } from '../network/clock';
import type { AccessToken, DeviceAuthorization } from './oidc';

/** By how much the interval grows, for good, each time that the service finds it too short, in milliseconds. */
const SLOWER_MS = 5_000;
/** How often the log says that the step still waits, in milliseconds. */
const REPORT_EVERY_MS = 60_000;

/**
 * Waits until a person has approved a sign-in, as the service says how: not more often than at the interval, and not
 * after the code has expired.
 * https://www.rfc-editor.org/rfc/rfc8628#section-3.4
 *
 * @param ask asks once for the token
 * @param report is given the seconds that are left
 * @returns undefined when nobody approved in time
 */
export async function waitForApproval(
  { interval, expiresIn }: Pick<DeviceAuthorization, 'interval' | 'expiresIn'>,
  ask: () => Promise<AccessToken | 'pending' | 'slow down'>,
  report: (secondsLeft: number) => void,
  clock: Pick<Clock, 'now' | 'sleep'>,
): Promise<AccessToken | undefined> {
  const end = clock.now() + expiresIn * 1000;
  let intervalMs = interval * 1000;
  let reported = clock.now();
  for (;;) {
    const left = end - clock.now();
    if (left <= 0) return undefined;
    await clock.sleep(Math.min(intervalMs, left));
    const answer = await ask();
    if (typeof answer !== 'string') return answer;
    if (answer === 'slow down') intervalMs += SLOWER_MS;
    if (clock.now() - reported < REPORT_EVERY_MS) continue;
    reported = clock.now();
    report(Math.max(0, Math.round((end - clock.now()) / 1000)));
  }
}
