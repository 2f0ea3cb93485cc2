import type { Identity } from '../aws/arn';
import type { SessionRequest, StepSettings } from '../inputs/request';
import { expiryOf, type Report } from './report';
import type { Session } from './session-delivery';

/** What a step says of a session: whose it is, for how long, and who has it. */
export function sessionReport({ identity, credentials }: Session, request: SessionRequest): Report {
  return identityReport(identity, request, {
    expires: expiryOf(credentials, request.delivery.profile?.refresh ?? false),
    credentials: deliveredTo(request),
  });
}

/** What a step says of credentials that were in the job already. */
export function keptReport(identity: Identity, request: SessionRequest): Report {
  const expires = expiryOf(undefined, false);
  return identityReport(identity, request, { expires, credentials: 'kept: valid ones were in the job already' });
}

interface Findings {
  readonly expires: string;
  /** What became of the credentials. */
  readonly credentials: string;
  /** Further rows of the table in the summary. */
  readonly more?: readonly (readonly [name: string, text: string])[];
}

/** What a step says of the one identity that it worked as. */
export function identityReport(
  { arn, account }: Identity,
  { connection }: StepSettings,
  { expires, credentials, more = [] }: Findings,
): Report {
  const rows = [
    ['Identity', `\`${arn}\``],
    ['Account', account],
    ['Region', connection.region],
    ['Expires', expires],
    ['Credentials', credentials],
    ...more,
  ];
  return {
    log: [`Identity: ${arn}`, `Expires: ${expires}`, `Credentials: ${credentials}`],
    summary: ['### AWS identity', '', '| | |', '|---|---|', ...rows.map(([name, text]) => `| ${name} | ${text} |`)],
  };
}

function deliveredTo({ delivery }: SessionRequest): string {
  const places = [
    delivery.environment === 'credentials and region' && !delivery.profile?.refresh && 'environment of later steps',
    delivery.outputs && 'outputs',
    delivery.profile && `profile ${delivery.profile.name}`,
  ].filter(Boolean);
  return places.length > 0 ? `exported to: ${places.join(', ')}` : 'verified, and not exported';
}
