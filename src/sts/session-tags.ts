import { MAX_TAG_VALUE_LENGTH, TAG_CHARACTERS } from '../aws/tags';
import { beginningOf } from '../errors/message';

/** A tag of a role session. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html */
export interface SessionTag {
  readonly key: string;
  readonly value: string;
}

export const MAX_SESSION_TAGS = 50;
const FOREIGN_CHARACTER = new RegExp(`[^${TAG_CHARACTERS}]`, 'gu');

type TagSource = readonly [key: string, variable: string];

/** By whom, and for what, the session was made: always sent, as what the user declared. */
const IDENTIFYING: readonly TagSource[] = [
  ['Repository', 'GITHUB_REPOSITORY'],
  ['Actor', 'GITHUB_ACTOR'],
];

/**
 * Omitted where all tags together are too large for AWS, group by group, as far as needed. First what only this action
 * sets, and the branch says as well; then what is another each time, so that no policy can compare it; last what a policy
 * may well compare. No group opens what a policy closes: a job can omit its tags anyway.
 */
const DISPENSABLE: readonly (readonly TagSource[])[] = [
  [
    ['EventName', 'GITHUB_EVENT_NAME'],
    ['BaseRef', 'GITHUB_BASE_REF'],
    ['HeadRef', 'GITHUB_HEAD_REF'],
    ['RunId', 'GITHUB_RUN_ID'],
    ['Job', 'GITHUB_JOB'],
    ['TriggeringActor', 'GITHUB_TRIGGERING_ACTOR'],
  ],
  [
    ['Action', 'GITHUB_ACTION'],
    ['Commit', 'GITHUB_SHA'],
  ],
  [
    ['Workflow', 'GITHUB_WORKFLOW'],
    ['Branch', 'GITHUB_REF'],
  ],
];

/** Keys that this action sets itself, in lower case: AWS takes tag keys for the same whatever their case. */
export const RESERVED_TAG_KEYS: ReadonlySet<string> = new Set(
  ['GitHub', ...[...IDENTIFYING, ...DISPENSABLE.flat()].map(([key]) => key)].map((key) => key.toLowerCase()),
);

/** The tags that describe the job to AWS, so that CloudTrail and policies can see who acts. */
export function jobTags(env: NodeJS.ProcessEnv): SessionTag[] {
  const described = [...IDENTIFYING, ...DISPENSABLE.flat()].flatMap(([key, variable]) => {
    const value = env[variable];
    return value ? [{ key, value: asTagValue(value) }] : [];
  });
  return [{ key: 'GitHub', value: 'Actions' }, ...described];
}

/**
 * Ever fewer of the tags, for the next tries where AWS found all of them too large.
 *
 * @param wanted keys that the user asked for: transitive ones
 */
export function fewerTags(tags: readonly SessionTag[], wanted: readonly string[]): SessionTag[][] {
  const omitted = new Set<string>();
  return DISPENSABLE.flatMap((group) => {
    const goes = group
      .map(([key]) => key)
      .filter((key) => !wanted.includes(key) && tags.some((tag) => tag.key === key));
    goes.forEach((key) => omitted.add(key));
    return goes.length > 0 ? [tags.filter(({ key }) => !omitted.has(key))] : [];
  });
}

/** Tags in the form in which all STS operations take them. */
export function tagParameters(tags: readonly SessionTag[]) {
  return { Tags: tags.length > 0 ? tags.map(({ key, value }) => ({ Key: key, Value: value })) : undefined };
}

/** GitHub's names may hold characters that a tag may not. */
function asTagValue(text: string): string {
  return beginningOf(text.replace(FOREIGN_CHARACTER, '_'), MAX_TAG_VALUE_LENGTH);
}
