import type { GithubSecret, KeyDestination } from '../identities/declaration';
import type { GithubSecrets } from '../github/secrets';
import type { Arrival } from './settle-key';

/** The two secrets that hold a key at a destination on GitHub. */
export interface KeySecrets {
  readonly id: GithubSecret;
  readonly secret: GithubSecret;
}

/** The secrets in which a key is to be found when the job is over. */
export function secretsFor(destinations: readonly KeyDestination[]): KeySecrets[] {
  return destinations.flatMap((destination) => {
    if (destination.to !== 'github-secrets') return [];
    const { prefix, location } = destination;
    return {
      id: { name: `${prefix}AWS_ACCESS_KEY_ID`, location },
      secret: { name: `${prefix}AWS_SECRET_ACCESS_KEY`, location },
    };
  });
}

/** GitHub's clock and AWS's may differ this much, in milliseconds. */
const CLOCK_MARGIN_MS = 1_000;

/**
 * How much of a key was written to its secrets. What they hold cannot be read, but when they were last written can.
 *
 * @param created when the key was made
 */
export async function arrivalOf(
  created: Date,
  destinations: readonly KeyDestination[],
  secrets: GithubSecrets | undefined,
): Promise<Arrival> {
  const names = secretsFor(destinations).flatMap(({ id, secret }) => [id, secret]);
  if (names.length === 0 || !secrets) return 'none';
  const times = await Promise.all(names.map((name) => secrets.updatedAt(name)));
  const written = times.filter((time) => time !== undefined && time.getTime() >= created.getTime() - CLOCK_MARGIN_MS);
  return written.length === 0 ? 'none' : written.length === names.length ? 'all' : 'some';
}
