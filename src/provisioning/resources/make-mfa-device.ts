import { isRefusal } from '../../aws/failure';
import { ActionError, asActionError } from '../../errors/action-error';
import { messageOf } from '../../errors/message';
import { tagList } from '../../iam/tags';
import type { DeclaredMfaDevice, Tags } from '../../identities/declaration';
import { describeSecret, describeStored, type GithubSecret } from '../../identities/stored-secret';
import { codeAt, parseSeed, type Seed } from '../../mfa/seed';
import { FENCE_MS } from '../access-keys/key-life';
import { timeOf } from '../access-keys/marks';
import { writeSecret } from '../access-keys/write-secret';
import type { AccountAccess } from '../changes/account-access';
import { makeCall, makeCalls } from '../changes/apply';
import { oneWait, type LookTwice } from '../changes/one-wait';
import { LONGEST_READ_AGE_MS, requireOwn } from '../changes/require-own';
import { isSameMark, type Mark } from '../stores/store';
import { madeForTag, MAKING, makingTag } from './making-tag';
import { deleteDevice, MFA_DEVICE, readDevices, readDeviceTags, type MfaDevicePlan } from './mfa-device';

/** How often a list is read that may not show yet what is there, in milliseconds. */
const BETWEEN_READS_MS = 2_000;

/**
 * Makes a virtual MFA device for a user: its seed is delivered before it is enabled, so that a device that is enabled
 * never is one whose codes nobody can compute.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_virtual.html
 */
export async function makeMfaDevice(
  plan: MfaDevicePlan,
  access: AccountAccess,
  unlimited: AccountAccess,
  lookTwice: LookTwice = oneWait(access.clock),
): Promise<void> {
  const { user, serial, change, replaces, overwrites } = plan;
  const { mfaDevice } = user;
  if (change.creates) access.remember(change.creates);
  await makeCalls(change.stages, access);
  if (change.action !== 'create' || !mfaDevice) return;
  if (replaces) await deleteLeft(serial, replaces.making, lookTwice, access);
  access.remember({ kind: MFA_DEVICE, user: user.name, serial });
  const making = makingTag(mfaDevice.deliver, access);
  const fence = fenceFrom(serial, access);
  const delivery = new SeedDelivery(user.name, mfaDevice.deliver, access);
  try {
    const base32 = await createDevice(plan, mfaDevice, making, access);
    access.mask(base32);
    const seed = parseSeed(base32);
    if ('wrong' in seed) throw new Error(`The seed that AWS gave for ${serial} ${seed.wrong}.`);
    await delivery.write(base32, fence);
    // GitHub refuses no request that comes late: one of a run that removes the user may have taken the seed away.
    await delivery.requireOwn(serial);
    await enableDevice({ user: user.name, serial, seed, making }, access);
    await delivery.requireOwn(serial);
  } catch (error) {
    // What GitHub did not answer may come later: a device that the next run makes must not have that seed by then.
    if (!delivery.mayComeLate) await takeBack(serial, making, unlimited);
    throw delivery.withWritten(error);
  }
  await markEnabled(serial, makingTag(mfaDevice.deliver, access, delivery), access);
  const stored = mfaDevice.deliver.map((secret) => describeSeeded(secret, overwrites)).join('; ');
  access.log(`Enabled the MFA device ${serial} for ${user.name}; its seed is in ${stored}.`);
}

/** A secret that holds a seed now, for people. */
function describeSeeded(secret: GithubSecret, overwrites: readonly GithubSecret[]): string {
  return `${describeSecret(secret)}${overwrites.includes(secret) ? ', which held something else before' : ''}`;
}

/** Marks a device so that nobody takes it for one that is being made, should somebody deactivate it soon. */
async function markEnabled(serial: string, enabled: Tags, access: AccountAccess): Promise<void> {
  const input = { SerialNumber: serial, Tags: tagList(enabled) };
  try {
    await makeCall({ operation: 'TagMFADevice', input }, access);
  } catch (error) {
    access.log(`The MFA device ${serial} is enabled, but its tag does not say so. ${messageOf(error)}`);
  }
}

/** The delivery of a seed to the secrets that are to hold it. */
class SeedDelivery {
  readonly #written: { readonly secret: GithubSecret; readonly mark: Mark | undefined }[] = [];
  #latest: number | undefined;
  #mayComeLate = false;

  constructor(
    private readonly user: string,
    private readonly secrets: readonly GithubSecret[],
    private readonly access: AccountAccess,
  ) {}

  /** Whether GitHub left a request unanswered, and may carry it out later. */
  get mayComeLate(): boolean {
    return this.#mayComeLate;
  }

  /** When GitHub said last that the last of them was written; undefined where what was sent may come later, too. */
  get written(): number | undefined {
    return this.#latest;
  }

