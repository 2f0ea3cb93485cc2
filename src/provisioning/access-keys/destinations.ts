import { createHash } from 'node:crypto';
import type { GithubSecrets } from '../../github/secrets';
import {
  describeSecret,
  type DeclaredUser,
  type GithubSecret,
  type KeyDestination,
} from '../../identities/declaration';
import { concurrently } from '../changes/concurrently';
import { placesNotIn, type RecordedPlaces } from './recorded-places';

/** Where a key is delivered to, as far as its life asks: all that differs from one kind of destination to another. */
export interface Destination {
  /** For people. */
  readonly description: string;
  /** What holds the key when the job is over; nothing where the key ends with the job. */
  readonly halves: readonly StoredHalf[];
}

/** One half of a key, and the secret that holds it: it can be written and removed, and never be read back. */
export interface StoredHalf {
  readonly half: 'accessKeyId' | 'secretAccessKey';
  readonly secret: GithubSecret;
}

export function destinationOf(declared: KeyDestination): Destination {
  switch (declared.to) {
    case 'environment':
    case 'outputs':
      return { description: declared.to, halves: [] };
    case 'profile':
      return { description: `profile ${declared.profile}`, halves: [] };
    case 'github-secrets': {
      const { prefix, location } = declared;
      return {
        description: 'github secrets',
        halves: [
          { half: 'accessKeyId', secret: { name: `${prefix}AWS_ACCESS_KEY_ID`, location } },
          { half: 'secretAccessKey', secret: { name: `${prefix}AWS_SECRET_ACCESS_KEY`, location } },
        ],
      };
    }
  }
}

/** What holds a key when the job is over, of all its destinations. */
export function storedHalves(destinations: readonly KeyDestination[]): StoredHalf[] {
  return destinations.flatMap((declared) => destinationOf(declared).halves);
}

/** The secrets that hold what is delivered of these users: their keys, and the seeds of their MFA devices. */
export function githubSecretsOf(users: readonly DeclaredUser[]): GithubSecret[] {
  return users.flatMap(({ accessKey, mfaDevice }) => [
    ...storedHalves(accessKey?.deliver ?? []).map(({ secret }) => secret),
    ...(mfaDevice?.deliver ?? []),
  ]);
}

/** Whether a key is somewhere when the job is over. */
export function outlastsJob(destinations: readonly KeyDestination[]): boolean {
  return storedHalves(destinations).length > 0;
}

/** Destinations that hold a key when the job is over, each with both halves. */
export function lastingPlaces(destinations: readonly KeyDestination[]): Destination[] {
  return destinations.map(destinationOf).filter(({ halves }) => halves.length > 0);
}

/** Places by the secrets that they are, for people. */
export function describePlaces(places: readonly Destination[]): string {
  return places.map(({ halves }) => halves.map(({ secret }) => describeSecret(secret)).join(' and ')).join('; ');
}

/** A word for each lasting place, that tells it from others. */
export function placeWords(destinations: readonly KeyDestination[]): string[] {
  return lastingPlaces(destinations).map(placeWord);
}

/** Words of the places that a document gives to other users than one. */
export function placesOfOthers(
  { name }: Pick<DeclaredUser, 'name'>,
  users: readonly Pick<DeclaredUser, 'name' | 'accessKey'>[],
): string[] {
  return users.flatMap((other) => (other.name === name ? [] : placeWords(other.accessKey?.deliver ?? [])));
}

/** A word that tells a lasting place from others. */
export function placeWord({ halves }: Pick<Destination, 'halves'>): string {
  return secretsWord(halves.map(({ secret }) => secret));
}

/** A word that tells secrets from others, however they are spelled. */
export function secretsWord(secrets: readonly GithubSecret[]): string {
  const names = secrets.map((secret) => describeSecret(secret).toLowerCase());
  return createHash('sha256').update(names.sort().join('\n')).digest('hex').slice(0, 8);
}

/** When secrets were last written, in milliseconds since 1970 by their own clock; undefined for one that is not there. */
export type SecretTimes = ReadonlyMap<string, number | undefined>;

/** What secrets hold cannot be read, but when they were last written can. */
export async function readSecretTimes(
  destinations: readonly KeyDestination[],
  secrets: GithubSecrets,
): Promise<SecretTimes> {
  const times = await concurrently(storedHalves(destinations), async ({ secret }) => {
    const written = await secrets.updatedAt(secret);
    return [describeSecret(secret), written?.getTime()] as const;
  });
  return new Map(times);
}

/**
 * In how many of its places a key is whole, as far as their times tell; `overwritten` where that is none, and somebody
 * else has written what may have been whole before.
 */
export type Arrival = 'all' | 'some' | 'none' | 'overwritten' | 'unknown';

/** GitHub's clock and AWS's may differ this much, in milliseconds. */
export const CLOCK_MARGIN_MS = 1_000;

/**
 * How far a key got whose delivery was begun.
 *
 * @param latest when the last of its halves can have been written, in milliseconds since 1970: later ones are another's
 * @param times undefined where they cannot be known
 */
export function arrivalOf(
  created: Date,
  latest: number,
  destinations: readonly KeyDestination[],
  times: SecretTimes | undefined,
): Arrival {
  if (!times) return 'unknown';
  const whole = placesWritten(destinations, times, created.getTime(), latest);
  if (whole.length > 0) return whole.length === lastingPlaces(destinations).length ? 'all' : 'some';
  return placesWritten(destinations, times, created.getTime(), Infinity).length > 0 ? 'overwritten' : 'none';
}

/**
 * The places whose halves were all written between two times, in milliseconds since 1970.
 *
 * @param from by AWS's clock
 * @param to by that of the secrets
 */
function placesWritten(
  destinations: readonly KeyDestination[],
  times: SecretTimes,
  from: number,
  to: number,
): Destination[] {
  const isWritten = ({ secret }: StoredHalf) => {
    const at = times.get(describeSecret(secret));
    return at !== undefined && at >= from - CLOCK_MARGIN_MS && at <= to;
  };
  return lastingPlaces(destinations).filter(({ halves }) => halves.every(isWritten));
}

/** A delivery, as it was recorded: when its places were last written, and which they were; undefined where not known. */
export interface RecordedDelivery {
  readonly written: number | undefined;
  readonly places?: RecordedPlaces | undefined;
}

/**
 * What tells that places no longer hold the key that was delivered to them, for people; undefined while nothing does. What
 * was recorded is the secrets' own time, and any later one is somebody else's.
 */
export function driftOf(
  created: Date,
  { written, places }: RecordedDelivery,
  destinations: readonly KeyDestination[],
  times: SecretTimes | undefined,
): string | undefined {
  const added = places && placesNotIn(places, placeWords(destinations));
  const notDelivered = added?.length ? 'the document names a place that it was not delivered to' : undefined;
  if (!times) return notDelivered;
  const secrets = storedHalves(destinations).map(({ secret }) => describeSecret(secret));
  const missing = secrets.filter((secret) => times.get(secret) === undefined);
  if (missing.length > 0) return `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not there`;
  const at = (secret: string) => times.get(secret) ?? 0;
  const other = secrets.filter((secret) => at(secret) < created.getTime() - CLOCK_MARGIN_MS);
  if (other.length > 0) return `${other.join(' and ')} ${wasOrWere(other)} written before this key was made`;
  const later = secrets.filter((secret) => written !== undefined && at(secret) > written);
  return later.length > 0 ? `${later.join(' and ')} ${wasOrWere(later)} written by someone else since` : notDelivered;
}

function wasOrWere({ length }: readonly string[]): string {
  return length === 1 ? 'was' : 'were';
}
