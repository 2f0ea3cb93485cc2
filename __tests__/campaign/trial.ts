import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure, FaultScope } from '../../sandbox/faults';
import type { RecordedRequest } from '../../sandbox/http/request';
import type { Ended, Kill } from '../../sandbox/runner/driver';
import type { CommandFile, Job, Run } from '../../sandbox/runner/job';
import { lastWord } from '../../src/credential-process/command-line';
import { readSession } from '../../src/credential-process/session-file';
import { ADMIN, identityJob, REPOSITORY, WORKSPACE } from '../scenarios/identities';
import { REGION, Scenario } from '../scenarios/scenario';
import { misdeliveredBy, openToOthers, profilesOf, profileText, type Profiles } from './delivered';
import { DOORS, furnish, type Door, type DoorName } from './doors';
import { leftByMain, leftByPost } from './left';
import { misplacedIn, strayKeysIn } from './places';
import { brokenBy, type Broken } from './promises';
import { TASKS, type Task, type TaskName } from './tasks';

/** How a call goes wrong. */
export type Trouble = keyof typeof FAILURES | 'late' | 'killed' | 'machine lost' | 'clock moved';

/** Failures of a call, and of those that follow. */
const FAILURES = {
  refused: { error: { status: 403, code: 'AccessDenied', message: 'denied by a service control policy' } },
  throttled: { throttled: true },
  'over a limit': {
    service: 'iam',
    error: { status: 409, code: 'LimitExceeded', message: 'Cannot exceed the quota of the account' },
  },
  unavailable: { error: { status: 503, code: 'ServiceUnavailable', message: 'Service is unavailable' } },
  closed: { reset: true },
  'closed after acting': { resetAfter: true },
  'no answer': { hang: true },
  'answer cut off': { resetBody: true },
  'answer stops': { hangBody: true },
  'done twice': { twice: true },
} as const satisfies Readonly<Record<string, Failure & Pick<FaultScope, 'service'>>>;

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
  /** With what ends what befalls them: main, the later steps or post. */
  readonly lastsUntil: 'main' | 'later steps' | 'post';
  /** Later steps that ask for the sessions of its profiles: how many seconds after what was before, and how many at once. */
  readonly asked?: readonly { readonly afterS: number; readonly times: number }[];
  /** Whether the home has profiles of others. */
  readonly hasProfiles: boolean;
  /** What the first job cannot write: a file of the runner, on a full disk; or a profile file, where a folder is. */
  readonly unwritable?: CommandFile | 'credentials' | 'config';
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
  /** Those of the step. */
  readonly inputs: Readonly<Record<string, string>>;
  /** What the job found. */
  readonly before: { readonly env: Readonly<Record<string, string>>; readonly files: Files };
  readonly main: Run;
  /** What was there when main had ended. */
  readonly after: {
    readonly env: Readonly<Record<string, string>>;
    readonly files: Files;
    readonly profiles: Profiles;
  };
  readonly isKilled: boolean;
  /** Where keys of its document had to be then, and were not. */
  readonly misplaced: readonly string[];
  /** What later steps found then otherwise than they should. */
  readonly misdelivered: readonly string[];
  /** What was left of what had to go: when main had ended, and when post had. */
  readonly left: readonly string[];
  readonly rounds: readonly Round[];
  readonly posts: readonly Run[];
  /** How many requests there were when the post steps ran once more. */
  readonly requestsBefore: number;
  readonly again: readonly Run[];
  /** What who asks for its sessions gets in the end. */
  readonly late: readonly Ended[];
}

