import { parseRoleArn } from '../aws/arn';
import { nearest } from '../text/did-you-mean';
import { INPUTS, variableOf, type InputName } from './input-names';
import { booleanMeantBy, type Inputs } from './inputs';
import { MFA_INPUTS } from './mfa-inputs';

/** Inputs that limit the step: without one of them, it would do more than was asked for, and still succeed. */
const GUARDS: readonly InputName[] = [
  'allowed-account-ids',
  'mask-aws-account-id',
  'inline-session-policy',
  'managed-session-policies',
  'output-env-credentials',
  'translate-env-variables',
  'use-fips-endpoint',
  'expect-arn',
  'expect-allowed',
  'expect-denied',
  'dry-run',
  'ephemeral',
];

/** These limit it with `false`. */
const GUARDS_WHEN_FALSE: readonly InputName[] = ['output-env-credentials', 'translate-env-variables'];

/** Inputs that decide what the step does: without one of them, it would do something else, and still succeed. */
const DECISIVE: readonly InputName[] = [
  'mode',
  'role-to-assume',
  'sso-start-url',
  'sso-account-id',
  'sso-role-name',
  'unset-current-credentials',
  'rotate-now',
  'delete-old-keys',
];

const ROLE_INPUTS: readonly InputName[] = ['role-to-assume', 'roles'];

/** Where no mode is asked for, these decide which it is. */
const DECIDE_MODE: readonly InputName[] = [...ROLE_INPUTS, 'federated-user-name', ...MFA_INPUTS];

/** What the account is called by the output of this action and by many other actions: it says which one it is, and limits nothing. */
const ACCOUNT_ID = /^(?:aws-)?account-id$/;

/** Of these, people make names for the role to assume. */
const ROLE_WORDS: ReadonlySet<string> = new Set([
  'assume',
  'arn',
  'aws',
  'iam',
  'name',
  'oidc',
  'role',
  'target',
  'to',
]);

/** With fewer letters, a name that differs in some of them is as likely another name. */
const LONG = 10;
const LONG_FOR_A_VARIABLE = 8;

/** What decides whether an input has a say in a step. */
interface StepMode {
  readonly inMode: (input: InputName) => boolean;
  /** Whether the mode is the one of a step that says nothing of it. */
  readonly undecided: boolean;
}

/**
 * Names what is given and is no input. A misspelt input fails the step if it is a guard, or decides what the step does;
 * but not where the right one is given, too, nor where it would do nothing. It also counts as wrong where the step fails
 * for want of the right one.
 *
 * Not every variable `INPUT_…` is from under `with:`. A name without a hyphen may be a variable of the job: it counts only
 * if it is that of an input of this mode but for the hyphens and a letter, and fails the step only if that is a guard, or
 * if it names a role.
 * Some runners pass on the inputs of the composite action around the step.
 */
export function checkUnknownNames(names: readonly string[], inputs: Inputs, step: StepMode): void {
  const noted: string[] = [];
  for (const name of names) {
    if (ACCOUNT_ID.test(name)) {
      inputs.warn(
        `${name} is not an input of this action, and does nothing: aws-account-id is an output. To limit the accounts, set ` +
          'allowed-account-ids.',
      );
      continue;
    }
    const meant = inputMeantBy(name);
    const counts = meant !== undefined && (step.inMode(meant) || (step.undecided && DECIDE_MODE.includes(meant)));
    const lacking = counts && !isGiven(meant, inputs);
    if (mayBeVariable(name) && !lacking) continue;
    if (lacking && (inputs.isWrong(meant) || decides(name, meant, inputs, step))) {
      const variable = mayBeVariable(name) ? variableOf(name) : undefined;
      inputs.wrong(name, `is not an input of this action; did you mean ${meant}?`, variable);
    } else {
      const like = meant ?? INPUTS.find((input) => input.endsWith(`-${name}`));
      noted.push(like === undefined ? name : `${name} (did you mean ${like}?)`);
    }
  }
  if (noted.length === 0) return;
  const what = noted.length === 1 ? 'Not an input of this action, so it does' : 'Not inputs of this action, so they do';
  inputs.warn(`${what} nothing: ${noted.join(', ')}.`);
}

