import type { PolicyText } from '../accounts/managed-policy';
import { parsePolicy } from '../policy/parse';
import { Constraints } from '../query/constraints';

/**
 * A policy as it was sent.
 * @throws Refusal ValidationError or MalformedPolicyDocument
 */
export function readPolicy(text: string): PolicyText {
  const constraints = new Constraints();
  constraints.length('policyDocument', text, 1, 131_072);
  constraints.check();
  return { text, document: parsePolicy(text) };
}

/** Characters as IAM's limits count them: without white space. */
export function policySize(text: string): number {
  return text.replace(/\s/g, '').length;
}

/** A document as answers carry it: percent-encoded as RFC 3986 has it. */
export function encodeDocument(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