/** Several who ask for the session of a profile at once, and what they get. */
export interface Round {
  /** The session's file. */
  readonly session: string;
  /** When it was, in milliseconds since 1970 by the clock of AWS. */
  readonly began: number;
  /** The session that was stored before, and when it ends. */
  readonly before: { readonly key: string; readonly endsAt: number };
  /** Whether nothing befalls them, nor has befallen others just before. */
  readonly isUndisturbed: boolean;
  readonly answers: readonly Ended[];
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
  const {
    door,
    task,
    meanwhile,
    troubles,
    lastsUntil,
    asked = [],
    hasProfiles,
    unwritable,
    staleMs,
    propagationMs,
    timeoutS,
  } = trial;
  return [
    `${task}, by ${door}`,
    ...(meanwhile === undefined ? [] : [`at the same time, ${meanwhile}`]),
    ...troubles.map(
      ({ call, how, times, byMs = 0 }) =>
        `call ${call}: ${how}${times > 1 ? ` ${times} times` : ''}${byMs === 0 ? '' : ` by ${byMs / 1000} s`}`,
    ),
    ...(troubles.length > 0 ? [`until the end of ${lastsUntil}`] : []),
    ...asked.map(({ afterS, times }) => `after ${afterS} s, its sessions are asked for ${times} times at once`),
    ...(hasProfiles ? ['the home has profiles'] : []),
    ...(unwritable === undefined ? [] : [`${unwritable} cannot be written`]),
    ...(staleMs > 0 ? [`reads are ${staleMs / 1000} s old`] : []),
    ...(propagationMs > 0 ? [`what is new is known after ${propagationMs / 1000} s`] : []),
    ...(timeoutS === undefined ? [] : [`within ${timeoutS} s`]),
  ].join('; ');
}

/** Runs a trial in a world of its own, and what follows it, and tells which promises were broken. */
export function runTrial(trial: Trial): Promise<Tried> {
  return inWorld(async (scenario) => {
    const run = new TrialRun(trial, scenario);
    const { jobs, calls } = await run.observe();
    return { broken: [...run.broken(jobs), ...(await run.follow())], jobs, calls };
  });
}

/** Runs a trial alone. */
export function observeTrial(trial: Trial): Promise<Omit<Tried, 'broken'>> {
  return inWorld((scenario) => new TrialRun(trial, scenario).observe());
}

