import type { Identity } from '../aws/arn';
import { writeSummary } from '../delivery/report';
import { asActionError, type ActionError } from '../errors/action-error';
import { LeftBehindError } from '../errors/left-behind-error';
import { messageOf } from '../errors/message';
import { forgeOf } from '../github/forge';
import { hidesAccounts } from '../inputs/inputs';
import { withoutSecrets } from '../runner/masks';
import type { Step } from '../runner/step';
import { stepTitle } from '../runner/step-title';
import { failureMarkdown } from './failure-markdown';
import { explainedByRole } from './without-role';

/** GitHub shows 10 errors of a step: those that there is room for next to that of the step. */
const MAX_IN_FILES = 9;

/**
 * Marks the step as failed and says why and what to do, in the log and in the job summary.
 *
 * @param identity whom the step worked as, where that was known
 */
export async function reportFailure(error: unknown, step: Step, identity?: Identity): Promise<void> {
  const { runner, env } = step;
  const failure = explainedByRole(asActionError(error instanceof LeftBehindError ? error.failure : error), env);
  const hidden = hidesAccounts(env);
  const shown = (text: string) => withoutSecrets(text, hidden, step);
  if (error instanceof LeftBehindError) {
    const left = shown(messageOf(error.left));
    runner.warning(`What had been written could not all be taken back; the clean-up tries again. ${left}`);
  }
  const { code, message, parts, at, inFiles } = failure;
  const page = pageOf(failure, env);
  const title = `${shown(stepTitle(env))}: ${code}`;
  const text = [shown(message), ...beyondRoom(inFiles), `More: ${page}`].join('\n');
  runner.fail(text, title, at);
  for (const problem of inFiles.slice(0, MAX_IN_FILES)) runner.fail(shown(problem.textAtPlace), title, problem);
  const summary = failureMarkdown({
    code,
    parts: parts.map(({ label, text }) => ({ label, text: shown(text) })),
    title: shown(stepTitle(env, 'failed')),
    arn: identity?.arn && shown(identity.arn),
    page,
  });
  await writeSummary(summary.join('\n'), step);
}

function beyondRoom({ length }: readonly unknown[]): string[] {
  const more = length - MAX_IN_FILES;
  return more > 0 ? [`${MAX_IN_FILES} of these problems are shown at their places; ${more} more are only here.`] : [];
}

/**
 * The entry of this failure in the documentation of the version that runs. Where it is, is known on GitHub alone: a server
 * of Gitea or Forgejo may have the action from another one.
 */
function pageOf({ code }: ActionError, env: NodeJS.ProcessEnv): string {
  const page = `docs/troubleshooting.md#${code}`;
  const { GITHUB_SERVER_URL, GITHUB_ACTION_REPOSITORY, GITHUB_ACTION_REF } = env;
  if (forgeOf(env) !== 'GitHub') return page;
  if (!GITHUB_SERVER_URL || !GITHUB_ACTION_REPOSITORY || !GITHUB_ACTION_REF) return page;
  return `${GITHUB_SERVER_URL}/${GITHUB_ACTION_REPOSITORY}/blob/${GITHUB_ACTION_REF}/${page}`;
}
