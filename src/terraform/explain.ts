import type { ActionError, Explanation } from '../errors/action-error';
import { explainRest, type RestService } from '../rest/explain';
import { restRefusalOf } from '../rest/failure';
import { TERRAFORM_FAILURES, VariablesDeniedError } from './failure';

const GIVE_THE_RIGHT =
  'Give the token of a team that may read and write the variables of this workspace, of a user who may, or of the organization.';

const TERRAFORM: RestService = {
  name: 'HCP Terraform',
  server: 'the API of HCP Terraform',
  route: 'the host in the identity document or in TFE_ADDRESS, the proxy variables',
  failures: TERRAFORM_FAILURES,
  meaning(error) {
    if (error instanceof VariablesDeniedError) {
      return {
        code: 'terraform-variable-refused',
        why: `The token in terraform-token sees the workspace, and may not ${error.right === 'read' ? 'read' : 'write'} its variables.`,
        fix: GIVE_THE_RIGHT,
      };
    }
    const refusal = restRefusalOf(error);
    return refusal && MEANINGS[refusal.status];
  },
};

/**
 * The error to show the user when HCP Terraform, or Terraform Enterprise, did not do what was asked of variables.
 *
 * @param tried completes "Could not …"
 */
export function explainTerraform(error: unknown, tried: string): ActionError {
  return explainRest(error, tried, TERRAFORM);
}

const NO_VARIABLE: Explanation = {
  code: 'terraform-variable-refused',
  why: 'There is no such workspace or variable, or the token in terraform-token has no right to it: HCP Terraform answers both alike.',
  fix: `Check the names of the organization and the workspace in the identity document. ${GIVE_THE_RIGHT}`,
};

/** What its refusals mean, by status. */
const MEANINGS: Readonly<Record<number, Explanation>> = {
  401: {
    code: 'terraform-token-refused',
    why: 'HCP Terraform does not take the token in terraform-token: it has expired, was revoked, or belongs to another server.',
    fix: 'Give a current token: of a team, of a user or of the organization. One of an agent or for audit logs is none.',
  },
  403: NO_VARIABLE,
  404: NO_VARIABLE,
  422: {
    code: 'terraform-variable-refused',
    why: 'HCP Terraform does not take this variable. Its words say why: as a rule, another one of the workspace is in its way.',
    fix: 'Look at the variables of the workspace: if the words are about one of them, remove it. Then run the step again.',
  },
  429: {
    code: 'throttled',
    why: "The requests of the token's user came faster than HCP Terraform allows; the attempts, or the time for them, were used up.",
    fix: 'Run the step again later, and let fewer jobs share the user of the token: the limit is for all tokens of a user.',
  },
};
