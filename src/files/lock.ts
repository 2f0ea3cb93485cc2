import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { codeOf } from '../errors/message';
import { isHeldOpen, whileBusy } from './busy';
import { removeCopies } from './replace';

/** How long Windows may refuse to make a lock only because another process is removing it, in milliseconds. */
const HELD_OPEN_MS = 2_000;

/** Others held the lock for longer than could be waited. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
}

export interface LockSettings {
  /** Until when to wait for it, in milliseconds of `performance.now()`. At least one attempt is made. */
  readonly deadline: number;
  /** The age at which it counts as left behind by a process that was killed, in milliseconds. */
  readonly stale: number;
  /** Where the lock is; next to the file if omitted. */
  readonly lockfilePath?: string;
}

export interface Lock {
  /** @throws Error when the lock was lost, as this process was halted for too long */
  readonly confirm: () => void;
  /** Never fails: a lock that could not be removed goes stale. */
  readonly release: () => Promise<void>;
}

/**
 * Takes the lock for the file at `path`: as a rule, a directory next to it, with `.lock` added to its name. The file itself
 * need not be there, but its directory must be. What killed processes left next to it, half-way to replacing it, is removed.
 *
 * @throws LockedError when others held it until the deadline; an error of the system when it cannot be made
 */
export async function takeLock(
  path: string,
  { deadline, stale, lockfilePath = lockPath(path) }: LockSettings,
): Promise<Lock> {
  let lost: Error | undefined;
  const attempt = () =>
    lock(path, {
      lockfilePath,
      realpath: false,
      stale: Infinity,
      update: stale / 2,
      onCompromised: (error) => {
        lost = error;
      },
    });
  const release = await whileBusy(deadline, isLocked, async () => {
    removeStaleLock(lockfilePath, stale);
    // For Windows, what is being removed and what may not be made are the same: only time tells which it is.
    return await whileBusy(Math.min(deadline, performance.now() + HELD_OPEN_MS), isHeldOpen, attempt);
  }).catch((error: unknown) => {
    if (!isLocked(error)) throw error;
    throw new LockedError(`${lockfilePath} was there all the time`, { cause: error });
  });
  removeCopies(path);
  return {
    confirm: () => {
      if (lost !== undefined) {
        throw new Error('The lock was lost to another process while this one was halted. Run the job again.', {
          cause: lost,
        });
      }
    },
    release: async () => {
      await release().catch(() => undefined);
    },
  };
}

/** Where the lock for the file at `path` is. */
export function lockPath(path: string): string {
  return `${path}.lock`;
}

/**
 * Where the lock is for a file in a folder in which this user can make nothing, or with several names: in a folder of the
 * user's own among the temporary files, which all jobs of that user on this machine share.
 *
 * @param file its path, or what else it is known by
 * @throws Error when another user made that folder, or could change it; an error of the system when it cannot be made
 */
export function lockPathElsewhere(file: string): string {
  const user = process.getuid?.() ?? '';
  const folder = join(tmpdir(), `aws-identity-action-locks-${user}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(folder);
  if (uid !== user || (mode & 0o022) !== 0) {
    throw new Error(
      `${folder}, where its lock would be, is not this user's alone. Delete it, or set profile-location: job.`,
    );
  }
  return join(folder, `${createHash('sha256').update(file).digest('hex').slice(0, 32)}.lock`);
}

/**
 * Removes a lock that was left behind. Of many processes that find the same one, a slow one must not remove the lock
 * that another has taken since, as proper-lockfile's own removal can: so only who holds a second lock removes the first,
 * after another look at it.
 */
function removeStaleLock(lockfilePath: string, stale: number): void {
  if (!isLeftBehind(lockfilePath, stale)) return;
  const removal = `${lockfilePath}.removal`;
  try {
    if (isLeftBehind(removal, stale)) {
      rmdirSync(removal);
    }
    mkdirSync(removal);
  } catch {
    // Another process is about to remove it, or it cannot be removed: taking the lock shows which.
    return;
  }
  try {
    if (isLeftBehind(lockfilePath, stale)) {
      rmdirSync(lockfilePath);
    }
  } catch {
    // Its owner was halted, not killed, and has just removed it.
  } finally {
    rmSync(removal, { recursive: true, force: true });
  }
}

/** Its owner renews the time of a lock. One from further in the future dates from a clock that was wrong. */
function isLeftBehind(path: string, stale: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Math.abs(Date.now() - found.mtimeMs) > stale;
}

function isLocked(error: unknown): boolean {
  return codeOf(error) === 'ELOCKED';
}
