import type { Identity } from '../aws/arn';
import { secretsOf } from '../aws/credentials';
import { secretsInSeed } from '../mfa/seed';
import { passwordsIn } from '../network/url-password';
import type { Step } from './step';

/** Inputs and variables that hold secrets, whatever becomes of them. The runner's own credentials are masked when they are used. */
const SECRETS = [
  'INPUT_MFA-CODE',
  'INPUT_MFA-SECRET',
  'INPUT_GITHUB-TOKEN',
  'INPUT_TERRAFORM-TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
];
/** Inputs in which a private key may be, in the lines of PEM. */
const KEYS = ['INPUT_CERTIFICATE', 'INPUT_CERTIFICATE-PRIVATE-KEY'];
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(.*?)(-----END |$)/gs;
/** A code of an MFA device is the shortest of them. */
const SHORTEST_SECRET = 6;
const SHORTEST_PASSWORD = 3;
/** Of the lines of a private key, the last may be so short that a log without it would be unreadable. */
const SHORTEST_LINE = 8;
/** Inputs and variables with the URLs of proxies and endpoints, in which a password may be. */
const URLS = /^(INPUT_HTTP-PROXY|INPUT_(STS|IAM)-ENDPOINT|(HTTPS?|ALL)_PROXY|AWS_ENDPOINT_URL(_\w+)?|TFE_ADDRESS)$/i;

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
  const lines = KEYS.flatMap((name) => secretsInKey(text(name)));
  const seeds = secretsInSeed(text('INPUT_MFA-SECRET'));
  [...keys, ...others, ...seeds, ...lines, ...urls.flatMap((name) => secretsInUrl(text(name)))].forEach(runner.mask);
}

/** What must not be printed of a private key in PEM, or in base64 of that. */
function secretsInKey(text: string): string[] {
  const isPem = text.includes('-----BEGIN ');
  const pem = isPem ? text : Buffer.from(text, 'base64').toString('latin1');
  const keys = [...pem.matchAll(PRIVATE_KEY)].map(([, body = '']) => body);
  // A runner masks what is in a line, and a log may show a line of it.
  const encoded = keys.length > 0 && !isPem ? [text] : [];
  return [...keys, ...encoded]
    .flatMap((body) => body.split(/\s+|\\[rn]/))
    .filter(({ length }) => length >= SHORTEST_LINE);
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

/**
 * A text as it may be shown where no runner hides what was masked, such as a summary. Prose is escaped for Markdown only
 * afterwards: what stands in place of a secret has a meaning there, too.
 */
export function withoutSecrets(text: string, hidesAccounts: boolean, { runner }: Pick<Step, 'runner'>): string {
  return runner.hide(hidesAccounts ? withoutAccounts(text) : text);
}

/** A text in which accounts are hidden, for users who asked that none be shown: no mask reaches a summary. */
export function withoutAccounts(text: string): string {
  return [...new Set(text.match(ACCOUNTS))].reduce((shown, account) => shown.replaceAll(account, '***'), text);
}
