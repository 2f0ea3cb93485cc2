import type { Identity } from '../aws/arn';
import { isTemporary, type Credentials } from '../aws/credentials';
import { messageOf } from '../errors/message';
import type { SessionRequest, StepSettings } from '../inputs/request';
import { withoutAccounts } from '../runner/masks';
import type { Step } from '../runner/step';
import type { Session } from './session-delivery';

/** What a step says at its end. */
export interface Report {
  /** Lines of the log. */
  readonly log: readonly string[];
  /** Lines of Markdown for the job summary. */
  readonly summary: readonly string[];
}

/** Writes a report to the log and to the job summary. */
export async function writeReport({ log, summary }: Report, hideAccounts: boolean, step: Step): Promise<void> {
  for (const line of log) step.runner.info(line);
  await writeSummary(hideAccounts ? summary.map(withoutAccounts) : summary, step);
}

/** Says in the job summary what failed and how to fix it. */
export async function summarizeFailure(message: string, step: Step): Promise<void> {
  // Longer than any in the message, which may be anyone's.
  const longest = Math.max(0, ...(message.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  await writeSummary(['### AWS identity: failed', '', `${fence}text`, message, fence], step);
}

/** A summary that cannot be written is a pity, not a failure. */
async function writeSummary(lines: readonly string[], { runner }: Step): Promise<void> {
  try {
    await runner.summarize(`${lines.join('\n')}\n`);
  } catch (error) {
    runner.warning(`The job summary could not be written: ${messageOf(error)}`);
  }
}

/** What a step says of a session: whose it is, for how long, and who has it. */
export function sessionReport({ identity, credentials }: Session, request: SessionRequest): Report {
  const { connection, delivery } = request;
  const refreshed = delivery.profile?.refresh ?? false;
  const exportedTo = [
    delivery.environment === 'credentials and region' && !refreshed && 'environment of later steps',
    delivery.outputs && 'outputs',
    delivery.profile && `profile ${delivery.profile.name}`,
  ].filter(Boolean);
  return identityReport(identity, connection, {
    expires: expiryOf(credentials, refreshed),
    credentials: exportedTo.length > 0 ? `exported to: ${exportedTo.join(', ')}` : 'verified, and not exported',
  });
}

/** What a step says of credentials that were in the job already. */
export function keptReport(identity: Identity, { connection }: SessionRequest): Report {
  return identityReport(identity, connection, { credentials: 'kept: valid ones were in the job already' });
}

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
