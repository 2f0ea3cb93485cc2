// Starts the sandbox as a process that goes on when this one has ended, on every system: a shell's "&" does not where
// the shell's end is told to what it started. Run by: node sandbox/background.mjs FILE
// FILE then holds the variables that the sandbox would else ask to export, a line each.
import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PATIENCE_MS = 60_000;

const [file] = process.argv.slice(2);
if (!file) throw new Error('Give the file for the variables: node sandbox/background.mjs FILE');
rmSync(file, { force: true });

const sandbox = spawn(process.execPath, ['--import', 'tsx', 'sandbox/main.ts', '--variables', file], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  detached: true,
  stdio: 'ignore',
  windowsHide: true,
});
let ended = false;
sandbox.once('exit', () => (ended = true));

for (const start = performance.now(); !existsSync(file); await delay(50)) {
  if (ended) throw new Error(`The sandbox ended. To see why: npm run sandbox`);
  if (performance.now() - start > PATIENCE_MS) {
    sandbox.kill();
    throw new Error(`The sandbox did not start within ${PATIENCE_MS / 1000} s.`);
  }
}
process.stdout.write(`The sandbox is process ${sandbox.pid}.\n`);
sandbox.unref();
