import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ACTIONS_NODE } from '../../sandbox/runner/processes';

/** In which a process that waits for nobody ends. */
const A_WHILE_MS = 1_000;

let wordy: ChildProcessByStdio<null, Readable, Readable>;
let closed: Promise<unknown>;

beforeEach(async () => {
  const args = ['--require', 'tsx/cjs', join(__dirname, 'wordy-process.ts')];
  wordy = spawn(ACTIONS_NODE, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  closed = once(wordy, 'close');
  await once(wordy.stderr, 'data');
});
afterEach(() => wordy.kill('SIGKILL'));

test('who reads slowly gets all that was printed', async () => {
  await sleep(A_WHILE_MS);
  let text = '';
  wordy.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  expect(await closed).toEqual([3, null]);
  expect(text).toMatch(/\nline 40000 \.+\n$/);
});

test('who stops reading is not waited for', async () => {
  wordy.stdout.destroy();
  expect(await closed).toEqual([3, null]);
});
