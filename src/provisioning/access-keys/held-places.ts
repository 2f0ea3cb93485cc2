import type { KeyDestination } from '../../identities/declaration';
import { STORES } from '../../identities/stored-secret';
import { CLOCK_MARGIN_MS } from '../stores/store';
import type { ExistingKey } from './access-key';
import {
  describePlaces,
  lastingPlaces,
  placeDigest,
  versionedIn,
  type Destination,
  type StoredHalf,
} from './destinations';
import type { GivenPlace, KeyHolder, KeyOwner } from './key-holder';
import { LATEST_WRITING_MS } from './key-life';
import { changedSince, markOf, timeOf, versionsOf, type Marks } from './marks';
import { readRecords, type KeyRecord } from './record';
import { countDigests, digestsNotIn, type RecordedDigests } from './recorded-digests';
import { placesOfOthersWith } from './unrenewed-places';

/** Which places of the document may hold a key whole, as far as the stores tell. */
export interface HeldPlaces {
  /** The run that delivered the key has written them last. */
  readonly whole: readonly Destination[];
  /** Somebody else has written them since the key was made: perhaps with it, perhaps with another. */
  readonly perhaps: readonly Destination[];
  /** A run did not come to its end with them: they may have its key, or one from before that somebody has put back. */
  readonly unknown: readonly Destination[];
  /** Their store says no versions, or none is recorded. */
  readonly untold: readonly Destination[];
}

/** When a run may have written the places of its key, in milliseconds since 1970. */
interface RunWriting {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  /** Its places; undefined where they are not known. */
  readonly places: RecordedDigests | undefined;
}

/** Whose key a half may be of: the ID of that; nobody that is known; or nobody can tell. */
type Writer = { readonly id: string | undefined } | 'too early' | 'unknown' | 'untold';

/**
 * The places of the document that may hold a key. A time tells which run has written a secret, and that no key is in it
 * which was made later; a version, whether it is as a run that had delivered its key left it. Of what somebody else has
 * written, neither tells which key that is.
 *
 * @returns undefined where nobody can tell when the places were written
 */
export function placesWith({ user, existing, others, marks }: KeyHolder, key: ExistingKey): HeldPlaces | undefined {
  if (!marks) return undefined;
  const { keys } = readRecords(existing?.tags ?? {});
  const createdOf = (id: string) => existing?.accessKeys.find((one) => one.id === id)?.created.getTime();
  const own = [...keys].flatMap(([id, record]) => writingOf(id, record, createdOf(id)) ?? []);
  const writings = [...own, ...others.flatMap(deliveriesOf)];
  const mayBeWrittenByHand = isKnownToOthers(keys.get(key.id) ?? {});
  const writerOf = (half: StoredHalf, place: Destination): Writer => {
    if (markOf(half.secret, marks) === undefined) return 'too early';
    if (STORES[half.secret.store].tells === 'version') {
      return writerOfVersion(half, { place, declared: user.accessKey?.deliver ?? [] }, { keys, others }, marks);
    }
    const at = timeOf(markOf(half.secret, marks)) ?? 0;
    return at < key.created.getTime() - CLOCK_MARGIN_MS ? 'too early' : { id: writerAt(at, place, writings) };
  };
  const held: Record<keyof HeldPlaces, Destination[]> = { whole: [], perhaps: [], unknown: [], untold: [] };
  for (const place of lastingPlaces(user.accessKey?.deliver ?? [])) {
    const writers = place.halves.map((half) => writerOf(half, place));
    if (writers.includes('too early')) continue;
    const ids = writers.flatMap((writer) => (typeof writer === 'object' ? writer.id : []));
    if (ids.length === writers.length && ids.every((id) => id === key.id)) held.whole.push(place);
    else if (ids.some((id) => id !== undefined && id !== key.id)) continue;
    else if (writers.includes('unknown')) held.unknown.push(place);
    else if (writers.includes('untold')) held.untold.push(place);
    else if (mayBeWrittenByHand) held.perhaps.push(place);
  }
  return held;
}

