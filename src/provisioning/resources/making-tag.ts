import { MAX_TAG_VALUE_LENGTH } from '../../aws/tags';
import type { Tags } from '../../identities/declaration';
import { RECORD_PREFIX } from '../../identities/own-tags';
import type { GithubSecret } from '../../identities/stored-secret';
import { secretsDigest } from '../access-keys/destinations';
import { writeTime } from '../access-keys/record';
import { countDigests, digestsNotIn, digestsOnlyIn, readDigests, writeDigests } from '../access-keys/recorded-digests';
import type { AccountAccess } from '../changes/account-access';
import { readEphemeralOf, type Ephemeral } from '../ephemeral';
import { readRun, writeRun, type Run } from '../run';

/** The tag of a device with the run that makes it, when that began, and a digest for each secret that its seed is for. */
export const MAKING = `${RECORD_PREFIX}making`;

/** The tag of a device with the user that it is made for. */
const MADE_FOR = `${RECORD_PREFIX}user`;

/**
 * The tag of a device that this run makes from now on; or that it has made, once it is enabled.
 *
 * @param seeds the secrets that its seed is for
 * @param enabled where it is: when the last of these was written, as GitHub says; undefined where that is not known
 */
export function makingTag(
  seeds: readonly GithubSecret[],
  { iam, run }: AccountAccess,
  enabled?: { readonly written: number | undefined },
): Tags {
  const made = `${enabled ? 'enabled' : 'at'}=${writeTime(iam.time())}`;
  const written = enabled?.written === undefined ? '' : ` written=${writeTime(enabled.written)}`;
  const words = `run=${writeRun(run)} ${made}${written} seeds=`;
  return { [MAKING]: `${words}${writeDigests(seeds.map(seedDigest), MAX_TAG_VALUE_LENGTH - words.length)}` };
}

/** The tag of a device that is made for a user. A value of a tag has no commas, and a name has no spaces. */
export function madeForTag(user: string): Tags {
  return { [MADE_FOR]: user.replaceAll(',', ' ') };
}

/** The user that a device was made for, as far as its tags tell. */
export function madeFor({ [MADE_FOR]: user }: Tags): string | undefined {
  return user?.replaceAll(' ', ',');
}

/** The run that makes a device, and since when; undefined where none does. */
export function readMaking(tags: Tags): { readonly run: Run; readonly at: number } | undefined {
  const { word, how, at } = making(tags);
  const run = readRun(word);
  return how === 'at' && run && at !== undefined ? { run, at } : undefined;
}

/** What tells a device from others of its name: the word of the run that made it; undefined where its tags have none. */
export function makerOf(tags: Tags): string | undefined {
  return readRun(making(tags).word)?.random;
}

/** The mark of a device that is there for one run alone. */
export function markOfDevice(tags: Tags): Ephemeral | undefined {
  return readEphemeralOf(makerOf(tags), tags);
}

/** When a device was enabled, and its seed was written, as far as its tags tell. */
export function readEnabled(tags: Tags): { readonly at: number; readonly written: number | undefined } | undefined {
  const { how, at, written } = making(tags);
  return how === 'enabled' && at !== undefined ? { at, written } : undefined;
}

/** Of some secrets, those that the seed of a device was for, as far as that is recorded in its tags. */
export function seedSecretsOf(tags: Tags, secrets: readonly GithubSecret[]): GithubSecret[] {
  const others = otherSecrets(tags, secrets);
  return others ? secrets.filter((secret) => !others.includes(secret)) : [];
}

/** Of some secrets, those that the seed of a device was not for; undefined where its tags do not tell. */
export function otherSecrets(tags: Tags, secrets: readonly GithubSecret[]): GithubSecret[] | undefined {
  const { seeds } = making(tags);
  const others = seeds && digestsNotIn(seeds, secrets.map(seedDigest));
  return others && secrets.filter((secret) => others.includes(seedDigest(secret)));
}

/** How many other secrets than these the seed of a device was for; undefined where its tags do not tell. */
export function countOtherSecrets(tags: Tags, secrets: readonly GithubSecret[]): number | undefined {
  const { seeds } = making(tags);
  const others = seeds && digestsOnlyIn(seeds, secrets.map(seedDigest));
  return others && countDigests(others);
}

function making(tags: Tags) {
  const [, word, how, at = '', written = '', seeds] =
    /^run=(\S+) (at|enabled)=(\S+)(?: written=(\S+))?(?: seeds=(\S+))?(?: |$)/.exec(tags[MAKING] ?? '') ?? [];
  const timeIn = (text: string) => (Number.isNaN(Date.parse(text)) ? undefined : Date.parse(text));
  return {
    word,
    how,
    at: timeIn(at),
    written: timeIn(written),
    seeds: seeds === undefined ? undefined : readDigests(seeds),
  };
}

function seedDigest(secret: GithubSecret): string {
  return secretsDigest([secret]);
}
