import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** How time passes for those who wait for an answer of the sandbox. */
export interface Waiting {
  /** Resolves when so many milliseconds have passed for the client at the other end of this connection. */
  readonly pass: (ms: number, connection: Socket | null) => Promise<void>;
  /** Called when the client will wait in vain. */
  readonly inVain: (connection: Socket | null) => void;
}

const inRealTime: Waiting = { pass: (ms) => delay(ms), inVain: () => undefined };

/** The sandbox's own time: what its answers are dated with, and what signatures, sessions and tokens are judged by. */
export class Clock {
  #offsetMs = 0;

  constructor(readonly waiting: Waiting = inRealTime) {}

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  /** Moves the clock by so many milliseconds; backwards when negative. For its callers that is clock skew. */
  advance(ms: number): void {
    this.#offsetMs += ms;
  }
}
