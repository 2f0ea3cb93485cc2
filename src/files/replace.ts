import {
  closeSync,
  fchownSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../errors/message';
import { whileHeldOpen } from './busy';
import { writeInPlace } from './in-place';
import { isMountRefusal } from './mounts';

/** What the name of a copy adds to that of the file that it will replace. */
const COPY = '.aws-identity-';

/** How a file is replaced. */
export interface ReplaceOptions {
  /** Whether it must be whole even after a crash of the machine. What the job alone needs is not read again then. */
  readonly durable: boolean;
}

/**
 * Replaces the file at `path` by one of mode 0600, whole or not at all; one that is mounted is written in place. A disk
 * that is nearly full accepts a part of what is written without an error. So this writes until all is there, or an error
 * comes; write-file-atomic takes the part for success.
 *
 * @throws an error of the system; the file is then as it was
 */
export function replaceFile(path: string, bytes: Buffer | string, options: ReplaceOptions): void {
  const copy = newCopy(path);
  ignoreSizeSignal();
  try {
    writeCopy(copy, Buffer.from(bytes), path, options);
    whileHeldOpen(() => {
      renameSync(copy, path);
    });
  } catch (error) {
    removeQuietly(copy);
    if (!isMountRefusal(codeOf(error))) throw error;
    writeInPlace(path, Buffer.from(bytes), options);
  }
}

/**
 * Looks whether a copy can be made next to the file at `path`, and leaves none. Should this process be killed meanwhile,
 * `removeCopies` removes it.
 *
 * @throws an error of the system when it cannot
 */
export function tryCopy(path: string): void {
  const copy = newCopy(path);
  closeSync(openSync(copy, 'wx', 0o600));
  removeQuietly(copy);
}

/** The copies that processes left which were killed before they had replaced the file at `path`. */
export function copiesOf(path: string): string[] {
  const prefix = `${basename(path)}${COPY}`;
  try {
    const names = readdirSync(dirname(path)).filter((name) => name.startsWith(prefix));
    return names.map((name) => join(dirname(path), name));
  } catch {
    return [];
  }
}

/** Removes such copies. It is for who holds the file's lock: else one may be that of a process at work. */
export function removeCopies(path: string): void {
  copiesOf(path).forEach(removeQuietly);
}

/** Whoever guesses the name gains nothing: a copy is made only where nothing is. Node's crypto takes longer to load than post. */
function newCopy(path: string): string {
  return `${path}${COPY}${process.pid}-${Math.random().toString(36).slice(2)}`;
}

function writeCopy(copy: string, bytes: Buffer, path: string, { durable }: ReplaceOptions): void {
  const replaced = statSync(path, { throwIfNoEntry: false });
  const file = openSync(copy, 'wx', 0o600);
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    if (replaced) giveTo(replaced, file);
    if (durable) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Without the right to change the owner, the file stays with this user. */
function giveTo({ uid, gid }: { readonly uid: number; readonly gid: number }, file: number): void {
  try {
    fchownSync(file, uid, gid);
  } catch {
    return;
  }
}

/** What cannot be removed stops nobody. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
}

/**
 * When a file reaches its size limit, a signal comes together with the error, and later than that. Node ignores it, but
 * the lock's library would end the process.
 */
function ignoreSizeSignal(): void {
  if (!process.listeners('SIGXFSZ').includes(ignore)) process.on('SIGXFSZ', ignore);
}

function ignore(): void {
  return undefined;
}
