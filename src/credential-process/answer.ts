import { writeSync } from 'node:fs';
import { messageOf } from '../errors/message';
import { readSession, type KeptSession } from './session-file';
import { isFresh } from './when-due';

/**
 * Answers whoever uses a profile that renews itself: prints its session, renewed where it is about to end, and
 * nothing else. Only where there is none, the reason is on stderr, with exit code 1.
 *
 * @param path the session's file
 * @param renew loads the code that obtains sessions: called only where one is due
 */
export async function answer(path: string, renew: (path: string) => Promise<KeptSession>): Promise<void> {
  // Node's own, as of certificates that are not checked: some tools read stderr together with the answer.
  process.removeAllListeners('warning');
  try {
    writeSync(1, await currentCredentials(path, renew));
    process.exit(0);
  } catch (error) {
    writeSync(2, `${messageOf(error)}\n`);
    process.exit(1);
  }
}

/**
 * The credentials of a session, as AWS's tools read them from a `credential_process`.
 *
 * @throws Error when there are none
 */
export async function currentCredentials(path: string, renew: (path: string) => Promise<KeptSession>): Promise<string> {
  const kept = readSession(path);
  const { credentials } = isFresh(kept) ? kept : await renew(path);
  return JSON.stringify(credentials);
}
