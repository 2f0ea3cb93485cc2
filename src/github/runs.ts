import { textIn } from '../network/request';
import type { GithubApi } from './api';
import { timeIn } from './failure';

/** An attempt of a run of a workflow, as the environment of its jobs names it. */
export interface RunAttempt {
  /** `owner/name` */
  readonly repository: string;
  readonly runId: string;
  readonly attempt: string;
}

/** GitHub's workflow runs. https://docs.github.com/rest/actions/workflow-runs */
export interface WorkflowRuns {
  /**
   * For how many milliseconds an attempt of a run has been over, by GitHub's clock. Undefined while it is not over, and
   * where GitHub does not say: the token lacks the permission "Actions: read", or the server knows no such run. Asks
   * once, and never throws.
   */
  overForMs(run: RunAttempt): Promise<number | undefined>;
}

/** The runs that are reached by a connection. */
export function workflowRuns(api: GithubApi): WorkflowRuns {
  return {
    async overForMs({ repository, runId, attempt }) {
      const path = `/repos/${repository}/actions/runs/${runId}/attempts/${attempt}`;
      return api({ method: 'GET', path, maxAttempts: 1, read: readOverForMs }).catch(() => undefined);
    },
  };
}

function readOverForMs(data: unknown, answered: Date | undefined): number | undefined {
  const ended = timeIn(data, 'updated_at');
  if (textIn(data, 'status') !== 'completed' || !ended || !answered) return undefined;
  return Math.max(0, answered.getTime() - ended.getTime());
}
