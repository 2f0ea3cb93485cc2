import type { ContextValues } from '../policy/context';

/** Tags by key. */
export type Tags = Readonly<Record<string, string>>;

/** Tags as condition keys, lower-cased because a later tag replaces an earlier one whatever its case. */
export function tagContext(
  prefix: 'aws:PrincipalTag' | 'aws:RequestTag' | 'aws:ResourceTag' | 'iam:ResourceTag',
  tags: Tags,
): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`${prefix}/${key.toLowerCase()}`, value]));
}

/** The condition keys of a request that passes these tags. */
export function requestTagContext(tags: Tags): ContextValues {
  const keys = Object.keys(tags);
  return { ...tagContext('aws:RequestTag', tags), 'aws:TagKeys': keys.length > 0 ? keys : undefined };
}