  /** What the delivery failed with, and which secrets were written before: what they held is lost. */
  withWritten(error: unknown): unknown {
    if (this.#written.length === 0) return error;
    const names = this.#written.map(({ secret }) => describeSecret(secret)).join('; ');
    return asActionError(error).because(
      `Before, the seed of this device was written to ${names}. If the device is not enabled in the end, nobody can ` +
        'sign in with that seed: the next run of provision makes a device whose seed takes its place.',
    );
  }

  /** @param fence called before each request; what it throws ends the delivery */
  async write(base32: string, fence: () => void): Promise<void> {
    for (const secret of this.secrets) {
      fence();
      const mark = await writeSecret({ secret, user: this.user, value: base32 }, this.access, () => {
        this.#mayComeLate = true;
      });
      this.#written.push({ secret, mark });
    }
  }

  /** Makes sure that nobody else wrote the secrets since, such as another run that made the device, too. */
  async requireOwn(serial: string): Promise<void> {
    // What came late of this run's own looks like another's.
    if (this.#mayComeLate) return;
    const times: number[] = [];
    for (const { secret, mark } of this.#written) {
      const latest = mark && (await this.access.stores.find(secret));
      if (mark && !(latest && isSameMark(mark, latest))) {
        throw overtaken(serial, `the ${describeStored(secret)} was written or removed by someone else`);
      }
      times.push(timeOf(latest) ?? Infinity);
    }
    const last = Math.max(...times);
    this.#latest = Number.isFinite(last) ? last : undefined;
  }
}

/** Keeps from going on with what other runs take for left by then. Clocks may stand still while a machine sleeps, or be set. */
function fenceFrom(serial: string, { clock }: AccountAccess): () => void {
  const [time, now] = [clock.time(), clock.now()];
  return () => {
    if (Math.max(clock.time() - time, clock.now() - now) > FENCE_MS) {
      throw overtaken(serial, `more than ${FENCE_MS / 60_000} minutes have passed since it was made`);
    }
  };
}

/** Deletes a device that could not be finished, so that nobody takes it for one that is being made. AWS keeps one that is enabled. */
async function takeBack(serial: string, making: Tags, access: AccountAccess): Promise<void> {
  try {
    const tags = await readDeviceTags(serial, access.iam);
    if (tags?.[MAKING] === making[MAKING]) await makeCall(deleteDevice(serial), access);
  } catch (error) {
    access.log(`The MFA device ${serial} may be left, and not be enabled. ${messageOf(error)}`);
  }
}

/**
 * Deletes a device that is not enabled, once it is sure that it is the one that was planned for: what another run made
 * since is seen by then.
 *
 * @param making the tag that it had
 */
async function deleteLeft(
  serial: string,
  making: string | undefined,
  lookTwice: LookTwice,
  access: AccountAccess,
): Promise<void> {
  const { iam, log } = access;
  log(
    `The MFA device ${serial} is not enabled. Looking again in ${LONGEST_READ_AGE_MS / 1000} s, before it is replaced.`,
  );
  await lookTwice();
  const tags = await readDeviceTags(serial, iam);
  if (!tags) return;
  if (tags[MAKING] !== making) throw overtaken(serial, 'another run made it again');
  // AWS refuses this for one that is enabled.
  await makeCall(deleteDevice(serial), access);
}

/** Makes a device that is nobody's yet, and returns its seed in base32. */
async function createDevice(
  { user, serial, tags }: MfaDevicePlan,
  { name, path }: DeclaredMfaDevice,
  making: Tags,
  access: AccountAccess,
): Promise<string> {
  const input = {
    VirtualMFADeviceName: name,
    Path: path,
    Tags: tagList({ ...tags, ...madeForTag(user.name), ...making }),
  };
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

function overtaken(serial: string, what: string): ActionError {
  return new ActionError({
    code: 'delivery-overtaken',
    tried: `make the MFA device ${serial}, with its seed where it is to be`,
    why: `Meanwhile, ${what}.`,
    fix: `Run the step again when no other run is at work. If the device is enabled by then, its secret may hold the seed of another one: docs/mfa.md says how to replace it.`,
  });
}

interface DeviceToEnable {
  readonly user: string;
  readonly serial: string;
  readonly seed: Seed;
  /** The tag with which this run made it. */
  readonly making: Tags;
}

/**
 * Proves the device with two codes that follow each other: the last one and the current one, by the time of AWS at each
 * attempt, as each code is good once and for a short time.
 */
async function enableDevice(
  { user: UserName, serial: SerialNumber, seed, making }: DeviceToEnable,
  access: AccountAccess,
): Promise<void> {
  const { iam, mask } = access;
  const input = async () => {
    const time = iam.time();
    const codes = await Promise.all([codeAt(seed, time - seed.period * 1000), codeAt(seed, time)]);
    codes.forEach(mask);
    const [AuthenticationCode1, AuthenticationCode2] = codes;
    return { UserName, SerialNumber, AuthenticationCode1, AuthenticationCode2 };
  };
  try {
    await iam.change('EnableMFADevice', input, { fresh: [SerialNumber] });
  } catch (error) {
    // The attempt whose answer was lost may have enabled it. Lists need not show that yet.
    const isThere = isRefusal(error, 'EntityAlreadyExists');
    if (!(await isEnabled(UserName, SerialNumber, isThere ? LONGEST_READ_AGE_MS : 0, access))) throw error;
    // Or another run has made the device again, and enabled that one, with its own seed.
    await access.clock.sleep(LONGEST_READ_AGE_MS);
    const tags = await readDeviceTags(SerialNumber, iam);
    if (tags?.[MAKING] !== making[MAKING]) throw overtaken(SerialNumber, 'another run made it again, and enabled it');
  }
}

/** @param waitMs for how long it is looked for */
async function isEnabled(
  user: string,
  serial: string,
  waitMs: number,
  { iam, clock }: AccountAccess,
): Promise<boolean> {
  for (let waited = 0; ; waited += BETWEEN_READS_MS) {
    const devices = await readDevices(user, iam);
    if (devices.some((device) => device.serial === serial)) return true;
    if (waited >= waitMs) return false;
    await clock.sleep(BETWEEN_READS_MS);
  }
}
