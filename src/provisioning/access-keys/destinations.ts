import type { Credentials } from '../../aws/credentials';
import { ActionError } from '../../errors/action-error';
import { messageOf } from '../../errors/message';
import { describeSecret } from '../../github/connect';
import type { GithubSecrets } from '../../github/secrets';
import type { GithubSecret, KeyDestination } from '../../identities/declaration';
import type { AccountAccess } from '../changes/account-access';

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

/** Whether a key is somewhere when the job is over. */
export function outlastsJob(destinations: readonly KeyDestination[]): boolean {
  return storedHalves(destinations).length > 0;
}

/** A key, and where it is delivered to. */
export interface KeyDelivery {
  readonly user: string;
  readonly destinations: readonly KeyDestination[];
  readonly credentials: Credentials;
}

/**
 * Writes a key to where it outlasts the job, half by half.
 *
 * @throws ActionError `delivery-incomplete` when only a part could be written
 */
export async function storeKey({ user, destinations, credentials }: KeyDelivery, access: AccountAccess): Promise<void> {
  const written: string[] = [];
  for (const { half, secret } of storedHalves(destinations)) {
    access.remember({ kind: 'GitHub secret', secret });
    try {
      await access.secrets?.put(secret, credentials[half]);
    } catch (error) {
      throw written.length === 0 ? error : deliveryIncomplete(user, written, describeSecret(secret), error);
    }
    written.push(describeSecret(secret));
  }
  access.log(`Delivered the key of ${user} to GitHub: ${written.join('; ')}.`);
}

function deliveryIncomplete(user: string, written: readonly string[], refused: string, error: unknown): ActionError {
  return new ActionError({
    code: 'delivery-incomplete',
    tried: `deliver the new access key of ${user} whole`,
    answer: messageOf(error),
    why:
      `GitHub took ${written.join(', ')}, and did not take ${refused}: the two do not belong together ` +
      'now. Secrets are written one by one, and the earlier ones cannot be read to be put back.',
    fix:
      'See below whether the clean-up could write them all; else run this step again: it makes a new key and writes ' +
      'all of it. Until then, what uses these secrets fails.',
    cause: error,
  });
}

/** How much of a key is where it was to be delivered, of the destinations that outlast the job. */
export type Arrival = 'all' | 'some' | 'none';

/** GitHub's clock and AWS's may differ this much, in milliseconds. */
const CLOCK_MARGIN_MS = 1_000;

/**
 * How much of a key was written. What its secrets hold cannot be read, but when they were last written can.
 *
 * @param created when the key was made
 */
export async function arrivalOf(
  created: Date,
  destinations: readonly KeyDestination[],
  secrets: GithubSecrets | undefined,
): Promise<Arrival> {
  const halves = storedHalves(destinations);
  if (halves.length === 0 || !secrets) return 'none';
  const times = await Promise.all(halves.map(({ secret }) => secrets.updatedAt(secret)));
  const written = times.filter((time) => time !== undefined && time.getTime() >= created.getTime() - CLOCK_MARGIN_MS);
  return written.length === 0 ? 'none' : written.length === halves.length ? 'all' : 'some';
}
