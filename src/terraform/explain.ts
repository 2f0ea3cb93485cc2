import { ActionError, type Explanation } from '../errors/action-error';
import { codeOf, messageOf } from '../errors/message';
import { AnswerTooLongError } from '../network/answer-size';
import { meaningOf } from '../network/connection-failure';
import { isNoAnswer, UnusualAnswerError } from '../network/failure';
import { ProxyError, UNAUTHORIZED } from '../network/proxy-error';
import { longerThanAnyWait } from '../network/retry';
import { TERRAFORM_FAILURES, terraformRefusalOf, type TerraformRefusal } from './failure';
import { MayNotWriteError } from './variables';

const CHECK_THE_WAY =
  'Check the host in the identity document or in TFE_ADDRESS, the proxy variables and the network of the runner ' +
  '(http-proxy is for AWS only); then see the status page of HCP Terraform.';
const GIVE_THE_RIGHT =
  'Give the token of a team that may read and write the variables of this workspace, of a user who may, or of the organization.';

/**
 * The error to show the user when HCP Terraform, or Terraform Enterprise, did not do what was asked of variables.
 *
 * @param tried completes "Could not …"
 */
export function explainTerraform(error: unknown, tried: string): ActionError {
  if (error instanceof ActionError) return error;
  const refusal = terraformRefusalOf(error);
  const answer = refusal
    ? `HTTP ${refusal.status} to ${refusal.method} ${refusal.url}${refusal.words && `: ${refusal.words}`}`
    : messageOf(error);
  const explanation = refusal ? explainRefusal(refusal, TERRAFORM_FAILURES.waitAskedIn(error)) : explainOther(error);
  return new ActionError({ tried, answer, ...explanation, cause: error });
}

function explainRefusal({ status }: TerraformRefusal, askedMs: number | undefined): Explanation {
  switch (status) {
    case 401:
      return {
        code: 'terraform-token-refused',
        why: 'HCP Terraform does not take the token in terraform-token: it has expired, was revoked, or belongs to another server.',
        fix: 'Give a current token: of a team, of a user or of the organization. One of an agent or for audit logs is none.',
      };
    case 403:
    case 404:
      return {
        code: 'terraform-variable-refused',
        why: 'There is no such workspace or variable, or the token in terraform-token has no right to it: HCP Terraform answers both alike.',
        fix: `Check the names of the organization and the workspace in the identity document. ${GIVE_THE_RIGHT}`,
      };
    case 407:
      return UNAUTHORIZED;
    case 422:
      return {
        code: 'terraform-variable-refused',
        why: 'HCP Terraform does not take this variable, as another one of the workspace is in its way.',
        fix: 'Look at the variables of the workspace: remove the one that the answer is about, and run the step again.',
      };
    case 429:
      return {
        code: 'throttled',
        why: "The requests of the token's user came faster than HCP Terraform allows; the attempts, or the time for them, were used up.",
        fix: 'Run the step again later, and let fewer jobs share the user of the token: the limit is for all tokens of a user.',
        ...longerThanAnyWait(askedMs, 'HCP Terraform'),
      };
    default:
      return status >= 500
        ? {
            code: 'service-unavailable',
            why: 'HCP Terraform has a problem; the attempts, or the time for them, were used up.',
            fix: 'See its status page, and run the step again.',
            ...longerThanAnyWait(askedMs, 'HCP Terraform'),
          }
        : status >= 300 && status < 400
          ? UNUSUAL
          : UNEXPECTED;
  }
}

const UNEXPECTED: Explanation = {
  code: 'unexpected',
  fix: 'Look the words up in the documentation of HCP Terraform; if this action is at fault, please report it.',
};

const UNUSUAL: Explanation = {
  code: 'unusual-answer',
  why: 'What answered is not the API of HCP Terraform, or not in working order: a proxy, a portal, another server.',
  fix: 'Check the host in the identity document or in TFE_ADDRESS, the proxy variables, and what is between the runner and the server.',
};

/** HCP Terraform was not reached, something else answered in its place, or what it answered says no. */
function explainOther(error: unknown): Explanation {
  if (error instanceof MayNotWriteError) {
    return {
      code: 'terraform-variable-refused',
      why: 'The token in terraform-token sees the workspace, and may not write its variables.',
      fix: GIVE_THE_RIGHT,
    };
  }
  if (error instanceof UnusualAnswerError || error instanceof AnswerTooLongError) return UNUSUAL;
  if (error instanceof ProxyError) return error.explanation;
  if (isNoAnswer(error)) {
    return { code: 'no-answer', why: 'HCP Terraform did not answer in time.', fix: CHECK_THE_WAY };
  }
  const code = codeOf(error);
  return code === undefined
    ? UNEXPECTED
    : { code: 'connection-failed', fix: CHECK_THE_WAY, ...meaningOf(code, 'HCP Terraform') };
}
