import type { Job, Run } from '../../sandbox/runner/job';
import { LACKS } from './windows';

/** Tests that run on Windows. Where there is none they are skipped, by a name that says why. */
export function describeOnWindows(name: string, tests: () => void): void {
  if (LACKS === undefined) describe(name, tests);
  else test.skip(`${name}: this machine has ${LACKS}`, () => undefined);
}

/** Runs a step that must succeed. */
export async function stepWell(job: Job, inputs: Readonly<Record<string, string>>): Promise<Run> {
  const run = await job.step({ with: inputs });
  expectWell(run);
  return run;
}

/** Runs the post steps, which must have nothing to warn of. */
export async function finishWell(job: Job): Promise<void> {
  for (const run of await job.finish()) {
    expectWell(run);
    expect(run.log.filter((line) => line.startsWith('Warning'))).toEqual([]);
  }
}

function expectWell({ exitCode, stderr, log }: Run): void {
  expect({ exitCode, stderr, log: exitCode === 0 ? [] : log }).toEqual({ exitCode: 0, stderr: '', log: [] });
}
