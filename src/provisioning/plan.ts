import { ActionError } from '../errors/action-error';
import { describeSecret, type GithubSecret } from '../identities/declaration';
import type { KeyPlan } from './access-keys/plan-key';
import { isObstacle, withoutCalls, type Change, type Planned } from './changes/change';
import type { MfaDevicePlan } from './resources/mfa-device';

/** Everything that a step is to do to an account, and in which order. */
export interface Plan {
  /** Done one after the other. */
  readonly phases: readonly (readonly Change[])[];
  readonly devices: readonly MfaDevicePlan[];
  readonly keys: readonly KeyPlan[];
  /** Removed from GitHub, after all the rest. */
  readonly secrets: readonly GithubSecret[];
}

/** What is to become of each thing, in the order in which it is done. */
export function changesIn({ phases, devices, keys, secrets }: Plan): Change[] {
  return [
    ...phases.flat(),
    ...devices.map(({ change }) => change),
    ...keys.map(({ change }) => change),
    ...secrets.map((secret) => withoutCalls('delete', 'GitHub secret', describeSecret(secret))),
  ];
}

export function changesAnything(plan: Plan): boolean {
  return changesIn(plan).some(({ action, stages }) => (action !== 'keep' && action !== 'leave') || stages.length > 0);
}

export function plansOf<T extends object>(planned: readonly Planned<T>[]): T[] {
  return planned.filter((one): one is T => !isObstacle(one));
}

/** @throws ActionError with all that is in the way, under the code of the first */
export function requireNoObstacle(planned: readonly object[]): void {
  const obstacles = planned.filter(isObstacle);
  const [first, ...others] = obstacles;
  if (!first) return;
  throw new ActionError({
    code: first.code,
    tried: 'apply the identity document. Nothing was changed',
    why: others.length === 0 ? `${first.text}.` : obstacles.map(({ text }) => `\n- ${text}`).join(''),
    fix: 'Do what is said there, and run the step again.',
  });
}
