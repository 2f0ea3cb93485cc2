import type { KeyPath, PartProblem } from '../text/problem';
import { isMapping } from '../text/value';
import { KEYS_OF_SECTIONS } from './definition/identity-document';

/** A key that is not indented enough, and what is wrong only because of that. */
export interface OutdentedKey extends PartProblem {
  readonly explains: (path: KeyPath) => boolean;
}

/** Keys of a user, or of what else a section holds, that stand where a name should, after a name without anything. */
export function outdentedKeys(document: unknown): OutdentedKey[] {
  const sections = isMapping(document) ? document : {};
  return Object.entries(KEYS_OF_SECTIONS).flatMap(([section, { what, keys }]) => {
    const emptyBefore = emptiesIn(sections[section]);
    return keys.flatMap((key) => {
      const name = emptyBefore(key);
      if (name === undefined) return [];
      const message = `is a key of ${what}, and stands where a name should; it should be indented further: ${name}: { ${key}: … }`;
      const explains = ([first, second]: KeyPath) => first === section && (second === key || second === name);
      return [{ path: [section, key], message, explains }];
    });
  });
}

/** Says of a key which is the last one without a value before it in its mapping: it may be meant as a part of that. */
export function emptiesIn(mapping: unknown): (key: string) => string | undefined {
  const empties = new Map<string, string>();
  let last: string | undefined;
  for (const [key, value] of Object.entries(isMapping(mapping) ? mapping : {})) {
    if (last !== undefined) empties.set(key, last);
    if (value === null) last = key;
  }
  return (key) => empties.get(key);
}
