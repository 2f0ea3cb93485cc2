import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '../../sandbox/faults';
import type { Job, Run } from '../../sandbox/runner/job';
import { ADMIN, identityJob, REPOSITORY, WORKSPACE } from '../scenarios/identities';
import { REGION, Scenario } from '../scenarios/scenario';
import { DOORS, furnish, type Door, type DoorName } from './doors';
import { brokenBy, type Broken } from './promises';
import { TASKS, type Task, type TaskName } from './tasks';

/** How a call goes wrong. */
export type Trouble = keyof typeof FAILURES | 'late' | 'killed' | 'machine lost' | 'clock moved';

/** Failures of a call, and of those that follow. */
const FAILURES = {
  refused: { error: { status: 403, code: 'AccessDenied', message: 'denied by a service control policy' } },
  throttled: { throttled: true },
  unavailable: { error: { status: 503, code: 'ServiceUnavailable', message: 'Service is unavailable' } },
  closed: { reset: true },
  'closed after acting': { resetAfter: true },
  'no answer': { hang: true },
  'answer cut off': { resetBody: true },
  'answer stops': { hangBody: true },
  'done twice': { twice: true },
} as const satisfies Readonly<Record<string, Failure>>;

/** Longer than a step waits for an answer, in milliseconds. */
const LATE_MS = 45_000;

/** One step, or two at once in one home, and what befalls them. */
export interface Trial {
  readonly door: DoorName;
  readonly task: TaskName;
  /** The task of a second job of the same home, at the same time. */
  readonly meanwhile?: TaskName;
  /** From which call on, from 1, how many calls go wrong. */
  readonly troubles: readonly {
    readonly call: number;
    readonly how: Trouble;
    readonly times: number;
    /** By how much the clocks of the services move, where that is the trouble. */
    readonly byMs?: number;
  }[];
  /** Whether what befalls them ends with main. */
  readonly isOverWithMain: boolean;
  /** Whether the home has profiles of others. */
  readonly hasProfiles: boolean;
  /** How old reads of IAM are, in milliseconds. */
  readonly staleMs: number;
  /** How long new keys, users and roles are unknown to the rest of AWS, in milliseconds. */
  readonly propagationMs: number;
  /** The input `action-timeout-s`. */
  readonly timeoutS?: number;
  /** For all that is left to chance. */
  readonly seed: number;
}

/** A job, with all there is to know of its step. */
export interface Observed {
  readonly job: Job;
  readonly task: Task;
  /** What the job found. */
  readonly before: { readonly env: Readonly<Record<string, string>>; readonly files: Files };
  readonly main: Run;
  /** What was there when main had ended. */
  readonly after: { readonly env: Readonly<Record<string, string>>; readonly files: Files };
  readonly isKilled: boolean;
  readonly posts: readonly Run[];
  readonly again: readonly Run[];
}

/** Texts of the files of a home, by path. */
export type Files = Readonly<Record<string, string>>;

export interface Tried {
  readonly broken: readonly Broken[];
  readonly jobs: readonly Observed[];
  readonly calls: readonly string[];
}

export const OTHERS: Files = {
  credentials:
    '# mine\n[default]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\n\n[ theirs ]\naws_access_key_id=AKIAI44QH8DHBEXAMPLE ; old\n',
  config: '[default]\ns3 =\n  addressing_style = path\n\n[sso-session corp]\nsso_region = us-east-1\n# no line end',
};

export function describeTrial(trial: Trial): string {
  const { door, task, meanwhile, troubles, isOverWithMain, hasProfiles, staleMs, propagationMs, timeoutS } = trial;
  return [
    `${task}, by ${door}`,
    ...(meanwhile === undefined ? [] : [`at the same time, ${meanwhile}`]),
    ...troubles.map(
      ({ call, how, times, byMs = 0 }) =>
        `call ${call}: ${how}${times > 1 ? ` ${times} times` : ''}${byMs === 0 ? '' : ` by ${byMs / 1000} s`}`,
    ),
    ...(troubles.length > 0 && isOverWithMain ? ['until main ends'] : []),
    ...(hasProfiles ? ['the home has profiles'] : []),
    ...(staleMs > 0 ? [`reads are ${staleMs / 1000} s old`] : []),
    ...(propagationMs > 0 ? [`what is new is known after ${propagationMs / 1000} s`] : []),
    ...(timeoutS === undefined ? [] : [`within ${timeoutS} s`]),
  ].join('; ');
}

