import { isUtf8 } from 'node:buffer';
import type { Stats } from 'node:fs';
import { lstat, mkdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, parse, resolve, sep } from 'node:path';
import { ActionError } from '../errors/action-error';
import { codeOf, messageOf, unlessMissing } from '../errors/message';
import { isHeldOpen, whileBusy } from '../files/busy';
import { requireWritableInPlace, writeInPlace } from '../files/in-place';
import { LockedError, lockPath, lockPathElsewhere, takeLock } from '../files/lock';
import { isMounted, isMountRefusal } from '../files/mounts';
import { copiesOf, replaceFile, tryCopy } from '../files/replace';
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
const DURABLE = { durable: true };
/** What systems say of a folder in which nothing can be made, be it for this user or for all. */
const MAKES_NOTHING = new Set(['EACCES', 'EPERM', 'EROFS']);
/**
 * How long a file is tried again that cannot be read, in milliseconds: where another process has it open, and where it may
 * be replaced just then, or may not be read at all.
 */
const READ_PATIENCE = { busy: 20_000, refused: 1_000 };

/**
 * The text of the profile file at `path`, or undefined when there is none. Takes no lock: files are replaced whole.
 *
 * @throws ProfileError when it is no text file, or cannot be read.
 */
export async function readProfileFile(path: string): Promise<string | undefined> {
  try {
    return (await read(await followLinks(path)))?.text;
  } catch (error) {
    throw problem('read', path, error);
  }
}

/** Whether a process that was killed left a copy next to the profile file at `path`. The next edit removes it. */
export async function hasCopies(path: string): Promise<boolean> {
  return copiesOf(await followLinks(path)).length > 0;
}

/** The files, by one path where both paths lead to one file: over a link, or as two names of it. */
export async function asOneFile(files: ProfileFiles): Promise<ProfileFiles> {
  // What is wrong with a path, its edit says.
  const isOne = await leadToOneFile(files.credentials, files.config).catch(() => false);
  return isOne ? { credentials: files.credentials, config: files.credentials } : files;
}

async function leadToOneFile(one: string, other: string): Promise<boolean> {
  const [first, second] = [await followLinks(one), await followLinks(other)];
  if (first === second) return true;
  const [found, same] = [await statOf(first), await statOf(second)];
  if (found && same) return found.dev === same.dev && found.ino === same.ino;
  // If neither is there, the first that is written would be the other, too.
  return !found && !same && ignoresCase() && first.toLowerCase() === second.toLowerCase();
}

function statOf(path: string) {
  return stat(path, { bigint: true }).catch(unlessMissing);
}

/** As a rule: on either system, a folder can be made to regard it. */
function ignoresCase(): boolean {
  return process.platform === 'win32' || process.platform === 'darwin';
}

/**
 * Copies the profile files into a folder of their own, with mode 0600. One that is not there is not there then, either.
 *
 * @returns where the copies are, or would be
 * @throws ProfileError when one cannot be read, or its copy not written
 */