/** Why a key that was replaced must stay, for people; undefined where no place may hold it, or nobody can tell. */
export function whyHeld(holder: KeyHolder, key: ExistingKey): string | undefined {
  const { whole = [], perhaps = [], unknown = [] } = placesWith(holder, key) ?? {};
  if (whole.length > 0) return `${describePlaces(whole)} hold it, and no newer one`;
  const ofOthers = placesOfOthersWith(holder, key.id);
  if (ofOthers.length > 0) return `${describeGiven(ofOthers)} may hold it, and no newer one`;
  // Whoever puts back a key that is inactive activates it: till then, what reads it from there fails in any case.
  if (!key.active) return undefined;
  if (perhaps.length > 0) {
    return `somebody else has written ${describePlaces(perhaps)} since, and perhaps put it there again`;
  }
  if (unknown.length === 0) return undefined;
  return `a run did not come to its end with ${describePlaces(unknown)}, and nobody can tell whether they hold it`;
}

/** Places by the secrets that they are, and the users to whom the document gives them, for people. */
export function describeGiven(given: readonly GivenPlace[]): string {
  const users = [...new Set(given.map(({ user }) => user))];
  const ofUsers = users.map((user) => {
    const places = given.flatMap((one) => (one.user === user ? one.place : []));
    return `${describePlaces(places)}, which the document gives to the user ${user},`;
  });
  return ofUsers.join(' and ');
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

/** When runs have written the places of another user's keys: where no place is recorded, or no time, none is known. */
function deliveriesOf({ tags, accessKeys }: KeyOwner): RunWriting[] {
  return [...readRecords(tags).keys].flatMap(([id, record]) => {
    const { written, places, torn } = record.delivered ?? {};
    if (written === undefined || torn || !places || countDigests(places) === undefined) return [];
    const created = accessKeys.find((key) => key.id === id)?.created.getTime();
    return writingOf(id, record, created) ?? [];
  });
}

/** The key whose run has written a half of a place then: of several, the newest. */
function writerAt(at: number, place: Destination, writings: readonly RunWriting[]): string | undefined {
  const [writer] = writings
    .filter(({ from, to, places }) => at >= from && at <= to && mayBeOf(place, places))
    .sort((one, other) => other.from - one.from);
  return writer?.id;
}

/** The key whose run has recorded the version that a half has, as it left it: also one of another user. */
function writerOfVersion(
  { secret }: StoredHalf,
  { place, declared }: { readonly place: Destination; readonly declared: readonly KeyDestination[] },
  { keys, others }: { readonly keys: ReadonlyMap<string, KeyRecord>; readonly others: readonly KeyOwner[] },
  marks: Marks,
): Writer {
  if (versionsOf([secret], marks) === undefined) return 'untold';
  // A record of many tells only whether all are the same.
  const changedIn = (versions: RecordedDigests | undefined) =>
    changedSince(versions, [secret], marks) ?? changedSince(versions, versionedIn(declared), marks);
  const isSince = (versions: RecordedDigests | undefined) => changedIn(versions)?.length !== 0;
  const all = [...keys, ...others.flatMap(({ tags }) => [...readRecords(tags).keys])];
  const [writer] = all.flatMap(([id, { delivered }]) => (delivered && !isSince(delivered.versions) ? id : []));
  if (writer !== undefined) return { id: writer };
  const ofPlace = [...keys.values()].filter(({ delivering, delivered }) =>
    mayBeOf(place, (delivered ?? delivering)?.places),
  );
  const isUnended = ({ delivering, delivered }: KeyRecord) =>
    (delivered ? delivered.torn : delivering !== undefined) && isSince(delivering?.versions);
  if (ofPlace.some(isUnended)) return 'unknown';
  const isUntold = ({ delivered }: KeyRecord) => delivered?.torn === false && delivered.versions === undefined;
  return ofPlace.some(isUntold) ? 'untold' : { id: undefined };
}

/** Whether recorded places may have one among them. */
function mayBeOf(place: Destination, places: RecordedDigests | undefined): boolean {
  return places === undefined || digestsNotIn(places, [placeDigest(place)])?.length !== 1;
}

/** Whether somebody can have a key to write it by hand: not one that only a run had which died while it delivered it. */
function isKnownToOthers({ delivering, delivered }: KeyRecord): boolean {
  return delivered !== undefined || delivering === undefined;
}
