import { lastingPlaces, placeDigest, placeDigests } from './destinations';
import type { GivenPlace, KeyHolder, KeyOwner, KeyUser } from './key-holder';
import { readRecords } from './record';
import { digestsNotIn, digestsOnlyIn, withoutDigests, type RecordedDigests } from './recorded-digests';

type UserOfPlaces = Pick<KeyHolder, 'user' | 'existing' | 'placesOfOthers'>;

/** The places that last of declared users, with what is recorded of deliveries there. */
export function givenPlaces(
  users: readonly { readonly user: KeyUser; readonly existing: KeyOwner | undefined }[],
): GivenPlace[] {
  return users.flatMap(({ user, existing }) => {
    const declared = user.accessKey?.deliver ?? [];
    const digests = placeDigests(declared);
    const records = [...readRecords(existing?.tags ?? {}).keys.values()];
    const deliveries = records.flatMap(({ delivered }) =>
      delivered?.places && !delivered.torn
        ? [{ at: delivered.at, others: digestsNotIn(delivered.places, digests) ?? digests }]
        : [],
    );
    return lastingPlaces(declared).map((place) => {
      const digest = placeDigest(place);
      const delivered = deliveries.flatMap(({ at, others }) => (others.includes(digest) ? [] : at));
      return { user: user.name, place, digest, delivered };
    });
  });
}

/** The places that a key was for, as far as is recorded, and that no newer key was delivered to since: they may hold it. */
export function unrenewedPlaces({ existing, placesOfOthers }: UserOfPlaces, id: string): RecordedDigests {
  const { at, places } = unrenewedOf(existing, id);
  return withoutDigests(
    places,
    placesOfOthers.flatMap(({ digest, delivered }) => (delivered.some((time) => time > at) ? digest : [])),
  );
}

/**
 * How many places that the document does not name hold a key, as far as is recorded: it was delivered there, and no newer
 * one since. Those that the document gives to other users are not counted.
 */
export function undeclaredPlaces(holder: UserOfPlaces, id: string): number {
  const { count, isDelivered } = undeclaredOf(holder, id);
  return isDelivered ? count : 0;
}

/** How many of them a run had begun to deliver a key to, which is not recorded as delivered: they may hold it. */
export function undeclaredBegun(holder: UserOfPlaces, id: string): number {
  const { count, isDelivered } = undeclaredOf(holder, id);
  return isDelivered ? 0 : count;
}

function undeclaredOf({ user, existing, placesOfOthers }: UserOfPlaces, id: string) {
  const { places, isDelivered } = unrenewedOf(existing, id);
  const left = digestsOnlyIn(places, placeDigests(user.accessKey?.deliver ?? []));
  const ofOthers = placesOfOthers.map(({ digest }) => digest);
  return { count: left ? (digestsOnlyIn(left, ofOthers)?.length ?? 0) : 1, isDelivered };
}

/** The places that may hold a key, and that the document gives to other users by now: those have no newer key there yet. */
export function placesOfOthersWith(holder: UserOfPlaces, id: string): GivenPlace[] {
  const { at, places } = placesGivenAway(holder, id);
  return places.filter(({ delivered }) => !delivered.some((time) => time > at));
}

/**
 * Since when none of the places that the document gives to other users by now holds a key any more, in milliseconds since
 * 1970; 0 where there is no such place.
 */
export function givenAwaySince(holder: UserOfPlaces, id: string): number {
  const { at, places } = placesGivenAway(holder, id);
  const renewed = places.map(({ delivered }) => Math.min(...delivered.filter((time) => time > at)));
  return Math.max(0, ...renewed.filter(Number.isFinite));
}

/**
 * Those of a key's places that the document gives to other users. Where the record does not tell its places, these may be
 * any to which nothing was ever delivered for the others.
 */
function placesGivenAway({ user, existing, placesOfOthers }: UserOfPlaces, id: string) {
  const { at, places } = unrenewedOf(existing, id);
  const left = digestsOnlyIn(places, placeDigests(user.accessKey?.deliver ?? []));
  if (left?.length === 0) return { at, places: [] };
  const isAmongThem = ({ digest, delivered }: GivenPlace) =>
    left ? digestsNotIn(left, [digest])?.length === 0 : delivered.length === 0;
  return { at, places: placesOfOthers.filter(isAmongThem) };
}

/** A key's places but those that newer keys of its user were delivered to. */
function unrenewedOf(existing: KeyOwner | undefined, id: string) {
  const { keys } = readRecords(existing?.tags ?? {});
  const { delivering, delivered } = keys.get(id) ?? {};
  const { places = [], at = 0 } = delivered ?? delivering ?? {};
  const newer = [...keys.values()].flatMap(({ delivered: other }) =>
    other?.places && other.at > at && !other.torn ? [other.places] : [],
  );
  const unrenewed = newer.reduce(withoutDigests, places);
  return { at, places: unrenewed, isDelivered: delivered !== undefined };
}
