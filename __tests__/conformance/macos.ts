import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Driver } from '../../sandbox/runner/driver';
import { ACTIONS_NODE, programOf, runProcess } from '../../sandbox/runner/processes';
import type { Running } from '../scenarios/running';
import { findProgram } from './installed';

type Command = readonly [string, ...string[]];

/** Runs a command where there is no /proc, in a namespace of its own for mounts, which root may have, or a user's own root. */
const WITHOUT_PROC = withoutProc();
/** What these tests lack on this machine, where they can run at all. */
export const LACKS_NAMESPACES = WITHOUT_PROC ? undefined : 'no namespaces for mounts';

/** NTFS is mounted by a program, and ignores the case of names then; the modes of files and links are those of Linux. */
const NTFS = { make: findProgram('mkntfs'), mount: findProgram('lowntfs-3g'), unmount: findProgram('umount') };
const NTFS_BYTES = 64_000_000;

/** Lets Node say that it is on macOS, which is what the action asks where systems differ. */
const PRELOAD = `--require=${join(__dirname, 'macos-preload.cjs')}`;
/** Programs that are on Linux and on macOS take other options there, as `ps` does: the action finds none at all. */
const NO_PROGRAMS = { PATH: '/nowhere' };

/** Runs a command as on macOS, as far as Linux can be made to be like it. */
export function runOnMacos(command: Command, { env, cwd, kill }: Pick<Parameters<Driver>[0], 'env' | 'cwd' | 'kill'>) {
  if (WITHOUT_PROC === undefined) throw new Error(`This machine has ${LACKS_NAMESPACES ?? ''}.`);
  const options = [PRELOAD, env.NODE_OPTIONS].filter(Boolean).join(' ');
  return runProcess([...WITHOUT_PROC, ...command], {
    env: { ...env, ...NO_PROGRAMS, NODE_OPTIONS: options },
    cwd,
    kill,
  });
}

/** Scenarios whose steps run so, in real time. */
export const AS_ON_MACOS: Running = {
  driver: ({ action, file, ...options }) => runOnMacos([ACTIONS_NODE, programOf(action, file)], options),
  platform: 'darwin',
  follow: () => undefined,
  pass: () => undefined,
  isExact: false,
  end: () => undefined,
};

/** A new file system in which names are one regardless of their case; undefined where none can be had. */
export function caseIgnoringFolder(): { readonly folder: string; readonly remove: () => void } | undefined {
  const { make, mount, unmount } = NTFS;
  if (make === undefined || mount === undefined || unmount === undefined) return undefined;
  const base = mkdtempSync(join(tmpdir(), 'ignores-case-'));
  const [image, folder] = [join(base, 'image'), join(base, 'files')];
  writeFileSync(image, '');
  truncateSync(image, NTFS_BYTES);
  mkdirSync(folder);
  const isMounted =
    succeeds([make, '-F', '-Q', '-q', image]) && succeeds([mount, '-o', 'ignore_case,permissions', image, folder]);
  const remove = () => {
    if (isMounted) succeeds([unmount, folder]);
    rmSync(base, { recursive: true });
  };
  if (isMounted) return { folder, remove };
  remove();
  return undefined;
}

function withoutProc(): Command | undefined {
  const [unshare, mount] = [findProgram('unshare'), findProgram('mount')];
  if (process.platform !== 'linux' || unshare === undefined || mount === undefined) return undefined;
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  const become = [ACTIONS_NODE, '--no-warnings', join(__dirname, 'without-proc.cjs'), mount];
  const command: Command = [unshare, ...asRoot, '--mount', ...become];
  return succeeds([...command, '/bin/sh', '-c', '[ ! -e /proc/self ]']) ? command : undefined;
}

function succeeds([program, ...args]: Command): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
