import type { KeyObstacle, KeyPlan } from './access-keys/plan-key';
import { isObstacle, type Change, type Obstacle } from './changes/change';
import type { MfaDevicePlan } from './resources/mfa-device';

/** Everything that a step is to do to an account, and in which order. */
export interface Plan {
  /** Done one after the other. */
  readonly phases: readonly (readonly Change[])[];
  readonly devices: readonly MfaDevicePlan[];
  readonly keys: readonly KeyPlan[];
  /** What is in the way of keys: nothing is done then, but what was found is recorded. */
  readonly obstacles: readonly KeyObstacle[];
}

/** What was found of the access keys of users, whatever is in the way of new ones. */
export function foundOfKeys({ keys, obstacles }: Plan): NonNullable<KeyObstacle['found']>[] {
  return [...keys, ...obstacles.flatMap(({ found }) => found ?? [])];
}

/** What is to become of each thing, in the order in which it is done. */
export function changesIn({ phases, devices, keys }: Plan): Change[] {
  return [...phases.flat(), ...devices.map(({ change }) => change), ...keys.map(({ change }) => change)];
}

export function changesAnything(plan: Plan): boolean {
  return changesIn(plan).some(({ action, stages }) => (action !== 'keep' && action !== 'leave') || stages.length > 0);
}

export function plansOf<T extends object>(planned: readonly T[]): Exclude<T, Obstacle>[] {
  return planned.filter((one): one is Exclude<T, Obstacle> => !isObstacle(one));
}
