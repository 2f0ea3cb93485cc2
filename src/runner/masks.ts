import type { Identity } from '../aws/arn';
import type { Step } from './step';

/** Inputs and variables that hold secrets, whatever becomes of them. */
const SECRET_INPUTS = [
  'aws-access-key-id',
  'aws-secret-access-key',
  'aws-session-token',
  'mfa-code',
  'mfa-secret',
  'github-token',
] as const;
const SECRET_VARIABLES = [
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
] as const;
const PROXIES = [
  'INPUT_HTTP-PROXY',
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
];

/**
 * The shortest account of another vendor's that is hidden. Shorter ones, as `1` or a plain word, tell nothing, and without
 * them nobody could read the log.
 */
const MIN_HIDDEN_ACCOUNT = 8;

/** AWS's accounts; and whatever else stands in the place of an account in an ARN, as it does in those of other vendors. */
const ACCOUNTS = new RegExp(
  String.raw`\b\d{12}\b|(?<=\barn:[^\s:]*:[^\s:]*:[^\s:]*:)[^\s:]{${MIN_HIDDEN_ACCOUNT},}(?=:)`,
  'g',
);

/** Masks every secret the step was given, before anything is read that could be printed. */
export function maskInputs({ env, runner }: Step): void {
  const names = [...SECRET_INPUTS.map((name) => `INPUT_${name.toUpperCase()}`), ...SECRET_VARIABLES];
  for (const secret of [...names.map((name) => env[name]), ...PROXIES.flatMap((name) => passwordsIn(env[name]))]) {
    if (secret) runner.mask(secret.trim());
  }
}

/** Masks the account IDs in a text, for users who asked that none be shown. */
export function maskAccountsIn(text: string, { runner }: Step): void {
  for (const account of new Set(text.match(ACCOUNTS))) runner.mask(account);
}

/** Masks the account of an identity, for the same users. */
export function maskAccountOf({ arn = '', account = '' }: Identity, step: Step): void {
  maskAccountsIn(arn, step);
  if (account.length >= MIN_HIDDEN_ACCOUNT) step.runner.mask(account);
}

/** A text in which accounts are hidden, for users who asked that none be shown: no mask reaches a summary. */
export function withoutAccounts(text: string): string {
  return [...new Set(text.match(ACCOUNTS))].reduce((shown, account) => shown.replaceAll(account, '***'), text);
}

/** A URL's password as it is written, and decoded. */
function passwordsIn(url: string | undefined): string[] {
  const password = url && URL.canParse(url) ? new URL(url).password : '';
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}
