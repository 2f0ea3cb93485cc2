import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Clock, Waiting } from '../../sandbox/clock';
import type { Driver, Part } from '../../sandbox/runner/driver';
import { processes, PROJECT } from '../../sandbox/runner/processes';

const PRELOAD = join(__dirname, 'preload.cjs');

/** How long nothing must have come about until time is moved: what was sent at once arrives in any order. */
const QUIET_MS = 10;

/** A process that does nothing until something is due, or one of its requests is answered. */
interface Idle {
  /** When that is, in milliseconds since 1970 of moved time. */
  readonly due: number;
  /** The ports of its requests that are under way. */
  readonly ports: readonly number[];
}

/** An answer that is held back. */
interface Passing {
  readonly due: number;
  readonly pass: () => void;
}

/**
 * The time of the processes of jobs and of the sandboxes that they ask. It passes as it does elsewhere; but when all
 * processes do nothing but wait, and their requests are not answered before, it is moved to what is due next. The
 * processes are otherwise as they are: what their timers do is what they do in real time, only sooner.
 */
export class ProcessTime implements Waiting {
  #movedMs = 0;
  #running = 0;
  #look: NodeJS.Timeout | undefined;
  readonly #clocks: Clock[] = [];
  readonly #idle = new Map<Socket, Idle | undefined>();
  readonly #passing = new Set<Passing>();
  /** Connections, by the client's port, at which no answer comes before time has passed. */
  readonly #held = new Set<number>();
  readonly #server: Server;
  readonly #listening: Promise<unknown>;

  constructor() {
    this.#server = createServer((socket) => {
      this.#follow(socket);
    }).listen(0, '127.0.0.1');
    this.#listening = once(this.#server, 'listening');
  }

  /** Lets this clock go with it. */
  carry(clock: Clock): void {
    this.#clocks.push(clock);
  }

  /** Lets so many milliseconds pass at once. What is under way goes on: no limit to it comes the sooner. */
  advance(ms: number): void {
    this.#move(ms);
    for (const socket of this.#idle.keys()) this.#report(socket, false);
    this.#changed();
  }

  /** Runs each part as a process in this time. */
  readonly driver: Driver = async (part) => {
    await this.#listening;
    this.#running += 1;
    const started = this.#movedMs;
    try {
      const ended = await processes({ ...part, env: this.#environment(part) });
      return { ...ended, duration: ended.duration + this.#movedMs - started };
    } finally {
      this.#running -= 1;
      this.#changed();
    }
  };

  async pass(ms: number, connection: Socket | null): Promise<void> {
    const letGo = this.#hold(connection);
    await new Promise<void>((resolve) => {
      const passing = { due: this.#now() + ms, pass: resolve };
      this.#passing.add(passing);
      setTimeout(() => {
        this.#passing.delete(passing);
        resolve();
      }, ms).unref();
    });
    letGo();
  }

  inVain(connection: Socket | null): void {
    connection?.once('close', this.#hold(connection));
  }

  end(): void {
    clearTimeout(this.#look);
    this.#server.close();
    for (const socket of this.#idle.keys()) socket.destroy();
  }

  #now(): number {
    return Date.now() + this.#movedMs;
  }

  #environment({ env }: Part): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo;
    const { NODE_OPTIONS: nodeOptions } = env;
    return {
      ...env,
      NODE_OPTIONS: `--require ${JSON.stringify(PRELOAD)} ${nodeOptions ?? ''}`,
      MOVED_TIME: JSON.stringify({ port, movedMs: this.#movedMs, nodeOptions, project: PROJECT }),
    };
  }

  /** @returns what ends it */
  #hold(connection: Socket | null): () => void {
    const port = connection?.remotePort;
    if (port === undefined) return () => undefined;
    this.#held.add(port);
    this.#changed();
    return () => void this.#held.delete(port);
  }

  #follow(socket: Socket): void {
    this.#idle.set(socket, undefined);
    // Some may have passed since it was started.
    this.#report(socket, false);
    const lines = createInterface({ input: socket }).on('line', (line) => {
      const reported = JSON.parse(line) as Idle | 'busy';
      this.#idle.set(socket, reported === 'busy' ? undefined : reported);
      this.#changed();
    });
    // A process that ends, or is killed, has not always read everything.
    for (const side of [socket, lines]) side.on('error', () => undefined);
    socket.on('close', () => this.#idle.delete(socket));
  }

  #changed(): void {
    clearTimeout(this.#look);
    this.#look = setTimeout(() => {
      this.#moveOn();
    }, QUIET_MS);
  }

  #moveOn(): void {
    const idle = [...this.#idle.values()].filter((reported) => reported !== undefined);
    if (idle.length === 0 || idle.length < this.#running) return;
    if (!idle.every(({ ports }) => ports.every((port) => this.#held.has(port)))) return;
    const due = Math.min(...[...idle, ...this.#passing].map((waiting) => waiting.due).filter(Number.isFinite));
    if (!Number.isFinite(due)) return;
    this.#move(Math.max(0, due - this.#now()));
    for (const passing of this.#passing) {
      if (passing.due > this.#now()) continue;
      this.#passing.delete(passing);
      passing.pass();
    }
    for (const socket of this.#idle.keys()) this.#report(socket, true);
  }

  #move(ms: number): void {
    this.#movedMs += ms;
    for (const clock of this.#clocks) clock.advance(ms);
  }

  /** @param isDue whether what waits for this time goes on */
  #report(socket: Socket, isDue: boolean): void {
    socket.write(`${JSON.stringify({ movedMs: this.#movedMs, isDue })}\n`);
  }
}
