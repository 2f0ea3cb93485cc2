import { keyPathText, type KeyPath } from '../text/problem';
import type { GithubSecret } from './declaration';
import type { DocumentProblems } from './document-problems';

/** Keeps two secrets of a document from being delivered to one destination, where the second would replace the first. */
export class Deliveries {
  readonly #taken = new Map<string, KeyPath>();

  constructor(private readonly problems: DocumentProblems) {}

  /** Notes that a part delivers to a destination, which `what` names. */
  take(what: string, path: KeyPath): void {
    const first = this.#taken.get(what);
    if (first) this.problems.add(path, `delivers to ${what}, where ${keyPathText(first)} delivers already`);
    else this.#taken.set(what, path);
  }

  takeSecret({ name, location }: GithubSecret, path: KeyPath): void {
    // GitHub ignores the case of all these names.
    switch (location.of) {
      case 'repository':
        this.take(`the secret ${name} of ${location.repository.toLowerCase()}`, path);
        break;
      case 'environment':
        this.take(
          `the secret ${name} of the environment ${location.environment.toLowerCase()} of ${location.repository.toLowerCase()}`,
          path,
        );
        break;
      case 'organization':
        this.take(`the secret ${name} of the organization ${location.organization.toLowerCase()}`, path);
        break;
    }
  }
}
