import { Problems } from './problems';

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

/** Reads inputs by name. What does not parse is noted as a problem and read as if it were not there. */
export class Inputs {
  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly problems: Problems,
  ) {}

  /** The input's text without surrounding white space, or undefined when it is empty or not given. */
  text(name: string): string | undefined {
    return variablesOf(name)
      .map((variable) => this.env[variable]?.trim())
      .find(Boolean);
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
    if (!FALSE.has(text)) this.problems.add(name, `"${text}" is neither true nor false`);
    return false;
  }

  /** A whole number within bounds, both included. */
  integer(name: string, bounds: { min: number; max: number; unit: string }): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= bounds.min && value <= bounds.max) return value;
    this.problems.add(name, `"${text}" is not a whole number of ${bounds.unit} from ${bounds.min} to ${bounds.max}`);
    return undefined;
  }

  /** A text that follows a rule, which is said when it does not. */
  matching(name: string, pattern: RegExp, rule: string): string | undefined {
    const text = this.text(name);
    if (text === undefined || pattern.test(text)) return text;
    this.problems.add(name, `"${text}" is not ${rule}`);
    return undefined;
  }
}

/** Whether accounts are not to be shown. It is known also where other inputs are wrong. */
export function hidesAccounts(env: NodeJS.ProcessEnv): boolean {
  return new Inputs(env, new Problems()).flag('mask-aws-account-id');
}
