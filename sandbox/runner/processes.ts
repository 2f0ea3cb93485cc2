import { spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Driver, Ended, Kill, Part } from './driver';

/** The Node that runs actions: version 24 where its package installs, else the one that runs this. */
export const { ACTIONS_NODE } = createRequire(__filename)('../../scripts/actions-node.cjs') as {
  readonly ACTIONS_NODE: string;
};

/** This project, whose `dist` is an action. */
export const PROJECT = resolve(__dirname, '../..');

let distIsCurrent = false;

/**
 * Looks, once, whether this project's `dist` is what its sources build.
 *
 * @throws Error when it is not
 */
export function requireCurrentDist(): void {
  if (distIsCurrent) return;
  const digest = createRequire(__filename)('../../scripts/source-digest.cjs') as {
    readonly requireCurrentDist: (root: string) => void;
  };
  digest.requireCurrentDist(PROJECT);
  distIsCurrent = true;
}

/**
 * The path of a program of an action.
 *
 * @throws Error when it is this project's, and its `dist` is not current
 */
export function programOf(action: string, file: string): string {
  if (action === PROJECT) requireCurrentDist();
  return join(action, file);
}

/**
 * Copies this project's action to a folder, as a runner does.
 *
 * @returns the folder
 * @throws Error when its `dist` is not current
 */
export function copyAction(folder: string): string {
  requireCurrentDist();
  for (const part of ['action.yml', 'dist']) cpSync(join(PROJECT, part), join(folder, part), { recursive: true });
  return folder;
}

/** Runs each part as a process of Node, as a runner does. */
export const processes: Driver = ({ action, file, args = [], ...rest }) =>
  runProcess([ACTIONS_NODE, programOf(action, file), ...args], rest);

interface ProcessOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly kill?: Kill | undefined;
  readonly heard?: Part['heard'];
  /** Whether a kill also ends what it has started, which would otherwise be waited for. */
  readonly isGroup?: boolean;
}

/** Runs a program to its end. */
export async function runProcess(
  [program, ...args]: readonly [string, ...string[]],
  { env, cwd, kill, heard, isGroup = false }: ProcessOptions,
): Promise<Ended> {
  const started = performance.now();
  // Windows has no groups that a signal reaches.
  const detached = isGroup && process.platform !== 'win32';
  const child = spawn(program, args, { cwd, env, detached, stdio: ['ignore', 'pipe', 'pipe'] });
  let isOver = false;
  void kill?.after.then(() => {
    if (isOver) return;
    if (detached && child.pid !== undefined) killGroup(child.pid, kill.signal);
    else child.kill(kill.signal);
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    heard?.(chunk);
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const exitCode = await new Promise<number | null>((done) => child.on('close', done));
  isOver = true;
  return { exitCode, stdout, stderr, duration: performance.now() - started };
}

function killGroup(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-id, signal);
  } catch {
    // It has just ended.
  }
}
