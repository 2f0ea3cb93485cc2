import type { ReadAction } from '../sandbox/runner/composite-action';
import type { ReadWorkflow, WrittenMap } from '../sandbox/runner/workflow';
import { useOf } from './actions';
import { inputsBehind } from './local-action';
import type { PlannedJob } from './plan';

/** A place of a workflow that names a secret or a variable, and that a run here comes to. */
export interface Reference {
  readonly context: 'secrets' | 'vars';
  readonly name: string;
  readonly line: number;
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

/**
 * Each secret and variable that the jobs name. What is only for steps that are skipped does not count.
 *
 * @param commands whether the commands of steps run
 * @param actions those of the repository that they use
 */
export function referencesIn(
  { workflow, lineOf }: ReadWorkflow,
  jobs: readonly PlannedJob[],
  { commands, actions }: { readonly commands: boolean; readonly actions: ReadonlyMap<string, ReadAction> },
): Reference[] {
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
    for (const [, context, name, quoted] of expressions.flatMap((each) => [...each.matchAll(NAMED)])) {
      found.push({
        context: context as 'secrets',
        name: (name ?? quoted ?? '').toUpperCase(),
        line: lineOf(...path),
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

  lookInVariables(workflow.env, ['env']);
  for (const { id, job } of jobs) {
    const path = ['jobs', id] as const;
    lookInVariables(job.env, [...path, 'env']);
    for (const key of ['if', 'environment', 'outputs', 'strategy'] as const) look(job[key], [...path, key]);
    for (const [index, step] of (job.steps ?? []).entries()) {
      const at = [...path, 'steps', index];
      look(step.if, [...at, 'if']);
      const { uses = '', env, with: given = {} } = step;
      const action = actions.get(uses);
      if (step.uses === undefined ? !commands : !action && useOf(uses).kind !== 'this action') continue;
      look(step.run, [...at, 'run']);
      const behind = action && inputsBehind(action);
      const inputOf = (name: string) => behind?.get(name) ?? name;
      const inputs = Object.fromEntries(Object.entries(given).map(([name, text]) => [inputOf(name), text]));
      lookInVariables(env, [...at, 'env'], inputs);
      for (const [name, text] of Object.entries(given)) {
        look(text, [...at, 'with', name], { input: inputOf(name), inputs });
      }
    }
  }
  return found;
}
