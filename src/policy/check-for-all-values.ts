import type { KeyPath } from '../text/problem';
import { unknownClaim } from './check-claims';
import { conditionsIn, isSameKey, requiresKey, type KeyCondition } from './check-conditions';
import type { Statement } from './policy-document';
import type { PolicyProblems } from './policy-problem';

/** What a caller adds to the session: where nothing is added, nothing need be limited. */
const ADDED_BY_CALLERS = /^(aws:TagKeys|sts:TransitiveTagKeys|sts:RequestContextProviders)$/i;

/** Attributes of a SAML assertion, but for those that are in each. AWS's own examples have them under ForAllValues. */
const SAML_ATTRIBUTE = /^saml:(?!(?:aud|doc|iss|namequalifier|sub|sub_type)$)/i;

/** Other keys that may have several values. */
const OF_SEVERAL_VALUES = /(:amr|^aws:(CalledVia|PrincipalServiceNamesList|(Principal|Source|Vpce)OrgPaths))$/i;

/**
 * Conditions under `ForAllValues:` that open an `Allow`, as they also hold where the key is missing.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
export function* forAllValuesProblems(statement: Statement, path: KeyPath): PolicyProblems {
  for (const { operator, key, path: at } of emptySets(statement, path)) {
    // What AWS does not evaluate limits nothing under any operator: its own check says so.
    if (SAML_ATTRIBUTE.test(key) || unknownClaim(key, statement) !== undefined) continue;
    const should = OF_SEVERAL_VALUES.test(key)
      ? `there should also be ${existence(key)}`
      : `it should be under ${operator.slice('ForAllValues:'.length)}`;
    yield { path: at, message: `is also true where the key is missing, and so allows too much; ${should}` };
  }
}

/** Those that AWS's own examples have, although they also hold where the key is missing. */
export function* forAllValuesWarnings(statement: Statement, path: KeyPath): PolicyProblems {
  for (const { key, path: at } of emptySets(statement, path)) {
    const message = `is also true where the assertion has no such attribute; to require one, add ${existence(key)}`;
    if (SAML_ATTRIBUTE.test(key)) yield { path: at, message };
  }
}

/** Conditions that hold where their key is missing, and that no other one keeps from holding there. */
function emptySets(statement: Statement, path: KeyPath): readonly KeyCondition[] {
  const conditions = conditionsIn(statement, path);
  return conditions.filter(
    ({ operator, key }) =>
      operator.toLowerCase().startsWith('forallvalues:') &&
      !ADDED_BY_CALLERS.test(key) &&
      !conditions.some((other) => isSameKey(other.key, key) && requiresKey(other)),
  );
}

function existence(key: string): string {
  return `"Null": { ${JSON.stringify(key)}: "false" }`;
}
