import type { Tags } from '../accounts/account';
import { tagContext } from '../accounts/caller-context';
import type { Session } from '../accounts/session';
import type { Constraints } from '../query/constraints';
import { AwsError } from '../query/error';
import { stringList, structureList, type Parameters } from '../query/parameters';

/** Tags for a session, and the keys of those that go on to sessions made from it. */
export interface SessionTags {
  readonly tags: Tags;
  readonly transitiveTagKeys: readonly string[];
}

const characters = '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]';

/**
 * Reads the tags that a request passes.
 * @throws AwsError InvalidParameterValue for tags that contradict each other; the rest is left to `constraints.check`.
 */
export function readSessionTags(params: Parameters, constraints: Constraints): SessionTags {
  const pairs = structureList(params, 'Tags').map(({ Key = '', Value = '' }, index) => {
    const name = `tags.${index + 1}.member`;
    constraints.length(`${name}.key`, Key, 1, 128);
    constraints.pattern(`${name}.key`, Key, `${characters}+`);
    constraints.length(`${name}.value`, Value, 0, 256);
    constraints.pattern(`${name}.value`, Value, `${characters}*`);
    return [Key, Value] as const;
  });
  const keys = pairs.map(([key]) => key);
  constraints.size('tags', keys, 50);
  const transitiveTagKeys = stringList(params, 'TransitiveTagKeys');
  constraints.size('transitiveTagKeys', transitiveTagKeys, 50);
  const lowered = new Set(keys.map((key) => key.toLowerCase()));
  if (lowered.size < keys.length) {
    throw invalid('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  if (!transitiveTagKeys.every((key) => lowered.has(key.toLowerCase()))) {
    throw invalid('The specified transitive tag key must be included in the requested tags.');
  }
  return { tags: Object.fromEntries(pairs), transitiveTagKeys };
}

/** The condition keys of a request that passes these tags. */
export function requestedTagContext({
  tags,
  transitiveTagKeys,
}: SessionTags): Record<string, string | readonly string[] | undefined> {
  const tagKeys = Object.keys(tags);
  return {
    ...tagContext('aws:RequestTag', tags),
    'aws:TagKeys': tagKeys.length > 0 ? tagKeys : undefined,
    'sts:TransitiveTagKeys': transitiveTagKeys.length > 0 ? transitiveTagKeys : undefined,
  };
}

/**
 * Adds what the calling session hands on.
 * @throws AwsError InvalidParameterValue when the request would replace a tag that is handed on.
 */
export function inheritTags(requested: SessionTags, calling: Session | undefined): SessionTags {
  if (!calling) return requested;
  const handedOn = new Set(calling.transitiveTagKeys.map((key) => key.toLowerCase()));
  if (Object.keys(requested.tags).some((key) => handedOn.has(key.toLowerCase()))) {
    throw invalid(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the " +
        'calling session.',
    );
  }
  const inherited = Object.entries(calling.tags).filter(([key]) => handedOn.has(key.toLowerCase()));
  return {
    tags: { ...Object.fromEntries(inherited), ...requested.tags },
    transitiveTagKeys: [...calling.transitiveTagKeys, ...requested.transitiveTagKeys],
  };
}

function invalid(message: string): AwsError {
  return new AwsError(400, 'InvalidParameterValue', message);
}
