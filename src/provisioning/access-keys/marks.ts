import { createHash } from 'node:crypto';
import type { KeyDestination } from '../../identities/declaration';
import { describeSecret, type StoredSecret } from '../../identities/stored-secret';
import { concurrently } from '../changes/concurrently';
import type { Mark } from '../stores/store';
import type { Stores } from '../stores/stores';
import { storedHalves } from './destinations';
import { digestsNotIn, type RecordedDigests } from './recorded-digests';

/** What the stores say of secrets, by their description; undefined for one that is not there. */
export type Marks = ReadonlyMap<string, Mark | undefined>;

/** Versions of secrets, in digests of a record: each is of one version of one secret. */
export type RecordedVersions = RecordedDigests;

/** Whether there is a token for every place that lasts: else nobody can tell what they hold. */
export function canReadMarks(destinations: readonly KeyDestination[], stores: Stores): boolean {
  return storedHalves(destinations).every(({ secret }) => stores.has(secret));
}

/** What secrets hold cannot be read, but when they were last written can, or that they were. */
export async function readMarks(secrets: readonly StoredSecret[], stores: Stores): Promise<Marks> {
  const marks = await concurrently(
    secrets,
    async (secret) => [describeSecret(secret), await stores.find(secret)] as const,
  );
  return new Map(marks);
}

export function markOf(secret: StoredSecret, marks: Marks): Mark | undefined {
  return marks.get(describeSecret(secret));
}

/** When a secret was written; undefined where its store does not tell the time, and where it is not there. */
export function timeOf(mark: Mark | undefined): number | undefined {
  return mark && 'time' in mark ? mark.time : undefined;
}

/** When the last of secrets was written, in milliseconds since 1970; undefined where their stores tell no times. */
export function latestTimeIn(marks: Marks): number | undefined {
  const times = [...marks.values()].flatMap((mark) => timeOf(mark) ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}

/**
 * Digests for the versions that secrets have, also for that they are not there.
 *
 * @param secrets of stores that tell versions
 * @returns undefined where the store of one does not say its version: then nothing is known of it
 */
export function versionsOf(secrets: readonly StoredSecret[], marks: Marks): RecordedVersions | undefined {
  const digests = secrets.map((secret) => versionDigest(secret, markOf(secret, marks)));
  return digests.some((digest) => digest === undefined) ? undefined : digests.flatMap((digest) => digest ?? []);
}

/** Of some secrets, those whose version is not in a record; undefined where nobody can say. */
export function changedSince<Secret extends StoredSecret>(
  recorded: RecordedVersions | undefined,
  secrets: readonly Secret[],
  marks: Marks,
): Secret[] | undefined {
  const versions = recorded && versionsOf(secrets, marks);
  const others = versions && digestsNotIn(recorded, versions);
  return others && secrets.filter((_, index) => others.includes(versions[index] ?? ''));
}

function versionDigest(secret: StoredSecret, mark: Mark | undefined): string | undefined {
  if (mark && (!('version' in mark) || mark.version === undefined)) return undefined;
  const version = mark === undefined ? 'none' : `version ${mark.version ?? ''}`;
  return createHash('sha256')
    .update(`${describeSecret(secret).toLowerCase()}\n${version}`)
    .digest('hex')
    .slice(0, 8);
}
