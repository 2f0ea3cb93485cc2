import { setTimeout as delay } from 'node:timers/promises';

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
