import { checkPolicy } from '../../src/policy/check-policy';
import type { PolicyKind } from '../../src/policy/policy-document';
import { keyPathText } from '../../src/text/problem';

/** What is wrong with a policy, as people read it. */
export function sentences(policy: unknown, kind: PolicyKind): readonly string[] {
  return checkPolicy(policy, kind).map(({ path, message }) => `${keyPathText(path) || 'policy'}: ${message}`);
}
