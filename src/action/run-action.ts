import { ActionError } from '../errors/action-error';
import { LeftBehindError } from '../errors/left-behind-error';
import { messageOf } from '../errors/message';
import { Inputs } from '../inputs/inputs';
import { Problems } from '../inputs/problems';
import { readRequest } from '../inputs/read-request';
import type { AssumeRoleRequest, AssumeRolesRequest } from '../inputs/request';
import { summarizeFailure } from '../delivery/summary';
import { maskAccountsIn, maskInputs } from '../runner/masks';
import { run } from './run';
import type { Step } from '../runner/step';

const ACCOUNT_ID = /\b\d{12}\b/g;

/** Runs the step and reports how it failed, if it did. */
export async function runAction(step: Step): Promise<void> {
  const { runner, env } = step;
  try {
    maskInputs(step);
    const { request, warnings } = await readRequest(env);
    if (request.maskAccountId && request.mode === 'assume-role') maskAccountsIn(rolesIn(request), step);
    warnings.forEach(runner.warning);
    await run(request, step);
  } catch (error) {
    await reportFailure(error, step);
  }
}

/** The roles that are named, whose ARNs hold accounts. */
function rolesIn(request: AssumeRoleRequest | AssumeRolesRequest): string {
  return JSON.stringify('roles' in request ? request.roles : request.chain);
}

/** Marks the step as failed and tells the user why and what to do, in the log and in the job summary. */
export async function reportFailure(error: unknown, step: Step): Promise<void> {
  const { runner, env } = step;
  const failure = asActionError(error instanceof LeftBehindError ? error.failure : error);
  const hideAccounts = new Inputs(env, new Problems()).flag('mask-aws-account-id');
  const shown = (text: string) => (hideAccounts ? text.replace(ACCOUNT_ID, '***') : text);
  if (error instanceof LeftBehindError) {
    const left = shown(messageOf(error.left));
    runner.warning(`What had been written could not all be taken back; the clean-up tries again. ${left}`);
  }
  const message = shown(failure.message);
  runner.fail(`${message}\n${whereToRead(failure, env)}`, 'AWS identity');
  await summarizeFailure(message, step);
}

/** A failure as the user is told of it, also one that was not foreseen where it happened. */
export function asActionError(error: unknown): ActionError {
  return error instanceof ActionError ? error : otherFailure(error);
}

/** Profile files are told by name: their code loads only where it is used. */
function otherFailure(error: unknown): ActionError {
  const answer = messageOf(error);
  const profileFiles = error instanceof Error && error.name === 'ProfileError';
  return new ActionError(
    {
      code: profileFiles ? 'profile-files' : 'unexpected',
      tried: profileFiles ? 'write the profile; the credentials were not handed on' : 'finish the step',
      answer,
      fix: profileFiles
        ? 'Mend what the answer says, or leave aws-profile out.'
        : 'If this action is at fault, please report it with this message.',
    },
    { cause: error },
  );
}

/** The entry of this failure in the documentation of the version that runs. */
function whereToRead({ code }: ActionError, env: NodeJS.ProcessEnv): string {
  const page = `docs/troubleshooting.md#${code}`;
  const { GITHUB_SERVER_URL, GITHUB_ACTION_REPOSITORY, GITHUB_ACTION_REF } = env;
  if (!GITHUB_SERVER_URL || !GITHUB_ACTION_REPOSITORY || !GITHUB_ACTION_REF) return `More: ${page}`;
  return `More: ${GITHUB_SERVER_URL}/${GITHUB_ACTION_REPOSITORY}/blob/${GITHUB_ACTION_REF}/${page}`;
}
