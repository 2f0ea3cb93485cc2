import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { unlessMissing } from '../errors/message';

/**
 * Puts a file of mode 0600 in the place of the one at `path`, whole or not at all. A disk that is nearly full takes a
 * part of what is written without an error, so it is written until all is there, or an error comes; libraries for this
 * do not.
 *
 * @throws an error of the system; the file is then as it was
 */
export async function replaceFile(path: string, bytes: Buffer | string): Promise<void> {
  const next = `${path}.${randomUUID()}`;
  // Of a file that has grown as far as it may, the signal tells as well as the error. The lock's library would end the
  // process at it.
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
    // Whoever may not give it away keeps it.
    if (replaced) await file.chown(replaced.uid, replaced.gid).catch(() => undefined);
    await file.sync();
  } finally {
    await file.close();
  }
}

function ignoreSignal(): void {
  return undefined;
}
