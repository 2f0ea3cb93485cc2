import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Added to the name of a session's file, that of a warning about it. */
const WARNING = '.warning';

/**
 * Writes down, for the post step, what would be a warning on stderr. Whoever is given credentials gets nothing there: some
 * tools, such as those with the SDK for C++, read it together with the answer. Where it cannot be written, nobody learns
 * of it, and the credentials matter more.
 *
 * @param path the session's file
 * @param text none when all is well again
 */
export function noteWarning(path: string, text: string | undefined): void {
  try {
    if (text === undefined) rmSync(`${path}${WARNING}`, { force: true });
    else writeFileSync(`${path}${WARNING}`, text, { mode: 0o600 });
  } catch {
    return;
  }
}

/** The warnings about sessions that are kept in a folder; none if it keeps no sessions. */
export function warningsIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(WARNING));
    return names.map((name) => readFileSync(join(folder, name), 'utf8'));
  } catch {
    return [];
  }
}
