import type { Step } from '../action/step';
import { isTemporary, type Credentials } from '../aws/credentials';
import type { Request } from '../inputs/request';
import type { Obtained } from '../modes/outcome';

/** Tells the user what came of the step: in the log, and as a table in the job summary. */
export async function summarize(obtained: Obtained, request: Request, step: Step): Promise<void> {
  const { runner } = step;
  const { arn, account } = obtained.identity;
  const expires = expiresOf(obtained.outcome?.credentials);
  runner.info(`Identity: ${arn}`);
  runner.info(`Expires: ${expires}`);
  const deliveries = obtained.outcome ? deliveredTo(request) : whyKept(request);
  runner.info(`Credentials: ${deliveries}`);

  const hide = (text: string) => (request.maskAccountId ? text.replaceAll(account, '***') : text);
  const rows = [
    ['Identity', `\`${hide(arn)}\``],
    ['Account', hide(account)],
    ['Region', request.connection.region],
    ['Expires', expires],
    ['Credentials', deliveries],
  ];
  await write(
    ['### AWS identity', '', '| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)],
    step,
  );
}

/** Tells in the job summary what failed and how to mend it. */
export async function summarizeFailure(message: string, step: Step): Promise<void> {
  await write(['### AWS identity: failed', '', '```text', message, '```'], step);
}

function expiresOf(credentials: Credentials | undefined): string {
  if (credentials?.expiration) return credentials.expiration.toISOString();
  return credentials && !isTemporary(credentials) ? 'never: they are access keys of a user' : 'not known';
}

function whyKept({ mode }: Request): string {
  return mode === 'verify' ? 'verified, and not handed on' : 'kept: valid ones were in the job already';
}

function deliveredTo({ delivery }: Request): string {
  const places = [
    delivery.environment === 'credentials and region' && 'environment of later steps',
    delivery.outputs && 'outputs',
    delivery.profile && `profile ${delivery.profile.name}`,
  ].filter(Boolean);
  return places.length > 0 ? `handed to: ${places.join(', ')}` : 'verified, and not handed on';
}

/** A summary that cannot be written is a pity, not a failure. */
async function write(lines: string[], { runner }: Step): Promise<void> {
  try {
    await runner.summarize(`${lines.join('\n')}\n`);
  } catch (error) {
    runner.warning(`The job summary could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
