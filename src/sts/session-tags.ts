import { MAX_TAG_VALUE_LENGTH, TAG_CHARACTERS } from '../aws/tags';
import { beginningOf } from '../errors/message';

/** A tag of a role session. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html */
export interface SessionTag {
  readonly key: string;
  readonly value: string;
}

export const MAX_SESSION_TAGS = 50;
const FOREIGN_CHARACTER = new RegExp(`[^${TAG_CHARACTERS}]`, 'gu');

/** Who and what runs: always sent. */
const IDENTIFYING: readonly (readonly [key: string, variable: string])[] = [
  ['Repository', 'GITHUB_REPOSITORY'],
  ['Workflow', 'GITHUB_WORKFLOW'],
  ['Action', 'GITHUB_ACTION'],
  ['Actor', 'GITHUB_ACTOR'],
  ['Commit', 'GITHUB_SHA'],
  ['Branch', 'GITHUB_REF'],
];

/** Good to know: omitted where all tags together are too large for AWS. */
const DISPENSABLE: readonly (readonly [key: string, variable: string])[] = [
  ['EventName', 'GITHUB_EVENT_NAME'],
  ['BaseRef', 'GITHUB_BASE_REF'],
  ['HeadRef', 'GITHUB_HEAD_REF'],
  ['RunId', 'GITHUB_RUN_ID'],
  ['Job', 'GITHUB_JOB'],
  ['TriggeringActor', 'GITHUB_TRIGGERING_ACTOR'],
];

/** Keys that this action sets itself, in lower case: AWS takes tag keys for the same whatever their case. */
export const RESERVED_TAG_KEYS: ReadonlySet<string> = new Set(
  ['GitHub', ...[...IDENTIFYING, ...DISPENSABLE].map(([key]) => key)].map((key) => key.toLowerCase()),
);

/** The tags that describe the job to AWS, so that CloudTrail and policies can see who acts. */
export function jobTags(env: NodeJS.ProcessEnv): SessionTag[] {
  const described = [...IDENTIFYING, ...DISPENSABLE].flatMap(([key, variable]) => {
    const value = env[variable];
    return value ? [{ key, value: asTagValue(value) }] : [];
  });
  return [{ key: 'GitHub', value: 'Actions' }, ...described];
}

/** The tags without those that only describe, for a second try where AWS found all of them too large. */
export function withoutDispensable(tags: readonly SessionTag[]): SessionTag[] {
  const dispensable = new Set(DISPENSABLE.map(([key]) => key));
  return tags.filter(({ key }) => !dispensable.has(key));
}

/** Tags in the form in which all STS operations take them. */
export function tagParameters(tags: readonly SessionTag[]) {
  return { Tags: tags.length > 0 ? tags.map(({ key, value }) => ({ Key: key, Value: value })) : undefined };
}

/** GitHub's names may hold characters that a tag may not. */
function asTagValue(text: string): string {
  return beginningOf(text.replace(FOREIGN_CHARACTER, '_'), MAX_TAG_VALUE_LENGTH);
}
