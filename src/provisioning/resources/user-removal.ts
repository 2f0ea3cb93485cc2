import { userOrRoleIn } from '../../aws/arn';
import { refusalOf } from '../../aws/failure';
import { ActionError } from '../../errors/action-error';
import type { Iam } from '../../iam/connect';
import { tagsIn } from '../../iam/tags';
import type { DeclaredUser } from '../../identities/declaration';
import type { GithubSecret } from '../../identities/stored-secret';
import { deleteKey, readAccessKeys, type ExistingKey } from '../access-keys/access-key';
import { lastingPlaces } from '../access-keys/destinations';
import { describeGiven } from '../access-keys/held-places';
import { keyHolderOf, type GivenPlace, type KeyHolder, type KeyOwner } from '../access-keys/key-holder';
import { livesOf } from '../access-keys/key-life';
import { awaitKeyToCome, awaitOtherRuns, keysOfOtherRuns, keyToCome } from '../access-keys/other-runs';
import { anotherRun, describeInWork } from '../access-keys/plan-key';
import { readKeysAgain } from '../access-keys/read-key-holder';
import { givenPlaces, placesOfOthersWith, undeclaredBegun, undeclaredPlaces } from '../access-keys/unrenewed-places';
import { writingOfSeed, writingsOfKeys, type Writing } from '../access-keys/writings';
import type { AccountAccess } from '../changes/account-access';
import { makeCall, makeCalls } from '../changes/apply';
import { removalOf, withoutCalls, type Change, type Planned, type PlannedCall } from '../changes/change';
import { concurrently } from '../changes/concurrently';
import { readAsOne } from '../changes/read-as-one';
import { LONGEST_READ_AGE_MS } from '../changes/require-own';
import { readEphemeralOf } from '../ephemeral';
import { describeRun } from '../run';
import { identityCalls, policyRemoval } from './identity';
import { countOtherSecrets, madeFor, MAKING, readEnabled, seedSecretsOf } from './making-tag';
import {
  deactivateDevice,
  deleteDevice,
  isVirtual,
  mfaDeviceArn,
  readDevices,
  readDeviceTags,
  readOwnDevices,
  type EnabledDevice,
} from './mfa-device';
import { nothingToRemove, NOT_THERE, ownerOf } from './ownership';
import { planSecretRemovals, removeSecrets, type LeavingSecret } from './stored-secret';
import { findUser } from './user';

/** A user that is to go, with what the document gives it. */
export type LeavingUser = Pick<DeclaredUser, 'name' | 'accessKey' | 'mfaDevice'>;

/** What becomes of what would be removed: that, or it is left. */
export type Decide = (removal: Change) => Change;

interface UserRemovalOptions {
  readonly decide: Decide;
  /** Since when other runs are waited for, by the step's clock. */
  readonly since: number;
  /** The other users of the document. */
  readonly others: readonly LeavingUser[];
  /** What it gives to them; what is recorded of them is not read yet. */
  readonly placesOfOthers: readonly GivenPlace[];
}

/** What becomes of a user, and of the secrets that hold what it was given. */
export interface UserRemoval {
  readonly change: Change;
  /** How the plan shows the secrets: they go as a part of the removal. */
  readonly secrets: readonly Change[];
  /** Serial numbers of the MFA devices that are deleted with it. */
  readonly devices: readonly string[];
}

/**
 * Plans the removal of a user with everything for which AWS would refuse to delete it, and of the secrets that hold its
 * keys and seeds. Where the user is not in this account, or not ours, the secrets may be those of another one: they stay.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html names what must go first.
 *
 * @returns what stands in the way, where another run is making a key of the user
 */
