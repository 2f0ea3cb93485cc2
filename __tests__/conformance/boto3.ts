import { spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '../scenarios/renewing-profile';
import { cacheFolder } from './installed';
import { installFromPyPI } from './python';

const FOLDER = cacheFolder('boto3');
/** The Python that has boto3. */
export const BOTO3_PYTHON = join(FOLDER, 'bin/python');

/** Installs boto3, and libfaketime with it, into a folder that git ignores, once. Needs a C compiler. */
export function installBoto3(): Promise<void> {
  return installFromPyPI('boto3');
}

/** A clock that processes of any language keep, and that a file sets. https://github.com/wolfcw/libfaketime */
export class FakeClock {
  /** @param file where it is set */
  constructor(private readonly file: string) {
    this.set(0);
  }

  /** The environment in which a process keeps this time, and all that it starts. */
  get environment(): Record<string, string> {
    return {
      LD_PRELOAD: library(),
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_NO_CACHE: '1',
      // Waits take as long as they take.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** Sets it so many minutes ahead of the real one. */
  set(minutes: number): void {
    writeFileSync(this.file, `+${minutes * 60}\n`);
  }
}

/** A program of a later step that keeps one client of boto3, and makes a call when asked to. */
export function startBoto3Client(env: NodeJS.ProcessEnv): Client {
  return new Client(spawn(BOTO3_PYTHON, [join(__dirname, 'boto3-client.py')], { env }));
}

/** The package is installed for whichever Python 3 there is. */
function library(): string {
  const lib = join(FOLDER, 'lib');
  const paths = readdirSync(lib).map((python) =>
    join(lib, python, 'site-packages/libfaketime/vendor/libfaketime/src/libfaketime.so.1'),
  );
  const found = paths.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`libfaketime is not in ${lib}`);
  return found;
}
