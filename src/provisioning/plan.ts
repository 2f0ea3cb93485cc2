import type { KeyPlan } from './access-keys/plan-key';
import { isObstacle, type Change, type Planned } from './changes/change';
import type { MfaDevicePlan } from './resources/mfa-device';

/** Everything that a step is to do to an account, and in which order. */
export interface Plan {
  /** Done one after the other. */
  readonly phases: readonly (readonly Change[])[];
  readonly devices: readonly MfaDevicePlan[];
  readonly keys: readonly KeyPlan[];
}

/** What is to become of each thing, in the order in which it is done. */
export function changesIn({ phases, devices, keys }: Plan): Change[] {
  return [...phases.flat(), ...devices.map(({ change }) => change), ...keys.map(({ change }) => change)];
}

export function changesAnything(plan: Plan): boolean {
  return changesIn(plan).some(({ action, stages }) => (action !== 'keep' && action !== 'leave') || stages.length > 0);
}

export function plansOf<T extends object>(planned: readonly Planned<T>[]): T[] {
  return planned.filter((one): one is T => !isObstacle(one));
}
