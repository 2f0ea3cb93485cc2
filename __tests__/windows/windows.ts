import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Driver, Ended, Kill } from '../../sandbox/runner/driver';
import { ACTIONS_NODE, programOf } from '../../sandbox/runner/processes';
import type { Running } from '../scenarios/running';
import { DRIVES, WINDOWS_NODE, WINE, WINE_VARIABLES } from './wine';

/** Whether this machine is Windows itself. */
export const IS_WINDOWS = process.platform === 'win32';
/** What these tests lack on this machine, where they can run at all. */
export const LACKS = IS_WINDOWS || (WINE && process.arch === 'x64') ? undefined : 'neither Windows nor Wine';
/** The Node that runs actions there. */
export const NODE = IS_WINDOWS ? ACTIONS_NODE : WINDOWS_NODE;

/** What Wine sets itself, whatever is given to it. */
const OF_WINE = ['HOME', 'USERPROFILE', 'TEMP', 'TMP'];
const PRELOAD = join(__dirname, 'wine-preload.cjs');

/** What Windows calls a path of this machine: with Wine, `Z:` is its root. */
export function windowsPath(path: string): string {
  return IS_WINDOWS ? path : `Z:${path.replaceAll('/', '\\')}`;
}

/** The path of this machine that Windows calls so. */
export function pathHere(path: string): string {
  return IS_WINDOWS ? path : path.replace(/^Z:/i, '').replaceAll('\\', '/');
}

export interface ProgramOptions {
  /** Paths in it are those of this machine or of Windows. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly kill?: Kill | undefined;
}

/** Runs a program of Windows to its end. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { kill, ...options }: ProgramOptions,
): Promise<Ended> {
  const started = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'output-'));
  // Under Wine, Node cannot write to a pipe of this machine.
  const files = ['stdout', 'stderr'].map((name) => join(folder, name));
  const [stdout, stderr] = files.map((file) => openSync(file, 'w'));
  try {
    const child = spawn(...commandOf(program, args), {
      ...spawnOptions(options),
      stdio: ['ignore', stdout, stderr],
    });
    if (kill) void kill.after.then(() => child.kill(kill.signal));
    const [exitCode] = (await once(child, 'close')) as [number | null];
    const [printed = '', errors = ''] = files.map((file) => readFileSync(file, 'utf8'));
    return { exitCode, stdout: printed, stderr: errors, duration: performance.now() - started };
  } finally {
    for (const file of [stdout, stderr]) if (file !== undefined) closeSync(file);
    rmSync(folder, { recursive: true });
  }
}

/** Runs each part of an action as a process of Node's Windows build. */
export const onWindows: Driver = ({ action, file, ...options }) =>
  runProgram(NODE, [windowsPath(programOf(action, file))], options);

/** What starts a program of Windows. */
export function commandOf(program: string, args: readonly string[]): [program: string, args: string[]] {
  return IS_WINDOWS || WINE === undefined ? [program, [...args]] : [WINE, [program, ...args]];
}

/** In which environment and folder it is started. */
export function spawnOptions({ env, cwd }: ProgramOptions): { env: Record<string, string>; cwd: string } {
  if (IS_WINDOWS) return { env: { ...SYSTEM, ...env }, cwd };
  const translated = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, inWords(value)]));
  const outside = Object.fromEntries(OF_WINE.flatMap((name) => (name in translated ? [[name, translated[name]]] : [])));
  return {
    env: {
      ...translated,
      ...WINE_VARIABLES,
      OUTSIDE_OF_WINE: JSON.stringify(outside),
      NODE_OPTIONS: [`--require=${JSON.stringify(windowsPath(PRELOAD))}`, env.NODE_OPTIONS].filter(Boolean).join(' '),
    },
    cwd,
  };
}

/** What no program can do without on Windows. */
const SYSTEM = Object.fromEntries(
  ['SystemRoot', 'SystemDrive', 'ComSpec', 'PATHEXT', 'windir', 'TEMP', 'TMP'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }),
);

/** The value of a variable, in Windows' words if it is a path of this machine's temporary files. */
function inWords(value: string): string {
  return value.startsWith(`${tmpdir()}/`) ? windowsPath(value) : value;
}

/** Scenarios whose steps run on Windows, in real time. */
export const ON_WINDOWS: Running = {
  driver: onWindows,
  platform: 'win32',
  follow: () => undefined,
  pass: () => undefined,
  isExact: false,
  end: () => undefined,
};

/** A drive other than that of the workspace. */
export interface Drive {
  readonly letter: string;
  /** The folder of this machine that is its root. */
  readonly folder: string;
  readonly remove: () => void;
}

/** Lets a new folder be a drive. */
export function otherDrive(): Drive {
  const folder = mkdtempSync(join(tmpdir(), 'drive-'));
  const letter = 'Y';
  const link = join(DRIVES, `${letter.toLowerCase()}:`);
  if (IS_WINDOWS) execFileSync('subst', [`${letter}:`, folder]);
  else symlinkSync(folder, link);
  const remove = () => {
    if (IS_WINDOWS) execFileSync('subst', [`${letter}:`, '/D']);
    else rmSync(link);
    rmSync(folder, { recursive: true });
  };
  return { letter, folder, remove };
}
