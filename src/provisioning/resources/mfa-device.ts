import { iamArn } from '../../aws/arn';
import { MAX_TAG_VALUE_LENGTH } from '../../aws/tags';
import type { Iam } from '../../iam/connect';
import { tagList, tagsIn } from '../../iam/tags';
import type { DeclaredMfaDevice, DeclaredUser, Tags } from '../../identities/declaration';
import { RECORD_PREFIX } from '../../identities/own-tags';
import { describeSecret, type GithubSecret } from '../../identities/stored-secret';
import { secretsWord } from '../access-keys/destinations';
import { LATE_MS, SETTLE_MS, TAKEOVER_MS } from '../access-keys/key-life';
import { timeOf } from '../access-keys/marks';
import { isOverSince } from '../access-keys/other-runs';
import { placesNotIn, readPlaces, writePlaces } from '../access-keys/recorded-places';
import { writingOfSeed, writingSince, type Writing } from '../access-keys/writings';
import type { AccountAccess, TargetAccount } from '../changes/account-access';
import { makeCall } from '../changes/apply';
import { removalOf, withoutCalls, type Change, type Obstacle, type Planned, type PlannedCall } from '../changes/change';
import { concurrently } from '../changes/concurrently';
import { readEphemeral } from '../ephemeral';
import { describeRun, readRun, sameRun, writeRun, type Run } from '../run';
import type { Mark } from '../stores/store';
import { nothingToRemove, notOurs, ofAnotherRun, ownerOf, takenOver, type Rules } from './ownership';
import { tagsToMake } from './tags';

export const MFA_DEVICE = 'MFA device';

/** The tag of a device with the run that makes it, when that began, and a word for each secret that its seed is for. */
export const MAKING = `${RECORD_PREFIX}making`;

/** A device that was enabled this long ago is no device of a job that is not over. */
const LONGEST_JOB_MS = 5 * 86_400_000;

