import type { DocumentProblems } from './document-problems';
import { keyPathText, type KeyPath } from './key-path';

/**
 * Keeps names of one kind apart, which to AWS are the same whatever their case.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export class Names {
  readonly #taken = new Map<string, { readonly name: string; readonly path: KeyPath }>();

  constructor(private readonly problems: DocumentProblems) {}

  /** Notes that a part has a name, and a problem where another part has it already. */
  take(name: string, path: KeyPath): void {
    const first = this.#taken.get(name.toLowerCase());
    if (!first) this.#taken.set(name.toLowerCase(), { name, path });
    else {
      const how = first.name === name ? 'has the same name as' : 'differs in case only from';
      this.problems.add(path, `${how} ${keyPathText(first.path)}, and AWS takes a name once, whatever its case`);
    }
  }
}
