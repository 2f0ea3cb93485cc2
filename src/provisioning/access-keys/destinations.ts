import type { GithubSecrets } from '../../github/secrets';
import type { DeclaredUser, GithubSecret, KeyDestination } from '../../identities/declaration';
import type { ExistingKey } from './access-key';
import type { KeyRecord } from './key-record';

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

/** How much of a key is where it was to be delivered, of the destinations that outlast the job. */
export type Arrival = 'all' | 'some' | 'none';

/** GitHub's clock and AWS's may differ this much, in milliseconds. */
const CLOCK_MARGIN_MS = 1_000;

/**
 * How much was written of the key whose delivery a record says was begun; of any other, none. What its secrets hold
 * cannot be read, but when they were last written can.
 */
export async function arrivalOf(
  record: KeyRecord,
  keys: readonly ExistingKey[],
  destinations: readonly KeyDestination[],
  secrets: GithubSecrets | undefined,
): Promise<Arrival> {
  const key = record.progress === 'delivering' && keys.find(({ id }) => id === record.key);
  const halves = storedHalves(destinations);
  if (!key || halves.length === 0 || !secrets) return 'none';
  const times = await Promise.all(halves.map(({ secret }) => secrets.updatedAt(secret)));
  const earliest = key.created.getTime() - CLOCK_MARGIN_MS;
  const written = times.filter((time) => time !== undefined && time.getTime() >= earliest);
  return written.length === 0 ? 'none' : written.length === halves.length ? 'all' : 'some';
}
