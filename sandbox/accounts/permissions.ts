import type { PolicyDocument } from '../policy/document';
import { evaluate, type AccessRequest, type Decision } from '../policy/evaluate';
import type { Caller } from './caller';
import type { AccountResources } from './resources';

/** The kinds of policies that decide on requests, as AWS calls them in its refusals. */
export type PolicyKind =
  | 'VPC endpoint policy'
  | 'resource control policy'
  | 'service control policy'
  | 'identity-based policy'
  | 'permissions boundary'
  | 'session policy';

/** Policies of one kind; each kind that there is must allow a request. */
export interface Layer {
  readonly kind: PolicyKind;
  readonly policies: readonly PolicyDocument[];
}

/** Why policies do not let a caller do something, in AWS's words; undefined when they do let it. */
export function whyRefused(caller: Caller, request: AccessRequest): string | undefined {
  return reasonIn([...layersOnTheWay(caller), ...layersOf(caller)], request);
}

/** What the account's organization and a caller's own policies decide. */
export function decide(caller: Pick<Caller, 'principal' | 'session'>, request: AccessRequest): Decision {
  return judge(layersOf(caller), request)?.decision ?? 'Allow';
}

/** Which kind of policy decides against a request, in AWS's words; undefined when all allow it. */
export function reasonIn(layers: readonly Layer[], request: AccessRequest): string | undefined {
  const against = judge(layers, request);
  if (!against) return undefined;
  const { decision, kind } = against;
  if (decision === 'ImplicitDeny') return `because no ${kind} allows the ${request.action} action`;
  return `with an explicit deny in ${kind.startsWith('identity') ? 'an' : 'a'} ${kind}`;
}

/** What requests come through. */
export function layersOnTheWay({ account }: { readonly account: AccountResources }): Layer[] {
  const { vpcEndpointPolicy } = account.settings;
  return vpcEndpointPolicy ? [{ kind: 'VPC endpoint policy', policies: [vpcEndpointPolicy] }] : [];
}

/** What limits what is done to the roles of an account. */
export function layersOfResource({ resourceControlPolicies: policies }: AccountResources): Layer[] {
  return policies ? [{ kind: 'resource control policy', policies }] : [];
}

/** What limits a caller: its organization, the policies of the user or role, its boundary, and what narrows the session. */
export function layersOf({ principal, session }: Pick<Caller, 'principal' | 'session'>): Layer[] {
  const layers: { readonly kind: PolicyKind; readonly policies: readonly PolicyDocument[] | undefined }[] = [
    { kind: 'service control policy', policies: principal.account.serviceControlPolicies },
    { kind: 'identity-based policy', policies: principal.identityPolicies },
    { kind: 'permissions boundary', policies: principal.boundaryPolicies },
    { kind: 'session policy', policies: session?.sessionPolicies },
  ];
  return layers.flatMap(({ kind, policies }) => (policies ? [{ kind, policies }] : []));
}

function judge(layers: readonly Layer[], request: AccessRequest) {
  const judged = layers.map(({ kind, policies }) => ({ kind, decision: evaluate(policies, request) }));
  return (
    judged.find(({ decision }) => decision === 'ExplicitDeny') ??
    judged.find(({ decision }) => decision === 'ImplicitDeny')
  );
}
