import { iamArn } from '../../aws/arn';
import { isRefusal } from '../../aws/failure';
import type { Iam } from '../../iam/connect';
import { tagList, tagsIn } from '../../iam/tags';
import type { DeclaredMfaDevice, DeclaredUser, Tags } from '../../identities/declaration';
import { describeSecret, type GithubSecret } from '../../identities/stored-secret';
import { atMinute } from '../../text/time-words';
import { LATE_MS, SETTLE_MS, TAKEOVER_MS } from '../access-keys/key-life';
import { timeOf } from '../access-keys/marks';
import { isOverSince } from '../access-keys/other-runs';
import type { AccountAccess, TargetAccount } from '../changes/account-access';
import { makeCall } from '../changes/apply';
import { removalOf, withoutCalls, type Change, type Obstacle, type Planned, type PlannedCall } from '../changes/change';
import { concurrently } from '../changes/concurrently';
import { readEphemeral } from '../ephemeral';
import { describeRun, sameRun } from '../run';
import { deviceRecord, hadDevice } from './device-record';
import { NO_SEEDS, readDeviceSeeds, type DeviceSeeds, type SeededDevice } from './device-seeds';
import { madeFor, makerOf, MAKING, markOfDevice, readMaking, seedSecretsOf } from './making-tag';
import { nothingToRemove, notOurs, ofAnotherRun, ownerOf, takenOver, withMarkOf, type Rules } from './ownership';
import { markChanges, tagsToMake, type TagCalls } from './tags';

export const MFA_DEVICE = 'MFA device';

/** What is to become of a user's MFA device. */
export interface MfaDevicePlan {
  readonly user: DeclaredUser;
  readonly serial: string;
  /** Those that it is made with. */
  readonly tags: Tags;
  readonly change: Change;
  /** The device that it replaces, which is not enabled. */
  readonly replaces: { readonly making: string | undefined } | undefined;
  /** Secrets that are to hold its seed, and hold something else until then. */
  readonly overwrites: readonly GithubSecret[];
  /** What a reader of the log should not miss. */
  readonly warnings: readonly string[];
}

/** That another run is making the device of a user. */
export interface DeviceObstacle extends Obstacle {
  readonly user: string;
  readonly serial: string;
}

export function isDeviceObstacle(planned: object): planned is DeviceObstacle {
  return 'code' in planned && 'serial' in planned;
}

/** A device that is enabled for a user. */
export interface EnabledDevice {
  readonly serial: string;
  readonly enabledAt: Date;
}

/** What there is of a device that a user is to have. */
export interface ExistingDevice {
  /** When it was enabled for the user; undefined where it is not. */
  readonly enabledAt: Date | undefined;
  /** Those of the device; undefined where there is none. */
  readonly tags: Tags | undefined;
  /** Of its seed, if it is enabled. */
  readonly seeds: DeviceSeeds;
  /** Of the secrets that are to hold its seed, if it is not enabled: those that are there, with when they were written. */
  readonly written: readonly WrittenSecret[];
  /** Further devices that the user has, and that runs of this repository have made. */
  readonly undeclared: readonly UndeclaredDevice[];
  /** The run that is making it, where it is not enabled. */
  readonly beingMade: Obstacle | undefined;
  /** Whether the tags of the user say that it is to have one; a user that is made has them from the start. */
  readonly isRecorded: boolean;
}

/** A secret that is there, or may be. */
export interface WrittenSecret {
  readonly secret: GithubSecret;
  /** When it was written, in milliseconds since 1970; undefined where GitHub does not say whether it was. */
  readonly at: number | undefined;
}

/** What IAM has of a user, as far as its devices go. */
export interface DeviceOwner {
  readonly tags: Tags;
  /** Those that are enabled. */
  readonly mfaDevices: readonly EnabledDevice[];
}

/** A device that the user has, and that the document does not name, or not any more. */
export interface UndeclaredDevice {
  readonly serial: string;
  /** Of the secrets that are to hold the seeds of declared devices: those that were to hold its seed. */
  readonly seeds: readonly GithubSecret[];
}

/** The serial number of a virtual device is its ARN. */
export function mfaDeviceArn({ name, path }: Pick<DeclaredMfaDevice, 'name' | 'path'>, account: TargetAccount): string {
  return iamArn(account, `mfa${path}${name}`);
}

/** The devices that are enabled for a user. */
export async function readDevices(UserName: string, iam: Iam): Promise<EnabledDevice[]> {
  const devices = await iam.list('ListMFADevices', { UserName }, (page) => page.MFADevices);
  return devices.map(({ SerialNumber = '', EnableDate = new Date(0) }) => ({
    serial: SerialNumber,
    enabledAt: EnableDate,
  }));
}

