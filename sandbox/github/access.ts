import { randomBytes } from 'node:crypto';
import { Refusal } from '../http/refusal';

/**
 * What a token may do, by owner: `owner/name` for a repository with its environments, `org:name` for an organization. To
 * write is to read as well.
 */
export interface Rights {
  /** Of Actions secrets. */
  readonly write?: readonly string[];
  /** Of Actions secrets. */
  readonly read?: readonly string[];
  /** Of Dependabot secrets. */
  readonly writeDependabot?: readonly string[];
  /** Of workflow runs: `actions: read`. */
  readonly runs?: readonly string[];
  /** Of comments on pull requests: `pull-requests: write`. */
  readonly comment?: readonly string[];
  /** The user whose token it is; that of a job if omitted. */
  readonly user?: string;
  /** Seen, but without a right to its secrets, as a job's `GITHUB_TOKEN` sees its repository. */
  readonly see?: readonly string[];
}

/** What is asked for; `see`: only to know that there is such an owner. */
export type Right = 'read' | 'write' | 'dependabot' | 'runs' | 'comment' | 'see';

/** The tokens that GitHub has given out. */
export class Tokens {
  readonly #rights = new Map<string, Rights>();

  issue(rights: Rights): string {
    const token = `ghp_${randomBytes(18).toString('hex')}`;
    this.#rights.set(token, rights);
    return token;
  }

  /**
   * Makes sure that the caller has the right to what is an owner's; the answer is what else it may do.
   * @throws Refusal in GitHub's words: what a token does not see does not exist for it.
   */
  authorize(authorization: string | undefined, owner: string, right: Right): Rights {
    const rights = this.of(authorization);
    const { write = [], read = [], writeDependabot: dependabot = [], runs = [], comment = [], see = [] } = rights;
    const within = (owners: readonly string[]) => owners.some((name) => name.toLowerCase() === owner.toLowerCase());
    const any = [...write, ...read, ...dependabot, ...runs, ...comment, ...see];
    // Who may do something with an organization sees its repositories.
    const isOfOrganization = right === 'see' && any.includes(`org:${owner.split('/', 1)[0] ?? ''}`);
    const granted = {
      write,
      read: [...write, ...read],
      dependabot,
      runs,
      comment,
      see: isOfOrganization ? [...any, owner] : any,
    };
    if (!within(isOfOrganization ? granted.see : any)) throw notFound();
    if (!within(granted[right])) {
      throw new Refusal(403, 'Forbidden', 'Resource not accessible by integration');
    }
    return rights;
  }

  /** @throws Refusal where there is no such token */
  of(authorization: string | undefined): Rights {
    if (authorization === undefined) throw new Refusal(401, 'Unauthorized', 'Requires authentication');
    const rights = this.#rights.get(authorization.replace(/^(token|bearer) /i, ''));
    if (!rights) throw new Refusal(401, 'Unauthorized', 'Bad credentials');
    return rights;
  }
}

export function notFound(): Refusal {
  return new Refusal(404, 'NotFound', 'Not Found');
}
