import type { Role } from '../accounts/account';
import type { Caller } from '../accounts/caller';
import { evaluate, type AccessRequest } from '../policy/evaluate';
import { evaluateTrust } from '../policy/trust';

/** Whether a caller may do to a role what the request says: the role's trust policy and the caller's own decide. */
export function mayAssume({ principal, session }: Caller, role: Role, request: AccessRequest): boolean {
  const accountId = principal.account.id;
  const trustee = { kind: 'AWS', accountId, principal: principal.arn, session: session?.arn } as const;
  const grant = evaluateTrust(role.trust, request, trustee);
  const identity = evaluate(principal.identityPolicies, request);
  const bounded = principal.boundaryPolicies ? evaluate(principal.boundaryPolicies, request) : 'Allow';
  const narrowed = session?.sessionPolicies ? evaluate(session.sessionPolicies, request) : 'Allow';
  if ([grant, identity, bounded, narrowed].includes('ExplicitDeny') || grant === undefined) return false;
  if (accountId === role.account.id) {
    // Within an account a trust policy that names the caller is enough by itself.
    if (grant === 'session') return true;
    // A user so named is not held to its permissions boundary, a role is.
    if (grant === 'principal') return narrowed === 'Allow' && (principal.type === 'User' || bounded === 'Allow');
  }
  return [identity, bounded, narrowed].every((decision) => decision === 'Allow');
}
