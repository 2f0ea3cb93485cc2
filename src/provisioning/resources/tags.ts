import type { Tag } from '@aws-sdk/client-iam';
import { tagList } from '../../iam/tags';
import type { Tags } from '../../identities/declaration';
import { RECORD_PREFIX } from '../../identities/own-tags';
import type { Difference, PlannedCall } from '../changes/change';
import { describeEphemeral, EPHEMERAL, ephemeralTags, readEphemeral } from '../ephemeral';
import { ownershipTags, type Rules } from './ownership';

/** The calls that set and remove tags of one thing. */
export interface TagCalls {
  readonly tag: (tags: Tag[]) => PlannedCall;
  readonly untag: (keys: string[]) => PlannedCall;
}

/** Tags without those that are not the document's to set: AWS's own, and the records of the action. */
export function declarableTags(tags: Tags): Tags {
  return Object.fromEntries(
    Object.entries(tags).filter(([key]) => !key.startsWith(RECORD_PREFIX) && !/^aws:/i.test(key)),
  );
}

/** The tags that something declared is to have. */
export function wantedTags(declared: Tags, { account }: Rules): Tags {
  return { ...declared, ...ownershipTags(account.repository) };
}

/** The tags with which something declared is made: where it is there for this run alone, with its mark. */
export function tagsToMake(declared: Tags, rules: Rules): Tags {
  return { ...wantedTags(declared, rules), ...(rules.ephemeral && ephemeralTags(rules.ephemeral)) };
}

/** How tags differ, and the calls that change them. */
export function tagChanges(before: Tags, declared: Tags, rules: Rules, calls: TagCalls): Difference {
  const current = declarableTags(before);
  const wanted = wantedTags(declared, rules);
  const takeover = takeoverOf(before, rules);
  const gone = [...Object.keys(current).filter((key) => !(key in wanted)), ...takeover.gone];
  const wrong = [...Object.entries(wanted).filter(([key, value]) => current[key] !== value), ...takeover.set];
  return differenceOf({ details: [...takeover.details, ...tagLines(current, wanted)], gone, set: wrong }, calls);
}

/** The same of nothing but the mark of a run for which alone something was there. */
export function markChanges(before: Tags, rules: Rules, calls: TagCalls): Difference {
  return differenceOf(takeoverOf(before, rules), calls);
}

interface TagDifference {
  readonly details: readonly string[];
  readonly gone: readonly string[];
  readonly set: readonly (readonly [string, string])[];
}

function differenceOf({ details, gone, set }: TagDifference, { tag, untag }: TagCalls): Difference {
  return {
    details,
    removing: gone.length > 0 ? [untag([...gone])] : [],
    adding: set.length > 0 ? [tag(tagList(Object.fromEntries(set)))] : [],
  };
}

/** What was there for another run alone, which is over, is there for this one now; or it lasts. */
function takeoverOf(before: Tags, { ephemeral }: Rules): TagDifference {
  const mark = readEphemeral(before);
  if (!mark) return { details: [], gone: [], set: [] };
  const left = `left by ${describeEphemeral(mark)}`;
  return ephemeral
    ? { details: [`~ ${left}; now for this run alone`], gone: [], set: Object.entries(ephemeralTags(ephemeral)) }
    : { details: [`~ ${left}; now to last`], gone: [EPHEMERAL], set: [] };
}

/** The tags of something that is made, as a plan shows them. */
export function newTags(declared: Tags, rules: Rules): string[] {
  return tagLines({}, wantedTags(declared, rules));
}

/** What changes from some tags to others, by the keys' alphabet: `+ tag team = core`, or `-`, or `~` for another value. */
export function tagLines(before: Tags, after: Tags): string[] {
  const [present, wanted] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...present.keys(), ...wanted.keys()])].sort().flatMap((key) => {
    const [old, value] = [present.get(key), wanted.get(key)];
    if (old === value) return [];
    if (old === undefined) return [`+ tag ${key} = ${value ?? ''}`];
    return [value === undefined ? `- tag ${key} = ${old}` : `~ tag ${key} = ${old} → ${value}`];
  });
}
