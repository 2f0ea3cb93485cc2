import type { KeyDestination } from '../../identities/declaration';
import { placeWord, placeWords, type Destination } from './destinations';
import type { KeyOwner } from './key-holder';
import { CLOCKS_DIFFER_MS, FENCE_MS, LATE_MS, TAKEOVER_MS } from './key-life';
import { readRecords } from './record';
import { placesNotIn, type RecordedPlaces } from './recorded-places';

/** When secrets of GitHub were written by runs of this action, in milliseconds since 1970. */
export interface Writing {
  readonly from: number;
  readonly to: number;
}

/** GitHub's times are whole seconds. */
const SECOND_MS = 1_000;
/** From when a key is made, how long a secret may still be written with it. */
const DELIVERY_MS = FENCE_MS + LATE_MS;

/**
 * When keys of a user were written to a place, as far as it is recorded that they were for it: of those delivered, no later
 * than the record says, and of others, as long as the run that had begun with it could. The time alone tells nothing: a run
 * may write keys of several users in the same seconds.
 *
 * @param declared among these is the place: a record of many places tells only whether all are the same
 */
export function writingsOfKeys(
  { tags, accessKeys }: KeyOwner,
  place: Destination,
  declared: readonly KeyDestination[],
): Writing[] {
  const isFor = (recorded: RecordedPlaces) => {
    const others = placesNotIn(recorded, placeWords(declared));
    return others !== undefined && !others.includes(placeWord(place));
  };
  return [...readRecords(tags).keys].flatMap(([id, { made, delivering, delivered }]) => {
    const places = delivered?.places ?? delivering?.places;
    if (!places || !isFor(places)) return [];
    const created = accessKeys.find((key) => key.id === id)?.created.getTime() ?? made?.at ?? delivering?.at;
    // The time that is recorded is GitHub's own. There is none where some places got the key and some did not.
    const to = delivered?.written ?? (created === undefined ? undefined : writingSince(created).to);
    return to === undefined ? [] : { from: (created ?? to - DELIVERY_MS) - CLOCKS_DIFFER_MS, to };
  });
}

/** When the seed of an MFA device was written: shortly before it was enabled. */
export function writingOfSeed(enabled: Date): Writing {
  return { from: enabled.getTime() - TAKEOVER_MS, to: enabled.getTime() + CLOCKS_DIFFER_MS };
}

/**
 * When a step wrote a secret.
 *
 * @param at when its writing began, by AWS's clock
 * @param written when it was written, by GitHub's clock, as far as that is known
 */
export function writingBy(at: number, written: number | undefined): Writing {
  return written === undefined ? writingSince(at) : { from: written - SECOND_MS, to: written + SECOND_MS };
}

/** When a secret was written whose writing began at a time by AWS's clock. */
function writingSince(at: number): Writing {
  return { from: at - CLOCKS_DIFFER_MS, to: at + DELIVERY_MS };
}
