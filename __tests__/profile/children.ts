import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Job } from './child';

/** A process of its own that edits profile files. */
export interface Child {
  /** Sends a job without waiting for its answer. */
  send(job: Job): void;
  /** The next answer. */
  answer(): Promise<unknown>;
  /** Kills the process outright, and returns when it is gone. */
  kill(): Promise<void>;
}

/**
 * Runs `work` with processes that are ready, none of which outlives it.
 *
 * @param limit a `ulimit` that they live under, such as `-f 64`
 */
export async function withChildren(
  count: number,
  work: (children: Child[]) => Promise<void>,
  limit?: string,
): Promise<void> {
  const children = await Promise.all(Array.from({ length: count }, () => start(limit)));
  try {
    await work(children);
  } finally {
    await Promise.all(children.map((child) => child.kill()));
  }
}

async function start(limit?: string): Promise<Child> {
  const plain = [process.execPath, '--require', 'tsx/cjs', join(__dirname, 'child.ts')];
  const [program = '', ...given] =
    limit === undefined ? plain : ['sh', '-c', `ulimit ${limit} && exec "$0" "$@"`, ...plain];
  const node: ChildProcess = spawn(program, given, { stdio: ['pipe', 'pipe', 'inherit'] });
  const { stdin, stdout } = node;
  if (stdin === null || stdout === null) {
    throw new Error('The child has no pipes');
  }
  const ended = once(node, 'exit');
  const lines = createInterface(stdout)[Symbol.asyncIterator]();
  const child: Child = {
    send: (job) => {
      stdin.write(`${JSON.stringify(job)}\n`);
    },
    answer: async () => {
      const line = await lines.next();
      if (line.done === true) {
        throw new Error('The child ended without an answer');
      }
      return JSON.parse(line.value) as unknown;
    },
    kill: async () => {
      node.kill('SIGKILL');
      await ended;
    },
  };
  await child.answer();
  return child;
}
