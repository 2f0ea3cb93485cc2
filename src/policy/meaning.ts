import { canonicalPolicy } from './canonical';
import { isMapping, type PolicyDocument } from './policy-document';

/**
 * Whether two policies say the same to AWS and to their readers: the order of statements, of names and of list members
 * does not count, nor does the case of actions, condition operators and condition keys, nor how an account, everyone, a
 * list of one or a missing version is written. A statement's ID does count, as people read it.
 */
export function sameMeaning(one: PolicyDocument, other: PolicyDocument): boolean {
  return meaningOf(one) === meaningOf(other);
}

/**
 * A policy as AWS's answers carry it, mostly percent-encoded as RFC 3986 has it. An empty one when it cannot be read:
 * it differs from every policy that could be meant.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html
 */
export function parsePolicyText(encoded: string): PolicyDocument {
  try {
    const policy: unknown = JSON.parse(encoded.trimStart().startsWith('{') ? encoded : decodeURIComponent(encoded));
    return isMapping(policy) ? policy : {};
  } catch {
    return {};
  }
}

function meaningOf(policy: PolicyDocument): string {
  return JSON.stringify(canonicalPolicy(policy, (name) => name.toLowerCase()));
}