/** The tags of a virtual device, whoever it is of; undefined where there is none. */
export async function readDeviceTags(SerialNumber: string, iam: Iam): Promise<Tags | undefined> {
  const answer = await iam.find('ListMFADeviceTags', { SerialNumber });
  return answer && tagsIn(answer.Tags);
}

/**
 * Reads the devices of a user for whom the document has none.
 *
 * @param enabled those that the user has
 * @param seeds the secrets that are to hold the seeds of other users' devices
 */
export async function readUndeclaredDevices(
  enabled: readonly EnabledDevice[],
  seeds: readonly GithubSecret[],
  access: AccountAccess,
): Promise<UndeclaredDevice[]> {
  const own = await readOwnDevices(enabled, access);
  return own.map(({ serial, tags }) => ({ serial, seeds: seedSecretsOf(tags, seeds) }));
}

/**
 * Reads what there is of a device.
 *
 * @param owner the user; undefined where it is not there
 */
export async function readDevice(
  device: DeclaredMfaDevice,
  owner: DeviceOwner | undefined,
  access: AccountAccess,
): Promise<ExistingDevice> {
  const { iam, account } = access;
  const enabled = owner?.mfaDevices ?? [];
  const serial = mfaDeviceArn(device, account);
  const { enabledAt } = enabled.find((one) => one.serial === serial) ?? {};
  const [tags, others] = await Promise.all([
    readDeviceTags(serial, iam),
    readOwnDevices(
      enabled.filter((one) => one.serial !== serial),
      access,
    ),
  ]);
  // Who made a device by hand wrote its seed by hand as well, at any time and anywhere.
  const isOwn = tags !== undefined && ownerOf(tags, account.repository) === 'this repository';
  const own = enabledAt && { serial, enabledAt, tags: isOwn ? tags : {} };
  const seeds = own ? await readDeviceSeeds(device.deliver, own, others, access) : NO_SEEDS;
  return {
    enabledAt,
    tags,
    seeds: isOwn ? seeds : { ...seeds, rewritten: [] },
    written: enabledAt ? [] : await readWritten(device.deliver, access),
    undeclared: others.map((other) => ({ serial: other.serial, seeds: seedSecretsOf(other.tags, device.deliver) })),
    beingMade: enabledAt ? undefined : await beingMade(serial, tags, access),
    isRecorded: !owner || hadDevice(owner.tags),
  };
}

/** Of some secrets, those that are there, and those of which GitHub does not say it: without a token, or as it refuses to. */
async function readWritten(secrets: readonly GithubSecret[], { stores }: AccountAccess): Promise<WrittenSecret[]> {
  const found = await concurrently(secrets, async (secret) => {
    const notKnown = [{ secret, at: undefined }];
    if (!stores.has(secret)) return notKnown;
    return stores.find(secret).then(
      (mark) => (mark ? [{ secret, at: timeOf(mark) }] : []),
      () => notKnown,
    );
  });
  return found.flat();
}

/** Those of some devices that runs of this repository have made. */
export async function readOwnDevices(
  devices: readonly EnabledDevice[],
  { iam, account }: AccountAccess,
): Promise<SeededDevice[]> {
  const virtual = devices.filter(({ serial }) => isVirtual(serial));
  const read = await concurrently(virtual, async (device) => ({
    ...device,
    // The step need not be allowed to see what the document does not name.
    tags: await readDeviceTags(device.serial, iam).catch((error: unknown) => {
      if (isRefusal(error, 'AccessDenied')) return undefined;
      throw error;
    }),
  }));
  return read.flatMap(({ tags, ...device }) =>
    tags && ownerOf(tags, account.repository) === 'this repository' ? { ...device, tags } : [],
  );
}

/** Others have serial numbers that their makers gave them. */
export function isVirtual(serial: string): boolean {
  return serial.includes(':mfa/');
}

/** A device stays that the user has, and that the document does not name any more. */
export function planUndeclaredDevice(user: DeclaredUser, device: UndeclaredDevice): MfaDevicePlan {
  const { serial, seeds } = device;
  const left = `enabled for ${user.name}, and not declared: it stays`;
  const overwritten =
    seeds.length === 0 ? '' : ` Its seed was for ${namesOf(seeds)}, which is for that of another user now.`;
  return {
    user,
    serial,
    tags: {},
    replaces: undefined,
    overwrites: [],
    change: withoutCalls('leave', MFA_DEVICE, serial, left),
    warnings: [notDeclared(user.name, serial, overwritten)],
  };
}