async function inWorld<T>(work: (scenario: Scenario) => Promise<T>): Promise<T> {
  const scenario = await Scenario.start();
  try {
    return await work(scenario);
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
  /** What may still end main, or who asks for a session of it. */
  #end: { times: number; readonly skip: number; readonly holdAfter: () => void; readonly kill: Kill } | undefined;
  #isOver: boolean;
  readonly #home: { job?: Job } = {};
  readonly #tasks: readonly Task[];
  /** Of the requests, where those of the trial begin. */
  #first = 0;

  constructor(
    private readonly trial: Trial,
    private readonly scenario: Scenario,
  ) {
    const { task, meanwhile, troubles } = trial;
    this.#isOver = troubles.length === 0;
    this.#tasks = [TASKS[task], ...(meanwhile === undefined ? [] : [TASKS[meanwhile]])];
  }

  async observe(): Promise<Omit<Tried, 'broken'>> {
    const { trial, scenario } = this;
    const { sandbox } = scenario;
    furnish(scenario);
    scenario.pass(OVER_MS);
    for (const task of this.#tasks) if (task.isApplied === true) await this.#provision(task);
    this.#door = await DOORS[trial.door](scenario);
    sandbox.settings.readAgeMs = () => trial.staleMs;
    sandbox.settings.propagationMs = trial.propagationMs;
    this.#first = sandbox.requests.length;
    this.#befall();
    const begun = this.#tasks.map((task, index) => this.#begin(task, index));
    const ended = await Promise.all(begun.map((step) => step()));
    if (trial.lastsUntil === 'main') this.#endTroubles();
    const rounds = await this.#laterSteps(ended);
    // Nobody ends a post step.
    if (this.#end) this.#end.times = 0;
    const jobs: Observed[] = [];
    for (const one of ended) jobs.push(await this.#finish(one, rounds));
    this.#endTroubles();
    const calls = this.#requests.map(({ action, errorCode }) =>
      errorCode === undefined ? action : `${action} ${errorCode}`,
    );
    return { jobs, calls };
  }

  broken(jobs: readonly Observed[]): Broken[] {
    const { trial, scenario } = this;
    return brokenBy({ trial, scenario, jobs, door: this.#door, requests: this.#requests });
  }

  /** The time, by the clock of AWS, whether or not it was moved back. */
  get #latest(): number {
    return this.scenario.sandbox.clock.now().getTime() + Math.max(0, -this.#movedMs);
  }

  get #requests(): RecordedRequest[] {
    return this.scenario.sandbox.requests.slice(this.#first);
  }

  #befall(): void {
    const { faults, clock } = this.scenario.sandbox;
    for (const { call, how, times, byMs = 0 } of this.trial.troubles) {
      const scope = { skip: call - 1, times };
      if (how === 'late') {
        faults.add({ ...scope, latencyMs: LATE_MS });
      } else if (how === 'clock moved') {
        const first = () => {
          // A request that was given up may still be on its way when all else is over.
          if (this.#isOver) return;
          clock.advance(byMs);
          this.#movedMs += byMs;
        };
        faults.add({ ...scope, first });
      } else if (how === 'killed' || how === 'machine lost') {
        let acted: () => void = () => undefined;
        const after = new Promise<void>((resolve) => (acted = resolve));
        const holdAfter = () => {
          this.#end = undefined;
          acted();
        };
        this.#end = { ...scope, holdAfter, kill: { after, signal: 'SIGKILL' } };
        faults.add(this.#end);
      } else {
        faults.add({ ...scope, ...FAILURES[how] });
      }
    }
  }

  #endTroubles(): void {
    this.scenario.sandbox.faults.clear();
    this.#isOver = true;
  }

  #begin(task: Task, index: number): () => Promise<Ran> {
    const job = this.#job();
    const home = join(this.#home.job?.home ?? job.home, '.aws');
    this.#home.job ??= job;
    const { hasProfiles, unwritable = '' } = this.trial;
    const isOfRunner = unwritable.startsWith('GITHUB_');
    if (index === 0) {
      if (unwritable !== '' && !isOfRunner) mkdirSync(join(home, unwritable), { recursive: true });
      if (hasProfiles) writeOthers(home);
    }
    const before = { env: { ...job.env }, files: filesIn(home) };
    return async () => {
      const inputs = this.#inputs(task, index);
      const main = await job.step({
        with: inputs,
        ...(this.#end && { kill: this.#end.kill }),
        ...(index === 0 && isOfRunner && { files: { [unwritable]: '/dev/full' } }),
      });
      const after = { env: { ...job.env }, files: filesIn(home), profiles: profilesOf(job) };
      return {
        job,
        task,
        inputs,
        before,
        main,
        after,
        isKilled: main.exitCode === null,
        misplaced: misplacedIn(task, this.scenario),
        misdelivered: [
          ...misdeliveredBy({ task, inputs, main, after }, this.scenario, this.#latest),
          ...openToOthers(job),
        ],
        left: leftByMain({ task, main }, this.scenario),
      };
    };
  }

  async #finish(one: Ran, rounds: readonly Round[]): Promise<Observed> {
    const { job, isKilled } = one;
    const sessions = sessionsOf(job);
    const isLost = this.trial.troubles.some(({ how }) => how === 'machine lost') && isKilled;
    const posts = isLost ? [] : await job.finish();
    // By a clock that was moved back, what was made before is not there yet. Of a key that AWS made twice, the run knows one:
    // the next runs end the other.
    const isTwice = this.trial.troubles.some(({ how }) => how === 'done twice');
    const left = this.#movedMs < 0 || isTwice ? [] : [...one.left, ...leftByPost({ ...one, posts }, this.scenario)];
    const requestsBefore = this.#requests.length;
    const again = isLost ? [] : await job.finish();
    const late = isLost ? [] : await Promise.all(sessions.map((session) => job.ask(session)));
    const own = rounds.filter(({ session }) => sessions.includes(session));
    return { ...one, rounds: own, posts, left, requestsBefore, again, late };
  }

  /** They ask for the sessions of their jobs' profiles: in the end also where nothing befalls them any more. */
  async #laterSteps(jobs: readonly Ran[]): Promise<Round[]> {
    const { asked = [], lastsUntil } = this.trial;
    const sessions = jobs.flatMap(({ job }) => sessionsOf(job).map((session) => ({ job, session })));
    const rounds: Round[] = [];
    const ask = async ({ afterS, times }: (typeof asked)[number]) => {
      if (sessions.length === 0) return;
      this.scenario.pass(afterS * 1000);
      rounds.push(...(await Promise.all(sessions.map(({ job, session }) => this.#askAtOnce(job, session, times)))));
    };
    for (const round of asked) await ask(round);
    if (lastsUntil === 'later steps') this.#endTroubles();
    if (this.#isOver) await ask({ afterS: 60, times: 1 });
    return rounds;
  }

  async #askAtOnce(job: Job, session: string, times: number): Promise<Round> {
    const [isUndisturbed, began] = [this.#isOver, this.scenario.sandbox.clock.now().getTime()];
    const { AccessKeyId: key, Expiration: end = '' } = readSession(session).credentials;
    const before = { key, endsAt: Date.parse(end) };
    // The first of them is the one that is killed.
    const asks = Array.from({ length: times }, (_, at) => job.ask(session, at === 0 ? this.#end?.kill : undefined));
    const answers = await Promise.all(asks);
    return { session, began, before, isUndisturbed, answers };
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
    const { 'role-to-assume': role, ...door } = this.#door.inputs;
    return {
      'aws-region': REGION,
      ...door,
      // Of many roles, each is assumed by the proof of the door.
      ...(role !== undefined && !('roles' in inputs) && { 'role-to-assume': role }),
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
  async follow(): Promise<Broken[]> {
    const { scenario, trial } = this;
    const [task] = this.#tasks;
    if (task?.document === undefined) return [];
    // What a run made for itself, and could not remove, carries its name: nobody takes it over unasked.
    const isLeft = this.#tasks.some(({ inputs }) => inputs.ephemeral === 'true') && trial.troubles.length > 0;
    if (isLeft) return [];
    scenario.sandbox.settings.readAgeMs = () => 0;
    scenario.sandbox.clock.advance(-this.#movedMs);
    const { unwritable = '' } = trial;
    const inTheWay = join(this.#home.job?.home ?? '', '.aws', unwritable);
    if (unwritable === 'credentials' || unwritable === 'config') rmSync(inTheWay, { recursive: true, force: true });
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
    const wrong = misplacedIn(task, scenario);
    if (wrong.length > 0) return wrong.map((how) => ({ promise: 'places', how }));
    const stray = strayKeysIn(task, scenario).filter((id) => !next.log.join().includes(id));
    if (stray.length > 0) return stray.map((id) => ({ promise: 'left', how: `the key ${id} is in no place` }));
    const isChanging = next.outputs.changed === 'true' && !isOfJob;
    return isChanging ? [{ promise: 'next', how: `there is no end of changes: ${next.log.join(' / ')}` }] : [];
  }
}

/** A job whose main has ended. */
type Ran = Omit<Observed, 'rounds' | 'posts' | 'requestsBefore' | 'again' | 'late'>;

/** The files of the sessions of a job's profiles that renew themselves. */
function sessionsOf({ env, home, temp }: Job): string[] {
  const path = env.AWS_CONFIG_FILE ?? join(env.HOME ?? home, '.aws/config');
  const config = profileText(path);
  const commands = [...config.matchAll(/^credential_process = (.+)$/gm)].map(([, command = '']) => command);
  // Another job of the same home has its own.
  return commands.map(lastWord).filter((path) => path.startsWith(temp));
}

/** When a run that was broken off is over for all others, in milliseconds. */
const OVER_MS = 11 * 60_000;
/** When a key that may come from a lost answer has had its time, in milliseconds. */
const DAY_MS = 25 * 3_600_000;
/** Undisturbed runs after which all that a disturbed one left is in order. */
const FOLLOWING = 5;

/** Puts profiles of others into a home. */
function writeOthers(home: string): void {
  mkdirSync(home, { recursive: true });
  for (const [name, text] of Object.entries(OTHERS)) {
    if (!existsSync(join(home, name))) writeFileSync(join(home, name), text, { mode: 0o600 });
  }
}

function filesIn(folder: string): Files {
  try {
    const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    return Object.fromEntries(names.map(({ name }) => [name, readFileSync(join(folder, name), 'utf8')]));
  } catch {
    return {};
  }
}
