import { messageOf } from '../errors/message';
import type { Step } from '../runner/step';
import { isTemporary, type Credentials } from '../aws/credentials';
import { lineOf } from '../inputs/expectations';
import type { AssumeRolesRequest, Request } from '../inputs/request';
import type { Obtained, RoleResult } from './outcome';

/** Tells the user what came of the step: in the log, and as a table in the job summary. */
export async function summarize(obtained: Obtained, request: Request, step: Step): Promise<void> {
  const { runner } = step;
  const { arn, account } = obtained.identity;
  const expires = `${expiresOf(obtained.outcome?.credentials)}${renewalOf(request)}`;
  runner.info(`Identity: ${arn}`);
  runner.info(`Expires: ${expires}`);
  const deliveries = obtained.outcome ? deliveredTo(request) : whyKept(request);
  runner.info(`Credentials: ${deliveries}`);

  const hide = (text: string) => (request.maskAccountId ? withoutAccounts(text) : text);
  const rows = [
    ['Identity', `\`${hide(arn)}\``],
    ['Account', hide(account)],
    ['Region', request.connection.region],
    ['Expires', expires],
    ['Credentials', deliveries],
    ...permissionsOf(request).map(([name, lines]) => [name, hide(lines)]),
  ];
  await writeSummary(
    ['### AWS identity', '', '| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)],
    step,
  );
}

/** Tells in the job summary which roles were assumed for which profiles, and which were not. */
export async function summarizeRoles(
  results: readonly RoleResult[],
  request: AssumeRolesRequest,
  step: Step,
): Promise<void> {
  const rows = results.map((result) => {
    if ('error' in result) return `| \`${result.profile}\` | \`${result.role}\` | | failed: ${result.error.code} |`;
    const { role, session } = result.assumed;
    return `| \`${result.profile}\` | \`${role.arn}\` | ${session.identity.account} | ${expiresOf(session.credentials)}${renewalOf(request)} |`;
  });
  const lines = ['### AWS identities', '', '| Profile | Role | Account | Expires |', '|---|---|---|---|', ...rows];
  await writeSummary(request.maskAccountId ? lines.map(withoutAccounts) : lines, step);
}

/** Tells in the job summary what failed and how to mend it. */
export async function summarizeFailure(message: string, step: Step): Promise<void> {
  // Longer than any in the message, which may be anyone's.
  const longest = Math.max(0, ...(message.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  await writeSummary(['### AWS identity: failed', '', `${fence}text`, message, fence], step);
}

function expiresOf(credentials: Credentials | undefined): string {
  if (credentials?.expiration) return credentials.expiration.toISOString();
  return credentials && !isTemporary(credentials) ? 'never: they are access keys of a user' : 'not known';
}

function renewalOf({ refreshCredentials }: Request): string {
  return refreshCredentials ? '; renewed for as long as the job runs' : '';
}

function whyKept({ mode }: Request): string {
  return mode === 'verify' ? 'verified, and not handed on' : 'kept: valid ones were in the job already';
}

function deliveredTo({ delivery, refreshCredentials }: Request): string {
  const places = [
    delivery.environment === 'credentials and region' && !refreshCredentials && 'environment of later steps',
    delivery.outputs && 'outputs',
    delivery.profile && `profile ${delivery.profile.name}`,
  ].filter(Boolean);
  return places.length > 0 ? `handed to: ${places.join(', ')}` : 'verified, and not handed on';
}

/** What was verified of the caller's permissions: all of it is as expected, or the step would have failed. */
function permissionsOf(request: Request): [name: string, lines: string][] {
  const expectations = request.mode === 'verify' ? request.expectations : [];
  return (['allowed', 'denied'] as const).flatMap((expected) => {
    const lines = expectations.filter((each) => each.expected === expected).map(lineOf);
    const cell = lines.map((line) => `\`${line.replaceAll('|', '\\|')}\``).join('<br>');
    return lines.length > 0 ? [[`Expected, and ${expected}`, cell]] : [];
  });
}

/** A text in which accounts are hidden, for users who asked that none be shown: no mask reaches a summary. */
export function withoutAccounts(text: string): string {
  return text.replace(/\b\d{12}\b/g, '***');
}

/** A summary that cannot be written is a pity, not a failure. */
export async function writeSummary(lines: readonly string[], { runner }: Step): Promise<void> {
  try {
    await runner.summarize(`${lines.join('\n')}\n`);
  } catch (error) {
    runner.warning(`The job summary could not be written: ${messageOf(error)}`);
  }
}
