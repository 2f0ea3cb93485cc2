import { randomBytes } from 'node:crypto';
import { Refusal } from '../http/refusal';

/**
 * What a token may do with Actions secrets, by owner: `owner/name` for a repository with its environments, `org:name`
 * for an organization. To write is to read as well.
 */
export interface Rights {
  readonly write?: readonly string[];
  readonly read?: readonly string[];
  /** Seen, but without a right to its secrets, as a job's `GITHUB_TOKEN` sees its repository. */
  readonly see?: readonly string[];
}

/** The tokens that GitHub has given out. */
export class Tokens {
  readonly #rights = new Map<string, Rights>();

  issue(rights: Rights): string {
    const token = `ghp_${randomBytes(18).toString('hex')}`;
    this.#rights.set(token, rights);
    return token;
  }

  /**
   * Makes sure that the caller has the right to an owner's secrets.
   * @throws Refusal in GitHub's words: what a token does not see does not exist for it.
   */
  authorize(authorization: string | undefined, owner: string, right: 'read' | 'write'): void {
    if (authorization === undefined) throw new Refusal(401, 'Unauthorized', 'Requires authentication');
    const rights = this.#rights.get(authorization.replace(/^(token|bearer) /i, ''));
    if (!rights) throw new Refusal(401, 'Unauthorized', 'Bad credentials');
    const { write = [], read = [], see = [] } = rights;
    const within = (owners: readonly string[]) => owners.some((name) => name.toLowerCase() === owner.toLowerCase());
    if (!within([...write, ...read, ...see])) throw notFound();
    if (!within(right === 'write' ? write : [...write, ...read])) {
      throw new Refusal(403, 'Forbidden', 'Resource not accessible by integration');
    }
  }
}

export function notFound(): Refusal {
  return new Refusal(404, 'NotFound', 'Not Found');
}
