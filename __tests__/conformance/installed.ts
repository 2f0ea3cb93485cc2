import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** A folder of the project that git ignores, for software of others. */
export function cacheFolder(name: string): string {
  return resolve(__dirname, '../../.cache', name);
}

/** What the file of a program adds to its name. */
const ENDING = process.platform === 'win32' ? '.exe' : '';

/** The path of a program of this machine, if there is one of that name. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, `${name}${ENDING}`)).find((path) => existsSync(path));
}

/**
 * Installs software into a folder, once: a later run sees what is there and goes straight on. What was to be installed
 * in other versions, or was not installed to its end, is installed again.
 *
 * @param what names the software with its versions
 */
export async function installOnce(folder: string, what: string, install: () => Promise<unknown>): Promise<void> {
  const record = join(folder, 'installed');
  if (read(record) === what) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await install();
  writeFileSync(record, what);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
