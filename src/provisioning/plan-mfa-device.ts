import type { DeclaredUser, Tags } from '../identities/declaration';
import type { ExistingUser } from './account';
import { mfaDeviceArn } from './arns';
import type { Change, Obstacle } from './plan';
import { notOurs, type Rules } from './plan-changes';

/** What is to become of a user's MFA device. */
export interface MfaDevicePlan {
  readonly user: DeclaredUser;
  readonly serial: string;
  readonly change: Change;
}

/**
 * Sees to it that a user has its virtual MFA device.
 *
 * @param tags those of a device of that name that is not the user's; undefined where there is none
 */
export function planMfaDevice(
  user: DeclaredUser,
  name: { readonly name: string; readonly path: string },
  existing: ExistingUser | undefined,
  tags: Tags | undefined,
  rules: Rules,
): { readonly plan: MfaDevicePlan } | { readonly obstacle: Obstacle } {
  const serial = mfaDeviceArn(name, rules.place);
  const kind = 'MFA device';
  if (existing?.mfaDevices.includes(serial)) {
    const details = [`of ${user.name}, enabled`];
    return { plan: { user, serial, change: { action: 'keep', kind, name: serial, details, stages: [] } } };
  }
  const remedy = 'Nobody can be told its seed again: choose another name, or remove that device';
  const obstacle = tags && notOurs(kind, serial, tags, { ...rules, adoptExisting: false }, remedy);
  if (obstacle) return { obstacle };
  // Its seed was shown to a run that died before the device was enabled, and to nobody else.
  const left = tags ? [[{ operation: 'DeleteVirtualMFADevice', input: { SerialNumber: serial } } as const]] : [];
  const details = [`for ${user.name}`, ...(tags ? ['replaces one that was never enabled'] : [])];
  return { plan: { user, serial, change: { action: 'create', kind, name: serial, details, stages: left } } };
}
