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

const ACCOUNT_IDS = /\b\d{12}\b/g;

/** Masks every secret the step was given, before anything is read that could be printed. */
export function maskInputs({ env, runner }: Step): void {
  const names = [...SECRET_INPUTS.map((name) => `INPUT_${name.toUpperCase()}`), ...SECRET_VARIABLES];
  for (const secret of [...names.map((name) => env[name]), ...PROXIES.flatMap((name) => passwordsIn(env[name]))]) {
    if (secret) runner.mask(secret.trim());
  }
}

/** Masks the account IDs in a text, for users who asked that none be shown. */
export function maskAccountsIn(text: string, { runner }: Step): void {
  for (const account of new Set(text.match(ACCOUNT_IDS))) runner.mask(account);
}

/** A text in which accounts are hidden, for users who asked that none be shown: no mask reaches a summary. */
export function withoutAccounts(text: string): string {
  return text.replace(ACCOUNT_IDS, '***');
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
