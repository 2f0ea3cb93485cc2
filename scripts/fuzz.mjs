// Runs the properties of __tests__/fuzz with new cases each time, and more of them: "npm run fuzz", or with how many
// cases, "npm run fuzz 1000000". FUZZ_SEED brings the cases of an earlier run back.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';

const [cases = '200000', ...files] = process.argv.slice(2);
const env = { FUZZ_CASES: cases, FUZZ_SEED: String(randomInt(2 ** 31)), ...process.env };
console.log(`${cases} cases of the seed ${env.FUZZ_SEED}`);
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/jest/bin/jest.js',
    '--testTimeout',
    String(24 * 3_600_000),
    ...(files.length > 0 ? files : ['__tests__/fuzz']),
  ],
  { stdio: 'inherit', env },
);
process.exit(status ?? 1);