/** What is to become of a user's MFA device. */
export interface MfaDevicePlan {
  readonly user: DeclaredUser;
  readonly serial: string;
  /** Those that it is made with. */
  readonly tags: Tags;
  readonly change: Change;
  /** The device that it replaces, which was never enabled. */
  readonly replaces: { readonly making: string | undefined } | undefined;
  /** What a reader of the log should not miss. */
  readonly warning: string | undefined;
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
  /** Those of the device; undefined where there is none, or where they do not matter. */
  readonly tags: Tags | undefined;
  /** Of those that are to hold its seed, if it is enabled: the ones that are not there. */
  readonly missing: readonly GithubSecret[];
  /** Of these, the ones that were written at another time than the seed was: they may hold another. */
  readonly rewritten: readonly GithubSecret[];
  /** Those of which GitHub does not say whether they are there: without a token for them, or as it does not answer. */
  readonly notKnown: readonly GithubSecret[];
  /** The run that is making it, where it is not enabled. */
  readonly beingMade: Obstacle | undefined;
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
 * Reads what there is of a device. Of one that the user has had for long, the tags do not matter.
 *
 * @param enabled the devices that the user has
 */
export async function readDevice(
  device: DeclaredMfaDevice,
  enabled: readonly EnabledDevice[],
  access: AccountAccess,
): Promise<ExistingDevice> {
  const { iam, account } = access;
  const serial = mfaDeviceArn(device, account);
  const { enabledAt } = enabled.find((one) => one.serial === serial) ?? {};
  const isOld = enabledAt !== undefined && iam.time() - enabledAt.getTime() > LONGEST_JOB_MS;
  const [tags, seeds] = await Promise.all([
    isOld ? undefined : readDeviceTags(serial, iam),
    enabledAt
      ? concurrently(device.deliver, async (secret) => [secret, await stateOf(secret, enabledAt, access)] as const)
      : [],
  ]);
  const inState = (state: SeedState) => seeds.flatMap(([secret, other]) => (other === state ? [secret] : []));
  const [missing, rewritten, notKnown] = [inState('missing'), inState('rewritten'), inState('not known')];
  // Who made a device by hand wrote its seed by hand as well, at any time.
  const isOwn = rewritten.length > 0 && (await isMadeByUs(serial, tags, access));
  const making = enabledAt ? undefined : await beingMade(serial, tags, access);
  return { enabledAt, tags, missing, rewritten: isOwn ? rewritten : [], notKnown, beingMade: making };
}

type SeedState = 'as delivered' | 'missing' | 'rewritten' | 'not known';

/** What GitHub says of a secret that holds the seed of a device. */
async function stateOf(secret: GithubSecret, enabledAt: Date, { stores }: AccountAccess): Promise<SeedState> {
  if (!stores.has(secret)) return 'not known';
  const { from, to } = writingOfSeed(enabledAt);
  const stateAt = (mark: Mark | undefined): SeedState => {
    if (!mark) return 'missing';
    const time = timeOf(mark) ?? enabledAt.getTime();
    const isInTime = from <= time && time <= to;
    return isInTime || enabledAt.getTime() === 0 ? 'as delivered' : 'rewritten';
  };
  return stores.find(secret).then(stateAt, () => 'not known');
}

/** @param known the device's tags, where they were read */
async function isMadeByUs(serial: string, known: Tags | undefined, { iam, account }: AccountAccess): Promise<boolean> {
  const tags = known ?? (await readDeviceTags(serial, iam)) ?? {};
  return ownerOf(tags, account.repository) === 'this repository';
}

/** Gives a user its virtual MFA device, unless it has it. */
export function planMfaDevice(
  user: DeclaredUser,
  device: DeclaredMfaDevice,
  existing: ExistingDevice,
  rules: Rules,
): Planned<MfaDevicePlan> | DeviceObstacle {
  const serial = mfaDeviceArn(device, rules.account);
  const { tags } = existing;
  const plan = { user, serial, tags: tagsToMake({}, rules), replaces: undefined, warning: undefined };
  if (existing.enabledAt) return planEnabledDevice(plan, existing, rules);
  const created = withoutCalls('create', MFA_DEVICE, serial, `for ${user.name}`);
  if (!tags) return { ...plan, change: created };
  const remedy = 'Nobody can be shown its seed again: choose another name, or remove that device';
  const details = [...created.details, 'replaces one that was never enabled'];
  const obstacle = notOurs(MFA_DEVICE, serial, tags, { ...rules, adoptExisting: false }, remedy);
  if (obstacle) return obstacle;
  const { beingMade: making } = existing;
  if (!making) return { ...plan, change: { ...created, details }, replaces: { making: tags[MAKING] } };
  if (!rules.isDryRun) return { ...making, user: user.name, serial };
  const fails = `a run would fail: ${making.text}`;
  return { ...plan, change: withoutCalls('leave', MFA_DEVICE, serial, `for ${user.name}`, fails) };
}

/** A device stays that the user has: a new one would end what others have of it. */
function planEnabledDevice(
  plan: Omit<MfaDevicePlan, 'change'>,
  { tags = {}, missing, rewritten, notKnown }: ExistingDevice,
  rules: Rules,
): Planned<MfaDevicePlan> {
  const { user, serial } = plan;
  const namesOf = (secrets: readonly GithubSecret[]) => secrets.map(describeSecret).join('; ');
  const lost = [
    ...(missing.length === 0 ? [] : [`its seed is not there any more: ${namesOf(missing)}`]),
    ...(notKnown.length === 0 ? [] : [`whether its seed is there, GitHub does not say: ${namesOf(notKnown)}`]),
    ...(rewritten.length === 0 ? [] : [`its seed may be overwritten: ${namesOf(rewritten)}`]),
  ];
  const kept = withoutCalls('keep', MFA_DEVICE, serial, `of ${user.name}, enabled`, ...lost);
  const isTakenOver = rules.ephemeral !== undefined && readEphemeral(tags) !== undefined;
  const marking: Pick<Change, 'action' | 'stages'> = {
    action: 'change',
    stages: [[{ operation: 'TagMFADevice', input: { SerialNumber: serial, Tags: tagList(plan.tags) } }]],
  };
  const change = { ...kept, ...(isTakenOver && marking) };
  return (
    ofAnotherRun(MFA_DEVICE, serial, readEphemeral(tags), rules) ?? {
      ...plan,
      change: takenOver(change, { kind: MFA_DEVICE, user: user.name, serial }, tags, rules),
      warning:
        lost.length === 0
          ? undefined
          : seedLost(user.name, serial, { missing: namesOf(missing), rewritten: namesOf(rewritten) }),
    }
  );
}

/** @param secrets names of those that do not hold the seed, or may not */
function seedLost(
  user: string,
  serial: string,
  { missing, rewritten }: Readonly<Record<'missing' | 'rewritten', string>>,
): string {
  const what = [
    ...(missing === '' ? [] : [`a secret that is to hold its seed is not there: ${missing}`]),
    ...(rewritten === '' ? [] : [`somebody else has written a secret that is to hold its seed: ${rewritten}`]),
  ];
  return (
    `The MFA device ${serial} of ${user} is enabled, but ${what.join('; and ')}. AWS does not show the seed again. ` +
    `${missing === '' ? 'If codes computed from that secret are refused' : 'To have a new device made by the next run'}, ` +
    'remove this device, and run the step again; whoever else has its seed loses it: ' +
    `aws iam deactivate-mfa-device --user-name ${user} --serial-number ${serial} && ` +
    `aws iam delete-virtual-mfa-device --serial-number ${serial}`
  );
}

/**
 * The tag of a device that this run makes from now on; or that it has made, once it is enabled.
 *
 * @param seeds the secrets that its seed is for
 */
export function makingTag(seeds: readonly GithubSecret[], { iam, run }: AccountAccess, isEnabled = false): Tags {
  const time = new Date(iam.time()).toISOString();
  const words = `run=${writeRun(run)} ${isEnabled ? 'enabled' : 'at'}=${time} seeds=`;
  return { [MAKING]: `${words}${writePlaces(seeds.map(seedWord), MAX_TAG_VALUE_LENGTH - words.length)}` };
}

/** Of some secrets, those that the seed of a device was for, as far as that is recorded in its tags. */
export function seedSecretsOf(tags: Tags, secrets: readonly GithubSecret[]): GithubSecret[] {
  const [, seeds] = / seeds=(\S+)$/.exec(tags[MAKING] ?? '') ?? [];
  const others = seeds === undefined ? undefined : placesNotIn(readPlaces(seeds), secrets.map(seedWord));
  return others ? secrets.filter((secret) => !others.includes(seedWord(secret))) : [];
}

function seedWord(secret: GithubSecret): string {
  return secretsWord([secret]);
}

/**
 * When the seed of a device was written that no user has enabled any more, as far as its tags tell; undefined where a run may
 * be making it, or nothing is recorded.
 */
export async function writingOfLeftSeed(
  serial: string,
  tags: Tags,
  access: AccountAccess,
): Promise<Writing | undefined> {
  if (await beingMade(serial, tags, access)) return undefined;
  const [, how, time = ''] = /^run=\S+ (at|enabled)=(\S+)(?: |$)/.exec(tags[MAKING] ?? '') ?? [];
  const at = Date.parse(time);
  if (Number.isNaN(at)) return undefined;
  return how === 'at' ? writingSince(at) : writingOfSeed(new Date(at));
}

/** The run that makes a device, where it may be about to enable it. */
async function beingMade(serial: string, tags: Tags = {}, access: AccountAccess): Promise<Obstacle | undefined> {
  const making = readMaking(tags[MAKING]);
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

function readMaking(value = ''): { readonly run: Run; readonly at: number } | undefined {
  const [, word, time = ''] = /^run=(\S+) at=(\S+)(?: |$)/.exec(value) ?? [];
  const [run, at] = [readRun(word), Date.parse(time)];
  return run && !Number.isNaN(at) ? { run, at } : undefined;
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
  if (sameRun(readEphemeral(tags)?.run, access.run)) await makeCall(deactivateDevice(user, serial), access);
  return true;
}

/** @param user whom the device was made for */
export async function planMfaDeviceRemoval(serial: string, user: string, access: AccountAccess): Promise<Change> {
  const { iam, account } = access;
  const tags = await readDeviceTags(serial, iam);
  const nothing = nothingToRemove(MFA_DEVICE, serial, tags, account);
  if (nothing || !tags) return nothing ?? withoutCalls('keep', MFA_DEVICE, serial);
  const stages = [[deactivateDevice(user, serial)], [deleteDevice(serial)]];
  const removal = removalOf(MFA_DEVICE, serial, stages, readEphemeral(tags));
  const obstacle = await beingMade(serial, tags, access);
  if (!obstacle || !access.isDryRun) return { ...removal, obstacle };
  return { ...removal, details: [...removal.details, `a run would fail: ${obstacle.text}`] };
}