export async function planUserRemoval(
  user: LeavingUser,
  access: AccountAccess,
  { decide, since, ...declaredBeside }: UserRemovalOptions,
): Promise<Planned<UserRemoval>> {
  const { iam, account } = access;
  const UserName = user.name;
  const found = await findUser(UserName, iam);
  const nothing = nothingToRemove('user', UserName, found && tagsIn(found.Tags), account);
  if (!found || nothing) return leftUser(user, nothing, access);
  const ephemeral = readEphemeralOf(found.UserId, tagsIn(found.Tags));
  const decided = decide({ ...withoutCalls('delete', 'user', UserName), ephemeral });
  if (decided.action !== 'delete') return leftUser(user, decided, access);
  const existing = { tags: tagsIn(found.Tags), accessKeys: await readAccessKeys(UserName, access) };
  const alone = keyHolderOf({ name: UserName, accessKey: undefined }, existing, access);
  const { holder, busy, coming } = await afterOtherRuns(alone, since, access);
  if (busy && !access.isDryRun) return anotherRun(holder, busy);
  const owner = holder.existing;
  if (!owner) return leftUser(user, undefined, access);
  const [signIn, devices, policies, groups] = await Promise.all([
    signInRemoval(UserName, iam),
    readDevices(UserName, iam),
    policyRemoval(identityCalls('user', UserName), iam),
    groupRemoval(UserName, iam),
  ]);
  const readAgain = async () => {
    const { User: now } = (await iam.find('GetUser', { UserName })) ?? {};
    return { tags: tagsIn(now?.Tags), accessKeys: owner.accessKeys };
  };
  const { seeds, left, declared, elsewhere } = await readSeeds(user, devices, access);
  const leaving = secretsOf(user, { ...owner, readAgain }, seeds);
  const secrets = await planSecretRemovals(leaving, access);
  const placesOfOthers = await readPlacesOfOthers(user, owner, declaredBeside, access);
  const serials = [...devices.map(({ serial }) => serial), ...left];
  const virtual = serials.filter(isVirtual);
  const removal = removalOf(
    'user',
    UserName,
    [
      // Whoever has a key can do nothing more while the rest is removed.
      owner.accessKeys.map(({ id }) => ({
        detail: `- access key ${id}${jobWith(id, holder)}${leftBehind(id, { user, existing: owner, placesOfOthers })}`,
        ...deleteKey(UserName, id),
      })),
      [...signIn, ...policies, ...groups],
    ],
    ephemeral,
  );
  const change: Change = {
    ...removal,
    details: [
      ...removal.details,
      ...serials.map((serial) => `- MFA device ${serial}${seedLeftBehind(elsewhere.get(serial))}`),
      ...(busy ? [`a run would wait up to a minute, and then fail: ${describeInWork(holder, busy)}`] : []),
      ...(coming && access.isDryRun ? [`a run would wait ${coming.text}`] : []),
    ],
    async last(during) {
      await requireNoOtherKey(UserName, owner.accessKeys, during);
      // Where it stops, nobody has a device whose seed is gone: nor one that a run has enabled since the plan was made.
      await makeCalls([serials.map((serial) => deactivateDevice(UserName, serial))], during);
      // Records of keys and devices, by which secrets are known, go after them: a run that goes on here finds them.
      await removeSecrets(
        secrets.map(({ leaving }) => leaving),
        during,
      );
      if (declared) await requireSameDevice(UserName, declared, during);
      await makeCalls([virtual.map(deleteDevice)], during);
      await deleteUser(UserName, during);
    },
  };
  return { change, secrets: secrets.map((one) => one.change), devices: virtual };
}

/**
 * A user after what other runs do to its keys, as far as that is waited for, and what they still do. That the step would
 * remove itself, it reports without waiting for anyone.
 */
async function afterOtherRuns(alone: KeyHolder, since: number, access: AccountAccess) {
  const isCaller = access.caller !== undefined && userOrRoleIn(access.caller)?.name === alone.user.name;
  const hinders = (one: KeyHolder) => (isCaller ? undefined : keysOfOtherRuns(one, access)[0]);
  const waiting = { hinders, changesKeys: () => !isCaller, since, again: readKeysAgain };
  const [quiet = alone] = await awaitOtherRuns([alone], access, waiting);
  const coming = isCaller || hinders(quiet) ? undefined : await keyToCome(quiet, access);
  const holder = coming && !access.isDryRun ? await awaitKeyToCome(quiet, coming, access) : quiet;
  return { holder, busy: hinders(holder), coming };
}

