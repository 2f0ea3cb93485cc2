import type { CallSettings } from '../network/call';
import type { Clock } from '../network/clock';
import type { RetryLimits } from '../network/retry';
import type { Ledger } from './ledger';
import type { Runner } from './runner';

/** The world a step acts in. */
export interface Step {
  readonly env: NodeJS.ProcessEnv;
  readonly runner: Runner;
  readonly clock: Clock;
  readonly ledger: Ledger;
}

/** How a step makes its calls: as often as the inputs allow, by its clock, with waits reported in its log. */
export function callSettings({ retry }: { readonly retry: RetryLimits }, { clock, runner }: Step): CallSettings {
  return { retry, clock, log: runner.info };
}
