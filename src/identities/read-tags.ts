import type { Tags } from './declaration';
import type { DocumentPart } from './document-part';
import { isOwnTag } from './own-tags';
import type { SoundUser } from './structure';

/** Tags, with numbers and booleans as they are written: `1.10` stays so. To AWS, keys that differ in case only are the same. */
export function readTags(part: DocumentPart<SoundUser['tags']>): Tags {
  const seen = new Map<string, string>();
  const tags = part.members().map(([key, tag]) => {
    const first = seen.get(key.toLowerCase());
    if (isOwnTag(key)) tag.wrong('is a tag that this action sets itself');
    if (first !== undefined) {
      tag.wrong(`differs from ${JSON.stringify(first)} in case only; to AWS they are the same key`);
    }
    seen.set(key.toLowerCase(), key);
    const text = typeof tag.given === 'string' ? tag.given : (tag.written ?? String(tag.given));
    return [key, text] as const;
  });
  return Object.fromEntries(tags);
}
