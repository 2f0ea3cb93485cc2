import { setTimeout as delay } from 'node:timers/promises';
import { inJob } from '../contenders';
import { startAws, stsCalls } from './aws';
import type { Fleet } from './fleet';
import { outcomeOf, type Outcome } from './outcome';

/** Runs a fleet as it is: each job in a process of its own, by the clock on the wall. */
export async function runProcesses(fleet: Fleet): Promise<Outcome> {
  const { sandbox, step } = await startAws(fleet);
  const began = performance.now();
  const jobs = fleet.starts.map(async (start) => {
    await delay(start);
    return inJob(step.env, async (job) => {
      const run = await job.step({ with: step.with, uses: fleet.action });
      return outcomeOf({ ...run, endedAt: performance.now() - began });
    });
  });
  const outcome = { jobs: await Promise.all(jobs), calls: stsCalls(sandbox) };
  await sandbox.close();
  return outcome;
}
