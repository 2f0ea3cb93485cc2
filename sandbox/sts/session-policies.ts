import type { Account } from '../accounts/account';
import type { PolicyDocument } from '../policy/document';
import { parsePolicy } from '../policy/parse';
import type { Constraints } from '../query/constraints';
import { structureList, type Parameters } from '../query/parameters';

/** The policies that a request passes to narrow the session it asks for. */
export interface SessionPolicies {
  /** The inline one as it was sent. */
  readonly policy: string | undefined;
  readonly policyArns: readonly string[];
}

/** Reads them; what is wrong is left to `constraints.check`. */
export function readSessionPolicies(params: Parameters, constraints: Constraints): SessionPolicies {
  const { Policy: policy } = params;
  constraints.length('policy', policy, 1, 2048);
  const policyArns = structureList(params, 'PolicyArns').map((member) => member.arn ?? '');
  constraints.size('policyArns', policyArns, 10);
  return { policy, policyArns };
}

/**
 * Their documents; undefined when none were passed. Managed policies that the account does not have grant nothing.
 * @throws Refusal MalformedPolicyDocument
 */
export function parseSessionPolicies(
  { policy, policyArns }: SessionPolicies,
  account: Account | undefined,
): PolicyDocument[] | undefined {
  if (policy === undefined && policyArns.length === 0) return undefined;
  const inline = policy === undefined ? [] : [parsePolicy(policy)];
  return [...inline, ...policyArns.flatMap((arn) => account?.managedPolicyDocuments(arn) ?? [])];
}
