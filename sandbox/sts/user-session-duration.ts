import type { Constraints } from '../query/constraints';
import type { Parameters } from '../query/parameters';

/** Seconds that a session of a user is to last: half a day unless asked for, at most a day and a half. */
export function readUserSessionDuration({ DurationSeconds }: Parameters, constraints: Constraints): number {
  return constraints.integer('durationSeconds', DurationSeconds, 900, 129_600) ?? 43_200;
}
