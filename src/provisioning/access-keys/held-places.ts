import { STORES } from '../../identities/stored-secret';
import { CLOCK_MARGIN_MS } from '../stores/store';
import type { ExistingKey } from './access-key';
import { describePlaces, lastingPlaces, placeWord, type Destination, type StoredHalf } from './destinations';
import type { KeyHolder } from './key-holder';
import { LATEST_WRITING_MS } from './key-life';
import { changedSince, markOf, timeOf, versionsOf, type Marks } from './marks';
import { readRecords, type KeyRecord } from './record';
import { placesNotIn, type RecordedPlaces } from './recorded-places';

/** Which places of the document may hold a key whole, as far as the stores tell. */
export interface HeldPlaces {
  /** The run that delivered the key has written them last. */
  readonly whole: readonly Destination[];
  /** Somebody else has written them since the key was made: perhaps with it, perhaps with another. */
  readonly perhaps: readonly Destination[];
  /** A run died while it wrote them, or their store does not tell: nobody knows whether they have it. */
  readonly unknown: readonly Destination[];
}

/** When a run may have written the places of its key, in milliseconds since 1970. */
interface RunWriting {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  /** Its places; undefined where they are not known. */
  readonly places: RecordedPlaces | undefined;
}

/** Whose key a half may be of: the ID of that; nobody that is known; or nobody can tell. */
type Writer = { readonly id: string | undefined } | 'too early' | 'unknown';

/**
 * The places of the document that may hold a key. A time tells which run has written a secret, and that no key is in it
 * which was made later; a version, whether it is as a run that had delivered its key left it. Of what somebody else has
 * written, neither tells which key that is.
 *
 * @returns undefined where nobody can tell when the places were written
 */
export function placesWith({ user, existing, marks }: KeyHolder, key: ExistingKey): HeldPlaces | undefined {
  if (!marks) return undefined;
  const { keys } = readRecords(existing?.tags ?? {});
  const createdOf = (id: string) => existing?.accessKeys.find((one) => one.id === id)?.created.getTime();
  const writings = [...keys].flatMap(([id, record]) => writingOf(id, record, createdOf(id)) ?? []);
  const mayBeWrittenByHand = isKnownToOthers(keys.get(key.id) ?? {});
  const writerOf = (half: StoredHalf, place: Destination): Writer => {
    if (markOf(half.secret, marks) === undefined) return 'too early';
    if (STORES[half.secret.store].tells === 'version') return writerOfVersion(half, place, keys, marks);
    const at = timeOf(markOf(half.secret, marks)) ?? 0;
    return at < key.created.getTime() - CLOCK_MARGIN_MS ? 'too early' : { id: writerAt(at, place, writings) };
  };
  const held: Record<keyof HeldPlaces, Destination[]> = { whole: [], perhaps: [], unknown: [] };
  for (const place of lastingPlaces(user.accessKey?.deliver ?? [])) {
    const writers = place.halves.map((half) => writerOf(half, place));
    if (writers.includes('too early')) continue;
    const ids = writers.map((writer) => (typeof writer === 'object' ? writer.id : writer));
    if (ids.every((id) => id === key.id)) held.whole.push(place);
    else if (ids.some((id) => id !== undefined && id !== key.id && id !== 'unknown')) continue;
    else if (ids.includes('unknown')) held.unknown.push(place);
    else if (mayBeWrittenByHand) held.perhaps.push(place);
  }
  return held;
}

/** Why a key that was replaced must stay, for people; undefined where no place may hold it, or nobody can tell. */
export function whyHeld(holder: KeyHolder, key: ExistingKey): string | undefined {
  const { whole = [], perhaps = [] } = placesWith(holder, key) ?? {};
  if (whole.length > 0) return `${describePlaces(whole)} hold it, and no newer one`;
  // Whoever puts back a key that is inactive activates it: till then, what reads it from there fails in any case.
  if (perhaps.length === 0 || !key.active) return undefined;
  return `somebody else has written ${describePlaces(perhaps)} since, and perhaps put it there again`;
}

/** When the run of a key may have written its places; undefined where it has not begun to. */
function writingOf(
  id: string,
  { made, delivering, delivered }: KeyRecord,
  created: number | undefined,
): RunWriting | undefined {
  if (!delivering && !delivered) return undefined;
  const since = created ?? made?.at ?? delivering?.at;
  const latest = since === undefined ? undefined : since + LATEST_WRITING_MS;
  // The time that is recorded is the secrets' own. Where none is, no time tells that somebody else has written since.
  const to = delivered && !delivered.torn ? (delivered.written ?? Infinity) : latest;
  if (to === undefined) return undefined;
  return {
    id,
    from: (since ?? to - LATEST_WRITING_MS) - CLOCK_MARGIN_MS,
    to,
    places: (delivered ?? delivering)?.places,
  };
}

/** The key whose run has written a half of a place then: of several, the newest. */
function writerAt(at: number, place: Destination, writings: readonly RunWriting[]): string | undefined {
  const [writer] = writings
    .filter(({ from, to, places }) => at >= from && at <= to && mayBeOf(place, places))
    .sort((one, other) => other.from - one.from);
  return writer?.id;
}

/** The key whose run has recorded the version that a half has, as it left it. */
function writerOfVersion(
  { secret }: StoredHalf,
  place: Destination,
  keys: ReadonlyMap<string, KeyRecord>,
  marks: Marks,
): Writer {
  if (versionsOf([secret], marks) === undefined) return 'unknown';
  const isSince = (versions: RecordedPlaces | undefined) => changedSince(versions, [secret], marks)?.length !== 0;
  const [writer] = [...keys].flatMap(([id, { delivered }]) => (delivered && !isSince(delivered.versions) ? id : []));
  if (writer !== undefined) return { id: writer };
  const isUnclear = [...keys.values()].some(({ delivering, delivered }) => {
    if (!mayBeOf(place, (delivered ?? delivering)?.places)) return false;
    const isWhole = delivered !== undefined && !delivered.torn;
    if (isWhole) return delivered.versions === undefined;
    return (delivering ?? delivered) !== undefined && isSince(delivering?.versions);
  });
  return isUnclear ? 'unknown' : { id: undefined };
}

/** Whether recorded places may have one among them. */
function mayBeOf(place: Destination, places: RecordedPlaces | undefined): boolean {
  return places === undefined || placesNotIn(places, [placeWord(place)])?.length !== 1;
}

/** Whether somebody can have a key to write it by hand: not one that only a run had which died while it delivered it. */
function isKnownToOthers({ delivering, delivered }: KeyRecord): boolean {
  return delivered !== undefined || delivering === undefined;
}
