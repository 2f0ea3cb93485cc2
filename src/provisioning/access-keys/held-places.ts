import { describeSecret } from '../../identities/declaration';
import type { ExistingKey } from './access-key';
import { CLOCK_MARGIN_MS, describePlaces, lastingPlaces, placeWord, type Destination } from './destinations';
import type { KeyHolder } from './key-holder';
import { LATEST_WRITING_MS } from './key-life';
import { readRecords, type KeyRecord } from './record';
import { placesNotIn, type RecordedPlaces } from './recorded-places';

/** Which places of the document may hold a key whole, as far as the times of their secrets tell. */
export interface HeldPlaces {
  /** The run that delivered the key has written them last. */
  readonly whole: readonly Destination[];
  /** Somebody else has written them since the key was made: perhaps with it, perhaps with another. */
  readonly perhaps: readonly Destination[];
}

/** When a run may have written the places of its key, in milliseconds since 1970. */
interface RunWriting {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  /** Its places; undefined where they are not known. */
  readonly places: RecordedPlaces | undefined;
}

/**
 * The places of the document that may hold a key. A time tells which run has written a secret, and that no key is in it
 * which was made later; of what somebody else has written, it does not tell which key that is.
 *
 * @returns undefined where nobody can tell when the places were written
 */
export function placesWith({ user, existing, times }: KeyHolder, key: ExistingKey): HeldPlaces | undefined {
  if (!times) return undefined;
  const { keys } = readRecords(existing?.tags ?? {});
  const createdOf = (id: string) => existing?.accessKeys.find((one) => one.id === id)?.created.getTime();
  const writings = [...keys].flatMap(([id, record]) => writingOf(id, record, createdOf(id)) ?? []);
  const mayBeWrittenByHand = isKnownToOthers(keys.get(key.id) ?? {});
  const whole: Destination[] = [];
  const perhaps: Destination[] = [];
  for (const place of lastingPlaces(user.accessKey?.deliver ?? [])) {
    const writers = place.halves.map(({ secret }) => {
      const at = times.get(describeSecret(secret));
      if (at === undefined || at < key.created.getTime() - CLOCK_MARGIN_MS) return 'too early';
      return writerAt(at, place, writings);
    });
    if (writers.every((id) => id === key.id)) whole.push(place);
    else if (mayBeWrittenByHand && writers.every((id) => id === key.id || id === undefined)) perhaps.push(place);
  }
  return { whole, perhaps };
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
  const isNotOf = (places: RecordedPlaces) => placesNotIn(places, [placeWord(place)])?.length === 1;
  const [writer] = writings
    .filter(({ from, to, places }) => at >= from && at <= to && !(places && isNotOf(places)))
    .sort((one, other) => other.from - one.from);
  return writer?.id;
}

/** Whether somebody can have a key to write it by hand: not one that only a run had which died while it delivered it. */
function isKnownToOthers({ delivering, delivered }: KeyRecord): boolean {
  return delivered !== undefined || delivering === undefined;
}
