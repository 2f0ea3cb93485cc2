import { join } from 'node:path';
import type { Contexts, Expressions } from '../sandbox/runner/expressions';
import { Job, type Run } from '../sandbox/runner/job';
import { masked } from '../sandbox/runner/log';
import type { Combination } from '../sandbox/runner/matrix';
import { processes } from '../sandbox/runner/processes';
import { evaluated, filledIn, Steps, type ActionUse, type Outcome, type StepEnd } from '../sandbox/runner/steps';
import { note, printer, show, title } from '../sandbox/runner/terminal';
import {
  permits,
  type ReadWorkflow,
  type WorkflowJob,
  type WorkflowStep,
  type Written,
} from '../sandbox/runner/workflow';
import { useOf } from './actions';
import { asForAws } from './as-for-aws';
import type { CalledWorkflow } from './called-workflows';
import { checkOut } from './checkout';
import { withCommands } from './commands';
import { claimsOf, contextsOf, payloadOf, variablesOf, type Origin } from './contexts';
import type { Interruption } from './interruption';
import { passedOutputs } from './job-outputs';
import { readLocalAction, refusalOf } from './local-action';
import type { LocalAws, Permits, TokenJob } from './local-aws';
import { notDoneHere, type PlannedJob } from './plan';
import { showStep } from './show';

/** What all jobs of a run have in common. */
export interface Setting {
  /** The workflow file, as places are named. */
  readonly file: string;
  readonly read: ReadWorkflow;
  /** Who called the workflow; undefined for one that an event has triggered. */
  readonly caller?: Caller;
  readonly workflows: ReadonlyMap<string, CalledWorkflow>;
  readonly origin: Origin;
  readonly expressions: Expressions;
  readonly aws: LocalAws;
  readonly secrets: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The folder that `actions/checkout` checks out. */
  readonly folder: string;
  readonly strict: boolean;
  /** Whether the commands of steps run. */
  readonly commands: boolean;
  readonly interruption: Interruption;
}

/** A job that has called a workflow of the repository. */
interface Caller {
  /** Undefined where the workflow that is tried is called, by one that is not there. */
  readonly name?: string;
  /** What it calls is permitted no more. */
  readonly permits: Permits;
}

/** How a job has ended, as the context `needs` of later ones has it. */
export interface JobEnd {
  readonly result: Outcome;
  readonly outputs: Readonly<Record<string, string>>;
  /** Whether it was not run because it is not supported here, and its result is only assumed. */
  readonly isMissing?: boolean;
}

/** Whether a text, number or boolean of a workflow comes to true. */
export function isTrue(written: Written, contexts: Contexts, expressions: Expressions): boolean {
  return String(expressions.valueOf(String(written), contexts)) === 'true';
}

/** What a job is called, with what tells it from others of its matrix. */
export function nameOf(id: string, matrix: unknown, { caller }: Setting): string {
  // A heading is one line.
  const values = Object.values((matrix ?? {}) as Combination).map((value) =>
    typeof value === 'string' ? value.trim().replaceAll(/\s*[\r\n]\s*/g, ' ') : JSON.stringify(value),
  );
  const name = values.length > 0 ? `${id} (${values.join(', ')})` : id;
  return caller?.name === undefined ? name : `${caller.name} / ${name}`;
}

/** What the steps of a job are permitted. What the job says counts instead of what its workflow says. */
export function permitsOf({ permissions }: WorkflowJob, { read, caller }: Setting): Permits {
  const own = permissions ?? read.workflow.permissions;
  if (caller === undefined) return (...asked) => permits(own, ...asked);
  if (own === undefined) return caller.permits;
  return (...asked) => caller.permits(...asked) && permits(own, ...asked);
}

/** One job on one runner. */
export class JobRun {
  readonly #job: Job;
  readonly #contexts: Contexts;
  readonly #token: TokenJob;
  readonly #env: Readonly<Record<string, string>>;
  /** What has a post step, the last first. */
  readonly #withPost: string[] = [];
  readonly #name: string;
  readonly #notDone: readonly string[];