/** Whether the name may be that of a variable of the job: those of shells have no hyphens. */
function mayBeVariable(name: string): boolean {
  return !name.includes('-');
}

/** The roles are given by one of two inputs. */
function isGiven(input: InputName, inputs: Inputs): boolean {
  return (ROLE_INPUTS.includes(input) ? ROLE_INPUTS : [input]).some((each) => inputs.has(each));
}

/** Whether the step would do something else with the input that is meant. */
function decides(name: string, meant: InputName, inputs: Inputs, { undecided }: StepMode): boolean {
  const same = booleanMeantBy(inputs.env[variableOf(name)] ?? '') === GUARDS_WHEN_FALSE.includes(meant);
  const decisive = DECISIVE.includes(meant) || (undecided && DECIDE_MODE.includes(meant));
  const isSaid = !mayBeVariable(name) || (meant === 'role-to-assume' && isRole(inputs.env[variableOf(name)]));
  return !same && (GUARDS.includes(meant) || (decisive && isSaid));
}

function isRole(value = ''): boolean {
  return parseRoleArn(value.trim()) !== undefined;
}

function inputMeantBy(name: string): InputName | undefined {
  if (namesRole(name)) return 'role-to-assume';
  if (mayBeVariable(name)) {
    const letters = lettersOf(name);
    const allowed = letters.length < LONG_FOR_A_VARIABLE ? 0 : 1;
    return inputWith(lettersOf, nearest(letters, INPUTS.map(lettersOf), allowed));
  }
  const whole = GUARDS.find((guard) => guard.endsWith(`-${name}`));
  if (whole) return whole;
  const stem = stemOf(name);
  const near = INPUTS.filter((input) => wordsOf(input) === wordsOf(name) || stemOf(input).length >= LONG);
  const found = INPUTS.map(stemOf).includes(stem) ? stem : nearest(stem, near.map(stemOf), stem.length < LONG ? 2 : 3);
  return inputWith(stemOf, found) ?? guardWith(name);
}

/** As `aws-role`, `role-arn` and `assume-role` do. */
function namesRole(name: string): boolean {
  const words = name.split(/[-_]/);
  return words.includes('role') && words.every((word) => ROLE_WORDS.has(word));
}

/** The guard of which a name has some of the words, or all but the first. */
function guardWith(name: string): InputName | undefined {
  const words = stemsOf(name);
  if (words.length < 2) return undefined;
  const isIn = (guard: string) => words.every((word) => stemsOf(guard).some((whole) => isShortFor(word, whole)));
  const isOtherwiseBegun = (guard: string) => wordsOf(guard) > 2 && afterFirst(guard) === afterFirst(name);
  return GUARDS.find(isIn) ?? GUARDS.find(isOtherwiseBegun);
}

/** As `cred` for `credential`. */
function isShortFor(word: string, whole: string): boolean {
  return word === whole || (word.length > 2 && whole.startsWith(word));
}

function afterFirst(name: string): string {
  return name.slice(name.indexOf('-'));
}

function inputWith(form: (input: string) => string, text: string | undefined): InputName | undefined {
  return text === undefined ? undefined : INPUTS.find((input) => form(input) === text);
}

function lettersOf(name: string): string {
  return name.replaceAll(/[-_]/g, '');
}

/** A name without what people add or omit: `aws`, and the ends of the plural and of participles. */
function stemOf(name: string): string {
  return stemsOf(name).join('');
}

function stemsOf(name: string): string[] {
  const words = name.split(/[-_]/).filter((word) => word !== 'aws');
  return words.map((word) => word.replace(/ie[sd]$/, 'y').replace(/(?:ed|s)$/, ''));
}

function wordsOf(name: string): number {
  return name.split(/[-_]/).length;
}
