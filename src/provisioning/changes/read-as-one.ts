import { isRefusal } from '../../aws/failure';
import type { Clock } from '../../network/clock';
import { LONGEST_READ_AGE_MS } from './require-own';

const BETWEEN_READS_MS = 2_000;

/**
 * Does what reads several things of one user, role or policy. One of these reads may be older than another: where it does
 * not find what that has shown, as it was made just now, or shown what is gone since, all are made again.
 *
 * @throws ActionError when it is not found for longer than any read is old
 */
export async function readAsOne<T>(read: () => Promise<T>, { clock }: { readonly clock: Clock }): Promise<T> {
  const started = clock.now();
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!isRefusal(error, 'NoSuchEntity') || clock.now() - started >= LONGEST_READ_AGE_MS) throw error;
      await clock.sleep(BETWEEN_READS_MS);
    }
  }
}
