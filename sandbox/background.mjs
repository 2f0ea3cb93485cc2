// Starts the sandbox as a process that goes on when this one has ended, on every system: a shell's "&" does not where
// a shell that ends also ends what it started. Run by: node sandbox/background.mjs FILE
// FILE then holds the variables that the sandbox would else ask to export, a line each.
import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PATIENCE_MS = 60_000;

const [given] = process.argv.slice(2);
if (given) await start(resolve(given));
else fail('Give the file for the variables: node sandbox/background.mjs FILE');

async function start(file) {
  rmSync(file, { force: true });
  const sandbox = spawn(process.execPath, ['--import', 'tsx', 'sandbox/main.ts', '--variables', file], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    detached: true,
    stdio: 'ignore',
    windowsHide: true,
  });
  sandbox.unref();
  for (const deadline = performance.now() + PATIENCE_MS; !existsSync(file); await delay(50)) {
    if (sandbox.exitCode !== null) return fail(`The sandbox ended before it had written ${file}.`);
    if (performance.now() > deadline) {
      sandbox.kill();
      return fail(`The sandbox had not written ${file} after ${PATIENCE_MS / 1000} s.`);
    }
  }
  process.stdout.write(`The sandbox is process ${sandbox.pid}.\n`);
}

function fail(why) {
  process.stderr.write(`${why}\n`);
  process.exitCode = 1;
}
