import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../errors/message';

const LONGEST_PAUSE = 200;

/**
 * Attempts until the deadline, in milliseconds of `performance.now()`, for as long as the failure `isBusy`, pausing at
 * random so that waiters do not march in step. Throws the last failure.
 */
export async function whileBusy<T>(
  deadline: number,
  isBusy: (error: unknown) => boolean,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let pause = 10; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error;
      await delay(Math.random() * pause);
    }
  }
}

/** What Windows says when it refuses something only because another process has the file open. */
const HELD_OPEN = new Set(['EPERM', 'EBUSY', 'EACCES']);
/** What may pass where a file is there and cannot be read: it is held open, or on a drive that fails for a moment. */
const UNREADABLE = new Set([...HELD_OPEN, 'EIO', 'EAGAIN', 'EMFILE', 'ENFILE', 'ESTALE', 'ETIMEDOUT']);
const PAUSES_MS = [5, 10, 20, 40, 80, 160, 320, 640];

/**
 * Whether it failed because another process, such as a virus scanner, has the file open, if only for a moment: Windows
 * then refuses to replace, read or make it. Other systems do not, and mean what they say.
 */
export function isHeldOpen(error: unknown, platform: NodeJS.Platform = process.platform): boolean {
  return platform === 'win32' && HELD_OPEN.has(codeOf(error) ?? '');
}

/** Attempts again, for a second or so, what fails because another process has the file open. */
export function whileHeldOpen<T>(attempt: () => T, platform: NodeJS.Platform = process.platform): T {
  return patiently(attempt, (error) => isHeldOpen(error, platform));
}

/**
 * The text of a file that nobody else writes, attempted again for a second or so if it cannot be read.
 *
 * @throws an error of the system: with `ENOENT` there is none, else it may be readable later
 */
export function readPatiently(path: string): string {
  return patiently(
    () => readFileSync(path, 'utf8'),
    (error) => UNREADABLE.has(codeOf(error) ?? ''),
  );
}

function patiently<T>(attempt: () => T, mayPass: (error: unknown) => boolean): T {
  for (const pause of PAUSES_MS) {
    try {
      return attempt();
    } catch (error) {
      if (!mayPass(error)) throw error;
    }
    // The thread's only way to wait in the midst of what is done in one go.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
  }
  return attempt();
}
