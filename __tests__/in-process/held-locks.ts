import fs, { type StatSyncFn } from 'node:fs';
import lockfile from 'proper-lockfile';
import { Guest } from './guest';

/** Who holds a lock, and when it was last renewed: milliseconds since 1970 of moved time. */
interface Held {
  readonly holder: Guest | undefined;
  renewedAt: number;
}

/**
 * Lets the locks of this test file age by the moved time, until what it returns is called. Whoever holds one renews it, as
 * the timer of a process does, until he is killed.
 */
export function ageLocks(): () => void {
  const { lock } = lockfile;
  const { statSync } = fs;
  const locks = new Map<unknown, Held>();
  lockfile.lock = async (file, options) => {
    const path = options?.lockfilePath;
    const [before, own] = [locks.get(path), { holder: Guest.current, renewedAt: Date.now() }];
    // Others may look at it before this one learns that it is there, also where it takes the place of one left behind.
    if (before?.holder?.ended !== false) locks.set(path, own);
    const release = await lock(file, options).catch((error: unknown) => {
      if (locks.get(path) === own) restore(path, before);
      throw error;
    });
    locks.set(path, own);
    return async () => {
      locks.delete(path);
      await release();
    };
  };
  const restore = (path: unknown, held: Held | undefined) => {
    if (held) locks.set(path, held);
    else locks.delete(path);
  };
  const aging = (...asked: Parameters<StatSyncFn>) => {
    const found = statSync(...asked);
    const held = locks.get(asked[0]);
    if (!found || !held) return found;
    if (held.holder?.ended !== true) held.renewedAt = Date.now();
    return Object.assign(found, { mtimeMs: held.renewedAt });
  };
  Object.assign(fs, { statSync: aging });
  return () => {
    lockfile.lock = lock;
    Object.assign(fs, { statSync });
  };
}
