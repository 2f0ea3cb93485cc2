import { readFileSync } from 'node:fs';

/**
 * Whether a file is mounted itself, as `docker run -v …/credentials:…/credentials` does: it can be written, but neither
 * replaced nor removed. Only Linux mounts files.
 * https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
 *
 * @param path without links in it
 */
export function isMounted(path: string): boolean {
  return mountPoints().includes(path);
}

function mountPoints(): string[] {
  return mountInfo()
    .split('\n')
    .map((line) => (line.split(' ')[4] ?? '').replace(/\\(\d{3})/g, (_, octal: string) => byte(octal)));
}

/** Blanks and backslashes are written as numbers. */
function byte(octal: string): string {
  return String.fromCharCode(Number.parseInt(octal, 8));
}

function mountInfo(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return '';
  }
}

/** What systems say of a file that is mounted when it is to be replaced or removed. */
const MOUNTED = new Set(['EBUSY', 'EXDEV']);

/** Whether a file could not be replaced or removed because it is mounted. Windows says the same of what is held open. */
export function isMountRefusal(code: string | undefined, platform: NodeJS.Platform = process.platform): boolean {
  return platform !== 'win32' && MOUNTED.has(code ?? '');
}
