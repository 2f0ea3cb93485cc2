import type { ContextEntry, EvaluationResult } from '@aws-sdk/client-iam';
import type { Iam } from './connect';
import { unusualAnswerOfIam, type Purpose } from './explain';

/** What a user or a role would do, all of it to one resource. */
export interface Simulation {
  /** The ARN of the user or the role. */
  readonly principal: string;
  /** As IAM writes them, whole: `s3:GetObject`. */
  readonly actions: readonly string[];
  /** An ARN, in which wildcards are taken literally; or `*`, every resource, which not all services take as the default. */
  readonly resource: string;
  /** Whether the caller's session proved MFA. If not, the request says nothing of MFA, as one with long-term keys. */
  readonly mfa: boolean;
}

/** What the policies decide on one action. */
export interface Decision {
  readonly action: string;
  readonly outcome: 'allowed' | 'explicitDeny' | 'implicitDeny';
  /** The names of the policies with the statements that decided it. */
  readonly policies: readonly string[];
  /** What withholds the action, whatever the policies of the user or the role allow. */
  readonly withheldBy: readonly ('permissions boundary' | 'organization')[];
  /** Condition keys that the policies ask about, and that the simulation has no value for. */
  readonly unknownKeys: readonly string[];
}

/**
 * What the policies of a user (with those of its groups) or of a role decide, with its permissions boundary and its
 * organization's service control policies; in the order of the actions. Policies of the resource and of the session do
 * not count. Needs `iam:SimulatePrincipalPolicy` on the principal.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 *
 * @throws ActionError when it fails, or the answer omits an action
 */
export async function simulatePrincipalPolicy(
  iam: Iam,
  { principal, actions, resource, mfa }: Simulation,
  purpose: Purpose,
): Promise<Decision[]> {
  const input = {
    PolicySourceArn: principal,
    ActionNames: [...actions],
    ResourceArns: [resource],
    ContextEntries: mfa ? [MFA_PROVED] : undefined,
  };
  const results = await iam.list('SimulatePrincipalPolicy', input, (page) => page.EvaluationResults, purpose);
  return actions.map((action) => {
    const result = results.find(({ EvalActionName }) => EvalActionName?.toLowerCase() === action.toLowerCase());
    if (!result?.EvalDecision) throw unusualAnswerOfIam(purpose.tried, `decision on ${action}`);
    return { action, outcome: result.EvalDecision, ...groundsOf(result) };
  });
}

const MFA_PROVED: ContextEntry = {
  ContextKeyName: 'aws:MultiFactorAuthPresent',
  ContextKeyType: 'boolean',
  ContextKeyValues: ['true'],
};

/** With one resource, the result as a whole is the result for that resource. */
function groundsOf(result: EvaluationResult): Omit<Decision, 'action' | 'outcome'> {
  const parts = [result, ...(result.ResourceSpecificResults ?? [])];
  const withinBoundary = parts.every(
    ({ PermissionsBoundaryDecisionDetail: detail }) => detail?.AllowedByPermissionsBoundary !== false,
  );
  const withinOrganization = result.OrganizationsDecisionDetail?.AllowedByOrganizations !== false;
  return {
    policies: uniqueNames(parts.flatMap((part) => part.MatchedStatements ?? []).map(({ SourcePolicyId: id }) => id)),
    withheldBy: [
      ...(withinBoundary ? [] : ['permissions boundary' as const]),
      ...(withinOrganization ? [] : ['organization' as const]),
    ],
    unknownKeys: uniqueNames(parts.flatMap((part) => part.MissingContextValues ?? [])),
  };
}

function uniqueNames(names: readonly (string | undefined)[]): string[] {
  return [...new Set(names.filter((name) => name !== undefined))];
}
