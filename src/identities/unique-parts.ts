import { keyPathText, type KeyPath } from '../text/problem';
import { quoted } from '../text/value';
import type { DocumentPart } from './document-part';

/**
 * Keeps names of one kind apart, which to AWS are the same whatever their case.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export class TakenNames {
  readonly #taken = new Map<string, { readonly name: string; readonly path: KeyPath }>();

  /** Notes that a part has a name, and a problem if another part has it already. */
  take(name: string, part: DocumentPart<unknown>): void {
    const first = this.#taken.get(name.toLowerCase());
    if (!first) this.#taken.set(name.toLowerCase(), { name, path: part.path });
    else {
      const how = first.name === name ? 'has the same name as' : 'differs in case only from';
      part.wrong(`${how} ${keyPathText(first.path)}, and AWS takes a name once, whatever its case`);
    }
  }
}

/** Things of one kind that a mapping names. Those that are wrong are omitted. */
export function namedParts<Given>(part: DocumentPart<Readonly<Record<string, Given | undefined>> | undefined>) {
  const names = new TakenNames();
  for (const name of Object.keys(part.given ?? {})) names.take(name, part.at(name));
  return part.members();
}

/**
 * The texts of a list, each once.
 *
 * @param meaning what a text stands for, where several stand for the same
 */
export function distinctItems(
  list: DocumentPart<readonly (string | undefined)[] | undefined>,
  verb: 'has' | 'names',
  meaning = (text: string) => text,
): DocumentPart<string>[] {
  const meanings = list.given?.map((text) => text && meaning(text));
  return list.items().filter((item) => {
    const first = meanings?.indexOf(meaning(item.given));
    if (first === item.path.at(-1)) return true;
    item.wrong(`is ${quoted(item.given)}, which the list ${verb} already as [${first}]`);
    return false;
  });
}
