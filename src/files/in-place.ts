import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
  type Stats,
} from 'node:fs';

/**
 * Writes into the file at `path` itself, and gives it mode 0600. It is for a file that cannot be replaced: one that is
 * mounted, that has other names (hard links), or in a folder where nothing can be made. Readers may see it half-written
 * for a moment, and so it stays if the machine fails in that moment.
 *
 * @throws Error when it belongs to another user, who would have what is written; an error of the system, and the file is
 * then as it was
 */
export function writeInPlace(path: string, bytes: Buffer, { durable }: { readonly durable: boolean }): void {
  withFile(path, (file) => {
    const before = readFileSync(file);
    fchmodSync(file, 0o600);
    try {
      overwrite(file, bytes);
    } catch (error) {
      // The room for this is there.
      overwrite(file, before);
      throw error;
    }
    if (durable) fsyncSync(file);
  });
}

/**
 * Looks whether `writeInPlace` can do it, and changes nothing.
 *
 * @throws as `writeInPlace`
 */
export function requireWritableInPlace(path: string): void {
  withFile(path, () => undefined);
}

function withFile(path: string, use: (file: number) => void): void {
  const file = openSync(path, 'r+');
  try {
    requireOwner(fstatSync(file));
    use(file);
  } finally {
    closeSync(file);
  }
}

function requireOwner({ uid }: Stats): void {
  if (process.getuid === undefined || process.getuid() === uid) return;
  throw new Error(
    `It belongs to another user (${uid}), who would get the credentials, and it cannot be replaced: it is a mount, or ` +
      "in a folder in which the job's user may make no files. Give the file to that user, or set profile-location: job.",
  );
}

/** Shortened last, so that as little as possible is missing at any time. */
function overwrite(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) {
    written += writeSync(file, bytes, written, bytes.length - written, written);
  }
  ftruncateSync(file, bytes.length);
}
