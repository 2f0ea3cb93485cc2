import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { unlessMissing } from '../errors/message';

/**
 * Replaces the file at `path` by one of mode 0600, whole or not at all. A disk that is nearly full accepts a part of
 * what is written without an error. So this writes until all is there, or an error comes; write-file-atomic takes the
 * part for success.
 *
 * @throws an error of the system; the file is then as it was
 */
export async function replaceFile(path: string, bytes: Buffer | string): Promise<void> {
  const next = `${path}.${randomUUID()}`;
  // When a file reaches its size limit, a signal comes together with the error. The lock's library would end the
  // process then.
  process.on('SIGXFSZ', ignoreSignal);
  try {
    await writeNew(next, bytes, await stat(path).catch(unlessMissing));
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  } finally {
    process.off('SIGXFSZ', ignoreSignal);
  }
}

async function writeNew(path: string, bytes: Buffer | string, replaced: Stats | undefined): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    // Without the right to change the owner, the file stays with this user.
    if (replaced) await file.chown(replaced.uid, replaced.gid).catch(() => undefined);
    await file.sync();
  } finally {
    await file.close();
  }
}

function ignoreSignal(): void {
  return undefined;
}
