import type { Workflow, WorkflowJob, Written, WrittenMap } from '../sandbox/runner/workflow';

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

/** The event that the workflow is run by: the one asked for, else a push if it reacts to that, else its first. */
export function eventOf({ on }: Workflow, asked: string | undefined): string {
  const events = typeof on === 'string' ? [on] : Array.isArray(on) ? (on as string[]) : Object.keys(on as object);
  if (asked !== undefined && !events.includes(asked)) {
    throw new Error(`The workflow does not react to ${asked}. It reacts to: ${events.join(', ')}`);
  }
  return asked ?? (events.includes('push') ? 'push' : (events[0] ?? 'push'));
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

/** What an event says of inputs and outputs. */
interface Described {
  readonly inputs?: Readonly<
    Record<string, { readonly type?: string; readonly default?: Written; readonly required?: boolean }>
  >;
  readonly outputs?: Readonly<Record<string, { readonly value: Written }>>;
}

/**
 * The context `inputs`: those given, else the defaults of `workflow_dispatch`.
 *
 * @throws Error when one is given that the workflow does not have
 */
export function dispatchInputs(workflow: Workflow, given: Readonly<Record<string, string>>): Record<string, unknown> {
  return inputsOf(describedBy(workflow, 'workflow_dispatch'), given, 'The workflow');
}

/**
 * The same for a workflow that is called.
 *
 * @param name of the workflow, for what is wrong
 * @throws Error also when one is missing
 */
export function callInputs(
  workflow: Workflow,
  given: Readonly<Record<string, unknown>>,
  name: string,
): Record<string, unknown> {
  const described = describedBy(workflow, 'workflow_call');
  const missing = Object.entries(described.inputs ?? {}).find(([input, { required }]) => required && !(input in given));
  if (missing) throw new Error(`${name} needs the input "${missing[0]}", which is not under with:`);
  return inputsOf(described, given, name);
}

/** The outputs of a workflow that is called, as they stand there. */
export function callOutputs(workflow: Workflow): WrittenMap {
  const outputs = Object.entries(describedBy(workflow, 'workflow_call').outputs ?? {});
  return Object.fromEntries(outputs.map(([name, { value }]) => [name, value]));
}

function describedBy({ on }: Workflow, event: 'workflow_call' | 'workflow_dispatch'): Described {
  const events = typeof on === 'object' && !Array.isArray(on) ? (on as Record<string, unknown>) : {};
  return events[event] ?? {};
}

function inputsOf(
  { inputs = {} }: Described,
  given: Readonly<Record<string, unknown>>,
  workflow: string,
): Record<string, unknown> {
  const unknown = Object.keys(given).find((name) => !(name in inputs));
  if (unknown !== undefined) {
    throw new Error(
      `${workflow} has no input "${unknown}". Its inputs are: ${Object.keys(inputs).join(', ') || 'none'}`,
    );
  }
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => {
      const value = given[name] ?? input.default ?? (input.type === 'boolean' ? false : '');
      return [name, input.type === 'boolean' ? value === true || value === 'true' : value];
    }),
  );
}
