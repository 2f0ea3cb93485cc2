import { evaluate, type AccessRequest } from '../policy/evaluate';
import type { Caller } from './session';

/**
 * Why a caller's own policies do not let it do something, in AWS's words; undefined when they do let it.
 * They are those of the user or role, and those that narrow the session.
 */
export function whyRefused({ principal, session }: Caller, request: AccessRequest): string | undefined {
  const layers = [{ kind: 'identity-based policy', article: 'an', policies: principal.policies }];
  if (session?.sessionPolicies) {
    layers.push({ kind: 'session policy', article: 'a', policies: session.sessionPolicies });
  }
  const decisions = layers.map((layer) => ({ ...layer, decision: evaluate(layer.policies, request) }));
  const denying = decisions.find(({ decision }) => decision === 'ExplicitDeny');
  if (denying) return `with an explicit deny in ${denying.article} ${denying.kind}`;
  const silent = decisions.find(({ decision }) => decision === 'ImplicitDeny');
  return silent && `because no ${silent.kind} allows the ${request.action} action`;
}
