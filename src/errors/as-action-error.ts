import { ActionError } from './action-error';
import { messageOf } from './message';

/** A failure as it is reported, also one that was not foreseen where it happened. */
export function asActionError(error: unknown): ActionError {
  if (error instanceof ActionError) return error;
  const answer = messageOf(error);
  // Known by its name: the code of profile files loads only where it is used.
  if (error instanceof Error && error.name === 'ProfileError') {
    return new ActionError({
      code: 'profile-files',
      tried: 'write the profile; the credentials were not exported',
      answer,
      fix: 'Correct what the answer says, or omit aws-profile.',
      cause: error,
    });
  }
  return new ActionError({
    code: 'unexpected',
    tried: 'finish the step',
    answer,
    fix: 'If this action is at fault, please report it with this message.',
    cause: error,
  });
}
