import type { Clock } from '../clock';
import type { IncomingRequest } from '../http/request';
import type { Route } from '../http/route';
import { notFound, type Tokens } from './access';
import { apiRoot, githubRoute, json, seconds } from './route';

interface RunAttempt {
  /** `owner/name` */
  readonly repository: string;
  readonly runId: string;
  readonly attempt: string;
}

type RunStatus = 'queued' | 'in_progress' | 'completed';

const attemptPath = /^\/repos\/(?<repository>[^/]+\/[^/]+)\/actions\/runs\/(?<runId>\d+)\/attempts\/(?<attempt>\d+)$/;

/**
 * GitHub's REST API for workflow runs, and what it knows of.
 * https://docs.github.com/rest/actions/workflow-runs#get-a-workflow-run-attempt
 */
export class GithubRuns {
  readonly #attempts = new Map<string, { readonly status: RunStatus; readonly updatedAt: Date }>();

  constructor(
    private readonly clock: Clock,
    private readonly tokens: Tokens,
  ) {}

  /** Lets an attempt of a run be in this state from now on. */
  set(run: RunAttempt, status: RunStatus): void {
    this.#attempts.set(keyOf(run), { status, updatedAt: this.clock.now() });
  }

  /** Where a request goes that is about workflow runs; undefined for others. */
  route({ method, path, headers }: IncomingRequest): Route | undefined {
    if (method !== 'GET' || !path.startsWith(apiRoot)) return undefined;
    const { repository, runId, attempt } = attemptPath.exec(path.slice(apiRoot.length))?.groups ?? {};
    if (repository === undefined || runId === undefined || attempt === undefined) return undefined;
    return githubRoute('GET run-attempt', { owner: repository, run: runId, attempt }, () => {
      this.tokens.authorize(headers.authorization, repository, 'runs');
      const found = this.#attempts.get(keyOf({ repository, runId, attempt }));
      if (!found) throw notFound();
      const { status, updatedAt } = found;
      const conclusion = status === 'completed' ? 'success' : null;
      return json(200, {
        id: Number(runId),
        run_attempt: Number(attempt),
        status,
        conclusion,
        updated_at: seconds(updatedAt),
      });
    });
  }
}

function keyOf({ repository, runId, attempt }: RunAttempt): string {
  return `${repository.toLowerCase()} ${runId}.${attempt}`;
}
