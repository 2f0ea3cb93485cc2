import type { Tag } from '@aws-sdk/client-iam';
import type { Tags } from '../identities/declaration';
import { tagDifference } from '../policy/difference';
import { ownerOf, ownershipTags, declarableTags } from './ownership';
import type { Change, Obstacle, Place } from './plan';
import type { Write } from '../iam/connect';

/** What decides how a document is applied. */
export interface Rules {
  readonly place: Place;
  /** Whether what this action did not make, or made for another repository, is taken over. */
  readonly adoptExisting: boolean;
}

/** What differs in one respect, and the calls that put it right: what is taken away goes before what is added. */
export interface Difference {
  readonly details: readonly string[];
  readonly removing?: readonly Write[];
  readonly adding?: readonly Write[];
}

export const NO_DIFFERENCE: Difference = { details: [] };

/** The change that a number of differences make up. */
export function changeOf(kind: Change['kind'], name: string, differences: readonly Difference[]): Change {
  const stages = [
    differences.flatMap(({ removing = [] }) => removing),
    differences.flatMap(({ adding = [] }) => adding),
  ];
  const needed = stages.filter((stage) => stage.length > 0);
  return {
    action: needed.length > 0 ? 'change' : 'keep',
    kind,
    name,
    details: differences.flatMap(({ details }) => details),
    stages: needed,
  };
}

/** The tags that something declared is to have. */
export function wantedTags(declared: Tags, { place }: Rules): Tags {
  return { ...declared, ...ownershipTags(place.repository) };
}

/** How tags differ, and with whose calls they are put right. */
export function tagChanges(
  before: Tags,
  declared: Tags,
  rules: Rules,
  calls: { readonly tag: (tags: Tag[]) => Write; readonly untag: (keys: string[]) => Write },
): Difference {
  const current = declarableTags(before);
  const wanted = wantedTags(declared, rules);
  const gone = Object.keys(current).filter((key) => !(key in wanted));
  const wrong = Object.entries(wanted).filter(([key, value]) => current[key] !== value);
  return {
    details: tagLines(current, wanted),
    removing: gone.length > 0 ? [calls.untag(gone)] : [],
    adding: wrong.length > 0 ? [calls.tag(tagList(Object.fromEntries(wrong)))] : [],
  };
}

/** `+ tag team = platform` */
function tagLines(before: Tags, after: Tags): string[] {
  return tagDifference(before, after).map((line) => `${line.slice(0, 1)} tag${line.slice(1)}`);
}

/** The tags of something that is made. */
export function newTags(declared: Tags, rules: Rules): string[] {
  return tagLines({}, wantedTags(declared, rules));
}

/** The settings of something that is made; those that AWS would choose itself are left out with undefined. */
export function newSettings(settings: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : `+ ${name} ${value}`));
}

/** A path, where it is another than AWS's own. */
export function pathSetting(path: string): string | undefined {
  return path === '/' ? undefined : path;
}

export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

const TAKE_OVER = 'To take it over, set adopt-existing: true; else choose another name';

/**
 * What stands in the way of touching something that is there: it is not this repository's.
 *
 * @param remedy what to do about it
 */
export function notOurs(
  kind: Change['kind'],
  arn: string,
  tags: Tags,
  rules: Rules,
  remedy = TAKE_OVER,
): Obstacle | undefined {
  const owner = ownerOf(tags, rules.place.repository);
  if (owner === 'this repository' || rules.adoptExisting) return undefined;
  const whose =
    owner === 'nobody'
      ? 'was not made by this action (it lacks the tag managed-by=aws-identity-action)'
      : `is managed by the repository ${owner.repository} (tag managed-by-repository)`;
  return {
    code: 'not-ours',
    text: `the ${kind} ${arn} is there and ${whose}. ${remedy}`,
  };
}

/** AWS gives things their paths when they are made. */
export function otherPath(kind: Change['kind'], arn: string, before: string, wanted: string): Obstacle | undefined {
  if (before === wanted) return undefined;
  return {
    code: 'path-differs',
    text: `the ${kind} ${arn} has the path ${before}, and the document says ${wanted}. Paths, and with them ARNs, stay as they are: declare path: ${before}, or remove the ${kind} first`,
  };
}
