import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWorkflow, type ReadWorkflow } from '../sandbox/runner/workflow';
import { plannedJobs, type PlannedJob } from './plan';

/** A workflow of the repository that a job calls. */
export interface CalledWorkflow extends ReadWorkflow {
  /** From the top of the repository. */
  readonly file: string;
  readonly planned: readonly PlannedJob[];
}

/**
 * The workflows of the repository that jobs call, and that those call, by what stands under `uses:`.
 *
 * @param callers in which workflows the jobs are, for calls that go round
 * @throws Error when there is no such workflow, or something is wrong with one
 */
export async function calledWorkflows(
  jobs: readonly PlannedJob[],
  folder: string,
  callers: readonly string[] = [],
): Promise<ReadonlyMap<string, CalledWorkflow>> {
  const found = new Map<string, CalledWorkflow>();
  for (const { id, job } of jobs) {
    const { uses } = job;
    if (!uses?.startsWith('./') || found.has(uses)) continue;
    if (callers.includes(uses)) throw new Error(`${uses} calls itself, by the job ${id}.`);
    if (!existsSync(join(folder, uses))) throw new Error(`There is no ${uses} in ${folder}. The job ${id} calls it.`);
    const file = join(uses);
    const read = await readWorkflow(file, readFileSync(join(folder, uses), 'utf8'));
    const planned = plannedJobs(read.workflow, []);
    found.set(uses, { ...read, file, planned });
    for (const one of await calledWorkflows(planned, folder, [...callers, uses])) found.set(...one);
  }
  return found;
}
