import type { Step } from '../runner/step';
import type { StepSettings } from '../inputs/request';
import type { CallSettings } from '../network/call';

/** How a mode makes its calls: as often as the inputs allow, by the step's clock, with waits told in its log. */
export function callSettings({ retry }: StepSettings, { clock, runner }: Step): CallSettings {
  return { retry, clock, log: runner.info };
}