/** Of a key that ends with a job which may not be over, for people: that the job loses it. */
function jobWith(id: string, holder: KeyHolder): string {
  const job = livesOf(holder).ofJobs.find(({ key, isOver }) => key.id === id && !isOver);
  return job
    ? `; it is for ${describeRun(job.run, holder.run)}: if that still runs, it can do nothing more with it`
    : '';
}

/**
 * Of a key that was delivered to places which the document does not name, or gives to users who have no newer one there, for
 * people: that they hold it yet, and in vain.
 */
function leftBehind(id: string, holder: Parameters<typeof undeclaredPlaces>[0]): string {
  const begun = undeclaredBegun(holder, id);
  const count = undeclaredPlaces(holder, id) + begun;
  const given = placesOfOthersWith(holder, id);
  const [where, secrets] = count === 1 ? ['a place', 'its secrets'] : [`${count} places`, 'their secrets'];
  const how = begun > 0 ? 'a run had begun to deliver it' : 'it was delivered';
  return [
    ...(count > 0
      ? [`; ${how} to ${where} that the document does not name: what reads it from there fails, and ${secrets} stay`]
      : []),
    ...(given.length > 0
      ? [`; it may be in ${describeGiven(given)} and no newer one: what reads it from there fails`]
      : []),
  ].join('');
}

/** What the document gives to other users. What is recorded of one is read where a key of this one may be in its places. */
async function readPlacesOfOthers(
  user: LeavingUser,
  existing: KeyOwner,
  { others, placesOfOthers }: Pick<UserRemovalOptions, 'others' | 'placesOfOthers'>,
  { iam }: AccountAccess,
): Promise<readonly GivenPlace[]> {
  const given = existing.accessKeys.flatMap(({ id }) => placesOfOthersWith({ user, existing, placesOfOthers }, id));
  const asked = others.filter(({ name }) => given.some((place) => place.user === name));
  const found = await concurrently(asked, async (other) => {
    const there = await findUser(other.name, iam);
    return { user: other, existing: there && { tags: tagsIn(there.Tags), accessKeys: [] } };
  });
  return [...placesOfOthers.filter((place) => !asked.some(({ name }) => name === place.user)), ...givenPlaces(found)];
}

/** Of a device whose seed was delivered to secrets that the document does not name, for people: that they stay, and in vain. */
function seedLeftBehind(count = 0): string {
  if (count === 0) return '';
  const [secrets, stay] = count === 1 ? ['a secret', 'it stays'] : [`${count} secrets`, 'they stay'];
  return `; its seed was delivered to ${secrets} that the document does not name: ${stay}`;
}

/** @param change what the plan shows, where not that the user is not there */
async function leftUser(user: LeavingUser, change: Change | undefined, access: AccountAccess): Promise<UserRemoval> {
  const left = change ?? withoutCalls('keep', 'user', user.name, NOT_THERE);
  const why = left.action === 'leave' ? 'so is its user' : `the user ${user.name} is not in this account`;
  const secrets = await planSecretRemovals(secretsOf(user, undefined, new Map()), access, why);
  return { change: left, secrets: secrets.map((one) => one.change), devices: [] };
}

/** A user that goes, and how it is read once more. */
type LeavingOwner = KeyOwner & { readonly readAgain: () => Promise<KeyOwner> };

