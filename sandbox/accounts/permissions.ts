import type { PolicyDocument } from '../policy/document';
import { evaluate, type AccessRequest, type Decision } from '../policy/evaluate';
import type { Caller } from './caller';

/** Policies of one kind; each kind that there is must allow a request. */
interface Layer {
  readonly kind: string;
  readonly article: 'a' | 'an';
  readonly policies: readonly PolicyDocument[];
}

/**
 * Why a caller's own policies do not let it do something, in AWS's words; undefined when they do let it.
 * They are those of the user or role, its permissions boundary, and those that narrow the session.
 */
export function whyRefused(caller: Caller, request: AccessRequest): string | undefined {
  const { decision, layer } = judge(caller, request);
  if (decision === 'ExplicitDeny') return `with an explicit deny in ${layer.article} ${layer.kind}`;
  return decision === 'Allow' ? undefined : `because no ${layer.kind} allows the ${request.action} action`;
}

/** What a caller's own policies decide. */
export function decide(caller: Pick<Caller, 'principal' | 'session'>, request: AccessRequest): Decision {
  return judge(caller, request).decision;
}

function judge(
  { principal, session }: Pick<Caller, 'principal' | 'session'>,
  request: AccessRequest,
): { readonly decision: Decision; readonly layer: Layer } {
  const identity: Layer = { kind: 'identity-based policy', article: 'an', policies: principal.identityPolicies };
  const layers = [identity];
  const { boundaryPolicies } = principal;
  if (boundaryPolicies) layers.push({ kind: 'permissions boundary', article: 'a', policies: boundaryPolicies });
  if (session?.sessionPolicies) {
    layers.push({ kind: 'session policy', article: 'a', policies: session.sessionPolicies });
  }
  const judged = layers.map((layer) => ({ layer, decision: evaluate(layer.policies, request) }));
  return (
    judged.find(({ decision }) => decision === 'ExplicitDeny') ??
    judged.find(({ decision }) => decision === 'ImplicitDeny') ?? { decision: 'Allow', layer: identity }
  );
}
