import type { Clock } from '../network/clock';
import type { Ledger } from './ledger';
import type { Runner } from './runner';

/** The world a step acts in. */
export interface Step {
  readonly env: NodeJS.ProcessEnv;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly ledger: Ledger;
}
