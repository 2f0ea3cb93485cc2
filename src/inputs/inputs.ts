import { isPlain } from '../aws/credentials';
import { callsAws } from '../aws/endpoint';
import { ActionError, type FileProblem } from '../errors/action-error';
import { parseDuration } from '../text/duration';
import { aliasOf, variableOf, WITH_ALIAS, type InputName } from './input-names';

const TRUE = new Set(['true', 'True', 'TRUE']);
const FALSE = new Set(['false', 'False', 'FALSE']);

/** What people write who mean one of them. */
const MEANT_TRUE = /^['"]?(?:true|yes|y|on|1)['"]?$/i;
const MEANT_FALSE = /^['"]?(?:false|no|n|off|0)['"]?$/i;

/** Booleans of `aws-actions/configure-aws-credentials`, which up to version 4 took every text but `true` for false. */
const ONCE_LENIENT: ReadonlySet<string> = new Set<InputName>([
  'role-chaining',
  'mask-aws-account-id',
  'role-skip-session-tagging',
  'output-credentials',
  'output-env-credentials',
  'unset-current-credentials',
  'disable-retry',
  'special-characters-workaround',
  'use-existing-credentials',
]);

/** What is wrong with an input, and the variable that it comes from, if that is not its own. */
interface InputProblem {
  readonly input: string;
  readonly problem: string | FileProblem;
  readonly variable: string | undefined;
}

/** Reads inputs by name. What is wrong is noted and read as if it were not there, so that all of it is reported at once. */
export class Inputs {
  /** What is worth saying although it is not wrong. */
  readonly warnings: string[] = [];
  /** The same, of files. */
  readonly warningsInFiles: FileProblem[] = [];
  readonly #problems: InputProblem[] = [];

  constructor(readonly env: NodeJS.ProcessEnv) {}

  /** The input's text without surrounding white space, or undefined when it is empty or not given. */
  text(name: InputName): string | undefined {
    const text = this.env[this.#standIn(name) ?? variableOf(name)]?.trim();
    return text === '' ? undefined : text;
  }

  has(name: InputName): boolean {
    return this.text(name) !== undefined;
  }

  /** Whether AWS itself is called, which takes nothing but its own forms. */
  callsAws(service: 'STS' | 'IAM'): boolean {
    return callsAws(this.text(service === 'STS' ? 'sts-endpoint' : 'iam-endpoint'), service, this.env);
  }

  /** Whether the input itself asks for something: not a variable in its stead, and not `false`. */
  asks(name: InputName): boolean {
    const text = this.env[variableOf(name)]?.trim();
    return Boolean(text) && !FALSE.has(text ?? '');
  }

  /** A secret that goes into a header or a signature. */
  credential(name: InputName): string | undefined {
    const text = this.text(name);
    if (text !== undefined) this.checkCredential(name, text);
    return text;
  }

  /** Notes what a credential cannot hold, by its kind: the text is a secret. */
  checkCredential(name: InputName, text: string): void {
    if (/\s/.test(text)) this.wrong(name, 'has white space in it');
    else if (!isPlain(text)) {
      this.wrong(name, 'has a character in it that no credential has: a control character, or one beyond ASCII');
    }
  }

  /** The lines of an input, without empty ones. */
  lines(name: InputName): string[] {
    const lines = this.text(name)?.split(/\r?\n/) ?? [];
    return lines.map((line) => line.trim()).filter(Boolean);
  }

  /** A boolean as YAML 1.2 writes it. */
  flag(name: InputName, fallback = false): boolean {
    const text = this.text(name);
    if (text === undefined) return fallback;
    if (TRUE.has(text)) return true;
    if (!FALSE.has(text)) this.wrong(name, `"${text}" is neither true nor false${meantBy(name, text)}`);
    return false;
  }

  /** A whole number within bounds, both included. */
  integer(name: InputName, { min, max, unit }: { min: number; max?: number; unit: string }): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const isWithin = (value: number) => value >= min && value <= (max ?? Number.MAX_SAFE_INTEGER);
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (isWithin(value)) return value;
    const bounds = max === undefined ? `, ${min} or more` : ` from ${min} to ${max}`;
    const seconds = unit === 'seconds' ? (parseDuration(text) ?? Number.NaN) / 1000 : Number.NaN;
    const meant = isWithin(seconds) ? `; did you mean ${seconds}?` : '';
    this.wrong(name, `"${text}" is not a whole number of ${unit}${bounds}${meant}`);
    return undefined;
  }

  /** One of some texts. */
  choice<Choice extends string>(name: InputName, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name);
    const chosen = choices.find((choice) => choice === text);
    if (text !== undefined && chosen === undefined) this.wrong(name, `"${text}" is none of ${choices.join(', ')}`);
    return chosen;
  }

  /** A text that follows a rule, which is said when it does not. */
  matching(name: InputName, pattern: RegExp, rule: string): string | undefined {
    const text = this.text(name);
    if (text === undefined || pattern.test(text)) return text;
    this.wrong(name, `"${text}" is not ${rule}`);
    return undefined;
  }

  /**
   * Notes what is wrong with an input, and what it should be. Never a secret's value.
   *
   * @param variable what it comes from, where that is not the input itself
   */
  wrong(input: string, problem: string | FileProblem, variable = this.#standIn(input)): void {
    this.#problems.push({ input, problem, variable });
  }

  isWrong(input: InputName): boolean {
    return this.#problems.some((problem) => problem.input === input);
  }

  /** Notes what is worth saying. */
  warn(warning: string | FileProblem): void {
    const ofFile = inFile(warning);
    if (ofFile) this.warningsInFiles.push(ofFile);
    else this.warnings.push(sentenceOf(warning));
  }

  /** @throws ActionError `invalid-input` with every problem, if there are any */
  throwIfWrong(): void {
    const found = linesOf(this.#problems);
    if (found.length === 0) return;
    const [count, them] = found.length === 1 ? ['a problem was', 'it'] : [`${found.length} problems were`, 'them'];
    const inFiles = this.#inFiles();
    throw new ActionError({
      code: 'invalid-input',
      tried: `start, as ${count} found in the inputs. Nothing was sent to AWS`,
      why: found.length === 1 ? found.join() : found.map((problem) => `\n- ${problem}`).join(''),
      fix: `Correct ${them} ${enumerated(this.#whereToCorrect())}.`,
      ...(found.length === 1 ? { at: inFiles[0] } : { inFiles }),
    });
  }

  #whereToCorrect(): string[] {
    const files = this.#inFiles().map(({ file }) => `in ${file}`);
    const others = this.#problems.filter(({ problem }) => !inFile(problem));
    if (others.length === 0) return [...new Set(files)];
    const named = others.some(({ variable }) => variable !== undefined);
    return [...new Set(files), `under "with:" of this step${named ? ', or in the variable that is named' : ''}`];
  }

  #inFiles(): FileProblem[] {
    return this.#problems.flatMap(({ problem }) => inFile(problem) ?? []);
  }

  /** The variable that stands in for an input, if it is not given itself. */
  #standIn(name: string): string | undefined {
    if (!WITH_ALIAS.has(name) || !this.flag('translate-env-variables', true)) return undefined;
    const given = [variableOf(name), aliasOf(name)].find((variable) => this.env[variable]?.trim());
    return given === variableOf(name) ? undefined : given;
  }
}

