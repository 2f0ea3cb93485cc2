import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job, Run } from '../../sandbox/runner/job';
import type { Sandbox } from '../../sandbox/sandbox';
import { check, type StepInput } from '../contenders';

/** What a step took, as a process. */
export interface Weight {
  readonly calls: number;
  /** Seconds of the processor. */
  readonly cpuS: number;
  /** MiB, resident, at most. */
  readonly memory: number;
  readonly main: Run;
}

const READER = join(__dirname, 'usage.cjs');

/** Runs a step as a process, and says what it took. */
export async function weigh(job: Job, inputs: StepInput['with'], { requests }: Sandbox): Promise<Weight> {
  const file = join(job.folder, 'usage');
  const before = requests.length;
  const env = { NODE_OPTIONS: `--require ${JSON.stringify(READER)}`, BENCH_USAGE: file };
  const main = await job.step({ with: inputs, env });
  check(main.exitCode === 0, 'The step', main);
  const { cpuMs, maxRSS } = JSON.parse(readFileSync(file, 'utf8')) as { cpuMs: number; maxRSS: number };
  return { calls: requests.length - before, cpuS: cpuMs / 1000, memory: maxRSS / 1024, main };
}
