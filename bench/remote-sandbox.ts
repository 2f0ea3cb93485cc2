import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Calls, Order, World } from './sandbox-process';

/** A sandbox in a process of its own, so that its work does not delay the clock of the one who measures. */
export class RemoteSandbox {
  private constructor(
    private readonly child: ChildProcess,
    readonly world: World,
  ) {}

  static async start(): Promise<RemoteSandbox> {
    const child = fork(join(__dirname, 'sandbox-process.ts'));
    return new RemoteSandbox(child, await answerOf<World>(child));
  }

  /** Delays every answer by so many milliseconds. */
  async setLatency(latencyMs: number): Promise<void> {
    await this.#order({ latencyMs });
  }

  /** Takes a user out of the account, if it is there, so that it can be made again. */
  async removeUser(name: string): Promise<void> {
    await this.#order({ withoutUser: name });
  }

  /** The calls since this was last asked. */
  takeCalls(): Promise<Calls> {
    return this.#order({});
  }

  stop(): void {
    this.child.disconnect();
  }

  #order(order: Order): Promise<Calls> {
    this.child.send(order);
    return answerOf<Calls>(this.child);
  }
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = () => {
      reject(new Error('The sandbox process ended.'));
    };
    child.once('exit', onExit);
    child.once('message', (answer) => {
      child.off('exit', onExit);
      resolve(answer as T);
    });
  });
}