/** The rest of the sentence about a boolean that is none. */
function meantBy(name: InputName, text: string): string {
  const lenient = ONCE_LENIENT.has(name) && text.toLowerCase() !== 'true';
  const taken = lenient ? '; configure-aws-credentials up to version 4 took it for false' : '';
  const meant = booleanMeantBy(text);
  return meant === undefined ? taken : `${taken}. Did you mean ${meant}?`;
}

/** In a sentence: `a, b and c`. */
export function enumerated(names: readonly string[]): string {
  return names.length === 1 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

function inFile(problem: string | FileProblem): FileProblem | undefined {
  return typeof problem === 'string' ? undefined : problem;
}

/** From so many inputs on, what is wrong with all of them alike is said once. */
const MANY = 3;

/** A line for each problem. */
function linesOf(problems: readonly InputProblem[]): string[] {
  const inputsOf = new Map<string, Set<string>>();
  for (const { input, problem, variable } of problems) {
    const from = variable === undefined || variable === input ? '' : ` (from ${variable})`;
    const sentence = sentenceOf(problem);
    inputsOf.set(sentence, (inputsOf.get(sentence) ?? new Set()).add(`${input}${from}`));
  }
  return [...inputsOf].flatMap(([sentence, inputs]) => {
    const [first = '', ...others] = inputs;
    if (inputs.size < MANY) return [...inputs].map((input) => `${input}: ${sentence}`);
    return `${first}: ${sentence}. The same is true of ${others.join(', ')}`;
  });
}

/** What the writer of a text meant, if that is a boolean. */
export function booleanMeantBy(text: string): boolean | undefined {
  if (MEANT_TRUE.test(text)) return true;
  return MEANT_FALSE.test(text) ? false : undefined;
}

/** Whether accounts are not to be shown. It is known also where other inputs are wrong. */
export function hidesAccounts(env: NodeJS.ProcessEnv): boolean {
  return new Inputs(env).flag('mask-aws-account-id');
}

function sentenceOf(problem: string | FileProblem): string {
  return typeof problem === 'string' ? problem : problem.text;
}