/** The secrets that the document has for a user, with when its keys and the seed of its device were written there. */
function secretsOf(
  { name: user, accessKey, mfaDevice }: LeavingUser,
  owner: LeavingOwner | undefined,
  seeds: ReadonlyMap<GithubSecret, readonly Writing[]>,
): LeavingSecret[] {
  const deliver = accessKey?.deliver ?? [];
  const ofKeys = lastingPlaces(deliver).flatMap((place) => {
    const writings = owner ? writingsOfKeys(owner, place, deliver) : [];
    const readAgain = owner && (async () => writingsOfKeys(await owner.readAgain(), place, deliver));
    return place.halves.map(({ secret }) => ({ secret, user, writings, readAgain }));
  });
  const ofSeeds = (mfaDevice?.deliver ?? []).map((secret) => ({ secret, user, writings: seeds.get(secret) ?? [] }));
  return [...ofKeys, ...ofSeeds];
}

/** What there is of the seeds of a user's devices. */
interface Seeds {
  /** When they were written to those of the declared secrets that they were for. */
  readonly seeds: ReadonlyMap<GithubSecret, readonly Writing[]>;
  /** Serial numbers of what is left of a device that an earlier removal has taken from the user, and that tell of its seed. */
  readonly left: readonly string[];
  /** The device that the document gives the user, with what was recorded of its making. */
  readonly declared: PlannedDevice | undefined;
  /** To how many secrets that the document does not name the seed of each device was delivered, by its serial number. */
  readonly elsewhere: ReadonlyMap<string, number>;
}

interface PlannedDevice {
  readonly serial: string;
  readonly making: string | undefined;
}

/** Also of devices that the document does not name, or not any more: they go with the user. */
async function readSeeds(
  { name, mfaDevice }: LeavingUser,
  devices: readonly EnabledDevice[],
  access: AccountAccess,
): Promise<Seeds> {
  const { iam, account } = access;
  const { deliver = [] } = mfaDevice ?? {};
  const own = await readOwnDevices(devices, access);
  // Where a service does not say when it was enabled, nobody knows when its seed was written.
  const enabled = own.flatMap(({ serial, enabledAt, tags }) =>
    enabledAt.getTime() > 0 ? { serial, tags, writing: writingOfSeed(enabledAt, readEnabled(tags)?.written) } : [],
  );
  const serial = mfaDevice && mfaDeviceArn(mfaDevice, account);
  const known = own.find((device) => device.serial === serial)?.tags;
  const tags = serial === undefined ? {} : (known ?? (await readDeviceTags(serial, iam)) ?? {});
  const isLeft =
    !devices.some((device) => device.serial === serial) &&
    ownerOf(tags, account.repository) === 'this repository' &&
    madeFor(tags) === name;
  // Of one that nobody ever had enabled, no time tells its seed from what another run wrote in these minutes.
  const ofLeft = isLeft ? readEnabled(tags) : undefined;
  const left =
    serial !== undefined && ofLeft
      ? [{ serial, tags, writing: writingOfSeed(new Date(ofLeft.at), ofLeft.written) }]
      : [];
  const seeded = [...enabled, ...left];
  return {
    seeds: new Map(
      deliver.map((secret) => [
        secret,
        seeded.flatMap((device) => (seedSecretsOf(device.tags, deliver).includes(secret) ? device.writing : [])),
      ]),
    ),
    left: left.map((device) => device.serial),
    declared: serial === undefined ? undefined : { serial, making: tags[MAKING] },
    elsewhere: new Map(seeded.map((device) => [device.serial, countOtherSecrets(device.tags, deliver) ?? 0])),
  };
}

/** @throws ActionError `another-run` when the device is another one by now, which a run may be about to enable */
async function requireSameDevice(
  user: string,
  { serial, making }: PlannedDevice,
  { iam }: AccountAccess,
): Promise<void> {
  const tags = await readDeviceTags(serial, iam);
  if (tags && tags[MAKING] !== making) throw madeMeanwhile(user, `The MFA device ${serial} was made meanwhile`);
}

