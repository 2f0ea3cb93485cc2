import type { Clock } from '../../src/network/clock';

interface Timer {
  readonly at: number;
  readonly act: () => void;
  /** Whether someone does nothing until then; else it is a limit to what is under way. */
  readonly isWait: boolean;
}

/** When all of it begins, so that the same case is the same whenever it runs. */
const START = Date.parse('2026-03-01T12:00:00Z');

/** Turns of the event loop after which whoever was woken has asked for what he needs next. */
const LOOPS = 3;

/**
 * The time of runs of which one goes on at a time. It moves only by the waits of the one whose turn it is; for the others
 * it stands still, as for a process that is stopped: their timers go on where they were, while their clocks show what has
 * passed.
 */
export class Time {
  #now = START;
  #turn: Turn | undefined;
  #looking = false;
  readonly #realDate = Date;
  #late: { readonly at: number; readonly act: () => void }[] = [];

  /** Milliseconds since 1970. */
  get now(): number {
    return this.#now;
  }

  /** Takes the place of the machine's time in this test file. */
  start(): void {
    const now = () => this.#now;
    globalThis.Date = new Proxy(this.#realDate, {
      construct: (target, args: unknown[]) => Reflect.construct(target, args.length === 0 ? [now()] : args) as Date,
      get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
    });
  }

  end(): void {
    globalThis.Date = this.#realDate;
  }

  /** Lets so many milliseconds pass at once. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = this.#late.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#late = this.#late.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.act();
    }
    this.#now = until;
  }

  /** Does something when so much time has passed, whoever's turn it is. */
  later(ms: number, act: () => void): void {
    this.#late.push({ at: this.#now + ms, act });
  }

  /** From now on, it is this run's turn alone. */
  give(turn: Turn): void {
    this.#turn = turn;
    this.look();
  }

  /** Moves on when the one whose turn it is does nothing but wait. */
  look(loops = LOOPS): void {
    if (this.#looking) return;
    this.#looking = true;
    setImmediate(() => {
      this.#looking = false;
      const turn = this.#turn;
      if (loops > 0) this.look(loops - 1);
      else if (!turn?.waits()) return;
      else if (filesAreUsed()) this.look();
      else {
        turn.moveOn((ms) => {
          this.advance(ms);
        });
        this.look();
      }
    });
  }
}

/** One run's part of the time. */
export class Turn {
  readonly #timers = new Set<Timer>();
  /** What has passed for this run, but for while it was stopped. */
  #own = 0;
  #stopped = false;
  /** Requests that will be answered; those that never are do not count. */
  #underWay = 0;
  #inVain = 0;

  constructor(
    readonly time: Time,
    private readonly random: () => number,
  ) {}

  /** How long it has waited, in milliseconds. */
  get waited(): number {
    return this.#own;
  }

  readonly clock: Clock = {
    time: () => this.time.now,
    now: () => this.time.now - START,
    random: () => this.random(),
    sleep: (ms) =>
      new Promise((resolve) => {
        this.#add(ms, resolve, true);
      }),
    after: (ms, act) => this.#add(ms, act, false),
  };

  /** Nothing that was to happen happens any more. */
  stop(): void {
    this.#stopped = true;
    this.#timers.clear();
  }

  /** Time does not move on while it is answered. */
  async answering<T>(answer: Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await answer;
    } finally {
      this.#underWay -= 1;
      this.time.look();
    }
  }

  /** Someone waits for what never comes. */
  waitInVain(): Promise<never> {
    this.#inVain += 1;
    this.time.look();
    return new Promise(() => undefined);
  }

  /** Whether time has to pass before it goes on. */
  waits(): boolean {
    const isWait = [...this.#timers].some((timer) => timer.isWait);
    return !this.#stopped && this.#underWay === 0 && this.#timers.size > 0 && (isWait || this.#inVain > 0);
  }

  /** Lets the time until its next timer pass. */
  moveOn(pass: (ms: number) => void): void {
    const [next] = [...this.#timers].sort((a, b) => a.at - b.at);
    if (!next) return;
    this.#timers.delete(next);
    if (!next.isWait) this.#inVain = Math.max(0, this.#inVain - 1);
    const ms = Math.max(0, next.at - this.#own);
    this.#own += ms;
    pass(ms);
    next.act();
  }

  #add(ms: number, act: () => void, isWait: boolean): () => void {
    const timer = { at: this.#own + ms, act, isWait };
    if (!this.#stopped) this.#timers.add(timer);
    this.time.look();
    return () => void this.#timers.delete(timer);
  }
}

/** Whether someone reads or writes a file right now, and goes on when that is done. */
function filesAreUsed(): boolean {
  return process.getActiveResourcesInfo().some((name) => /^(?:FSReq|CloseReq)/.test(name));
}
