import type { Kill } from '../sandbox/runner/driver';

/** That the user has stopped the run. */
export class Interrupted extends Error {}

/**
 * The wish of the user that all ends: ctrl-C, or that nobody reads what is printed any more, as after `| head`. What
 * runs is killed, and a second ctrl-C ends this program at once.
 */
export class Interruption {
  /** For what runs. */
  readonly kill: Kill;
  #happened = false;

  constructor() {
    const after = new Promise<void>((resolve) => {
      const end = () => {
        this.#happened = true;
        resolve();
      };
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
      process.stdout.on('error', end);
    });
    this.kill = { after, signal: 'SIGKILL' };
  }

  /** @throws Interrupted when it has come */
  check(): void {
    if (this.#happened) {
      throw new Interrupted('Stopped. The folders of the job are removed, and the local AWS has ended.');
    }
  }
}
