import { summarizeFailure } from '../delivery/report';
import { asActionError, type ActionError } from '../errors/action-error';
import { LeftBehindError } from '../errors/left-behind-error';
import { messageOf } from '../errors/message';
import { hidesAccounts } from '../inputs/inputs';
import { withoutAccounts } from '../runner/masks';
import type { Step } from '../runner/step';

/** Marks the step as failed and says why and what to do, in the log and in the job summary. */
export async function reportFailure(error: unknown, step: Step): Promise<void> {
  const { runner, env } = step;
  const failure = asActionError(error instanceof LeftBehindError ? error.failure : error);
  const shown = hidesAccounts(env) ? withoutAccounts : (text: string) => text;
  if (error instanceof LeftBehindError) {
    const left = shown(messageOf(error.left));
    runner.warning(`What had been written could not all be taken back; the clean-up tries again. ${left}`);
  }
  const message = shown(failure.message);
  runner.fail(`${message}\n${whereToRead(failure, env)}`, 'AWS identity');
  await summarizeFailure(message, step);
}

/** The entry of this failure in the documentation of the version that runs. */
function whereToRead({ code }: ActionError, env: NodeJS.ProcessEnv): string {
  const page = `docs/troubleshooting.md#${code}`;
  const { GITHUB_SERVER_URL, GITHUB_ACTION_REPOSITORY, GITHUB_ACTION_REF } = env;
  if (!GITHUB_SERVER_URL || !GITHUB_ACTION_REPOSITORY || !GITHUB_ACTION_REF) return `More: ${page}`;
  return `More: ${GITHUB_SERVER_URL}/${GITHUB_ACTION_REPOSITORY}/blob/${GITHUB_ACTION_REF}/${page}`;
}
