import { distance } from 'fastest-levenshtein';

const MAX_LENGTH = 64;

/**
 * The one name that a misspelt one most likely stands for, if any is close enough to say so.
 *
 * @param allowed how many letters may differ
 */
export function nearest(
  written: string,
  names: Iterable<string>,
  allowed = written.length < 4 ? 1 : 2,
): string | undefined {
  let [best, least]: [string | undefined, number] = [undefined, allowed + 1];
  for (const name of names) {
    if (name.length > MAX_LENGTH || Math.abs(name.length - written.length) > allowed) continue;
    const edits = distance(written.toLowerCase(), name.toLowerCase());
    if (edits < least) [best, least] = [name, edits];
  }
  return best;
}

/** The end of the sentence about an unknown name: which was probably meant, else which there are. */
export function suggestion(written: string, known: readonly string[], listed = known): string {
  const meant = nearest(written, known);
  return meant === undefined ? `there are ${listed.join(', ')}` : `did you mean ${meant}?`;
}
