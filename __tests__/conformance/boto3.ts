import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cacheFolder } from './installed';
import { installFromPyPI } from './python';

const FOLDER = cacheFolder('boto3');

/** Installs boto3, and libfaketime beside it, into a folder that git ignores, once. Needs a C compiler. */
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

/** A program of a later step that keeps one client of boto3, and makes a call when told to. */
export class Boto3Client {
  readonly #answers: AsyncIterator<string>;

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    child.stderr.pipe(process.stderr);
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  static start(env: NodeJS.ProcessEnv): Boto3Client {
    return new Boto3Client(spawn(join(FOLDER, 'bin/python'), [join(__dirname, 'boto3-client.py')], { env }));
  }

  /** Who it is, and by which key; or how it failed. */
  async call(): Promise<{ readonly arn?: string; readonly key?: string; readonly error?: string }> {
    this.child.stdin.write('call\n');
    const { value } = (await this.#answers.next()) as { value: string };
    return JSON.parse(value) as Record<string, string>;
  }

  async stop(): Promise<void> {
    this.child.stdin.end();
    if (this.child.exitCode === null) await once(this.child, 'exit');
  }
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
