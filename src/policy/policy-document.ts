import { isMapping } from '../text/value';

/**
 * An IAM policy, parsed: an object as AWS's JSON grammar has it. What it holds is known only once it was checked.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export type PolicyDocument = Readonly<Record<string, unknown>>;

/** A statement of a policy, parsed. */
export type Statement = Readonly<Record<string, unknown>>;

/** The elements of a policy, in the order in which AWS writes them. */
export const POLICY_ELEMENTS = ['Version', 'Id', 'Statement'] as const;

/** The elements of a statement, in the order in which AWS writes them. */
export const STATEMENT_ELEMENTS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
] as const;

/**
 * A policy that says what users and roles may do, which is managed by itself or a part of one user or role; or one that
 * says who may assume a role.
 */
export type PolicyKind = 'managed' | 'inline' | 'trust';

/** The policy as it is sent to AWS. */
export function policyText(policy: PolicyDocument): string {
  return JSON.stringify(policy);
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

/** The members of a list; AWS's grammar lets a list of one stand without its brackets. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** Whether a text fits a pattern of policies, in which `*` stands for any text and `?` for any one character. */
export function fitsPattern(text: string, pattern: string): boolean {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(text);
}

/** Whether a statement allows or denies an action, whose case does not count. */
export function namesAction({ Action, NotAction }: Statement, action: string): boolean {
  const fits = (pattern: unknown) => fitsPattern(action.toLowerCase(), String(pattern).toLowerCase());
  return Action === undefined ? NotAction !== undefined && !listOf(NotAction).some(fits) : listOf(Action).some(fits);
}
