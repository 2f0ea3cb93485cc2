import type { Identity } from '../aws/arn';
import { isTemporary, type Credentials } from '../aws/credentials';
import type { Report } from '../delivery/report';
import type { StepSettings } from '../inputs/request';
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

/** When credentials end, in words. Undefined where that is not known: of temporary ones that the step was given. */
export function expiryOf(credentials: Credentials, renewed: boolean): string | undefined {
  const { expiration } = credentials;
  if (!expiration) return isTemporary(credentials) ? undefined : 'never: they are access keys of a user';
  return `${expiration.toISOString()}${renewed ? '; renewed for as long as the job runs' : ''}`;
}
