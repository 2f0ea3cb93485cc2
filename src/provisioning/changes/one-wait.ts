import type { Clock } from '../../network/clock';
import { LONGEST_READ_AGE_MS } from './require-own';

/** Waits until no read is as old as the plan any more. */
export type LookTwice = () => Promise<void>;

/** One wait for all that must be looked at twice before it goes: whoever is the first to need it begins it. */
export function oneWait({ sleep }: Clock): LookTwice {
  let wait: Promise<void> | undefined;
  return () => (wait ??= sleep(LONGEST_READ_AGE_MS));
}
