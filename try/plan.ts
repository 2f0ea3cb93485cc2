import type { Workflow, WorkflowJob } from '../sandbox/runner/workflow';

/** A job with its ID, those that it needs before it. */
export interface PlannedJob {
  readonly id: string;
  readonly job: WorkflowJob;
  readonly needs: readonly string[];
}

/**
 * The jobs to run, in an order in which each comes after those it needs.
 *
 * @param names of jobs, which are run with those that they need; all if there are none
 * @throws Error when there is no job of a name
 */
export function plannedJobs({ jobs }: Workflow, names: readonly string[]): PlannedJob[] {
  const planned = new Map<string, PlannedJob>();
  const add = (id: string): void => {
    const job = jobs[id];
    if (!job) throw new Error(`There is no job "${id}". The jobs are: ${Object.keys(jobs).join(', ')}`);
    if (planned.has(id)) return;
    const needs = typeof job.needs === 'string' ? [job.needs] : (job.needs ?? []);
    needs.forEach(add);
    planned.set(id, { id, job, needs });
  };
  (names.length > 0 ? names : Object.keys(jobs)).forEach(add);
  return [...planned.values()];
}

/** What a job asks of a runner that is not done here, each in a few words. */
export function notDoneHere(job: WorkflowJob, workflow: Pick<Workflow, 'concurrency'>): string[] {
  const steps = job.steps ?? [];
  const hasLimit = [job, ...steps].some((part) => part['timeout-minutes'] !== undefined);
  const waits = job.concurrency !== undefined || workflow.concurrency !== undefined;
  const runsOn = JSON.stringify(job['runs-on'] ?? '');
  return [
    ...(job.services === undefined ? [] : ['services: no container is started']),
    ...(job.container === undefined ? [] : ['container: the steps run on this machine']),
    ...(steps.some(({ background }) => background) ? ['background: each step is waited for'] : []),
    ...(hasLimit ? ['timeout-minutes: nothing is stopped'] : []),
    ...(waits ? ['concurrency: no other run is waited for'] : []),
    ...(/windows|macos/i.test(runsOn) ? [`runs-on: ${runsOn}: the steps run on this machine`] : []),
  ];
}
