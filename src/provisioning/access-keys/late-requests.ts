import type { AccountAccess } from '../changes/account-access';
import { LATE_MS } from './key-life';

/**
 * Waits until a request to GitHub that got no answer can no longer arrive.
 *
 * @param sent when it left, by the step's clock
 */
export async function untilNothingIsLate(sent: number, { clock, log }: AccountAccess): Promise<void> {
  const left = sent + LATE_MS - clock.now();
  if (left <= 0) return;
  log(`GitHub did not answer. Waiting ${Math.ceil(left / 1000)} s: until what was sent can no longer arrive.`);
  await clock.sleep(left);
}
