import { list, type PolicyDocument, type PrincipalElement } from './document';
import { applicable, type AccessRequest } from './evaluate';

/** Who asks to be trusted: an identity provider that vouches for a token, a service of AWS, or a signer of the request. */
export type Trustee =
  | { readonly kind: 'Service'; readonly service: string }
  | { readonly kind: 'Federated'; readonly provider: string }
  | {
      readonly kind: 'AWS';
      readonly accountId: string;
      /** ARN of the user or role. */
      readonly principal: string;
      /** ARN of the session, for temporary credentials. */
      readonly session: string | undefined;
    };

/**
 * How closely a trust policy names the trustee. `account` only lets the account's own policies decide;
 * `session` is so close that not even session policies narrow it.
 */
export type Grant = 'session' | 'principal' | 'account';

const closeness: readonly Grant[] = ['session', 'principal', 'account'];

/** What a trust policy says: the closest grant, `ExplicitDeny`, or undefined when nothing applies. */
export function evaluateTrust(
  trust: PolicyDocument,
  request: AccessRequest,
  trustee: Trustee,
): Grant | 'ExplicitDeny' | undefined {
  const grants = new Set<Grant>();
  for (const { Effect, Principal, NotPrincipal } of applicable(trust, request)) {
    const grant = NotPrincipal === undefined ? named(Principal, trustee) : unlessNamed(NotPrincipal, trustee);
    if (grant && Effect === 'Deny') return 'ExplicitDeny';
    if (grant) grants.add(grant);
  }
  return closeness.find((grant) => grants.has(grant));
}

function unlessNamed(element: PrincipalElement, trustee: Trustee): Grant | undefined {
  return named(element, trustee) ? undefined : 'principal';
}

function named(element: PrincipalElement | undefined, trustee: Trustee): Grant | undefined {
  const entries = list(element === '*' ? '*' : (element?.[trustee.kind] ?? []));
  if (trustee.kind === 'Federated') return entries.includes(trustee.provider) ? 'principal' : undefined;
  if (trustee.kind === 'Service') return entries.includes(trustee.service) ? 'principal' : undefined;
  const { accountId, principal, session } = trustee;
  if (session !== undefined && entries.includes(session)) return 'session';
  if (entries.includes(principal) || entries.includes('*')) return 'principal';
  const [, partition] = principal.split(':');
  const ofAccount = [accountId, `arn:${partition ?? 'aws'}:iam::${accountId}:root`];
  return entries.some((entry) => ofAccount.includes(entry)) ? 'account' : undefined;
}
