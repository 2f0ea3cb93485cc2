import type { ReadWorkflow, WrittenMap } from '../sandbox/runner/workflow';
import { useOf } from './actions';
import type { CalledWorkflow } from './called-workflows';
import { inputsBehind, type LocalAction } from './local-action';
import type { PlannedJob } from './plan';

/** A place of a workflow that names a secret or a variable, and that a run here comes to. */
export interface Reference {
  readonly context: 'secrets' | 'vars';
  readonly name: string;
  /** For people: `line 8`, or with the file. */
  readonly place: string;
  /** What the value is for, where an input or variable of this action tells: `aws-access-key-id`. */
  readonly input: string | undefined;
  /** The text around it, with all its expressions. */
  readonly text: string;
  /** The inputs of the step that it is in, as they stand there. */
  readonly inputs: WrittenMap;
}

const NAMED = /\b(secrets|vars)(?:\.([A-Za-z_][\w-]*)|\[\s*'([^']+)'\s*\])/g;
/** Of a step with this action, and of those around it. */
const INPUT_OF_VARIABLE: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: 'aws-access-key-id',
  AWS_SECRET_ACCESS_KEY: 'aws-secret-access-key',
  AWS_SESSION_TOKEN: 'aws-session-token',
  AWS_REGION: 'aws-region',
  AWS_DEFAULT_REGION: 'aws-region',
};

/** What a run here comes to in addition to the jobs. */
export interface AlsoRun {
  /** Whether the commands of steps run. */
  readonly commands: boolean;
  /** Actions of the repository that steps use. */
  readonly actions: ReadonlyMap<string, LocalAction>;
  /** Workflows of the repository that jobs call. */
  readonly workflows: ReadonlyMap<string, CalledWorkflow>;
}

/**
 * Each secret and variable that the jobs name. What is only for steps that are skipped does not count.
 *
 * @param file in which the jobs are, where that need be said
 */
export function referencesIn(
  { workflow, lineOf }: ReadWorkflow,
  jobs: readonly PlannedJob[],
  alsoRun: AlsoRun,
  file?: string,
): Reference[] {
  const { commands, actions, workflows } = alsoRun;
  const found: Reference[] = [];
  const look = (
    written: unknown,
    path: readonly (string | number)[],
    of: { input?: string | undefined; inputs?: WrittenMap | undefined } = {},
  ): void => {
    if (written !== null && typeof written === 'object') {
      for (const [key, value] of Object.entries(written)) look(value as unknown, [...path, key], of);
      return;
    }
    const text = String(written);
    const isCondition = path.at(-1) === 'if';
    const expressions = isCondition ? [text] : (text.match(/\$\{\{.*?\}\}/gs) ?? []);
    const line = lineOf(...path);
    for (const [, context, name, quoted] of expressions.flatMap((each) => [...each.matchAll(NAMED)])) {
      found.push({
        context: context as 'secrets',
        name: (name ?? quoted ?? '').toUpperCase(),
        place: file === undefined ? `line ${line}` : `${file}:${line}`,
        input: of.input,
        text,
        inputs: of.inputs ?? {},
      });
    }
  };
  const lookInVariables = (env: WrittenMap = {}, path: readonly (string | number)[], inputs?: WrittenMap): void => {
    const asInputs = Object.entries(env).flatMap(([name, text]) => {
      const input = INPUT_OF_VARIABLE[name];
      return input === undefined ? [] : [[input, text] as const];
    });
    const all = { ...Object.fromEntries(asInputs), ...inputs };
    for (const [name, text] of Object.entries(env)) {
      look(text, [...path, name], { input: INPUT_OF_VARIABLE[name], inputs: all });
    }
  };
  /** @param inputOf which input of this action a name stands for: its own name, if none is known */
  const lookInGiven = (
    given: WrittenMap,
    path: readonly (string | number)[],
    inputOf: (name: string) => string | undefined = () => undefined,
  ): WrittenMap => {
    const named = (name: string) => inputOf(name) ?? name;
    const inputs = Object.fromEntries(Object.entries(given).map(([name, text]) => [named(name), text]));
    for (const [name, text] of Object.entries(given)) look(text, [...path, name], { input: named(name), inputs });
    return inputs;
  };
  const lookInCall = ({ id, job }: PlannedJob, called: CalledWorkflow): void => {
    const inside = referencesIn(called, called.planned, alsoRun, called.file);
    const { with: inputs = {}, secrets = {} } = job;
    const behind = inputsBehind(called.planned.flatMap((one) => one.job.steps ?? []));
    lookInGiven(inputs, ['jobs', id, 'with'], (name) => behind.get(name));
    // Of the secrets, it has those that it is given; of the variables, all.
    found.push(...inside.filter(({ context }) => context === 'vars' || secrets === 'inherit'));
    if (secrets === 'inherit') return;
    const ofSecrets = new Map(inside.map(({ name, input }) => [name, input]));
    lookInGiven(secrets, ['jobs', id, 'secrets'], (name) => ofSecrets.get(name.toUpperCase()));
  };

  look(workflow.on, ['on']);
  lookInVariables(workflow.env, ['env']);
  for (const planned of jobs) {
    const { id, job } = planned;
    const path = ['jobs', id] as const;
    lookInVariables(job.env, [...path, 'env']);
    for (const key of ['if', 'environment', 'outputs', 'strategy'] as const) look(job[key], [...path, key]);
    const called = workflows.get(job.uses ?? '');
    if (called) lookInCall(planned, called);
    for (const [index, step] of (job.steps ?? []).entries()) {
      const at = [...path, 'steps', index];
      look(step.if, [...at, 'if']);
      const action = actions.get(step.uses ?? '');
      if (step.uses === undefined ? !commands : !action && useOf(step.uses).kind !== 'this action') continue;
      look(step.run, [...at, 'run']);
      const behind = action && inputsBehind(action.action.runs.steps);
      const inputs = lookInGiven(step.with ?? {}, [...at, 'with'], (name) => behind?.get(name));
      lookInVariables(step.env, [...at, 'env'], inputs);
    }
  }
  return found;
}