export async function copyProfileFiles(files: ProfileFiles, folder: string): Promise<ProfileFiles> {
  const { credentials, config } = await asOneFile(files);
  const names = { credentials: 'credentials', config: config === credentials ? 'credentials' : 'config' };
  const copies = { credentials: join(folder, names.credentials), config: join(folder, names.config) };
  for (const kind of ['credentials', 'config'] as const) {
    const [path, copy] = [files[kind], copies[kind]];
    const contents = await followLinks(path)
      .then(read)
      .catch((error: unknown) => {
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
 * killed, except for a file that is mounted, has another name (a hard link), or is in a folder in which nothing can be
 * made: that one is written in place. What is written has mode 0600. Links stay, and what they lead to is edited. Text
 * that comes back as it was is not written.
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
    const target = await followLinks(path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const deadline = performance.now() + wait;
    const { inPlace, lockfilePath } = await accessTo(target);
    const held = await takeLock(target, { deadline, stale, lockfilePath }).catch((error: unknown) => {
      throw error instanceof LockedError ? lockedBy(path, lockfilePath, wait, error) : error;
    });
    try {
      const before = await read(target, requireOwnFile);
      const text = edit(before?.text);
      if (text === before?.text) return;
      const bytes = text === undefined ? undefined : encode(text, before?.encoding ?? 'utf8');
      held.confirm();
      await whileBusy(deadline, isHeldOpen, async () => {
        if (inPlace) writeInPlace(target, bytes ?? Buffer.alloc(0), DURABLE);
        else if (bytes === undefined) await remove(target);
        else replaceFile(target, bytes, DURABLE);
      });
    } finally {
      await held.release();
    }
  } catch (error) {
    throw problem('write', path, error);
  }
}

/**
 * Looks whether `editFile` can do an edit, and changes nothing.
 *
 * @param inPlace whether this file is to be edited, or a copy of it
 * @throws ProfileError that says why it cannot
 */
export async function rehearseEdit(
  path: string,
  edit: (text: string | undefined) => string | undefined,
  { inPlace }: { readonly inPlace: boolean },
): Promise<void> {
  try {
    const target = await followLinks(path);
    const before = await read(target, inPlace ? requireOwnFile : undefined);
    const text = edit(before?.text);
    if (text === before?.text) return;
    if (text !== undefined) encode(text, before?.encoding ?? 'utf8');
    if (!inPlace) return;
    if ((await accessTo(target)).inPlace) {
      requireWritableInPlace(target);
      return;
    }
    if (isMounted(target)) requireWritableInPlace(target);
    await tryLock(target);
  } catch (error) {
    throw problem('write', path, error);
  }
}

/** What is mounted cannot be removed; it is emptied. */
async function remove(target: string): Promise<void> {
  await rm(target, { force: true }).catch((error: unknown) => {
    if (!isMountRefusal(codeOf(error))) throw error;
    writeInPlace(target, Buffer.alloc(0), DURABLE);
  });
}

/** How a file can be written, and where its lock is. */
interface Access {
  readonly inPlace: boolean;
  readonly lockfilePath: string;
}

/**
 * Who gave a file several names wants it to be one file under all of them. Replaced, it would be two from then on, long
 * after the job. So it has one lock, too, whatever name it is reached by.
 *
 * @throws Error when there can be no lock
 */
async function accessTo(target: string): Promise<Access> {
  const found = process.platform === 'win32' ? undefined : await stat(target).catch(unlessMissing);
  // To another user's file, nothing of this one's is written.
  if (found?.isFile() === true && found.nlink > 1 && found.uid === process.getuid?.()) {
    return { inPlace: true, lockfilePath: lockPathElsewhere(`${found.dev}:${found.ino}`) };
  }
  return found && (await makesNothing(target))
    ? { inPlace: true, lockfilePath: lockPathElsewhere(target) }
    : { inPlace: false, lockfilePath: lockPath(target) };
}

/** Whether this user can make nothing next to a file. */
async function makesNothing(target: string): Promise<boolean> {
  return await tryFolder(target).then(
    () => false,
    (error: unknown) => MAKES_NOTHING.has(codeOf(error) ?? ''),
  );
}

/** A lock that another job holds will be waited for. Here it matters whether there can be one, and a file in its folder. */
async function tryLock(target: string): Promise<void> {
  const found = await stat(lockPath(target)).catch(unlessMissing);
  if (found?.isDirectory() === false) throw new Error(`Its lock, ${lockPath(target)}, is no directory. Delete that.`);
  await tryFolder(target);
}

/** Only an attempt shows on every system whether something can be made next to a file, or where its folder is to be made. */
async function tryFolder(target: string): Promise<void> {
  const folder = dirname(target);
  const found = await stat(folder).catch(unlessMissing);
  if (found === undefined && dirname(folder) !== folder) return tryFolder(folder);
  tryCopy(target);
}

/**
 * Where a path leads, also to what is not there yet, so that all who edit one file take one lock. A link of another user
 * could lead the credentials anywhere, and that user could change it at any time: so every link on the way must be of this
 * user or of root.
 */
async function followLinks(path: string): Promise<string> {
  const trusted = [process.getuid?.(), ROOT];
  let { root: reached, names } = partsOf(path);
  for (let links = 0; names.length > 0;) {
    const [name = '', ...rest] = names;
    const next = join(reached, name);
    const found = await lstat(next).catch(unlessMissing);
    if (found?.isSymbolicLink() !== true) {
      [reached, names] = [next, rest];
      continue;
    }
    links += 1;
    if (links > LINKS_TO_FOLLOW) throw new Error(`It is behind a link that leads nowhere. ${NAME_ANOTHER}`);
    const target = resolve(reached, await readlink(next));
    // Windows has no such users, and lets only administrators make links.
    if (process.getuid && !trusted.includes(found.uid)) {
      throw new Error(
        `${next} is a link to ${target} that another user (${found.uid}) made, who could lead the credentials elsewhere. ` +
          'Delete the link, or put one of your own in its place.',
      );
    }
    const onward = partsOf(target);
    [reached, names] = [onward.root, [...onward.names, ...rest]];
  }
  return reached;
}

function partsOf(path: string): { root: string; names: string[] } {
  const { root } = parse(resolve(path));
  return { root, names: resolve(path).slice(root.length).split(sep).filter(Boolean) };
}

/** Root can write to the file of another user, who would then have the credentials. */
function requireOwnFile({ uid }: Stats): void {
  if (process.getuid?.() !== ROOT || uid === ROOT) return;
  throw new Error(
    `It belongs to another user (${uid}), who would get the credentials: this job runs as root. Give the file to root, ` +
      'set profile-location: job, or run the job as that user.',
  );
}

async function read(path: string, check: (found: Stats) => void = () => undefined): Promise<Contents | undefined> {
  const found = await stat(path).catch(unlessMissing);
  if (found === undefined) return undefined;
  check(found);
  if (!found.isFile()) {
    throw new Error(`It is a ${found.isDirectory() ? 'directory' : 'device or pipe'}. ${NAME_ANOTHER}`);
  }
  const started = performance.now();
  const mayPass = (error: unknown) =>
    isHeldOpen(error) && (codeOf(error) === 'EBUSY' || performance.now() < started + READ_PATIENCE.refused);
  const bytes = await whileBusy(started + READ_PATIENCE.busy, mayPass, () => readFile(path)).catch(unlessMissing);
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

function lockedBy(path: string, lockfilePath: string, wait: number, cause: LockedError): ProfileError {
  const message =
    `Could not lock the profile file ${path}: ${lockfilePath} was still there after ${wait / 1000} s. ` +
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
      return "Let the job's user read and write the file and its directory, set profile-location: job, or point AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE elsewhere.";
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return 'Free some space on the disk, or raise the limit for files (ulimit -f).';
    default:
      return NAME_ANOTHER;
  }
}
