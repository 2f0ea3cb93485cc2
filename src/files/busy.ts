import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../errors/message';

const LONGEST_PAUSE = 200;

/**
 * Attempts until the deadline, in milliseconds since 1970, for as long as the failure `isBusy`, pausing at random so
 * that waiters do not march in step. Throws the last failure.
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
      if (!isBusy(error) || Date.now() >= deadline) throw error;
      await delay(Math.random() * pause);
    }
  }
}

/** What Windows says when it refuses something only because another process has the file open. */
const HELD_OPEN = new Set(['EPERM', 'EBUSY', 'EACCES']);
const PAUSES_MS = [5, 10, 20, 40, 80, 160, 320];

/**
 * Whether it failed because another process, such as a virus scanner, has the file open, if only for a moment: Windows
 * then refuses to replace, read or make it. Other systems do not, and mean what they say.
 */
export function isHeldOpen(error: unknown, platform: NodeJS.Platform = process.platform): boolean {
  return platform === 'win32' && HELD_OPEN.has(codeOf(error) ?? '');
}

/** Attempts again, for two thirds of a second, what fails because another process has the file open. */
export function whileHeldOpen<T>(attempt: () => T, platform: NodeJS.Platform = process.platform): T {
  for (const pause of PAUSES_MS) {
    try {
      return attempt();
    } catch (error) {
      if (!isHeldOpen(error, platform)) throw error;
    }
    // The thread's only way to wait in the midst of what is done in one go.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
  }
  return attempt();
}
