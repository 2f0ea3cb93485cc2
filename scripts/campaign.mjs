// Runs cases by their seeds: steps of any mode, with what may befall them (__tests__/campaign), and pairs of runs that meet
// at any two of their calls (__tests__/two-runs). "npm run campaign" runs 10,000 of them from a new seed on, or so many as
// it is given, "npm run campaign 100000"; with "-- --only steps" or "-- --only pairs", those of one kind.
// "npm run campaign -- --seed 17" runs the case of that seed again, and shows all that was done.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { seed: { type: 'string' }, from: { type: 'string' }, only: { type: 'string' } },
  allowPositionals: true,
});
const count = values.seed === undefined ? Number(positionals[0] ?? 10_000) : 1;
const first = Number(values.seed ?? values.from ?? randomInt(2 ** 30));
const parts = Math.min(count, availableParallelism());
console.log(values.seed === undefined ? `${count} cases from the seed ${first} on` : `The case of the seed ${first}`);

/** The cases of every so-many-th seed. */
function runPart(part) {
  const env = {
    ...process.env,
    CAMPAIGN_FIRST: String(first + part),
    CAMPAIGN_STEP: String(parts),
    CAMPAIGN_RUNS: String(Math.ceil((count - part) / parts)),
    ...(values.only !== undefined && values.seed === undefined && { CAMPAIGN_ONLY: values.only }),
  };
  const jest = ['node_modules/jest/bin/jest.js', '-i', '--testTimeout', String(24 * 3_600_000)];
  const child = spawn(process.execPath, [...jest, '__tests__/campaign/campaign.test.ts'], { stdio: 'inherit', env });
  return new Promise((resolve) => child.on('close', (status) => resolve(status ?? 1)));
}

const statuses = await Promise.all(Array.from({ length: parts }, (_, part) => runPart(part)));
process.exit(Math.max(...statuses));
