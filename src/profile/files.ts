import { isUtf8 } from 'node:buffer';
import { lstat, mkdir, readFile, readlink, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ActionError } from '../errors/action-error';
import { codeOf, messageOf, unlessMissing } from '../errors/message';
import { isHeldOpen, whileBusy } from '../files/busy';
import { LockedError, lockPath, takeLock } from '../files/lock';
import { replaceFile } from '../files/replace';
import type { ProfileFiles } from './locations';

/** A profile file could not be read, locked or written. The message says why and what to do, and quotes no contents. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError';

  constructor(
    readonly operation: 'read' | 'lock' | 'write',
    readonly path: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** How patient an edit is with others, in milliseconds. */
export interface Patience {
  /** How long to wait for the lock; 20 s if omitted. */
  readonly wait?: number;
  /** The age at which a lock counts as left behind by a process that was killed; 10 s if omitted. */
  readonly stale?: number;
}

interface Contents {
  readonly text: string;
  readonly encoding: 'utf8' | 'latin1';
}

const NAME_ANOTHER = 'Name a file with AWS_SHARED_CREDENTIALS_FILE or AWS_CONFIG_FILE.';
const LINKS_TO_FOLLOW = 40;
const ROOT = 0;
/** A file is held open for as long as another replaces it; one that may not be read stays so. */
const READ_PATIENCE = 1000;

/**
 * The text of the profile file at `path`, or undefined when there is none. Takes no lock: files are replaced whole.
 *
 * @throws ProfileError when it is no text file, or cannot be read.
 */
export async function readProfileFile(path: string): Promise<string | undefined> {
  try {
    await checkLinks(path);
    return (await read(path))?.text;
  } catch (error) {
    throw problem('read', path, error);
  }
}

/**
 * Copies the profile files into a folder of their own, with mode 0600. One that is not there is not there then, either.
 *
 * @returns where the copies are, or would be
 * @throws ProfileError when one cannot be read, or its copy not written
 */
export async function copyProfileFiles(files: ProfileFiles, folder: string): Promise<ProfileFiles> {
  // One file may serve as both.
  const names = { credentials: 'credentials', config: files.config === files.credentials ? 'credentials' : 'config' };
  const copies = { credentials: join(folder, names.credentials), config: join(folder, names.config) };
  for (const kind of ['credentials', 'config'] as const) {
    const [path, copy] = [files[kind], copies[kind]];
    const contents = await read(path).catch((error: unknown) => {
      throw problem('read', path, error);
    });
    if (!contents) continue;
    await writeFile(copy, encode(contents.text, contents.encoding), { mode: 0o600 }).catch((error: unknown) => {
      throw problem('write', copy, error);
    });
  }
  return copies;
}

/**
 * Replaces the profile file at `path` with what `edit` makes of its text, undefined standing for a file that is not
 * there. Other processes that edit the file wait; readers see the old text or the new one, whenever this process is
 * killed. What is written has mode 0600. A link stays, and its target is edited. Text that comes back as it was is not
 * written.
 *
 * @throws ProfileError when the file cannot be read, locked or written, or when `edit` throws; the file is then as it
 * was.
 */
export async function editFile(
  path: string,
  edit: (text: string | undefined) => string | undefined,
  { wait = 20_000, stale = 10_000 }: Patience = {},
): Promise<void> {
  try {
    await checkLinks(path);
    const target = await targetOf(path);
    const deadline = Date.now() + wait;
    const held = await takeLock(target, { deadline, stale }).catch((error: unknown) => {
      throw error instanceof LockedError ? lockedBy(path, target, wait, error) : error;
    });
    try {
      const before = await read(target);
      const text = edit(before?.text);
      if (text === before?.text) return;
      const bytes = text === undefined ? undefined : encode(text, before?.encoding ?? 'utf8');
      held.confirm();
      await whileBusy(deadline, isHeldOpen, async () => {
        await (bytes === undefined ? rm(target, { force: true }) : replaceFile(target, bytes));
      });
    } finally {
      await held.release();
    }
  } catch (error) {
    throw problem('write', path, error);
  }
}

