import { ActionError } from '../errors/action-error';
import { problemText, type DocumentProblem } from '../identities/document-problems';

/**
 * Inputs that may come from a variable of the same name instead, as in `aws-actions/configure-aws-credentials`:
 * `role-to-assume` from `ROLE_TO_ASSUME`. An input that is set wins.
 */
const WITH_ALIAS: ReadonlySet<string> = new Set([
  'aws-region',
  'role-to-assume',
  'web-identity-token-file',
  'role-chaining',
  'audience',
  'mask-aws-account-id',
  'role-duration-seconds',
  'role-external-id',
  'role-session-name',
  'role-skip-session-tagging',
  'transitive-tag-keys',
  'inline-session-policy',
  'managed-session-policies',
  'output-credentials',
  'unset-current-credentials',
  'disable-retry',
  'retry-max-attempts',
  'special-characters-workaround',
  'use-existing-credentials',
  'overwrite-aws-profile',
]);

const TRUE = new Set(['true', 'True', 'TRUE']);
const FALSE = new Set(['false', 'False', 'FALSE']);

/** The variables that an input is read from, in that order. */
function variablesOf(name: string): string[] {
  return [`INPUT_${name.toUpperCase()}`, ...(WITH_ALIAS.has(name) ? [aliasOf(name)] : [])];
}

function aliasOf(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

/** Whether inputs are read from a variable of this name. */
export function isInputVariable(variable: string): boolean {
  return variable.startsWith('INPUT_') || [...WITH_ALIAS].some((name) => aliasOf(name) === variable);
}

/** Reads inputs by name. What is wrong is noted and read as if it were not there, so that all of it is reported at once. */
export class Inputs {
  /** What is worth saying although it is not wrong. */
  readonly warnings: string[] = [];
  readonly #problems: (readonly [input: string, problem: string | DocumentProblem])[] = [];

  constructor(readonly env: NodeJS.ProcessEnv) {}

  /** The input's text without surrounding white space, or undefined when it is empty or not given. */
  text(name: string): string | undefined {
    return variablesOf(name)
      .map((variable) => this.env[variable]?.trim())
      .find(Boolean);
  }

  has(name: string): boolean {
    return this.text(name) !== undefined;
  }

  /** Whether the input itself asks for something: not a variable in its stead, and not `false`. */
  asks(name: string): boolean {
    const text = this.env[`INPUT_${name.toUpperCase()}`]?.trim();
    return Boolean(text) && !FALSE.has(text ?? '');
  }

  /** The lines of an input, without empty ones. */
  lines(name: string): string[] {
    const lines = this.text(name)?.split(/\r?\n/) ?? [];
    return lines.map((line) => line.trim()).filter(Boolean);
  }

  /** A boolean as YAML 1.2 writes it. */
  flag(name: string, fallback = false): boolean {
    const text = this.text(name);
    if (text === undefined) return fallback;
    if (TRUE.has(text)) return true;
    if (!FALSE.has(text)) this.wrong(name, `"${text}" is neither true nor false`);
    return false;
  }

  /** A whole number within bounds, both included. */
  integer(name: string, bounds: { min: number; max: number; unit: string }): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= bounds.min && value <= bounds.max) return value;
    this.wrong(name, `"${text}" is not a whole number of ${bounds.unit} from ${bounds.min} to ${bounds.max}`);
    return undefined;
  }

  /** One of some texts. */
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name);
    const chosen = choices.find((choice) => choice === text);
    if (text !== undefined && chosen === undefined) this.wrong(name, `"${text}" is none of ${choices.join(', ')}`);
    return chosen;
  }

  /** A text that follows a rule, which is said when it does not. */
  matching(name: string, pattern: RegExp, rule: string): string | undefined {
    const text = this.text(name);
    if (text === undefined || pattern.test(text)) return text;
    this.wrong(name, `"${text}" is not ${rule}`);
    return undefined;
  }

  /** Notes what is wrong with an input, and what it should be. Never a secret's value. */
  wrong(input: string, problem: string | DocumentProblem): void {
    this.#problems.push([input, problem]);
  }

  /** Notes what is worth saying. */
  warn(warning: string | DocumentProblem): void {
    this.warnings.push(sentenceOf(warning));
  }

  /** @throws ActionError `invalid-input` with every problem, if there are any */
  throwIfWrong(): void {
    const found = [...new Set(this.#problems.map(([input, problem]) => `${input}: ${sentenceOf(problem)}`))];
    if (found.length === 0) return;
    const [count, them] = found.length === 1 ? ['an input is', 'it'] : [`${found.length} inputs are`, 'them'];
    throw new ActionError({
      code: 'invalid-input',
      tried: `start, as ${count} wrong. Nothing was sent to AWS`,
      why: found.length === 1 ? found.join() : found.map((problem) => `\n- ${problem}`).join(''),
      fix: `Correct ${them} under "with:" of this step.`,
    });
  }
}

/** Whether accounts are not to be shown. It is known also where other inputs are wrong. */
export function hidesAccounts(env: NodeJS.ProcessEnv): boolean {
  return new Inputs(env).flag('mask-aws-account-id');
}

function sentenceOf(problem: string | DocumentProblem): string {
  return typeof problem === 'string' ? problem : problemText(problem);
}
