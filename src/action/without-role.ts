import type { ActionError, ErrorCode } from '../errors/action-error';
import { Inputs } from '../inputs/inputs';
import { modeOf } from '../inputs/read-request';

/** Failures of credentials that would be others, or used for something else, if a role were assumed. */
const OF_CREDENTIALS: readonly ErrorCode[] = ['account-not-allowed', 'invalid-credentials', 'unexpected-identity'];
/** Modes that inputs without a role imply. */
const IMPLIED: readonly (string | undefined)[] = ['access-keys', 'session-token'];

/**
 * A failure of credentials that no role followed, where nobody asked for that: to a step, an input from an empty secret is
 * one that is not given.
 */
export function explainedByRole(failure: ActionError, env: NodeJS.ProcessEnv): ActionError {
  if (!OF_CREDENTIALS.includes(failure.code)) return failure;
  if (new Inputs(env).has('mode') || !IMPLIED.includes(modeOf(env))) return failure;
  return failure.because(
    'No role is assumed: role-to-assume is not set, or comes from a secret or a variable that is empty.',
  );
}
