import type { Identity } from '../aws/arn';
import { secretsOf } from '../aws/credentials';
import { passwordsIn } from '../network/url-password';
import type { Step } from './step';

/** Inputs and variables that hold secrets, whatever becomes of them. The runner's own credentials are masked when they are used. */
const SECRETS = ['INPUT_MFA-CODE', 'INPUT_MFA-SECRET', 'INPUT_GITHUB-TOKEN', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
/** A code of an MFA device is the shortest of them. */
const SHORTEST_SECRET = 6;
const SHORTEST_PASSWORD = 3;
/** Inputs and variables with the URLs of proxies and endpoints, in which a password may be. */
const URLS = /^(INPUT_HTTP-PROXY|INPUT_(STS|IAM)-ENDPOINT|(HTTPS?|ALL)_PROXY|AWS_ENDPOINT_URL(_\w+)?)$/i;

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
  const text = (name: string) => env[name]?.trim() ?? '';
  const keys = secretsOf({
    accessKeyId: text('INPUT_AWS-ACCESS-KEY-ID'),
    secretAccessKey: text('INPUT_AWS-SECRET-ACCESS-KEY'),
    sessionToken: text('INPUT_AWS-SESSION-TOKEN'),
  });
  const others = SECRETS.map(text).filter(({ length }) => length >= SHORTEST_SECRET);
  const urls = Object.keys(env).filter((name) => URLS.test(name));
  [...keys, ...others, ...urls.flatMap((name) => secretsInUrl(text(name)))].forEach(runner.mask);
}

/** What must not be printed of the URL of a proxy or an endpoint. */
export function secretsInUrl(url: string): string[] {
  return passwordsIn(url).filter(({ length }) => length >= SHORTEST_PASSWORD);
}

/** Masks the account IDs in a text, for users who asked that none be shown. */
export function maskAccountsIn(text: string, { runner }: Step): void {
  for (const account of new Set(text.match(ACCOUNTS))) runner.mask(account);
}

/** Masks whom credentials belong to, for the same users: the account, and the ARN as a whole. */
export function maskIdentity({ arn = '', account = '' }: Identity, step: Step): void {
  maskAccountsIn(arn, step);
  if (account.length >= MIN_HIDDEN_ACCOUNT) step.runner.mask(account);
  if (arn !== '') step.runner.mask(arn);
}

/** A text in which accounts are hidden, for users who asked that none be shown: no mask reaches a summary. */
export function withoutAccounts(text: string): string {
  return [...new Set(text.match(ACCOUNTS))].reduce((shown, account) => shown.replaceAll(account, '***'), text);
}
