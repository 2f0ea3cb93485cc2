import type { Contexts, Expressions, Status } from './expressions';
import type { Job, Run } from './job';
import type { WorkflowStep, Written, WrittenMap } from './workflow';

export type Outcome = Status | 'skipped';

/** How a step has ended. */
export interface StepEnd {
  readonly outcome: Outcome;
  /** The outcome, but success where the step has `continue-on-error`. */
  readonly conclusion: Outcome;
  /** What ran; undefined for a step that did not run. */
  readonly run?: Run;
  /** Why it did not run, or could not. */
  readonly reason?: string;
}

/** A step that uses an action, with its expressions filled in. */
export interface ActionUse {
  readonly uses: string;
  /** What the log calls the step. */
  readonly title: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

export interface StepsSettings {
  readonly job: Job;
  readonly expressions: Expressions;
  /** All but `env`, `job` and `steps`. */
  readonly contexts: Contexts;
  /** Variables of the workflow and the job, as the context `env` has them. The job has them already. */
  readonly env?: Readonly<Record<string, string>>;
  /** Variables of each step, which the job does not have. */
  readonly stepEnv?: Readonly<Record<string, string>>;
  readonly shell?: string | undefined;
  readonly workingDirectory?: string | undefined;
  /** Why this action is not run here; undefined for one that is. */
  readonly refusal: (uses: string) => string | undefined | Promise<string | undefined>;
  readonly useAction: (use: ActionUse) => Promise<Run>;
}

/** The steps of a job, which are run in order: each finds what those before it have left. */
export class Steps {
  /** As the context `steps` has them: by id. */
  readonly results: Record<
    string,
    { outputs: Readonly<Record<string, string>>; outcome: Outcome; conclusion: Outcome }
  > = {};
  /** Variables that steps have left to those after them. */
  readonly exported: Record<string, string> = {};
  readonly #env: Record<string, string>;
  /** How many steps without an id have had each name. */
  readonly #named = new Map<string, number>();
  #status: Status = 'success';

  constructor(private readonly settings: StepsSettings) {
    this.#env = { ...settings.env };
  }

  get status(): Status {
    return this.#status;
  }

  /** What expressions of the job may refer to now. */
  get contexts(): Contexts {
    return { ...this.settings.contexts, env: this.#env, job: { status: this.#status }, steps: this.results };
  }

  /** What the log calls a step: its name, or what it does; of several lines, the first. */
  nameOf({ name, run, uses = '' }: WorkflowStep): string {
    const [line = ''] = /\S.*/.exec(this.#shown(name ?? run ?? uses)) ?? [];
    return name === undefined ? `Run ${line}` : line;
  }

  /**
   * Runs a step, if its `if:` lets it.
   *
   * @throws Error when its condition or a variable of it cannot be evaluated: then its `continue-on-error` does not count
   */
  async run(step: WorkflowStep): Promise<StepEnd> {
    const end = await this.#run(step);
    if (end.conclusion === 'failure') this.#status = 'failure';
    if (end.run) {
      Object.assign(this.#env, end.run.exported);
      Object.assign(this.exported, end.run.exported);
    }
    if (step.id !== undefined) {
      const { outcome, conclusion } = end;
      this.results[step.id] = { outputs: end.run?.outputs ?? {}, outcome, conclusion };
    }
    return end;
  }

  /** That a step could not be run. */
  fail(): void {
    this.#status = 'failure';
  }

  async #run(step: WorkflowStep): Promise<StepEnd> {
    const { expressions, job, refusal, useAction } = this.settings;
    const { uses, run: commands, if: condition } = step;
    const action = this.#nameInJob(step);
    if (condition !== undefined ? !this.#holds(condition) : this.#status === 'failure') {
      return skipped(condition === undefined ? 'a step before it has failed' : `if: ${condition}`);
    }
    const refused = uses === undefined ? undefined : await refusal(uses);
    if (refused !== undefined) return skipped(refused);
    if (uses === undefined && commands === undefined) return skipped('it neither runs commands nor uses an action');

    const github = { ...(this.contexts.github as object), action };
    const own = this.#filled(step.env, { ...this.contexts, github });
    const contexts = { ...this.contexts, github, env: { ...this.#env, ...own } };
    const env = { ...this.settings.stepEnv, ...own, GITHUB_ACTION: action };
    const text = (written: string | undefined) =>
      written === undefined ? undefined : expressions.fillIn(written, contexts);
    const start = () =>
      uses === undefined
        ? job.shell(text(commands) ?? '', {
            env,
            shell: text(step.shell) ?? this.settings.shell,
            workingDirectory: text(step['working-directory']) ?? this.settings.workingDirectory,
          })
        : useAction({ uses, title: this.nameOf(step), inputs: this.#filled(step.with, contexts), env });
    const ran = await outcomeOf(start);
    const goesOn = expressions.valueOf(String(step['continue-on-error'] ?? ''), contexts);
    return { ...ran, conclusion: String(goesOn) === 'true' ? 'success' : ran.outcome };
  }

  /**
   * What a runner calls a step within its job.
   * https://docs.github.com/actions/reference/workflows-and-actions/contexts#github-context
   */
  #nameInJob({ id, uses }: WorkflowStep): string {
    if (id !== undefined) return id;
    const name = uses === undefined ? '__run' : `__${uses.replace(/@.*$/, '').replaceAll('/', '_')}`;
    const count = (this.#named.get(name) ?? 0) + 1;
    this.#named.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  }

  /** A text with its expressions filled in, or as it stands there if that fails: the step may be one that does not run. */
  #shown(written: string): string {
    try {
      return this.settings.expressions.fillIn(written, this.contexts);
    } catch {
      return written;
    }
  }

  #holds(condition: Written): boolean {
    return this.settings.expressions.holds(String(condition), this.contexts, this.#status);
  }

  #filled(written: WrittenMap = {}, contexts: Contexts): Record<string, string> {
    return filledIn(written, contexts, this.settings.expressions);
  }
}

/** Texts by name, with their expressions filled in. */
export function filledIn(written: WrittenMap, contexts: Contexts, { fillIn }: Expressions): Record<string, string> {
  return Object.fromEntries(Object.entries(written).map(([name, value]) => [name, fillIn(String(value), contexts)]));
}

/** What stands in a workflow, with each expression in it replaced by its value: also in lists and by name. */
export function evaluated(written: unknown, contexts: Contexts, expressions: Expressions): unknown {
  const inside = (part: unknown) => evaluated(part, contexts, expressions);
  if (typeof written === 'string') return expressions.valueOf(written, contexts);
  if (Array.isArray(written)) return written.map(inside);
  if (written === null || typeof written !== 'object') return written;
  return Object.fromEntries(Object.entries(written).map(([name, part]) => [name, inside(part)]));
}

/** That the runner could not start a step, or read what it left, is a failure of the step. */
async function outcomeOf(start: () => Promise<Run>): Promise<Omit<StepEnd, 'conclusion'>> {
  try {
    const run = await start();
    return { outcome: run.exitCode === 0 ? 'success' : 'failure', run };
  } catch (error) {
    return { outcome: 'failure', reason: error instanceof Error ? error.message : String(error) };
  }
}

function skipped(reason: string): StepEnd {
  return { outcome: 'skipped', conclusion: 'skipped', reason };
}
