import { realpathSync } from 'node:fs';
import { inputVariables, readActionMetadata } from '../../sandbox/runner/action-metadata';
import { programOf } from '../../sandbox/runner/processes';
import { startAws, stsCalls } from './aws';
import type { Fleet } from './fleet';
import { currentJob, HostedJob, hostJobs } from './hosted-job';
import type { JobOutcome, Outcome } from './outcome';
import { turn, VirtualTime } from './virtual-time';

/** Turns of the event loop without anything open, after which nothing more is expected to come. */
const QUIET_TURNS = 3;

/** Runs a fleet in this process. */
async function simulate(fleet: Fleet): Promise<Outcome> {
  const time = new VirtualTime(currentJob);
  time.install();
  hostJobs();
  const { sandbox, step } = await startAws(fleet);
  const action = readActionMetadata(fleet.action);
  const main = realpathSync(programOf(fleet.action, action.runs.main));
  const env = { ...inputVariables(action, step.with), ...step.env };
  const running = new Set<HostedJob>();
  const outcomes: JobOutcome[] = [];
  for (const start of fleet.starts) {
    const job = new HostedJob(main, env);
    running.add(job);
    time.at(start, () => {
      job.start();
    });
  }
  do {
    await settle(time, running);
    for (const job of running) {
      if (!job.ended) continue;
      running.delete(job);
      outcomes.push(job.outcome(time.now));
    }
  } while (running.size > 0 && (await time.leap()));
  if (running.size > 0) throw new Error(`${running.size} jobs wait for what never comes.`);
  await sandbox.close();
  return { jobs: outcomes, calls: stsCalls(sandbox) };
}

/** Waits until all that is left to do is to wait: for a timer of the job, or for one of the server that it called. */
async function settle(time: VirtualTime, running: ReadonlySet<HostedJob>): Promise<void> {
  for (let quiet = 0; quiet < QUIET_TURNS; quiet += 1) {
    await turn();
    let open = 0;
    for (const { openRequests } of running) open += openRequests;
    if (open > time.waitingServers || usesFiles()) quiet = -1;
  }
}

function usesFiles(): boolean {
  return process.getActiveResourcesInfo().some((kind) => kind.startsWith('FSReq'));
}

process.once('message', (fleet: Fleet) => {
  void simulate(fleet).then((outcome) => {
    process.send?.(outcome, () => {
      process.exit(0);
    });
  });
});
