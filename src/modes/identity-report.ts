import type { Identity } from '../aws/arn';
import { isTemporary, type Credentials } from '../aws/credentials';
import type { Report } from '../delivery/report';
import type { Request, StepSettings } from '../inputs/request';
import { keptSignIn } from '../runner/kept-sign-in';
import type { Step } from '../runner/step';

interface Findings {
  /** When the credentials end, where that is known. */
  readonly expires?: string | undefined;
  /** What became of the credentials. */
  readonly credentials: string;
  /** Further rows of the table in the summary. */
  readonly more?: readonly (readonly [name: string, text: string])[];
}

const NOT_KNOWN = 'not known';

/** Says what of an identity is not known, which another vendor's STS need not tell. */
export function noteUnknown({ arn, account }: Identity, { runner }: Step): void {
  const missing = [
    ...(account === undefined ? ['aws-account-id'] : []),
    ...(arn === undefined ? ['authenticated-arn'] : []),
  ];
  if (missing.length === 0) return;
  runner.notice(
    `The service at sts-endpoint does not say whose the credentials are: without ${missing.join(' and ')} in the outputs.`,
  );
}

/** What a step says of the one identity that it worked as. */
export function identityReport(
  { arn, account }: Identity,
  { region }: StepSettings['connection'],
  { expires, credentials, more = [] }: Findings,
): Report {
  const rows = [
    ['Identity', arn === undefined ? NOT_KNOWN : `\`${arn}\``],
    ['Account', account ?? NOT_KNOWN],
    ['Region', region],
    ...(expires === undefined ? [] : [['Expires', expires]]),
    ['Credentials', credentials],
    ...more,
  ];
  return {
    log: [
      `Identity: ${arn ?? NOT_KNOWN}`,
      ...(expires === undefined ? [] : [`Expires: ${expires}`]),
      `Credentials: ${credentials}`,
    ],
    summary: ['### AWS identity', '', '| | |', '|---|---|', ...rows.map(([name, text]) => `| ${name} | ${text} |`)],
  };
}

/**
 * When credentials end, in words. Undefined where that is not known: of temporary ones that the step was given.
 *
 * @param renewed for how long they are renewed, if they are
 */
export function expiryOf(credentials: Credentials, renewed: string | undefined): string | undefined {
  const { expiration } = credentials;
  if (!expiration) return isTemporary(credentials) ? undefined : 'never: they are access keys of a user';
  return `${expiration.toISOString()}${renewed === undefined ? '' : `; ${renewed}`}`;
}

/** For how long a profile renews its session, in words: some sources end before the job. */
export function renewalOf(source: Request['identity']['source'], { env }: Pick<Step, 'env'>): string {
  switch (source.from) {
    case 'sign-in': {
      const { expires } = keptSignIn(env) ?? {};
      return `renewed for as long as the sign-in lasts${expires === undefined ? '' : `, until ${isoTime(expires)}`}`;
    }
    case 'certificate': {
      const { leaf, chain } = source.certificate;
      const ends = Math.min(...[leaf, ...chain].map(({ validTo }) => Date.parse(validTo)));
      return `renewed for as long as the job runs and the certificate is valid, until ${isoTime(ends)}`;
    }
    case 'given keys':
    case 'default chain':
    case 'github token':
    case 'token file':
      return 'renewed for as long as the job runs';
  }
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}
