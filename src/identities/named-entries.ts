import { keyPathText, type KeyPath } from '../text/problem';
import type { DocumentProblems } from './document-problems';

/**
 * Keeps names of one kind apart, which to AWS are the same whatever their case.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export class TakenNames {
  readonly #taken = new Map<string, { readonly name: string; readonly path: KeyPath }>();

  constructor(private readonly problems: DocumentProblems) {}

  /** Notes that a part has a name, and a problem if another part has it already. */
  take(name: string, path: KeyPath): void {
    const first = this.#taken.get(name.toLowerCase());
    if (!first) this.#taken.set(name.toLowerCase(), { name, path });
    else {
      const how = first.name === name ? 'has the same name as' : 'differs in case only from';
      this.problems.add(path, `${how} ${keyPathText(first.path)}, and AWS takes a name once, whatever its case`);
    }
  }
}

/** Things of one kind that a mapping names, each with its name and path. Those that are wrong are omitted. */
export function namedEntries<Given>(
  given: Readonly<Record<string, Given | undefined>> | undefined,
  path: KeyPath,
  problems: DocumentProblems,
) {
  const names = new TakenNames(problems);
  return Object.entries(given ?? {}).flatMap(([name, each]) => {
    names.take(name, [...path, name]);
    return each === undefined ? [] : [[name, each, [...path, name] as KeyPath] as const];
  });
}
