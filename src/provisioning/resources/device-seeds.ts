import type { Tags } from '../../identities/declaration';
import type { GithubSecret } from '../../identities/stored-secret';
import { CLOCKS_DIFFER_MS } from '../access-keys/key-life';
import { timeOf } from '../access-keys/marks';
import { writingOfSeed } from '../access-keys/writings';
import type { AccountAccess } from '../changes/account-access';
import { concurrently } from '../changes/concurrently';
import type { Mark } from '../stores/store';
import { otherSecrets, readEnabled, seedSecretsOf } from './making-tag';

/** A device that is enabled, with what its tags tell of its seed: none of one that no run has made. */
export interface SeededDevice {
  readonly serial: string;
  readonly enabledAt: Date;
  readonly tags: Tags;
}

/** What is there of the seed of a device that is enabled, in the secrets that are to hold it. */
export interface DeviceSeeds {
  /** Those that are not there. */
  readonly missing: readonly GithubSecret[];
  /** Those that were written at another time than the seed was: they may hold another. */
  readonly rewritten: readonly GithubSecret[];
  /** Those that it was never delivered to, as is recorded. */
  readonly undelivered: readonly GithubSecret[];
  /** Those in which the seed of another device of the user has taken its place since. */
  readonly replaced: readonly { readonly secret: GithubSecret; readonly by: string }[];
  /** Those of which GitHub does not say whether they are there: without a token for them, or as it does not answer. */
  readonly notKnown: readonly GithubSecret[];
}

export const NO_SEEDS: DeviceSeeds = { missing: [], rewritten: [], undelivered: [], replaced: [], notKnown: [] };

/**
 * Looks at the secrets that are to hold the seed of a device. The time at which one was written does not tell by itself
 * whose seed it holds: runs make devices of several users in the same minutes.
 *
 * @param others further devices that the user has
 */
export async function readDeviceSeeds(
  secrets: readonly GithubSecret[],
  device: SeededDevice,
  others: readonly SeededDevice[],
  { stores }: AccountAccess,
): Promise<DeviceSeeds> {
  const notDelivered = otherSecrets(device.tags, secrets) ?? [];
  const stateAt = (secret: GithubSecret, mark: Mark | undefined): DeviceSeeds => {
    if (!mark) return { ...NO_SEEDS, missing: [secret] };
    const since = others.find(
      (other) =>
        other.enabledAt > device.enabledAt &&
        seedSecretsOf(other.tags, [secret]).length > 0 &&
        isWrittenWith(other, mark),
    );
    if (since) return { ...NO_SEEDS, replaced: [{ secret, by: since.serial }] };
    if (notDelivered.includes(secret)) return { ...NO_SEEDS, undelivered: [secret] };
    return isWrittenWith(device, mark) ? NO_SEEDS : { ...NO_SEEDS, rewritten: [secret] };
  };
  const found = await concurrently(secrets, async (secret): Promise<DeviceSeeds> => {
    const notKnown = { ...NO_SEEDS, notKnown: [secret] };
    if (!stores.has(secret)) return notKnown;
    return stores.find(secret).then(
      (mark) => stateAt(secret, mark),
      () => notKnown,
    );
  });
  return {
    missing: found.flatMap(({ missing }) => missing),
    rewritten: found.flatMap(({ rewritten }) => rewritten),
    undelivered: found.flatMap(({ undelivered }) => undelivered),
    replaced: found.flatMap(({ replaced }) => replaced),
    notKnown: found.flatMap(({ notKnown }) => notKnown),
  };
}

/** Whether a secret was written when the seed of a device was; a service that does not say when, tells of none. */
function isWrittenWith({ enabledAt, tags }: SeededDevice, mark: Mark): boolean {
  const written = readEnabled(tags)?.written;
  const { from, to } = writingOfSeed(enabledAt, written);
  const latest = written ?? to + CLOCKS_DIFFER_MS;
  const time = timeOf(mark);
  return time === undefined || enabledAt.getTime() === 0 || (from <= time && time <= latest);
}
