import { connectionErrorCode, isNoAnswer } from '../aws/failure';
import { ActionError } from '../errors/action-error';
import { messageOf } from '../errors/message';
import { IdTokenRefusedError } from './id-token';

/** The error to show the user when GitHub gave no ID token. */
export function explainIdToken(error: unknown, audience: string): ActionError {
  const tried = `get an OIDC token from GitHub for the audience ${audience}`;
  const answer = messageOf(error);
  if (error instanceof IdTokenRefusedError) {
    return new ActionError(
      {
        code: 'id-token-refused',
        tried,
        answer,
        why: "GitHub's token endpoint did not give a token to this job.",
        fix: 'Check that the job has the permission id-token: write and is still running; then see the GitHub status page.',
      },
      { cause: error },
    );
  }
  const code = isNoAnswer(error) ? 'no-answer' : connectionErrorCode(error) ? 'connection-failed' : 'unexpected';
  return new ActionError(
    {
      code,
      tried,
      answer,
      why: "GitHub's token endpoint was not reached, or did not answer.",
      fix: 'Check the proxy variables and the network of the runner (http-proxy is for AWS only); then see the GitHub status page.',
    },
    { cause: error },
  );
}
