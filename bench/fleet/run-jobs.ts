import type { HostedJob } from './hosted-job';
import { turn, type VirtualTime } from './virtual-time';

/** Turns of the event loop without anything open, after which nothing more is expected to come. */
const QUIET_TURNS = 3;

interface Start {
  /** When it starts, in milliseconds of this time. */
  readonly start: number;
  readonly job: HostedJob;
}

/**
 * Runs jobs in this process, by a time that nobody waits for.
 *
 * @param onEnd called for each when it has ended
 * @throws Error when one waits for what never comes
 */
export async function runJobs(
  starts: readonly Start[],
  time: VirtualTime,
  onEnd: (job: HostedJob) => void,
): Promise<void> {
  const running = new Set(starts.map(({ job }) => job));
  for (const { start, job } of starts) {
    time.at(start, () => {
      job.start();
    });
  }
  do {
    await settle(time, running);
    for (const job of running) {
      if (!job.ended) continue;
      running.delete(job);
      onEnd(job);
    }
  } while (running.size > 0 && (await time.leap()));
  if (running.size > 0) throw new Error(`${running.size} jobs wait for what never comes.`);
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
