import type { KeyDestination } from '../../identities/declaration';
import { describeSecret, STORES, type StoredSecret } from '../../identities/stored-secret';
import { CLOCK_MARGIN_MS } from '../stores/store';
import { lastingPlaces, versionedIn, type Destination } from './destinations';
import { changedSince, markOf, timeOf, type Marks, type RecordedVersions } from './marks';

/**
 * In how many of its places a key is whole, as far as the stores tell; `overwritten` where that is none, and somebody else
 * has written what may have been whole before.
 */
export type Arrival = 'all' | 'some' | 'none' | 'overwritten' | 'unknown';

/** A delivery that was begun. */
export interface BegunDelivery {
  readonly created: Date;
  /** When the last of the halves can have been written, in milliseconds since 1970: later ones are another's. */
  readonly latest: number;
  /** The versions that secrets had before; undefined where they are not known. */
  readonly versions: RecordedVersions | undefined;
}

/** What may have become of a place, or of one of its secrets, since the delivery of a key was begun. */
type PlaceState = 'none' | 'whole' | 'later' | 'perhaps';

/**
 * How far a key got whose delivery was begun. A time tells whose writing a secret holds. A version only tells whether
 * somebody has written it: the run that began, or anybody else.
 *
 * @param marks undefined where they cannot be known
 */
export function arrivalOf(
  begun: BegunDelivery,
  destinations: readonly KeyDestination[],
  marks: Marks | undefined,
): Arrival {
  if (!marks) return 'unknown';
  const versioned = versionedIn(destinations);
  const changed = new Set((changedSince(begun.versions, versioned, marks) ?? versioned).map(describeSecret));
  const places = lastingPlaces(destinations).map((place) => stateOf(place, begun, changed, marks));
  if (places.includes('perhaps')) return 'unknown';
  const whole = places.filter((state) => state === 'whole');
  if (whole.length > 0) return whole.length === places.length ? 'all' : 'some';
  return places.includes('later') ? 'overwritten' : 'none';
}

/** A place holds a key whole only if both of its secrets were written. */
function stateOf(
  { halves }: Destination,
  begun: BegunDelivery,
  changed: ReadonlySet<string>,
  marks: Marks,
): PlaceState {
  const states = halves.map(({ secret }) => stateOfSecret(secret, begun, changed, marks));
  const weakest = (['none', 'perhaps', 'later'] as const).find((state) => states.includes(state));
  return weakest ?? 'whole';
}

function stateOfSecret(
  secret: StoredSecret,
  { created, latest }: BegunDelivery,
  changed: ReadonlySet<string>,
  marks: Marks,
): PlaceState {
  const mark = markOf(secret, marks);
  if (!mark) return 'none';
  if (STORES[secret.store].tells === 'version') return changed.has(describeSecret(secret)) ? 'perhaps' : 'none';
  const at = timeOf(mark) ?? 0;
  if (at < created.getTime() - CLOCK_MARGIN_MS) return 'none';
  return at <= latest ? 'whole' : 'later';
}
