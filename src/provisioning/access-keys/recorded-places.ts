import { createHash } from 'node:crypto';

/**
 * Places in a record: a word for each, cut where that has no room; or a single longer one for all of them, where there are
 * too many. That tells only whether a list is the same.
 */
export type RecordedPlaces = readonly string[];

const BETWEEN = ':';
/** Letters of the shortest word that tells a place from all others. */
const SHORTEST = 6;
/** Letters of a word for a whole list. */
const OF_LIST = 16;

/** @param room letters that the record has left for them */
export function writePlaces(words: readonly string[], room: number): string {
  const letters = Math.floor((room + BETWEEN.length) / words.length) - BETWEEN.length;
  return letters < SHORTEST ? listWord(words) : words.map((word) => word.slice(0, letters)).join(BETWEEN);
}

export function readPlaces(written: string): RecordedPlaces {
  return written.split(BETWEEN);
}

/**
 * Of some places, those that are not in a record.
 *
 * @returns undefined where the record does not tell
 */
export function placesNotIn(recorded: RecordedPlaces, places: readonly string[]): string[] | undefined {
  if (isList(recorded)) return recorded[0] === listWord(places) ? [] : undefined;
  return places.filter((place) => !recorded.some((other) => isSamePlace(place, other)));
}

/**
 * The places in a record that are not among others.
 *
 * @returns undefined where the record does not tell
 */
export function placesOnlyIn(recorded: RecordedPlaces, others: readonly string[]): string[] | undefined {
  if (isList(recorded)) return recorded[0] === listWord(others) ? [] : undefined;
  return [...withoutPlaces(recorded, others)];
}

/** What a record has that another has not: of records that do not tell their places, it is only known whether both are the same. */
export function withoutPlaces(recorded: RecordedPlaces, others: RecordedPlaces): RecordedPlaces {
  return recorded.filter((place) => !others.some((other) => isSamePlace(place, other)));
}

/** How many places a record has; undefined where it does not tell. */
export function countPlaces(recorded: RecordedPlaces): number | undefined {
  return isList(recorded) ? undefined : recorded.length;
}

/** Whether a record has these places, and no others. */
export function arePlacesOf(recorded: RecordedPlaces, places: readonly string[]): boolean {
  return placesNotIn(recorded, places)?.length === 0 && placesOnlyIn(recorded, places)?.length === 0;
}

function isSamePlace(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

function isList(recorded: RecordedPlaces): boolean {
  return recorded.length === 1 && recorded[0]?.length === OF_LIST;
}

function listWord(words: readonly string[]): string {
  const list = [...words].sort().join(BETWEEN);
  return createHash('sha256').update(list).digest('hex').slice(0, OF_LIST);
}