/** Gives a user its virtual MFA device, unless it has it. */
export function planMfaDevice(
  user: DeclaredUser,
  device: DeclaredMfaDevice,
  existing: ExistingDevice,
  rules: Rules,
): Planned<MfaDevicePlan> | DeviceObstacle {
  const serial = mfaDeviceArn(device, rules.account);
  const { tags, undeclared, written } = existing;
  const plan = {
    user,
    serial,
    tags: tagsToMake({}, rules),
    replaces: undefined,
    overwrites: written.flatMap(({ secret, at }) => (at === undefined ? [] : secret)),
    warnings: undeclared.map((other) => {
      const overwritten = ` Its seed was for ${namesOf(other.seeds)}, too, where that of ${serial} takes its place.`;
      return notDeclared(user.name, other.serial, other.seeds.length === 0 ? '' : overwritten);
    }),
  };
  if (existing.enabledAt) return planEnabledDevice(plan, existing, rules);
  const made = `+ for ${user.name}, its seed for: ${namesOf(device.deliver)}`;
  const details = [made, ...undeclared.map(alsoEnabled), ...written.map(overwritingOf)];
  const created: Change = {
    ...withoutCalls('create', MFA_DEVICE, serial, ...details),
    // One that ends with the job leaves nothing.
    stages: existing.isRecorded || rules.ephemeral ? [] : [[tagUser(user.name, deviceRecord())]],
  };
  if (!tags) return { ...plan, change: created };
  const remedy = 'Nobody can be shown its seed again: choose another name, or remove that device';
  const obstacle = notOurs(MFA_DEVICE, serial, tags, { ...rules, adoptExisting: false }, remedy);
  if (obstacle) return obstacle;
  const { beingMade: making } = existing;
  if (!making) {
    const replacing = { ...created, details: [...details, 'replaces one that is not enabled'] };
    return { ...plan, change: replacing, replaces: { making: tags[MAKING] } };
  }
  if (!rules.isDryRun) return { ...making, user: user.name, serial };
  const fails = `a run would fail: ${making.text}`;
  return { ...plan, change: withoutCalls('leave', MFA_DEVICE, serial, `for ${user.name}`, fails) };
}

function tagCalls(SerialNumber: string): TagCalls {
  return {
    tag: (Tags) => ({ operation: 'TagMFADevice', input: { SerialNumber, Tags } }),
    untag: (TagKeys) => ({ operation: 'UntagMFADevice', input: { SerialNumber, TagKeys } }),
  };
}

function tagUser(UserName: string, tags: Tags): PlannedCall {
  return { operation: 'TagUser', input: { UserName, Tags: tagList(tags) } };
}

/** That the user has another device which a run made, for people. */
function alsoEnabled({ serial }: UndeclaredDevice): string {
  return `${serial} is enabled as well, and not declared: it stays`;
}

/** That the seed of a device takes the place of what is in a secret, or may be, for people. */
function overwritingOf({ secret, at }: WrittenSecret): string {
  return at === undefined
    ? `whether its seed overwrites something in ${describeSecret(secret)}, GitHub does not say`
    : `its seed overwrites what is in ${describeSecret(secret)}, written at ${atMinute(at)}`;
}

/** @param overwritten what became of its seed, where that is known */
function notDeclared(user: string, serial: string, overwritten: string): string {
  return (
    `The user ${user} has also the MFA device ${serial}, which a run has made and enabled, and which the document does ` +
    `not name, or not any more. It stays, as somebody may use it.${overwritten} When nothing needs it, remove it: ` +
    removalCommands(user, serial)
  );
}

/** A device stays that the user has: a new one would end what others have of it. */
function planEnabledDevice(
  plan: Omit<MfaDevicePlan, 'change'>,
  { tags = {}, seeds, undeclared, isRecorded }: ExistingDevice,
  rules: Rules,
): Planned<MfaDevicePlan> {
  const { user, serial } = plan;
  const kept = withoutCalls(
    'keep',
    MFA_DEVICE,
    serial,
    `of ${user.name}, enabled`,
    ...seedDetails(seeds),
    ...undeclared.map(alsoEnabled),
  );
  const { details, removing, adding } = markChanges(tags, withMarkOf({ id: makerOf(tags) }, rules), tagCalls(serial));
  // One that an ephemeral run left was made without the record.
  const recording = removing.length > 0 && !isRecorded ? [tagUser(user.name, deviceRecord())] : [];
  const calls = [...removing, ...adding, ...recording];
  const change: Change =
    calls.length === 0 ? kept : { ...kept, action: 'change', details: [...kept.details, ...details], stages: [calls] };
  return (
    ofAnotherRun(MFA_DEVICE, serial, readEphemeral(tags), rules) ?? {
      ...plan,
      change: takenOver(change, { kind: MFA_DEVICE, user: user.name, serial }, tags, rules),
      warnings: [...seedWarnings(user.name, serial, seeds), ...plan.warnings],
    }
  );
}