/**
 * Lets a link lead only where whoever made it may write, as the kernel does in folders that all may write to: on a
 * machine that is shared, it could else lead the edit, and the credentials, to a file of the runner's user or of root.
 */
async function checkLinks(path: string): Promise<void> {
  const ours = process.getuid?.();
  if (ours === undefined) return;
  let target = path;
  const makers: number[] = [];
  for (let links = 0; links <= LINKS_TO_FOLLOW; links++) {
    const found = await lstat(target).catch(unlessMissing);
    if (found?.isSymbolicLink() !== true) break;
    makers.push(found.uid);
    target = resolve(await realpath(dirname(target)), await readlink(target));
  }
  const end = (await stat(path).catch(unlessMissing)) ?? (await stat(dirname(target)).catch(unlessMissing));
  const stranger = makers.find((maker) => ![ours, ROOT, end?.uid].includes(maker));
  if (stranger === undefined) return;
  throw new Error(
    `It is a link to ${target} made by another user (${stranger}), to whom that file does not belong. Delete the link.`,
  );
}

/** Follows links, also to files that are not there yet, so that all who edit one file take one lock. */
async function targetOf(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links <= LINKS_TO_FOLLOW; links++) {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    target = join(await realpath(dirname(target)), basename(target));
    const found = await lstat(target).catch(unlessMissing);
    if (found?.isSymbolicLink() !== true) return target;
    target = resolve(dirname(target), await readlink(target));
  }
  throw new Error(`It is a link that leads nowhere. ${NAME_ANOTHER}`);
}

async function read(path: string): Promise<Contents | undefined> {
  const found = await stat(path).catch(unlessMissing);
  if (found === undefined) return undefined;
  if (!found.isFile()) {
    throw new Error(`It is a ${found.isDirectory() ? 'directory' : 'device or pipe'}. ${NAME_ANOTHER}`);
  }
  const bytes = await whileBusy(Date.now() + READ_PATIENCE, isHeldOpen, () => readFile(path)).catch(unlessMissing);
  if (bytes?.includes(0) === true) {
    throw new Error('It is not text in UTF-8 but, perhaps, UTF-16, which AWS tools cannot read. Save it as UTF-8.');
  }
  // A comment in some other encoding must keep its bytes, and latin1 maps every byte to a character and back.
  const encoding = bytes === undefined || isUtf8(bytes) ? 'utf8' : 'latin1';
  return bytes && { text: bytes.toString(encoding), encoding };
}

function encode(text: string, encoding: Contents['encoding']): Buffer {
  const bytes = Buffer.from(text, encoding);
  if (bytes.toString(encoding) !== text) {
    throw new Error('It is not in UTF-8, and what is to be written has letters that need it. Save it as UTF-8.');
  }
  return bytes;
}

function lockedBy(path: string, target: string, wait: number, cause: LockedError): ProfileError {
  const message =
    `Could not lock the profile file ${path}: ${lockPath(target)} was still there after ${wait / 1000} s. ` +
    'Delete it if no other job runs on this machine.';
  return new ProfileError('lock', path, message, { cause });
}

function problem(operation: 'read' | 'write', path: string, error: unknown): Error {
  // What the edit itself threw may be explained already.
  if (error instanceof ProfileError || error instanceof ActionError) return error;
  const message = messageOf(error);
  // Errors of our own, which have no code, end with what to do.
  const code = codeOf(error);
  const why = code === undefined ? message : `${message}. ${fixFor(code)}`;
  return new ProfileError(operation, path, `Could not ${operation} the profile file ${path}: ${why}`, { cause: error });
}

function fixFor(code: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return "Let the job's user read and write the file and its directory, or point AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE elsewhere.";
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return 'Free some space on the disk, or raise the limit for files (ulimit -f).';
    default:
      return NAME_ANOTHER;
  }
}
