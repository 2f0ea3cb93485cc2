import { createHash } from 'node:crypto';
import type { DeclaredUser, KeyDestination } from '../../identities/declaration';
import {
  describeLocation,
  describeSecret,
  describeWorkspace,
  STORES,
  type StoredSecret,
} from '../../identities/stored-secret';

/** Where a key is delivered to, as far as its life asks: all that differs from one kind of destination to another. */
export interface Destination {
  /** For people. */
  readonly description: string;
  /** What holds the key when the job is over; nothing where the key ends with the job. */
  readonly halves: readonly StoredHalf[];
}

/** One half of a key, and the secret that holds it. */
export interface StoredHalf {
  readonly half: 'accessKeyId' | 'secretAccessKey';
  readonly secret: StoredSecret;
}

export function destinationOf(declared: KeyDestination): Destination {
  switch (declared.to) {
    case 'environment':
    case 'outputs':
      return { description: declared.to, halves: [] };
    case 'profile':
      return { description: `profile ${declared.profile}`, halves: [] };
    case 'github-secrets':
    case 'dependabot-secrets': {
      const { to: store, prefix, location } = declared;
      const prefixed = prefix === '' ? '' : ` ${prefix}…`;
      return lasting(`${STORES[store].kind}s${prefixed} of ${describeLocation(location)}`, (name) => ({
        store,
        name: `${prefix}${name}`,
        location,
      }));
    }
    case 'terraform-cloud': {
      const { to: store, workspace } = declared;
      return lasting(describeWorkspace(workspace), (name) => ({ store, name, workspace }));
    }
  }
}

/** A destination whose halves have the names that AWS's tools know. */
function lasting(description: string, secretOf: (name: string) => StoredSecret): Destination {
  return {
    description,
    halves: [
      { half: 'accessKeyId', secret: secretOf('AWS_ACCESS_KEY_ID') },
      { half: 'secretAccessKey', secret: secretOf('AWS_SECRET_ACCESS_KEY') },
    ],
  };
}

/** What holds a key when the job is over, of all its destinations. */
export function storedHalves(destinations: readonly KeyDestination[]): StoredHalf[] {
  return destinations.flatMap((declared) => destinationOf(declared).halves);
}

/** The secrets that hold what is delivered of these users: their keys, and the seeds of their MFA devices. */
export function storedSecretsOf(users: readonly Pick<DeclaredUser, 'accessKey' | 'mfaDevice'>[]): StoredSecret[] {
  return users.flatMap(({ accessKey, mfaDevice }) => [
    ...secretsIn(accessKey?.deliver ?? []),
    ...(mfaDevice?.deliver ?? []),
  ]);
}

/** The secrets that hold what a key's destinations are given. */
export function secretsIn(destinations: readonly KeyDestination[]): StoredSecret[] {
  return storedHalves(destinations).map(({ secret }) => secret);
}

/** Of these, those whose stores tell versions, and no times. */
export function versionedIn(destinations: readonly KeyDestination[]): StoredSecret[] {
  return secretsIn(destinations).filter(({ store }) => STORES[store].tells === 'version');
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

/** A digest for each lasting place, that tells it from others. */
export function placeDigests(destinations: readonly KeyDestination[]): string[] {
  return lastingPlaces(destinations).map(placeDigest);
}

/** A digest that tells a lasting place from others. */
export function placeDigest({ halves }: Pick<Destination, 'halves'>): string {
  return secretsDigest(halves.map(({ secret }) => secret));
}

/** A digest that tells secrets from others, however they are spelled. */
export function secretsDigest(secrets: readonly StoredSecret[]): string {
  const names = secrets.map((secret) => describeSecret(secret).toLowerCase());
  return createHash('sha256').update(names.sort().join('\n')).digest('hex').slice(0, 8);
}
