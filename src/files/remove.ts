import { readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors/message';
import { whileHeldOpen } from './busy';

/** Another process may make a file in the folder at the same moment, or, on Windows, have one open: Node tries again. */
const PATIENT = { recursive: true, force: true, maxRetries: 3 } as const;

/**
 * Removes a folder with all that is in it. A file that another process has open for longer is emptied, at least, and
 * does not keep the others.
 *
 * @throws Error that names what is left
 */
export function removeFolder(folder: string): void {
  try {
    whileHeldOpen(() => {
      rmSync(folder, PATIENT);
    });
  } catch (error) {
    const left = filesIn(folder).flatMap(removeOrEmpty);
    throw new Error([messageOf(error), ...left].join(' '), { cause: error });
  }
}

function filesIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  } catch {
    return [];
  }
}

/** What is left of the file, in words. */
function removeOrEmpty(path: string): string[] {
  try {
    rmSync(path, { force: true });
    return [];
  } catch {
    return [isEmptied(path) ? `${path} is empty now.` : `${path} is as it was.`];
  }
}

function isEmptied(path: string): boolean {
  try {
    truncateSync(path);
    return true;
  } catch {
    return false;
  }
}
