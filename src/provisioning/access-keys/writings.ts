import type { KeyDestination } from '../../identities/declaration';
import { describeSecret, type StoredSecret } from '../../identities/stored-secret';
import { CLOCK_MARGIN_MS, type Mark } from '../stores/store';
import { placeDigest, placeDigests, type Destination } from './destinations';
import type { KeyOwner } from './key-holder';
import { CLOCKS_DIFFER_MS, FENCE_MS, LATE_MS, TAKEOVER_MS } from './key-life';
import { changedSince, timeOf, versionsOf, type RecordedVersions } from './marks';
import { readRecords } from './record';
import { digestsNotIn, type RecordedDigests } from './recorded-digests';

/**
 * By what a secret is known as one that a run of this action has written: when that was, in milliseconds since 1970; or
 * which versions it left, where the store tells no times.
 */
export type Writing = { readonly from: number; readonly to: number } | { readonly versions: RecordedVersions };

/** Whether a secret is as a run has written it. */
export function isWrittenBy(writing: Writing, secret: StoredSecret, mark: Mark): boolean {
  if ('versions' in writing) {
    return changedSince(writing.versions, [secret], new Map([[describeSecret(secret), mark]]))?.length === 0;
  }
  const at = timeOf(mark);
  return at !== undefined && writing.from <= at && at <= writing.to;
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
  const isFor = (recorded: RecordedDigests) => {
    const others = digestsNotIn(recorded, placeDigests(declared));
    return others !== undefined && !others.includes(placeDigest(place));
  };
  return [...readRecords(tags).keys].flatMap(([id, { made, delivering, delivered }]) => {
    const places = delivered?.places ?? delivering?.places;
    if (!places || !isFor(places)) return [];
    const versions = delivered?.versions;
    const created = accessKeys.find((key) => key.id === id)?.created.getTime() ?? made?.at ?? delivering?.at;
    // The time that is recorded is GitHub's own. There is none where some places got the key and some did not.
    const to = delivered?.written ?? (created === undefined ? undefined : writingSince(created).to);
    return [
      ...(to === undefined ? [] : [{ from: (created ?? to - DELIVERY_MS) - CLOCKS_DIFFER_MS, to }]),
      ...(versions ? [{ versions }] : []),
    ];
  });
}

/**
 * When the seed of an MFA device was written: shortly before it was enabled.
 *
 * @param written when the last of its secrets was, as GitHub says, where that is recorded: what is later is another's
 */
export function writingOfSeed(
  enabled: Date,
  written: number | undefined,
): { readonly from: number; readonly to: number } {
  return { from: enabled.getTime() - TAKEOVER_MS, to: written ?? enabled.getTime() + CLOCK_MARGIN_MS };
}

/**
 * By what a secret is known as one that a step wrote.
 *
 * @param at when its writing began, by AWS's clock
 * @param written what the store said of it then, as far as that is known
 */
export function writingBy(secret: StoredSecret, at: number, written: Mark | undefined): Writing {
  if (written === undefined) return writingSince(at);
  if ('time' in written) return { from: written.time - SECOND_MS, to: written.time + SECOND_MS };
  return { versions: versionsOf([secret], new Map([[describeSecret(secret), written]])) ?? [] };
}

/** When a secret was written whose writing began at a time by AWS's clock. */
export function writingSince(at: number): { readonly from: number; readonly to: number } {
  return { from: at - CLOCKS_DIFFER_MS, to: at + DELIVERY_MS };
}
