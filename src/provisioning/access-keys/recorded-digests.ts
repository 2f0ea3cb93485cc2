import { createHash } from 'node:crypto';

/**
 * What a record says of places, of the versions of secrets, or of the secrets of a seed: a digest of each, cut where that
 * has no room; or a single longer one of all of them, where there are too many. That tells only whether a list is the same.
 */
export type RecordedDigests = readonly string[];

const BETWEEN = ':';
/** Letters of the shortest digest that tells one from all others. */
const SHORTEST = 6;
/** Letters of the digest of a whole list. */
const OF_LIST = 16;

/** @param room letters that the record has left for them */
export function writeDigests(digests: readonly string[], room: number): string {
  const letters = Math.floor((room + BETWEEN.length) / digests.length) - BETWEEN.length;
  return letters < SHORTEST ? listDigest(digests) : digests.map((digest) => digest.slice(0, letters)).join(BETWEEN);
}

export function readDigests(written: string): RecordedDigests {
  return written.split(BETWEEN);
}

/**
 * Of some digests, those that are not in a record.
 *
 * @returns undefined where the record does not tell
 */
export function digestsNotIn(recorded: RecordedDigests, digests: readonly string[]): string[] | undefined {
  if (isList(recorded)) return recorded[0] === listDigest(digests) ? [] : undefined;
  return digests.filter((digest) => !recorded.some((other) => isSame(digest, other)));
}

/**
 * The digests in a record that are not among others.
 *
 * @returns undefined where the record does not tell
 */
export function digestsOnlyIn(recorded: RecordedDigests, others: readonly string[]): string[] | undefined {
  if (isList(recorded)) return recorded[0] === listDigest(others) ? [] : undefined;
  return [...withoutDigests(recorded, others)];
}

/** What a record has that another has not: of records that do not tell each, it is only known whether both are the same. */
export function withoutDigests(recorded: RecordedDigests, others: RecordedDigests): RecordedDigests {
  return recorded.filter((digest) => !others.some((other) => isSame(digest, other)));
}

/** How many a record has; undefined where it does not tell. */
export function countDigests(recorded: RecordedDigests): number | undefined {
  return isList(recorded) ? undefined : recorded.length;
}

/** Whether a record has these digests, and no others. */
export function areDigestsOf(recorded: RecordedDigests, digests: readonly string[]): boolean {
  return digestsNotIn(recorded, digests)?.length === 0 && digestsOnlyIn(recorded, digests)?.length === 0;
}

function isSame(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

function isList(recorded: RecordedDigests): boolean {
  return recorded.length === 1 && recorded[0]?.length === OF_LIST;
}

function listDigest(digests: readonly string[]): string {
  const list = [...digests].sort().join(BETWEEN);
  return createHash('sha256').update(list).digest('hex').slice(0, OF_LIST);
}
