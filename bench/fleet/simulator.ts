import { realpathSync } from 'node:fs';
import { inputVariables, readActionMetadata } from '../../sandbox/runner/action-metadata';
import { programOf } from '../../sandbox/runner/processes';
import { startAws, stsCalls } from './aws';
import type { Fleet } from './fleet';
import { currentJob, HostedJob, hostJobs } from './hosted-job';
import type { JobOutcome, Outcome } from './outcome';
import { runJobs } from './run-jobs';
import { VirtualTime } from './virtual-time';

/** Runs a fleet in this process. */
async function simulate(fleet: Fleet): Promise<Outcome> {
  const time = new VirtualTime(currentJob);
  time.install();
  hostJobs();
  const { sandbox, step } = await startAws(fleet);
  const action = readActionMetadata(fleet.action);
  const main = realpathSync(programOf(fleet.action, action.runs.main));
  const env = { ...inputVariables(action, step.with), ...step.env };
  const outcomes: JobOutcome[] = [];
  const starts = fleet.starts.map((start) => ({ start, job: new HostedJob(main, env) }));
  await runJobs(starts, time, (job) => outcomes.push(job.outcome(time.now)));
  await sandbox.close();
  return { jobs: outcomes, calls: stsCalls(sandbox) };
}

process.once('message', (fleet: Fleet) => {
  void simulate(fleet).then((outcome) => {
    process.send?.(outcome, () => {
      process.exit(0);
    });
  });
});
