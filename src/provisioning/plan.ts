import { outlastsJob } from './access-keys/destinations';
import type { KeyObstacle, KeyPlan } from './access-keys/plan-key';
import { isObstacle, withoutCalls, type Change, type Obstacle } from './changes/change';
import { isDeviceObstacle, MFA_DEVICE, type DeviceObstacle, type MfaDevicePlan } from './resources/mfa-device';

/** Everything that a step is to do to an account, and in which order. */
export interface Plan {
  /** Done one after the other. */
  readonly phases: readonly (readonly Change[])[];
  readonly devices: readonly MfaDevicePlan[];
  readonly keys: readonly KeyPlan[];
  /** What is in the way of all of it: nothing is done then, but what was found is recorded. */
  readonly obstacles: readonly Obstacle[];
  /** What is in the way of single users: nothing is done to these, and the step fails when the rest is done. */
  readonly hindered: readonly (KeyObstacle | DeviceObstacle)[];
}

/** What was found of the access keys of users, whatever is in the way of new ones. */
export function foundOfKeys({ keys, hindered }: Plan): NonNullable<KeyObstacle['found']>[] {
  return [...keys, ...foundOfHindered(hindered)];
}

/** What was found of the access keys of those users in whose way something is. */
export function foundOfHindered(hindered: Plan['hindered']): NonNullable<KeyObstacle['found']>[] {
  return hindered.flatMap((one) => (isDeviceObstacle(one) ? [] : (one.found ?? [])));
}

/**
 * What of a plan is done where something is in the way of some users: nothing to these users, and no key for
 * the job, which gets nothing from a step that fails. What refers to such a user goes on: the user is there.
 */
export function withoutHindered(plan: Plan): Plan {
  const { phases, devices, keys, hindered } = plan;
  if (hindered.length === 0) return plan;
  const names = new Set(hindered.map(({ user }) => user));
  return {
    ...plan,
    phases: phases.map((phase) =>
      phase.map((change) =>
        change.kind === 'user' && names.has(change.name)
          ? leftAsItIs(change)
          : { ...change, widenings: change.widensAlone ?? change.widenings },
      ),
    ),
    devices: devices.map((device) =>
      names.has(device.user.name) ? { ...device, change: leftAsItIs(device.change), replaces: undefined } : device,
    ),
    keys: keys.map((key) => {
      if (names.has(key.user)) return { ...withoutWork(key), change: leftAsItIs(key.change) };
      return key.make && !outlastsJob(key.destinations) ? withoutNewKey(key) : key;
    }),
  };
}

function leftAsItIs(change: Change): Change {
  const { action, kind, name, stages, later } = change;
  const isKept = action === 'keep' && stages.length === 0 && later.length === 0;
  return isKept
    ? { ...change, creates: undefined }
    : withoutCalls('leave', kind, name, 'left as it is, as something of its user is in the way: see the error');
}

function withoutWork(plan: KeyPlan): KeyPlan {
  return { ...plan, records: {}, arrived: undefined, endings: [], make: undefined };
}

function withoutNewKey(plan: KeyPlan): KeyPlan {
  const { user, records, endings } = plan;
  const changes = endings.length > 0 || Object.keys(records).length > 0;
  const details = [
    'none is made for this job, as the step fails',
    ...endings.map(({ id, how, why }) => `${id} is ${how}d: ${why}`),
  ];
  return {
    ...plan,
    make: undefined,
    change: withoutCalls(changes ? 'change' : 'leave', 'access key', user, ...details),
  };
}

/** What is to become of each thing, in the order in which it is done. */
export function changesIn({ phases, devices, keys, hindered }: Plan): Change[] {
  return [
    ...phases.flat(),
    ...devices.map(({ change }) => change),
    ...keys.map(({ change }) => change),
    ...hindered.map((one) =>
      isDeviceObstacle(one)
        ? withoutCalls('leave', MFA_DEVICE, one.serial, `left as it is (${one.code}): see the error`)
        : withoutCalls('leave', 'access key', one.user, `left as they are (${one.code}): see the error`),
    ),
  ];
}

export function changesAnything(plan: Plan): boolean {
  return changesIn(plan).some(({ action, stages }) => (action !== 'keep' && action !== 'leave') || stages.length > 0);
}

export function obstaclesOf<T extends object>(planned: readonly T[]): Extract<T, Obstacle>[] {
  return planned.filter((one): one is Extract<T, Obstacle> => isObstacle(one));
}

export function plansOf<T extends object>(planned: readonly T[]): Exclude<T, Obstacle>[] {
  return planned.filter((one): one is Exclude<T, Obstacle> => !isObstacle(one));
}
