import type { AccountAccess } from '../changes/account-access';
import { LATE_MS } from './key-life';

/**
 * Waits until a request to a store that got no answer can no longer arrive.
 *
 * @param sent when it left, by the step's clock
 * @param keeper whose store it was for, for people
 */
export async function untilNothingIsLate(sent: number, keeper: string, { clock, log }: AccountAccess): Promise<void> {
  const left = sent + LATE_MS - clock.now();
  if (left <= 0) return;
  log(`${keeper} did not answer. Waiting ${Math.ceil(left / 1000)} s: until what was sent can no longer arrive.`);
  await clock.sleep(left);
}