/** What is wrong with the seed of a device, for people. */
function seedDetails({ missing, notKnown, rewritten, undelivered, replaced }: DeviceSeeds): string[] {
  return [
    ...(missing.length === 0 ? [] : [`its seed is not there any more: ${namesOf(missing)}`]),
    ...(notKnown.length === 0 ? [] : [`whether its seed is there, GitHub does not say: ${namesOf(notKnown)}`]),
    ...(rewritten.length === 0 ? [] : [`its seed may be overwritten: ${namesOf(rewritten)}`]),
    ...(undelivered.length === 0 ? [] : [`its seed was never delivered to ${namesOf(undelivered)}`]),
    ...replaced.map(({ secret, by }) => `its seed is overwritten with that of ${by}: ${describeSecret(secret)}`),
  ];
}

function seedWarnings(
  user: string,
  serial: string,
  { missing, rewritten, undelivered, replaced }: DeviceSeeds,
): string[] {
  const what = [
    ...(missing.length === 0 ? [] : [`a secret that is to hold its seed is not there: ${namesOf(missing)}`]),
    ...(undelivered.length === 0
      ? []
      : [`its seed was never delivered to a secret that is to hold it: ${namesOf(undelivered)}`]),
    ...replaced.map(
      ({ secret, by }) => `a secret that is to hold its seed holds that of ${by} since: ${describeSecret(secret)}`,
    ),
    ...(rewritten.length === 0
      ? []
      : [`somebody else has written a secret that is to hold its seed: ${namesOf(rewritten)}`]),
  ];
  if (what.length === 0) return [];
  const isSure = missing.length + undelivered.length + replaced.length > 0;
  return [
    `The MFA device ${serial} of ${user} is enabled, but ${what.join('; and ')}. AWS does not show the seed again. ` +
      `${isSure ? 'To have a new device made by the next run' : 'If codes computed from that secret are refused'}, ` +
      'remove this device, and run the step again; whoever else has its seed loses it: ' +
      removalCommands(user, serial),
  ];
}

function removalCommands(user: string, serial: string): string {
  return (
    `aws iam deactivate-mfa-device --user-name ${user} --serial-number ${serial} && ` +
    `aws iam delete-virtual-mfa-device --serial-number ${serial}`
  );
}

function namesOf(secrets: readonly GithubSecret[]): string {
  return secrets.map(describeSecret).join('; ');
}

/** The run that makes a device, where it may be about to enable it. */
async function beingMade(serial: string, tags: Tags = {}, access: AccountAccess): Promise<Obstacle | undefined> {
  const making = readMaking(tags);
  if (!making || access.iam.time() >= making.at + TAKEOVER_MS) return undefined;
  // By then, what it sent last has arrived.
  if (await isOverSince(making.run, LATE_MS + SETTLE_MS, access)) return undefined;
  const [since, until] = [making.at, making.at + TAKEOVER_MS].map((ms) => new Date(ms).toISOString());
  return {
    code: 'another-run',
    text:
      `the MFA device ${serial} is being made by ${describeRun(making.run, access.run)}, since ${since}, and not enabled yet. Run the ` +
      `step again when that run is over, or after ${until}, when it counts as failed`,
  };
}

export function deactivateDevice(UserName: string, SerialNumber: string): PlannedCall {
  return { operation: 'DeactivateMFADevice', input: { UserName, SerialNumber } };
}

export function deleteDevice(SerialNumber: string): PlannedCall {
  return { operation: 'DeleteVirtualMFADevice', input: { SerialNumber } };
}

/**
 * Takes from a user the device that this run made for itself alone. One of another run stays.
 *
 * @returns whether it is seen, or somebody has removed it
 */
export async function deactivateOwnDevice(user: string, serial: string, access: AccountAccess): Promise<boolean> {
  const tags = await readDeviceTags(serial, access.iam);
  if (!tags) return false;
  if (sameRun(markOfDevice(tags)?.run, access.run)) await makeCall(deactivateDevice(user, serial), access);
  return true;
}

/** @param user whom the device was made for */
export async function planMfaDeviceRemoval(serial: string, user: string, access: AccountAccess): Promise<Change> {
  const { iam, account } = access;
  const tags = await readDeviceTags(serial, iam);
  const nothing = nothingToRemove(MFA_DEVICE, serial, tags, account);
  if (nothing || !tags) return nothing ?? withoutCalls('keep', MFA_DEVICE, serial);
  const owner = madeFor(tags) ?? user;
  if (owner !== user) {
    return withoutCalls('leave', MFA_DEVICE, serial, `left as it is: it was made for the user ${owner}`);
  }
  const stages = [[deactivateDevice(user, serial)], [deleteDevice(serial)]];
  const removal = removalOf(MFA_DEVICE, serial, stages, markOfDevice(tags));
  const obstacle = await beingMade(serial, tags, access);
  if (!obstacle || !access.isDryRun) return { ...removal, obstacle };
  return { ...removal, details: [...removal.details, `a run would fail: ${obstacle.text}`] };
}
