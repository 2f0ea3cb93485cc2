/** The sandbox's own time: what its answers are dated with, and what signatures, sessions and tokens are judged by. */
export class Clock {
  #offsetMs = 0;

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  /** Moves the clock by so many milliseconds; backwards when negative. For its callers that is clock skew. */
  advance(ms: number): void {
    this.#offsetMs += ms;
  }
}
