import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Job, type Run } from '../sandbox/runner/job';
import type { RemoteSandbox } from './remote-sandbox';
import type { Calls } from './sandbox-process';

/** One measured run. */
export interface Sample {
  /** Wall time from the start of the first process to the end of the last, output read. */
  readonly ms: number;
  readonly calls: Calls;
}

/** One way to do the work of a scenario. */
export interface Contender {
  readonly name: string;
  /**
   * Does the work once, in a new job.
   *
   * @param env variables for its processes, besides those that the work needs
   * @throws Error when the work was not done
   */
  run(env: Readonly<Record<string, string>>): Promise<Sample>;
}

export interface Action {
  readonly name: string;
  /** Holds its `action.yml`. */
  readonly folder: string;
}

/** @throws Error when `--against` names no folder with an action */
export function actionIn(path: string): Action {
  const folder = resolve(path);
  if (!existsSync(join(folder, 'action.yml'))) throw new Error(`--against: there is no action.yml in ${folder}`);
  return { name: 'other action', folder };
}

/** What a step is given. */
export interface StepInput {
  readonly with: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

/** A process that was measured did not do its work: its time means nothing. */
export class RunFailed extends Error {
  constructor(what: string, { exitCode, log, stderr }: Run) {
    super([`${what} failed with exit code ${exitCode ?? 'none'}. Its log:`, ...log, stderr].join('\n'));
    this.name = 'RunFailed';
  }
}

/** The main of an action that ends with a role's credentials in the environment. */
export function mainOf({ name, folder }: Action, input: StepInput, sandbox: RemoteSandbox): Contender {
  return {
    name,
    run: (env) =>
      inJob(input.env, async (job) => {
        await sandbox.takeCalls();
        const main = await job.step({ with: input.with, env, uses: folder });
        const calls = await sandbox.takeCalls();
        check(hasCredentials(main), `The main of ${name}`, main);
        return { ms: main.duration, calls };
      }),
  };
}

/** The post of an action after a main that exported credentials. */
export function postOf({ name, folder }: Action, input: StepInput, sandbox: RemoteSandbox): Contender {
  return {
    name,
    run: (env) =>
      inJob(input.env, async (job) => {
        const main = await job.step({ with: input.with, env, uses: folder });
        check(hasCredentials(main), `The main of ${name}`, main);
        await sandbox.takeCalls();
        const [post] = await job.finish();
        const calls = await sandbox.takeCalls();
        if (!post) throw new Error(`${name} has no post step`);
        check(post.exported.AWS_ACCESS_KEY_ID === '', `The post of ${name}`, post);
        return { ms: post.duration, calls };
      }),
  };
}

/** An action with nothing in it: what no other can be faster than. */
export function emptyNode(folder: string): Contender {
  return {
    name: 'empty Node',
    run: (env) =>
      inJob({}, async (job) => {
        const main = await job.step({ env, uses: folder });
        check(true, 'An empty Node process', main);
        return { ms: main.duration, calls: { idToken: 0, aws: 0 } };
      }),
  };
}

/** Works in a job of its own, and takes it away again. */
export async function inJob<T>(env: Readonly<Record<string, string>>, work: (job: Job) => Promise<T>): Promise<T> {
  const job = new Job(env);
  try {
    return await work(job);
  } finally {
    job.remove();
  }
}

/** Whether a step exported credentials: temporary ones, so not those that it was given. */
export function hasCredentials({ exported }: Pick<Run, 'exported'>): boolean {
  return Boolean(
    exported.AWS_ACCESS_KEY_ID?.startsWith('ASIA') && exported.AWS_SECRET_ACCESS_KEY && exported.AWS_SESSION_TOKEN,
  );
}

/** @throws RunFailed when the process failed, or did not do its work */
export function check(done: boolean, what: string, run: Run): void {
  if (run.exitCode !== 0 || !done) throw new RunFailed(what, run);
}
