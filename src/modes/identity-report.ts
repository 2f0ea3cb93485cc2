import type { Identity } from '../aws/arn';
import { isTemporary, type Credentials } from '../aws/credentials';
import type { Report } from '../delivery/report';
import type { StepSettings } from '../inputs/request';

interface Findings {
  /** Not known if omitted. */
  readonly expires?: string;
  /** What became of the credentials. */
  readonly credentials: string;
  /** Further rows of the table in the summary. */
  readonly more?: readonly (readonly [name: string, text: string])[];
}

/** What a step says of the one identity that it worked as. */
export function identityReport(
  { arn, account }: Identity,
  { region }: StepSettings['connection'],
  { expires = 'not known', credentials, more = [] }: Findings,
): Report {
  const rows = [
    ['Identity', `\`${arn}\``],
    ['Account', account],
    ['Region', region],
    ['Expires', expires],
    ['Credentials', credentials],
    ...more,
  ];
  return {
    log: [`Identity: ${arn}`, `Expires: ${expires}`, `Credentials: ${credentials}`],
    summary: ['### AWS identity', '', '| | |', '|---|---|', ...rows.map(([name, text]) => `| ${name} | ${text} |`)],
  };
}

/** When credentials end, in words. */
export function expiryOf(credentials: Credentials, renewed: boolean): string {
  const end =
    credentials.expiration?.toISOString() ??
    (isTemporary(credentials) ? 'not known' : 'never: they are access keys of a user');
  return renewed ? `${end}; renewed for as long as the job runs` : end;
}
