import type { Kill } from '../sandbox/runner/driver';

/** That the user has stopped the run. */
export class Interrupted extends Error {}

/** The wish of the user that all ends: ctrl-C. What runs is killed, and a second one ends this program at once. */
export class Interruption {
  /** For what runs. */
  readonly kill: Kill;
  #happened = false;

  constructor() {
    const after = new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.once(signal, () => {
          this.#happened = true;
          resolve();
        });
      }
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
