import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import type { ClientRequest } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readCommandFile } from '../../sandbox/runner/command-file';
import { Job } from '../../sandbox/runner/job';
import { parseLog } from '../../sandbox/runner/log';
import { outcomeOf, type JobOutcome } from './outcome';
import type { Owner } from './virtual-time';

const current = new AsyncLocalStorage<HostedJob>();
const load = createRequire(__filename);

/** The job whose code is running, if it is the code of one. */
export function currentJob(): HostedJob | undefined {
  return current.getStore();
}

/** A job whose main runs in this process, among others: what a process has to itself is kept apart. */
export class HostedJob implements Owner {
  /** What is `process.env` for its code. */
  readonly env: Record<string, string>;
  readonly #job: Job;
  readonly #requests = new Set<ClientRequest>();
  #output = '';
  #held = 0;
  #started = false;
  #exited = false;

  /**
   * @param main the program of the action
   * @param env its variables, besides those that a runner sets
   */
  constructor(
    private readonly main: string,
    env: Readonly<Record<string, string>>,
  ) {
    this.#job = new Job(env);
    this.env = { ...this.#job.env };
    for (const name of ['GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY']) {
      const path = join(this.#job.folder, name);
      writeFileSync(path, '');
      this.env[name] = path;
    }
  }

  /** Runs the program: by loading it or, where that only exports a `run` when it is not the main module, with that. */
  start(): void {
    this.#started = true;
    current.run(this, () => {
      const { run } = load(this.main) as { readonly run?: () => Promise<void> };
      if (run) void run();
      else Reflect.deleteProperty(load.cache, this.main);
    });
  }

  /** Whether a process would have ended: nothing keeps it going any more, or it asked to. */
  get ended(): boolean {
    return this.#started && (this.#exited || this.#held === 0);
  }

  get openRequests(): number {
    return this.#requests.size;
  }

  hold(): void {
    this.#held += 1;
  }

  release(): void {
    this.#held -= 1;
  }

  request(request: ClientRequest): void {
    this.#requests.add(request);
    this.hold();
    request.once('close', () => {
      this.#requests.delete(request);
      this.release();
    });
  }

  print(text: string): void {
    this.#output += text;
  }

  exit(): void {
    this.#exited = true;
    for (const request of this.#requests) request.destroy();
  }

  /** What became of it, once it has ended. */
  outcome(endedAt: number): JobOutcome {
    const exported = readCommandFile(this.env.GITHUB_ENV ?? '');
    this.#job.remove();
    return outcomeOf({ endedAt, exported, lines: parseLog(this.#output) });
  }
}

/** Gives each job's code the environment, output, requests and exit of its own job. */
export function hostJobs(): void {
  const environment = process.env;
  const env = () => currentJob()?.env ?? environment;
  process.env = new Proxy<NodeJS.ProcessEnv>(
    {},
    {
      get: (_, name) => Reflect.get(env(), name) as unknown,
      set: (_, name, value) => Reflect.set(env(), name, String(value)),
      has: (_, name) => Reflect.has(env(), name),
      deleteProperty: (_, name) => Reflect.deleteProperty(env(), name),
      ownKeys: () => Reflect.ownKeys(env()),
      getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(env(), name),
      defineProperty: (_, name, descriptor) => Reflect.defineProperty(env(), name, descriptor),
    },
  );

  const write = process.stdout.write.bind(process.stdout) as (...written: unknown[]) => boolean;
  process.stdout.write = (...written: unknown[]) => {
    const job = currentJob();
    if (!job) return write(...written);
    job.print(String(written[0]));
    const done = written.at(-1);
    if (typeof done === 'function') queueMicrotask(done as () => void);
    return true;
  };

  const exit = process.exit.bind(process);
  process.exit = ((code?: number) => {
    const job = currentJob();
    if (!job) exit(code);
    job?.exit();
  }) as typeof process.exit;

  subscribe('http.client.request.start', (message) => {
    currentJob()?.request((message as { readonly request: ClientRequest }).request);
  });

  // Each job listens for what nobody caught. Here one such error would be reported by all of them.
  for (const listenedTo of [process, process.stdout]) listenedTo.setMaxListeners(Infinity);
  process.prependListener('uncaughtException', (error) => {
    process.stderr.write(`${error.stack ?? error.message}\n`);
    exit(1);
  });
}
