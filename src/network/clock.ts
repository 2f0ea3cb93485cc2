/** The world's time and chance, so that tests can hold them still. */
export interface Clock {
  /** Milliseconds since 1970, as this machine believes. */
  readonly time: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Acts once, when so many milliseconds have passed, unless what it returns is called before. */
  readonly after: (ms: number, act: () => void) => () => void;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
}

export const systemClock: Clock = {
  time: Date.now,
  now: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => {
      clearTimeout(timer);
    };
  },
  random: Math.random,
};