/** @throws ActionError `another-run` when the user has a key that was not in the plan */
async function requireNoOtherKey(user: string, planned: readonly ExistingKey[], access: AccountAccess): Promise<void> {
  const others = await readOtherKeys(user, planned, access);
  if (others.length === 0) return;
  // A list that is older than the one of the plan shows a key that was gone by then.
  access.log(`The user ${user} has also the access key ${others.join(' and ')}, it seems. Looking again in 30 s.`);
  await access.clock.sleep(LONGEST_READ_AGE_MS);
  const still = await readOtherKeys(user, planned, access);
  if (still.length > 0) throw madeMeanwhile(user, `The access key ${still.join(' and ')} was made meanwhile`);
}

async function readOtherKeys(user: string, planned: readonly ExistingKey[], access: AccountAccess): Promise<string[]> {
  const keys = await readAsOne(() => readAccessKeys(user, access), access);
  return keys.filter(({ id }) => !planned.some((key) => key.id === id)).map(({ id }) => id);
}

/** What its other keys were made with is gone already: a key that AWS still finds was made since. */
async function deleteUser(UserName: string, access: AccountAccess): Promise<void> {
  try {
    await makeCall({ operation: 'DeleteUser', input: { UserName } }, access);
  } catch (error) {
    const cause = error instanceof ActionError ? error.cause : error;
    const { code, message = '' } = refusalOf(cause) ?? {};
    if (code !== 'DeleteConflict' || !/access key/i.test(message)) throw error;
    throw madeMeanwhile(UserName, 'An access key was made meanwhile', message, error);
  }
}

function madeMeanwhile(user: string, what: string, answer?: string, cause?: unknown): ActionError {
  return new ActionError({
    code: 'another-run',
    tried: `delete the user ${user}`,
    answer,
    why: `${what}, by another run or by someone. Both stay; of what else the user had, a part is removed.`,
    fix:
      'Let the other run end. If the user is still to go, run the step again then: it continues where it stopped. Else ' +
      'run provision, which gives the user back what is declared. `concurrency:` in the workflow lets runs wait for each other.',
    cause,
  });
}

/** Removes what a user signs in with, other than access keys and MFA devices. */
async function signInRemoval(UserName: string, iam: Iam): Promise<PlannedCall[]> {
  const input = { UserName };
  const [login, certificates, sshKeys, { ServiceSpecificCredentials = [] } = {}] = await Promise.all([
    iam.find('GetLoginProfile', input),
    iam.list('ListSigningCertificates', input, (page) => page.Certificates),
    iam.list('ListSSHPublicKeys', input, (page) => page.SSHPublicKeys),
    iam.find('ListServiceSpecificCredentials', input),
  ]);
  return [
    ...(login ? [{ detail: '- password', operation: 'DeleteLoginProfile', input } as const] : []),
    ...certificates.map(({ CertificateId = '' }): PlannedCall => ({
      detail: `- signing certificate ${CertificateId}`,
      operation: 'DeleteSigningCertificate',
      input: { UserName, CertificateId },
    })),
    ...sshKeys.map(({ SSHPublicKeyId = '' }): PlannedCall => ({
      detail: `- SSH key ${SSHPublicKeyId}`,
      operation: 'DeleteSSHPublicKey',
      input: { UserName, SSHPublicKeyId },
    })),
    ...ServiceSpecificCredentials.map(({ ServiceName = '', ServiceSpecificCredentialId = '' }): PlannedCall => ({
      detail: `- credential ${ServiceSpecificCredentialId} for ${ServiceName}`,
      operation: 'DeleteServiceSpecificCredential',
      input: { UserName, ServiceSpecificCredentialId },
    })),
  ];
}

async function groupRemoval(UserName: string, iam: Iam): Promise<PlannedCall[]> {
  const groups = await iam.list('ListGroupsForUser', { UserName }, (page) => page.Groups);
  return groups.map(({ GroupName = '' }) => ({
    detail: `- member of ${GroupName}`,
    operation: 'RemoveUserFromGroup',
    input: { UserName, GroupName },
  }));
}
