import type { Session } from '../accounts/session';
import type { Tags } from '../accounts/tags';
import { requestTagContext } from '../accounts/tags';
import { Refusal } from '../http/refusal';
import type { Constraints } from '../query/constraints';
import { stringList, type Parameters } from '../query/parameters';
import { readTags } from '../query/tags';

/** Tags for a session, and the keys of those that go on to sessions made from it. */
export interface SessionTags {
  readonly tags: Tags;
  readonly transitiveTagKeys: readonly string[];
}

/**
 * Reads the tags that a request passes.
 * @throws Refusal InvalidParameterValue for tags that contradict each other; the rest is left to `constraints.check`.
 */
export function readSessionTags(params: Parameters, constraints: Constraints): SessionTags {
  const tags = readTags(params, constraints, invalid);
  const transitiveTagKeys = stringList(params, 'TransitiveTagKeys');
  constraints.size('transitiveTagKeys', transitiveTagKeys, 50);
  const lowered = new Set(Object.keys(tags).map((key) => key.toLowerCase()));
  if (!transitiveTagKeys.every((key) => lowered.has(key.toLowerCase()))) {
    throw invalid('The specified transitive tag key must be included in the requested tags.');
  }
  return { tags, transitiveTagKeys };
}

/** The condition keys of a request that passes these tags. */
export function requestedTagContext({
  tags,
  transitiveTagKeys,
}: SessionTags): Record<string, string | readonly string[] | undefined> {
  return {
    ...requestTagContext(tags),
    'sts:TransitiveTagKeys': transitiveTagKeys.length > 0 ? transitiveTagKeys : undefined,
  };
}

/**
 * Adds the transitive tags of the calling session.
 * @throws Refusal InvalidParameterValue when the request would replace a transitive tag.
 */
export function inheritTags(requested: SessionTags, calling: Session | undefined): SessionTags {
  if (!calling) return requested;
  const transitive = new Set(calling.transitiveTagKeys.map((key) => key.toLowerCase()));
  if (Object.keys(requested.tags).some((key) => transitive.has(key.toLowerCase()))) {
    throw invalid(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the " +
        'calling session.',
    );
  }
  const inherited = Object.entries(calling.tags).filter(([key]) => transitive.has(key.toLowerCase()));
  return {
    tags: { ...Object.fromEntries(inherited), ...requested.tags },
    transitiveTagKeys: [...calling.transitiveTagKeys, ...requested.transitiveTagKeys],
  };
}

function invalid(message: string): Refusal {
  return new Refusal(400, 'InvalidParameterValue', message);
}