  constructor(
    private readonly planned: PlannedJob,
    private readonly setting: Setting,
    contexts: Contexts,
  ) {
    const { origin, aws, expressions, secrets, read, inputs, interruption } = setting;
    const { job, id } = planned;
    const watch = { printer, kill: interruption.kill };
    this.#job = new Job({ ...variablesOf(origin), ...aws.environment, GITHUB_JOB: id }, processes, watch);
    for (const secret of Object.values(secrets)) for (const line of secret.split('\n')) this.#mask(line);
    const own = contextsOf(this.#job, payloadOf(origin, inputs), secrets.GITHUB_TOKEN ?? '');
    this.#contexts = { ...contexts, ...own };
    const workflowEnv = filledIn(read.workflow.env ?? {}, this.#contexts, expressions);
    const env = { ...workflowEnv, ...filledIn(job.env ?? {}, { ...this.#contexts, env: workflowEnv }, expressions) };
    this.#env = env;
    this.#name = nameOf(id, contexts.matrix, setting);
    const runsOn = evaluated(job['runs-on'], this.#contexts, expressions);
    this.#notDone = notDoneHere({ ...job, 'runs-on': runsOn }, read.workflow);

    const { environment } = job;
    const written = typeof environment === 'string' ? environment : environment?.name;
    const environmentName = written === undefined ? undefined : expressions.fillIn(written, this.#contexts);
    if (environmentName) aws.createEnvironment(environmentName);
    const path = setting.caller?.name === undefined ? origin.path : setting.file;
    const claims = claimsOf({ ...origin, path }, this.#job.env, environmentName);
    this.#token = { claims, oidc: permitsOf(job, setting)('id-token', 'write'), workspace: this.#job.workspace };
    Object.assign(
      this.#job.env,
      withCommands(this.#job.env.PATH ?? ''),
      this.#token.oidc && aws.sandbox.github.environment({ claims }),
      env,
    );
  }

  async run(): Promise<JobEnd> {
    const { id, job } = this.planned;
    const { expressions, read } = this.setting;
    title(`Job ${this.#name}`);
    for (const each of this.#notDone) note(`Not supported here: ${each}.`);
    const defaults = { ...read.workflow.defaults?.run, ...job.defaults?.run };
    const steps: Steps = new Steps({
      job: this.#job,
      expressions,
      contexts: this.#contexts,
      env: this.#env,
      shell: defaults.shell,
      workingDirectory: defaults['working-directory'],
      refusal: (uses) => this.#refusalOf(uses),
      useAction: (use) => this.#useAction(use, steps),
    });
    try {
      for (const [index, step] of (job.steps ?? []).entries()) {
        await this.#runStep(steps, step, `${this.setting.file}:${read.lineOf('jobs', id, 'steps', index)}`);
      }
      await this.#runPosts(steps);
      const { passed, withheld } = passedOutputs(
        filledIn(job.outputs ?? {}, steps.contexts, expressions),
        this.#job.masks,
      );
      if (withheld.length > 0) {
        title(`${this.#name} › Outputs`);
        for (const name of withheld) {
          note(
            `${name} does not reach other jobs, as a part of it is masked. GitHub warns: "Skip output '${name}' since it ` +
              'may contain secret." A job that needs it must obtain it itself.',
          );
        }
      }
      const goesOn = isTrue(job['continue-on-error'] ?? false, steps.contexts, expressions);
      return { result: goesOn ? 'success' : steps.status, outputs: passed };
    } finally {
      this.#job.remove();
    }
  }

  /** Does not run it. */
  cancel(reason: string): void {
    title(`Job ${this.#name}`);
    note(`Cancelled: ${reason}.`);
    this.#job.remove();
  }

  /** @param around what the step is a part of, for people */
  async #runStep(steps: Steps, step: WorkflowStep, place: string, around = this.#name): Promise<void> {
    const { sandbox } = this.setting.aws;
    const before = sandbox.requests.length;
    let end: StepEnd;
    try {
      title(masked(`${around} › ${steps.nameOf(step)} (${place})`, this.#job.masks));
      if (step.run !== undefined && !this.setting.commands) {
        note('Not run, because of --no-run.');
        return;
      }
      end = await steps.run(step);
    } catch (error) {
      this.setting.interruption.check();
      // Its condition or a variable is wrong: there, too, only this step fails.
      steps.fail();
      note(`Failed: ${place}: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    this.setting.interruption.check();
    const goesOn = end.outcome !== end.conclusion ? ', and the job goes on' : '';
    if (!end.run) {
      note(
        end.outcome === 'failure' ? `Failed${goesOn}: ${place}: ${end.reason ?? ''}` : `Skipped: ${end.reason ?? ''}.`,
      );
      return;
    }
    if (step.uses !== undefined && useOf(step.uses).kind === 'local') {
      // Its steps have shown the rest.
      title(`${around} › End of ${step.uses}`);
      showStep({ ...end.run, exported: {} }, this.#job.masks, []);
    } else showStep(end.run, this.#job.masks, sandbox.requests.slice(before));
    note(
      `${end.outcome === 'success' ? 'Succeeded' : `Failed with exit code ${end.run.exitCode ?? 'none'}`}${goesOn}.`,
    );
  }

  async #refusalOf(uses: string): Promise<string | undefined> {
    const use = useOf(uses);
    if (use.kind === 'skipped') return use.reason;
    return use.kind === 'local' ? refusalOf(await readLocalAction(uses, this.#job.workspace)) : undefined;
  }

  /** @param steps of which it is one */
  async #useAction(use: ActionUse, steps: Steps): Promise<Run> {
    const { aws, folder, strict } = this.setting;
    const what = useOf(use.uses);
    if (what.kind === 'local') return this.#useLocal(use, steps);
    if (what.kind === 'checkout') {
      const path = use.inputs.path ?? '';
      const files = checkOut(folder, `${this.#job.workspace}/${path}`);
      const elsewhere = use.inputs.repository ?? use.inputs.ref;
      if (elsewhere) {
        note(`Not supported here: a checkout of ${elsewhere}. These are the files of the workflow's folder.`);
      }
      show([`${files} files of ${folder}, as they are now`]);
      return NOTHING;
    }
    if (what.kind === 'this action' && what.insteadOf !== undefined) {
      note(`This action runs instead of ${what.insteadOf}: it takes the same inputs.`);
    }
    for (const made of await aws.furnish(use, this.#token, { strict })) note(made);
    this.#withPost.unshift(use.title);
    const env = { ...use.env, ...aws.environment };
    return this.#job.step({
      with: use.inputs,
      env: { ...env, ...(await asForAws(use.inputs, { ...this.#job.env, ...env })) },
    });
  }

  /**
   * Runs the steps of an action of the repository. They find its inputs and what the job has, and nothing of other steps.
   * https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax
   */
  async #useLocal({ uses, inputs, env }: ActionUse, around: Steps): Promise<Run> {
    const { expressions } = this.setting;
    const { file, action, lineOf } = await readLocalAction(uses, this.#job.workspace);
    const path = join(this.#job.workspace, uses);
    const { github, runner, strategy, matrix } = this.#contexts;
    const contexts = { github: { ...(github as object), action_path: path }, runner, strategy, matrix };
    const defaults = Object.entries(action.inputs ?? {}).map(([name, input]) => [name, input.default ?? ''] as const);
    const steps: Steps = new Steps({
      job: this.#job,
      expressions,
      contexts: {
        ...contexts,
        inputs: { ...filledIn(Object.fromEntries(defaults), contexts, expressions), ...inputs },
      },
      env: { ...(around.contexts.env as Readonly<Record<string, string>>), ...env },
      stepEnv: { ...env, GITHUB_ACTION_PATH: path },
      refusal: (other) => this.#refusalOf(other),
      useAction: (use) => this.#useAction(use, steps),
    });
    for (const [index, step] of (action.runs.steps ?? []).entries()) {
      await this.#runStep(steps, step, `${file}:${lineOf('runs', 'steps', index)}`, `${this.#name} › ${uses}`);
    }
    const values = Object.entries(action.outputs ?? {}).map(([name, { value }]) => [name, value] as const);
    return {
      ...NOTHING,
      exitCode: steps.status === 'success' ? 0 : 1,
      exported: steps.exported,
      outputs: filledIn(Object.fromEntries(values), steps.contexts, expressions),
    };
  }

  async #runPosts(steps: Steps): Promise<void> {
    const { expressions, interruption } = this.setting;
    const { sandbox } = this.setting.aws;
    let before = sandbox.requests.length;
    await this.#job.finish({
      runs: (condition) => {
        title(masked(`${this.#name} › Post ${this.#withPost.shift() ?? ''}`, this.#job.masks));
        const runs = expressions.holds(condition, steps.contexts, steps.status);
        if (!runs) note(`Skipped: post-if: ${condition}.`);
        return runs;
      },
      ended: (run) => {
        interruption.check();
        showStep(run, this.#job.masks, sandbox.requests.slice(before));
        before = sandbox.requests.length;
      },
    });
  }

  #mask(text: string): void {
    if (text !== '') this.#job.masks.add(text);
  }
}

const NOTHING: Run = {
  exitCode: 0,
  lines: [],
  stderr: '',
  log: [],
  exported: {},
  outputs: {},
  state: {},
  summary: '',
  duration: 0,
};
