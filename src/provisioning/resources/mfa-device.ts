import { iamArn } from '../../aws/arn';
import type { Iam } from '../../iam/connect';
import { describeSecret, type DeclaredMfaDevice, type DeclaredUser, type Tags } from '../../identities/declaration';
import { codeAt, parseSeed, type Seed } from '../../mfa/seed';
import type { AccountAccess, TargetAccount } from '../changes/account-access';
import { makeCall, makeCalls } from '../changes/apply';
import { removalOf, withoutCalls, type Change, type Planned, type PlannedCall } from '../changes/change';
import { requireOwn } from '../changes/require-own';
import { readEphemeral } from '../ephemeral';
import { nothingToRemove, notOurs, type Rules } from './ownership';
import { tagList, tagsIn, tagsToMake } from './tags';

const MFA_DEVICE = 'MFA device';

/** What is to become of a user's MFA device. */
export interface MfaDevicePlan {
  readonly user: DeclaredUser;
  readonly serial: string;
  /** Those that it is made with. */
  readonly tags: Tags;
  readonly change: Change;
}

/** The serial number of a virtual device is its ARN. */
export function mfaDeviceArn({ name, path }: Pick<DeclaredMfaDevice, 'name' | 'path'>, account: TargetAccount): string {
  return iamArn(account, `mfa${path}${name}`);
}

/** Serial numbers of the devices that are enabled for a user. */
export async function readDevices(UserName: string, iam: Iam): Promise<string[]> {
  const devices = await iam.list('ListMFADevices', { UserName }, (page) => page.MFADevices);
  return devices.map(({ SerialNumber = '' }) => SerialNumber);
}

/** The tags of a virtual device, whoever it is of; undefined where there is none. */
export async function readDeviceTags(SerialNumber: string, iam: Iam): Promise<Tags | undefined> {
  const answer = await iam.find('ListMFADeviceTags', { SerialNumber });
  return answer && tagsIn(answer.Tags);
}

/**
 * Gives a user its virtual MFA device, unless it has it.
 *
 * @param enabled serial numbers of the devices that the user has
 * @param tags those of a device of that name that is not the user's; undefined where there is none
 */
export function planMfaDevice(
  user: DeclaredUser,
  device: DeclaredMfaDevice,
  { enabled, tags }: { readonly enabled: readonly string[]; readonly tags: Tags | undefined },
  rules: Rules,
): Planned<MfaDevicePlan> {
  const serial = mfaDeviceArn(device, rules.account);
  const plan = { user, serial, tags: tagsToMake({}, rules) };
  if (enabled.includes(serial)) {
    return { ...plan, change: withoutCalls('keep', MFA_DEVICE, serial, `of ${user.name}, enabled`) };
  }
  const remedy = 'Nobody can be shown its seed again: choose another name, or remove that device';
  const obstacle = tags && notOurs(MFA_DEVICE, serial, tags, { ...rules, adoptExisting: false }, remedy);
  if (obstacle) return obstacle;
  const created = withoutCalls('create', MFA_DEVICE, serial, `for ${user.name}`);
  if (!tags) return { ...plan, change: created };
  // Its seed was shown to a run that died before the device was enabled, and to nobody else.
  const details = [...created.details, 'replaces one that was never enabled'];
  return { ...plan, change: { ...created, details, stages: [[deleteDevice(serial)]] } };
}

/**
 * Makes a virtual MFA device for a user: its seed is delivered before it is enabled, so that a device that is enabled
 * never is one whose codes nobody can compute.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_virtual.html
 */
export async function makeMfaDevice(plan: MfaDevicePlan, access: AccountAccess): Promise<void> {
  const { user, serial, change } = plan;
  const { mfaDevice } = user;
  if (change.action !== 'create' || !mfaDevice) return;
  await makeCalls(change.stages, access);
  access.remember({ kind: MFA_DEVICE, user: user.name, serial });
  const base32 = await createDevice(plan, mfaDevice, access);
  access.mask(base32);
  const seed = parseSeed(base32);
  if ('wrong' in seed) throw new Error(`The seed that AWS gave for ${serial} ${seed.wrong}.`);
  for (const secret of mfaDevice.deliver) {
    access.remember({ kind: 'GitHub secret', secret });
    await access.secrets?.put(secret, base32);
  }
  await makeCall(await enableDevice(user.name, serial, seed, access), access, [serial]);
  const stored = mfaDevice.deliver.map(describeSecret).join('; ');
  access.log(`Enabled the MFA device ${serial} for ${user.name}; its seed is in ${stored}.`);
}

/** Makes a device that is nobody's yet, and returns its seed in base32. */
async function createDevice(
  { user, serial, tags }: MfaDevicePlan,
  { name, path }: DeclaredMfaDevice,
  access: AccountAccess,
): Promise<string> {
  const input = { VirtualMFADeviceName: name, Path: path, Tags: tagList(tags) };
  const create = () =>
    access.iam.change('CreateVirtualMFADevice', input, {
      requireOwn: () => requireOwn({ kind: MFA_DEVICE, user: user.name, serial }, input, access),
    });
  const answer = (await create()) ?? (await again());
  return Buffer.from(answer?.VirtualMFADevice?.Base32StringSeed ?? '').toString('utf8');

  /** The answer that was lost had the seed of the one that is there, and AWS does not show it again. */
  async function again() {
    await makeCall(deleteDevice(serial), access);
    return create();
  }
}

/** Proves the device with two codes that follow each other: the last one and the current one. */
async function enableDevice(
  UserName: string,
  SerialNumber: string,
  seed: Seed,
  { clock, mask }: AccountAccess,
): Promise<PlannedCall> {
  const time = clock.time();
  const codes = await Promise.all([codeAt(seed, time - seed.period * 1000), codeAt(seed, time)]);
  codes.forEach(mask);
  const [AuthenticationCode1, AuthenticationCode2] = codes;
  return {
    operation: 'EnableMFADevice',
    input: { UserName, SerialNumber, AuthenticationCode1, AuthenticationCode2 },
    // The attempt whose answer was lost may have enabled it, and used the codes up.
    doneAnyway: async (_, iam) => (await readDevices(UserName, iam)).includes(SerialNumber),
  };
}

export function deactivateDevice(UserName: string, SerialNumber: string): PlannedCall {
  return { operation: 'DeactivateMFADevice', input: { UserName, SerialNumber } };
}

export function deleteDevice(SerialNumber: string): PlannedCall {
  return { operation: 'DeleteVirtualMFADevice', input: { SerialNumber } };
}

/** @param user whom the device was made for */
export async function planMfaDeviceRemoval(
  serial: string,
  user: string,
  { iam, account }: AccountAccess,
): Promise<Change> {
  const tags = await readDeviceTags(serial, iam);
  const stages = [[deactivateDevice(user, serial)], [deleteDevice(serial)]];
  return (
    nothingToRemove(MFA_DEVICE, serial, tags, account) ??
    removalOf(MFA_DEVICE, serial, stages, readEphemeral(tags ?? {}))
  );
}
