import type { KeyPath } from '../text/problem';
import type { Tags } from './declaration';
import type { DocumentReading } from './document-reading';
import { OWN_TAGS } from './own-tags';

/** Tags, with numbers and booleans as they are written: `1.10` stays so. To AWS, keys that differ in case only are the same. */
export function readTags(
  given: Readonly<Record<string, string | number | boolean | undefined>> = {},
  path: KeyPath,
  { problems, yaml }: DocumentReading,
): Tags {
  const seen = new Map<string, string>();
  const tags = Object.entries(given).map(([key, value]) => {
    const first = seen.get(key.toLowerCase());
    if (OWN_TAGS.includes(key.toLowerCase())) problems.add([...path, key], 'is a tag that this action sets itself');
    if (first !== undefined) {
      problems.add([...path, key], `differs from ${JSON.stringify(first)} in case only; to AWS they are the same key`);
    }
    seen.set(key.toLowerCase(), key);
    const text = typeof value === 'string' ? value : (yaml.written([...path, key]) ?? String(value));
    return [key, text] as const;
  });
  return Object.fromEntries(tags);
}
