import type { Socket } from 'node:net';
import os from 'node:os';
import type { Waiting } from '../../sandbox/clock';
import type { Clock } from '../../src/network/clock';
import type { Exchange, Follower } from './exchanges';

interface Timer {
  /** When it is due, in milliseconds of moved time. */
  readonly at: number;
  readonly act: () => void;
  /** Whether someone does nothing until then; else it is a limit to what is under way. */
  readonly isWait: boolean;
}

/** Turns of the event loop after which whoever was woken has asked for what he needs next. */
const TURNS = 2;

/**
 * The time of steps in this process and of the sandboxes that they ask: nobody waits for it. It is moved to what is due
 * next when someone waits, and nothing is under way but requests that are not answered before. `Date` goes with it, and so
 * does the time since the machine was started.
 */
export class MovedTime implements Waiting, Follower {
  #movedMs = 0;
  #seed = 1;
  #looking = false;
  readonly #timers = new Set<Timer>();
  readonly #underWay = new Set<Exchange>();
  /** Connections, by the client's port, at which no answer comes before time has passed. */
  readonly #held = new Set<number>();
  readonly #realDate = Date;
  readonly #realUptime = os.uptime;

  /** Takes the place of the machine's time in this test file. */
  start(): void {
    const now = () => this.#realDate.now() + this.#movedMs;
    globalThis.Date = new Proxy(this.#realDate, {
      construct: (target, args: unknown[]) => Reflect.construct(target, args.length === 0 ? [now()] : args) as Date,
      get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
    });
    os.uptime = () => this.#realUptime() + this.#movedMs / 1000;
  }

  stop(): void {
    globalThis.Date = this.#realDate;
    os.uptime = this.#realUptime;
  }

  readonly started = (exchange: Exchange): void => {
    this.#underWay.add(exchange);
  };

  readonly ended = (exchange: Exchange): void => {
    this.#underWay.delete(exchange);
    this.#held.delete(exchange.port() ?? 0);
    this.#look();
  };

  /** Milliseconds by which it was moved. */
  get moved(): number {
    return this.#movedMs;
  }

  /** Lets so many milliseconds pass at once. */
  advance(ms: number): void {
    this.#movedMs += ms;
  }

  /** The clock of one step, and what stops it for good. */
  clock(): { readonly clock: Clock; readonly stop: () => void } {
    const own = new Set<Timer>();
    let stopped = false;
    const add = (ms: number, act: () => void, isWait: boolean) => {
      if (stopped) return () => undefined;
      const timer = this.#add(ms, act, isWait);
      own.add(timer);
      return () => {
        this.#timers.delete(timer);
        own.delete(timer);
      };
    };
    return {
      clock: {
        time: () => Date.now(),
        now: () => this.#movedMs,
        random: () => this.#random(),
        sleep: (ms) => new Promise((resolve) => add(ms, resolve, true)),
        after: (ms, act) => add(ms, act, false),
      },
      stop: () => {
        stopped = true;
        for (const timer of own) this.#timers.delete(timer);
      },
    };
  }

  async pass(ms: number, connection: Socket | null): Promise<void> {
    const port = connection?.remotePort;
    if (port !== undefined) this.#held.add(port);
    await new Promise<void>((resolve) => this.#add(ms, resolve, true));
    if (port !== undefined) this.#held.delete(port);
  }

  inVain(connection: Socket | null): void {
    if (connection?.remotePort !== undefined) this.#held.add(connection.remotePort);
    this.#look();
  }

  /** The same chances in every run. */
  #random(): number {
    this.#seed = (this.#seed * 16_807) % 2_147_483_647;
    return (this.#seed - 1) / 2_147_483_646;
  }

  #add(ms: number, act: () => void, isWait: boolean): Timer {
    const timer = { at: this.#movedMs + ms, act, isWait };
    this.#timers.add(timer);
    this.#look();
    return timer;
  }

  /** Moves on, now or when the last of what is under way has ended, for as long as someone waits. */
  #look(turns = TURNS): void {
    if (this.#looking) return;
    this.#looking = true;
    setImmediate(() => {
      this.#looking = false;
      if (turns > 0) this.#look(turns - 1);
      else if (!this.#nothingMoves() || !this.#someoneWaits()) return;
      else if (filesAreUsed()) this.#look();
      else this.#moveOn();
    });
  }

  #someoneWaits(): boolean {
    return this.#underWay.size > 0 || [...this.#timers].some(({ isWait }) => isWait);
  }

  #nothingMoves(): boolean {
    return [...this.#underWay].every(({ port }) => this.#held.has(port() ?? 0));
  }

  #moveOn(): void {
    const [next] = [...this.#timers].sort((a, b) => a.at - b.at);
    if (!next) return;
    this.#timers.delete(next);
    this.#movedMs = Math.max(this.#movedMs, next.at);
    next.act();
    this.#look();
  }
}

/** Whether someone reads or writes a file right now, and goes on when that is done. */
function filesAreUsed(): boolean {
  return process.getActiveResourcesInfo().some((name) => /^(?:FSReq|CloseReq)/.test(name));
}
