import { AsyncLocalStorage } from 'node:async_hooks';
import os from 'node:os';
import type { Exchange, Follower } from './exchanges';

/** What a guest finds in place of this process. */
export interface GuestProcess {
  readonly env: Record<string, string | undefined>;
  /** The path of Node, and what it is started with. */
  readonly argv: readonly string[];
  /** Is given what it prints. */
  readonly print: (text: string) => void;
}

const guests = new AsyncLocalStorage<Guest>();

/**
 * Code that runs in this process as if it had one of its own: wherever it says `process`, its environment, arguments
 * and standard output are its own, and so is its home. When it has ended, nothing of it goes on.
 */
export class Guest {
  readonly #exchanges = new Set<Exchange>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #ended = false;

  constructor(readonly process: GuestProcess) {}

  /** The one that runs right now; undefined where none does. */
  static get current(): Guest | undefined {
    return guests.getStore();
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return guests.run(this, work);
  }

  readonly print = (text: string): void => {
    if (!this.#ended) this.process.print(text);
  };

  start(exchange: Exchange): void {
    if (this.#ended) exchange.silence();
    else this.#exchanges.add(exchange);
  }

  close(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
  }

  time(timer: NodeJS.Timeout): void {
    if (this.#ended) clearTimeout(timer);
    else this.#timers.add(timer);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** It hears of no answer any more, and what waits for one does so for ever. */
  end(): void {
    this.#ended = true;
    for (const { silence } of this.#exchanges) silence();
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

const owners = new WeakMap<Exchange, Guest>();

/** Tells guests of their own exchanges. */
export const guestExchanges: Follower = {
  started(exchange) {
    const guest = guests.getStore();
    if (!guest) return;
    owners.set(exchange, guest);
    guest.start(exchange);
  },
  ended(exchange) {
    owners.get(exchange)?.close(exchange);
  },
};

/** Lets guests find a process of their own in this test file, until what it returns is called. */
export function hostGuests(): () => void {
  const { env, argv, execPath, stdout } = process;
  const before = Object.getOwnPropertyDescriptors(process);
  const { homedir } = os;
  const { setTimeout } = globalThis;
  const own = (name: string, get: () => unknown) => {
    Object.defineProperty(process, name, { configurable: true, enumerable: true, get });
  };
  own('env', () => guests.getStore()?.process.env ?? env);
  own('argv', () => guests.getStore()?.process.argv ?? argv);
  own('execPath', () => guests.getStore()?.process.argv[0] ?? execPath);
  own('stdout', () => {
    const guest = guests.getStore();
    if (!guest) return stdout;
    return {
      write(text: string) {
        guest.print(text);
        return true;
      },
    };
  });
  const startTimer = (...settings: Parameters<typeof setTimeout>): NodeJS.Timeout => {
    const timer = setTimeout(...settings);
    guests.getStore()?.time(timer);
    return timer;
  };
  globalThis.setTimeout = Object.assign(startTimer, { __promisify__: setTimeout.__promisify__ });
  os.homedir = () => guests.getStore()?.process.env.HOME ?? homedir();
  return () => {
    for (const name of ['env', 'argv', 'execPath', 'stdout'] as const) {
      Object.defineProperty(process, name, before[name]);
    }
    os.homedir = homedir;
    globalThis.setTimeout = setTimeout;
  };
}
