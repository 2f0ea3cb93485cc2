import { AsyncLocalStorage } from 'node:async_hooks';
import timers from 'node:timers/promises';

/** What a timer belongs to: it is kept going while a timer holds it, as a process is. */
export interface Owner {
  hold(): void;
  release(): void;
}

/**
 * The time of this process from when it is installed: clocks stand still while anything is being done, then leap to
 * the next timer. Node's own timers, such as those of idle sockets, keep to real time.
 */
export class VirtualTime {
  readonly #epoch = Date.now();
  readonly #timers = new Set<VirtualTimer>();
  #now = 0;

  /** @param owner whose timer is being set; undefined for the servers that the owners wait for */
  constructor(private readonly owner: () => Owner | undefined) {}

  /** Milliseconds since this was made. */
  get now(): number {
    return this.#now;
  }

  /** How many of the servers' timers are pending. */
  get waitingServers(): number {
    return [...this.#timers].filter(({ isServers }) => isServers).length;
  }

  install(): void {
    const set = (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]): VirtualTimer => {
      const owner = this.owner();
      const run = AsyncLocalStorage.bind(() => {
        callback(...args);
      });
      return new VirtualTimer(this.#timers, () => this.#now + wholeMs(ms), run, owner, owner === undefined);
    };
    Object.assign(globalThis, {
      setTimeout: set,
      clearTimeout: (timer: unknown) => {
        if (timer instanceof VirtualTimer) timer.close();
      },
      Date: this.#date(),
    });
    Object.assign(timers, {
      setTimeout: (ms: number, value: unknown) => new Promise((resolve) => set(resolve, ms, value)),
    });
    performance.now = () => this.#now;
  }

  /** Calls back at this time. Nobody is held by that. */
  at(ms: number, callback: () => void): void {
    new VirtualTimer(this.#timers, () => ms, callback, undefined, false);
  }

  /**
   * Leaps to the next timer, and runs all that are due then, each in a turn of its own.
   *
   * @returns false when there is no timer left
   */
  async leap(): Promise<boolean> {
    let next = Infinity;
    for (const { due } of this.#timers) next = Math.min(next, due);
    if (next === Infinity) return false;
    this.#now = Math.max(this.#now, next);
    for (const timer of [...this.#timers].filter(({ due }) => due === next)) {
      timer.run();
      await turn();
    }
    return true;
  }

  #date(): DateConstructor {
    const now = () => this.#epoch + Math.floor(this.#now);
    return new Proxy(Date, {
      construct: (target, given, as) => Reflect.construct(target, given.length > 0 ? given : [now()], as) as Date,
      get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
    });
  }
}

/** A turn of the event loop: what has come in is dealt with. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** As Node rounds the time of its timers. */
function wholeMs(ms = 1): number {
  return ms >= 1 ? Math.trunc(ms) : 1;
}

/** What `setTimeout` returns. */
class VirtualTimer {
  due: number;
  #held = false;

  constructor(
    private readonly pending: Set<VirtualTimer>,
    private readonly nextDue: () => number,
    private readonly callback: () => void,
    private readonly owner: Owner | undefined,
    readonly isServers: boolean,
  ) {
    this.due = nextDue();
    pending.add(this);
    this.ref();
  }

  run(): void {
    if (!this.pending.has(this)) return;
    this.close();
    this.callback();
  }

  ref(): this {
    if (!this.#held && this.pending.has(this)) this.owner?.hold();
    this.#held = this.pending.has(this);
    return this;
  }

  unref(): this {
    if (this.#held) this.owner?.release();
    this.#held = false;
    return this;
  }

  hasRef(): boolean {
    return this.#held;
  }

  refresh(): this {
    this.due = this.nextDue();
    return this;
  }

  close(): this {
    this.unref();
    this.pending.delete(this);
    return this;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