/** Runs a trial in a world of its own. */
export async function runTrial(trial: Trial): Promise<Tried> {
  const scenario = await Scenario.start();
  try {
    return await new TrialRun(trial, scenario).run();
  } finally {
    // Every call is expected: that some fail is the point.
    scenario.calls();
    await scenario.end();
  }
}

class TrialRun {
  #door: Door = { inputs: {} };
  #runs = 0;
  #movedMs = 0;
  /** What ends main, if anything does. */
  #end: { times: number; readonly skip: number; readonly holdAfter: () => void } | undefined;
  readonly #home: { job?: Job } = {};

  constructor(
    private readonly trial: Trial,
    private readonly scenario: Scenario,
  ) {}

  async run(): Promise<Tried> {
    const { trial, scenario } = this;
    const { sandbox } = scenario;
    const { task: name, meanwhile, door } = trial;
    furnish(scenario);
    scenario.pass(OVER_MS);
    const tasks: Task[] = [TASKS[name], ...(meanwhile === undefined ? [] : [TASKS[meanwhile]])];
    for (const task of tasks) if (task.isApplied === true) await this.#provision(task);
    this.#door = await DOORS[door](scenario);
    sandbox.settings.readAgeMs = () => trial.staleMs;
    sandbox.settings.propagationMs = trial.propagationMs;
    const first = sandbox.requests.length;
    const killed = this.#befall();
    const begun = tasks.map((task, index) => this.#begin(task, index, killed));
    const ended = await Promise.all(begun.map((step) => step()));
    if (trial.isOverWithMain) sandbox.faults.clear();
    // Nobody ends a post step.
    if (this.#end) this.#end.times = 0;
    const jobs: Observed[] = [];
    for (const one of ended) jobs.push(await this.#finish(one));
    sandbox.faults.clear();
    const calls = sandbox.requests
      .slice(first)
      .map(({ action, errorCode }) => (errorCode === undefined ? action : `${action} ${errorCode}`));
    const broken = [...brokenBy({ trial, scenario, jobs, door: this.#door, requests: sandbox.requests.slice(first) })];
    broken.push(...(await this.#follow(tasks)));
    return { broken, jobs, calls };
  }

  /** @returns what is kept once a call has been acted on that ends main, if there is one */
  #befall(): Promise<void> | undefined {
    const { faults, clock } = this.scenario.sandbox;
    let killed: Promise<void> | undefined;
    for (const { call, how, times, byMs = 0 } of this.trial.troubles) {
      const scope = { skip: call - 1, times };
      if (how === 'late') {
        faults.add({ ...scope, latencyMs: LATE_MS });
      } else if (how === 'clock moved') {
        const first = () => {
          clock.advance(byMs);
          this.#movedMs += byMs;
        };
        faults.add({ ...scope, first });
      } else if (how === 'killed' || how === 'machine lost') {
        killed = new Promise((acted) => {
          this.#end = { ...scope, holdAfter: acted };
          faults.add(this.#end);
        });
      } else {
        faults.add({ ...scope, ...FAILURES[how] });
      }
    }
    return killed;
  }

  #begin(
    task: Task,
    index: number,
    killed: Promise<void> | undefined,
  ): () => Promise<Omit<Observed, 'posts' | 'again'>> {
    const job = this.#job();
    const home = join(this.#home.job?.home ?? job.home, '.aws');
    this.#home.job ??= job;
    if (index === 0 && this.trial.hasProfiles) {
      mkdirSync(home);
      for (const [name, text] of Object.entries(OTHERS)) writeFileSync(join(home, name), text, { mode: 0o600 });
    }
    const before = { env: { ...job.env }, files: filesIn(home) };
    return async () => {
      const main = await job.step({
        with: this.#inputs(task, index),
        ...(killed && { kill: { after: killed, signal: 'SIGKILL' } }),
      });
      return {
        job,
        task,
        before,
        main,
        after: { env: { ...job.env }, files: filesIn(home) },
        isKilled: main.exitCode === null,
      };
    };
  }

  async #finish(one: Omit<Observed, 'posts' | 'again'>): Promise<Observed> {
    if (this.trial.troubles.some(({ how }) => how === 'machine lost') && one.isKilled) {
      return { ...one, posts: [], again: [] };
    }
    const posts = await one.job.finish();
    const again = await one.job.finish();
    return { ...one, posts, again };
  }

  /** A job of a run of its own, which reaches all services, in the home of the first. */
  #job(): Job {
    const { sandbox } = this.scenario;
    const { url } = sandbox;
    this.#runs += 1;
    const { job: first } = this.#home;
    const job = identityJob(this.scenario, {
      env: {
        AWS_ENDPOINT_URL_SSO: url,
        AWS_ENDPOINT_URL_SSO_OIDC: url,
        AWS_ENDPOINT_URL_ROLESANYWHERE: url,
        RUNNER_ENVIRONMENT: 'github-hosted',
        GITHUB_RUN_ID: String(1_000_000_000 + this.#runs),
        ...this.#door.env,
        ...(first && { HOME: first.home, USERPROFILE: first.home }),
      },
    });
    this.#door.furnish?.(job);
    return job;
  }

  #inputs({ inputs, document }: Task, index: number): Record<string, string> {
    const { timeoutS } = this.trial;
    return {
      'aws-region': REGION,
      ...this.#door.inputs,
      ...inputs,
      // Two jobs do not share a profile.
      ...(inputs['aws-profile'] !== undefined && { 'aws-profile': `${inputs['aws-profile']}-${index}` }),
      ...(document && { identities: JSON.stringify(document), ...this.#tokens() }),
      ...(timeoutS !== undefined && { 'action-timeout-s': String(timeoutS) }),
    };
  }

  #given: Record<string, string> | undefined;
  /** Tokens that may write secrets and variables. */
  #tokens(): Record<string, string> {
    const { github, terraform } = this.scenario.sandbox;
    if (this.#given === undefined) {
      github.secrets.createRepository(REPOSITORY);
      this.#given = {
        'github-token': github.secrets.token({ write: [REPOSITORY], writeDependabot: [REPOSITORY] }),
        'terraform-token': terraform.token({ write: [WORKSPACE] }),
      };
    }
    return this.#given;
  }

  /** An undisturbed run of provision by an administrator. */
  async #provision({ document }: Task): Promise<Run> {
    const job = this.#job();
    const inputs = { ...ADMIN, mode: 'provision', identities: JSON.stringify(document), ...this.#tokens() };
    const main = await job.step({ with: inputs });
    await job.finish();
    this.scenario.pass(OVER_MS);
    return main;
  }

  /** Undisturbed runs converge, and the last of them changes nothing. */
  async #follow(tasks: readonly Task[]): Promise<Broken[]> {
    const { scenario, trial } = this;
    const [task] = tasks;
    if (task?.document === undefined) return [];
    // What a run made for itself, and could not remove, carries its name: nobody takes it over unasked.
    const isLeft = tasks.some(({ inputs }) => inputs.ephemeral === 'true') && trial.troubles.length > 0;
    if (isLeft) return [];
    scenario.sandbox.settings.readAgeMs = () => 0;
    scenario.sandbox.clock.advance(-this.#movedMs);
    let next: Run | undefined;
    for (let day = 0; day < FOLLOWING; day += 1) {
      scenario.pass(day === 0 ? OVER_MS : DAY_MS);
      next = await this.#provision(task);
    }
    // Nobody can tell what a workspace holds in which a run did not come to its end: a person is asked which key is there.
    const isUnclear = trial.troubles.length > 0 && JSON.stringify(task.document).includes('terraform-cloud');
    if (isUnclear && next?.log.join().includes('#access-keys-full') === true) return [];
    if (next?.exitCode !== 0) {
      return [{ promise: 'next', how: `a run that nothing befalls fails: ${next?.log.join(' / ')}` }];
    }
    const isOfJob = /"environment"|"profile"/.exec(JSON.stringify(task.document)) !== null;
    const isChanging = next.outputs.changed === 'true' && !isOfJob;
    return isChanging ? [{ promise: 'next', how: `there is no end of changes: ${next.log.join(' / ')}` }] : [];
  }
}

/** When a run that was broken off is over for all others, in milliseconds. */
const OVER_MS = 11 * 60_000;
/** When a key that may come from a lost answer has had its time, in milliseconds. */
const DAY_MS = 25 * 3_600_000;
/** Undisturbed runs after which all that a disturbed one left is in order. */
const FOLLOWING = 4;

function filesIn(folder: string): Files {
  try {
    const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    return Object.fromEntries(names.map(({ name }) => [name, readFileSync(join(folder, name), 'utf8')]));
  } catch {
    return {};
  }
}
