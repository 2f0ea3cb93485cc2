import type { KeyDestination } from '../../identities/declaration';
import { describeSecret, type StoredSecret } from '../../identities/stored-secret';
import { CLOCK_MARGIN_MS } from '../stores/store';
import { placeDigests, secretsIn, versionedIn } from './destinations';
import { changedSince, latestTimeIn, markOf, timeOf, versionsOf, type Marks, type RecordedVersions } from './marks';
import { digestsNotIn, type RecordedDigests } from './recorded-digests';

/** A delivery, as it was recorded; each undefined where not known. */
export interface RecordedDelivery {
  /** When its places were last written, by their own clock. */
  readonly written: number | undefined;
  /** Those that its secrets had then, of stores that tell versions. */
  readonly versions?: RecordedVersions | undefined;
  /** Which places they were. */
  readonly places?: RecordedDigests | undefined;
}

/** A delivery of which nobody can tell what the places got. */
export const NOT_KNOWN = { written: undefined, versions: undefined } satisfies RecordedDelivery;

/** What is recorded of a delivery whose places are seen as it left them. */
export function asSeen(
  destinations: readonly KeyDestination[],
  marks: Marks | undefined,
): Omit<RecordedDelivery, 'places'> {
  return marks ? { written: latestTimeIn(marks), versions: versionsOf(versionedIn(destinations), marks) } : NOT_KNOWN;
}

/**
 * What tells that places no longer hold the key that was delivered to them, for people; undefined while nothing does. What
 * was recorded is the store's own: any later time is somebody else's, and so is any other version.
 */
export function driftOf(
  created: Date,
  delivery: RecordedDelivery,
  destinations: readonly KeyDestination[],
  marks: Marks | undefined,
): string | undefined {
  const { written, places } = delivery;
  const added = places && digestsNotIn(places, placeDigests(destinations));
  const notDelivered = added?.length ? 'the document names a place that it was not delivered to' : undefined;
  if (!marks) return notDelivered;
  const secrets = secretsIn(destinations);
  const missing = secrets.filter((secret) => markOf(secret, marks) === undefined);
  if (missing.length > 0) return `${named(missing)} ${missing.length === 1 ? 'is' : 'are'} not there`;
  const at = (secret: StoredSecret) => timeOf(markOf(secret, marks));
  const other = secrets.filter((secret) => (at(secret) ?? Infinity) < created.getTime() - CLOCK_MARGIN_MS);
  if (other.length > 0) return `${named(other)} ${wasOrWere(other)} written before this key was made`;
  const later = secrets.filter((secret) => written !== undefined && (at(secret) ?? 0) > written);
  const rewritten = [...later, ...(added?.length ? [] : otherVersions(delivery, destinations, marks))];
  return rewritten.length > 0
    ? `${named(rewritten)} ${wasOrWere(rewritten)} written by someone else since`
    : notDelivered;
}

/** The secrets that have other versions than were recorded. */
function otherVersions(
  { versions }: RecordedDelivery,
  destinations: readonly KeyDestination[],
  marks: Marks,
): StoredSecret[] {
  const secrets = versionedIn(destinations);
  const isKnown = versions !== undefined && versionsOf(secrets, marks) !== undefined;
  // A record of many tells only that not all are the same.
  return isKnown ? (changedSince(versions, secrets, marks) ?? secrets) : [];
}

function named(secrets: readonly StoredSecret[]): string {
  return secrets.map(describeSecret).join(' and ');
}

function wasOrWere({ length }: readonly StoredSecret[]): string {
  return length === 1 ? 'was' : 'were';
}
