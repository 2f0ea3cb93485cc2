import type { Contexts, Status } from '../sandbox/runner/expressions';
import { Job } from '../sandbox/runner/job';
import { combinations, type Combination } from '../sandbox/runner/matrix';
import { evaluated, filledIn, type Outcome } from '../sandbox/runner/steps';
import { note, title } from '../sandbox/runner/terminal';
import type { CalledWorkflow } from './called-workflows';
import { contextsOf, payloadOf, variablesOf } from './contexts';
import type { PlannedJob } from './plan';
import { isTrue, JobRun, nameOf, permitsOf, type JobEnd, type Setting } from './run-job';
import { callInputs, callOutputs } from './trigger';

/** Runs jobs one after the other, each after those that it needs. */
export async function runJobs(jobs: readonly PlannedJob[], setting: Setting): Promise<ReadonlyMap<string, JobEnd>> {
  const ended = new Map<string, JobEnd>();
  for (const planned of jobs) ended.set(planned.id, await runJob(planned, setting, ended));
  return ended;
}

/** Runs a job, or each job of its matrix, after those that it needs. */
async function runJob(planned: PlannedJob, setting: Setting, ended: ReadonlyMap<string, JobEnd>): Promise<JobEnd> {
  const { id, job } = planned;
  const { expressions, vars, inputs, origin, aws } = setting;
  const before = [...planned.needs].map(
    (need) => [need, ended.get(need) ?? { result: 'skipped', outputs: {} }] as const,
  );
  const needs = Object.fromEntries(before);
  const status: Status = before.every(([, { result }]) => result === 'success') ? 'success' : 'failure';
  const skip = (reason: string): JobEnd => {
    title(`Job ${nameOf(id, undefined, setting)}`);
    note(`Skipped: ${reason}.`);
    return { result: 'skipped', outputs: {} };
  };
  const called = setting.workflows.get(job.uses ?? '');
  if (job.uses !== undefined && !called) {
    skip(`it uses ${job.uses}; only workflows of the repository itself run here. Those that need it find no outputs`);
    // So that they can be tried, too.
    return { result: 'success', outputs: {}, isMissing: true };
  }

  const runner = new Job({ ...variablesOf(origin), ...aws.environment, GITHUB_JOB: id });
  try {
    const secrets = { GITHUB_TOKEN: aws.tokenOfJob(permitsOf(job, setting)), ...setting.secrets };
    const own = contextsOf(runner, payloadOf(origin, inputs), secrets.GITHUB_TOKEN);
    const contexts = { ...own, needs, vars, inputs };
    if (job.if !== undefined ? !expressions.holds(String(job.if), contexts, status) : status !== 'success') {
      return skip(job.if === undefined ? 'a job that it needs did not succeed' : `if: ${job.if}`);
    }
    const written = job.strategy?.matrix;
    const matrix =
      written === undefined
        ? [{}]
        : combinations(evaluated(written, { ...contexts, secrets }, expressions) as Combination);
    const failFast = isTrue(job.strategy?.['fail-fast'] ?? true, { ...contexts, secrets }, expressions);
    const end: { result: Outcome; outputs: Record<string, string> } = { result: 'success', outputs: {} };
    for (const [index, combination] of matrix.entries()) {
      const strategy = { 'fail-fast': failFast, 'job-index': index, 'job-total': matrix.length };
      const ofJob = { needs, vars, inputs, secrets, strategy, matrix: combination };
      const run = called
        ? callOf(planned, called, setting, { ...own, ...ofJob })
        : startJob(planned, { ...setting, secrets }, ofJob);
      if (failFast && end.result === 'failure') {
        run.cancel('another job of the matrix has failed, and strategy.fail-fast is not false');
        continue;
      }
      const { result, outputs } = await run.run();
      if (result === 'failure') end.result = result;
      Object.assign(end.outputs, outputs);
    }
    return end;
  } finally {
    runner.remove();
  }
}

/** @throws Error that names the place when an expression of the job itself cannot be evaluated */
function startJob(planned: PlannedJob, setting: Setting, contexts: Contexts): JobRun {
  try {
    return new JobRun(planned, setting, contexts);
  } catch (error) {
    const place = `${setting.file}:${setting.read.lineOf('jobs', planned.id)}`;
    throw new Error(`${place}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** A job that consists of the jobs of another workflow of the repository. */
function callOf(
  { id, job }: PlannedJob,
  called: CalledWorkflow,
  setting: Setting,
  contexts: Contexts,
): Pick<JobRun, 'cancel' | 'run'> {
  const { expressions, vars } = setting;
  const { github, matrix } = contexts;
  const name = nameOf(id, matrix, setting);
  return {
    async run() {
      const { GITHUB_TOKEN } = setting.secrets;
      const { secrets = {} } = job;
      const given = Object.entries(job.with ?? {}).map(
        ([input, text]) => [input, expressions.valueOf(String(text), contexts)] as const,
      );
      // A default finds no other input, although GitHub names the context among those it may use.
      const ofDefaults = { github, vars, inputs: {} };
      const inputs = callInputs(called.workflow, Object.fromEntries(given), called.file, (text) =>
        expressions.valueOf(text, ofDefaults),
      );
      const ended = await runJobs(called.planned, {
        ...setting,
        file: called.file,
        read: called,
        caller: { name, permits: permitsOf(job, setting) },
        inputs,
        secrets:
          secrets === 'inherit'
            ? setting.secrets
            : { ...(GITHUB_TOKEN !== undefined && { GITHUB_TOKEN }), ...filledIn(secrets, contexts, expressions) },
      });
      const jobs = Object.fromEntries(ended);
      const isFailed = [...ended.values()].some(({ result }) => result === 'failure');
      const outputs = filledIn(callOutputs(called.workflow), { github, vars, inputs, jobs }, expressions);
      return { result: isFailed ? 'failure' : 'success', outputs };
    },
    cancel(reason) {
      title(`Job ${name}`);
      note(`Cancelled: ${reason}.`);
    },
  };
}
