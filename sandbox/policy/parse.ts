import { Refusal } from '../http/refusal';
import { isConditionOperator } from './conditions';
import { list, type PolicyDocument, type PrincipalElement } from './document';

/**
 * Reads an identity or session policy, which names no principal.
 * @throws Refusal MalformedPolicyDocument for anything IAM would not accept as one.
 */
export function parsePolicy(text: string): PolicyDocument {
  const policy = parseDocument(text);
  for (const statement of list(policy.Statement)) {
    if (statement.Principal !== undefined || statement.NotPrincipal !== undefined) {
      throw malformed('Policy document should not specify a principal.');
    }
    if (statement.Resource === undefined && statement.NotResource === undefined) {
      throw malformed('Policy statement must contain resources.');
    }
  }
  return policy;
}

/**
 * Reads a role's trust policy, which names principals and no resource.
 * @throws Refusal MalformedPolicyDocument for anything IAM would not accept as one.
 */
export function parseTrust(text: string): PolicyDocument {
  const policy = parseDocument(text);
  for (const { Principal, NotPrincipal, Resource, NotResource, Action } of list(policy.Statement)) {
    if (Resource !== undefined || NotResource !== undefined) throw malformed('Has prohibited field Resource');
    const principal = Principal ?? NotPrincipal;
    if (principal === undefined) throw malformed('Missing required field Principal');
    if (!isPrincipal(principal)) throw malformed('Syntax errors in policy.');
    if (!list(Action ?? 'sts:*').every((action) => /^(sts:|\*$)/i.test(action))) {
      throw malformed('AssumeRole policy may only specify STS AssumeRole actions.');
    }
  }
  return policy;
}

/** @throws Refusal MalformedPolicyDocument */
function parseDocument(text: string): PolicyDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('This policy contains invalid Json');
  }
  if (!isPolicy(value)) throw malformed('Syntax errors in policy.');
  return value;
}

export function malformed(message: string): Refusal {
  return new Refusal(400, 'MalformedPolicyDocument', message);
}

const policyElements = new Set(['Version', 'Id', 'Statement']);
const statementElements = new Set(
  'Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition'.split(' '),
);

function isPolicy(value: unknown): value is PolicyDocument {
  if (!isObject(value) || !Object.keys(value).every((key) => policyElements.has(key))) return false;
  if (![undefined, '2012-10-17', '2008-10-17'].includes(value.Version as string | undefined)) return false;
  const statements = list(value.Statement);
  return statements.length > 0 && statements.every(isStatement);
}

function isStatement(value: unknown): boolean {
  if (!isObject(value) || !Object.keys(value).every((key) => statementElements.has(key))) return false;
  const { Effect, Action, NotAction, Resource, NotResource, Condition } = value;
  return (
    (Effect === 'Allow' || Effect === 'Deny') &&
    isStrings(Action ?? NotAction) &&
    isStrings(Resource ?? NotResource ?? []) &&
    (Condition === undefined || (isObject(Condition) && Object.keys(Condition).every(isConditionOperator)))
  );
}

function isPrincipal(value: unknown): value is PrincipalElement {
  return value === '*' || (isObject(value) && Object.values(value).every(isStrings));
}

function isStrings(value: unknown): boolean {
  return list(value).every((item) => typeof item === 'string');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
