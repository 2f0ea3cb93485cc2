import type { Identity } from '../aws/arn';
import { consolePage } from '../aws/console';
import { isTemporary, type Credentials } from '../aws/credentials';
import { callsAws } from '../aws/endpoint';
import type { Report } from '../delivery/report';
import type { Request, StepSettings } from '../inputs/request';
import { keptSignIn } from '../runner/kept-sign-in';
import type { Step } from '../runner/step';
import { codeInCell } from '../text/markdown';
import { atMinute, hoursAndMinutes } from '../text/time-words';

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
  connection: StepSettings['connection'],
  { expires, credentials, more = [] }: Findings,
): Report {
  const rows = [
    ...(expires === undefined ? [] : [['Expires', expires] as const]),
    ['Account', account ?? NOT_KNOWN],
    ['Region', connection.region],
    ['Credentials', credentials],
    ...more,
  ] as const;
  return {
    log: [
      `Identity: ${arn ?? NOT_KNOWN}`,
      ...(expires === undefined ? [] : [`Expires: ${expires}`]),
      `Credentials: ${credentials}`,
    ],
    summary: [
      `| Identity | ${identityCell(arn, connection)} |`,
      '|:---|:---|',
      ...rows.map(([name, text]) => `| ${name} | ${text} |`),
    ],
  };
}

/** An ARN in a table, with a link to the console where that has a page for it. */
export function identityCell(arn: string | undefined, { stsEndpoint }: StepSettings['connection']): string {
  if (arn === undefined) return NOT_KNOWN;
  const page = callsAws(stsEndpoint, 'STS') ? consolePage(arn) : undefined;
  return page === undefined ? codeInCell(arn) : `[${codeInCell(arn)}](${page})`;
}

/**
 * When credentials end, in words. Undefined where that is not known: of temporary ones that the step was given.
 *
 * @param renewed for how long they are renewed, if they are
 */
export function expiryOf(
  credentials: Credentials,
  renewed: string | undefined,
  { clock }: Pick<Step, 'clock'>,
): string | undefined {
  const { expiration } = credentials;
  if (!expiration) return isTemporary(credentials) ? undefined : 'never: they are access keys of a user';
  const end = expiration.getTime();
  const left = end - clock.time();
  // A machine whose clock is wrong knows the end, and not how long it is until then.
  const after = left > 0 ? `, after ${hoursAndMinutes(left)}` : '';
  return `${atMinute(end)}${after}${renewed === undefined ? '' : `; ${renewed}`}`;
}

/** For how long a profile renews its session, in words: some sources end before the job. */
export function renewalOf(source: Request['identity']['source'], { env }: Pick<Step, 'env'>): string {
  switch (source.from) {
    case 'sign-in': {
      const { expires } = keptSignIn(env) ?? {};
      return `renewed for as long as the sign-in lasts${expires === undefined ? '' : `, until ${atMinute(expires)}`}`;
    }
    case 'certificate': {
      const { leaf, chain } = source.certificate;
      const ends = Math.min(...[leaf, ...chain].map(({ validTo }) => Date.parse(validTo)));
      return `renewed for as long as the job runs and the certificate is valid, until ${atMinute(ends)}`;
    }
    case 'given keys':
    case 'default chain':
    case 'github token':
    case 'token file':
      return 'renewed for as long as the job runs';
  }
}
