import { isMapping } from '../text/value';
import { listOf, POLICY_ELEMENTS, STATEMENT_ELEMENTS, type PolicyDocument } from './policy-document';

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Whether two policies say the same to AWS and to their readers: the order of statements, of names and of list members
 * does not count, nor does the case of actions, condition operators and condition keys, nor how an account, everyone, a
 * list of one, a missing version, ID or condition is written. A statement's ID does count, as people read it.
 */
export function sameMeaning(one: PolicyDocument, other: PolicyDocument): boolean {
  return meaningOf(one) === meaningOf(other);
}

/** What a value of an element of a statement means, as a text that all values of its meaning share. */
export function elementMeaning(name: string, value: unknown): string {
  return JSON.stringify(canonicalElement(name, value));
}

function meaningOf(policy: PolicyDocument): string {
  return JSON.stringify(canonicalPolicy(policy));
}

/**
 * The policy in the one form that all policies of its meaning share: lists everywhere, sorted and without duplicates,
 * elements in AWS's order. What is no policy stays as it is, sorted.
 */
export function canonicalPolicy(policy: PolicyDocument): PolicyDocument {
  if (policy.Statement === undefined) return arranged(policy, POLICY_ELEMENTS);
  const statements = listOf(policy.Statement).map(canonicalStatement);
  return arranged({ Version: versionOf(policy), ...policy, Statement: distinct(statements) }, POLICY_ELEMENTS);
}

/** AWS takes a policy without a version for one of 2008. */
export function versionOf({ Version = '2008-10-17' }: PolicyDocument): unknown {
  return Version;
}

/** Whether an element of a statement is as good as none: the IAM console writes empty IDs. */
export function saysNothing(name: string, value: unknown): boolean {
  if (name === 'Sid') return value === '';
  return name === 'Condition' && isMapping(value) && Object.keys(value).length === 0;
}

export function canonicalStatement(statement: unknown): unknown {
  if (!isMapping(statement)) return statement;
  const elements = Object.entries(statement)
    .filter((element) => !saysNothing(...element))
    .map(([name, value]) => [name, canonicalElement(name, value)]);
  return arranged(Object.fromEntries(elements) as Mapping, STATEMENT_ELEMENTS);
}

function canonicalElement(name: string, value: unknown): unknown {
  switch (name) {
    case 'Principal':
    case 'NotPrincipal':
      return canonicalPrincipals(value);
    case 'Action':
    case 'NotAction':
      return distinct(listOf(value).map((action) => (typeof action === 'string' ? action.toLowerCase() : action)));
    case 'Resource':
    case 'NotResource':
      return distinct(listOf(value));
    case 'Condition':
      return canonicalConditions(value);
    default:
      return value;
  }
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
function canonicalPrincipals(principals: unknown): unknown {
  if (principals === '*') return { AWS: ['*'] };
  if (!isMapping(principals)) return principals;
  const types = Object.entries(principals).map(([type, names]) => [
    type,
    distinct(listOf(names).map((name) => (type === 'AWS' ? canonicalAccount(name) : name))),
  ]);
  return arranged(Object.fromEntries(types) as Mapping);
}

function canonicalAccount(name: unknown): unknown {
  return typeof name === 'string' ? (accountIn(name) ?? name) : name;
}

/** The ID of the account that a principal names: an account is meant alike by its ID and by the ARN that ends in `root`. */
export function accountIn(principal: string): string | undefined {
  return /^(?:arn:[\w-]+:iam::(?=\d{12}:root$))?(\d{12})(?::root)?$/.exec(principal)?.[1];
}

function canonicalConditions(operators: unknown): unknown {
  return ofAnyCase(operators, (keys) => ofAnyCase(keys, (values) => distinct(listOf(values).map(conditionText))));
}

/** AWS compares what numbers and booleans look like as text. */
function conditionText(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

/** A mapping whose names AWS takes in any case, with its values converted. */
function ofAnyCase(mapping: unknown, convert: (value: unknown) => unknown): unknown {
  if (!isMapping(mapping)) return mapping;
  const names = Object.keys(mapping);
  // Two names that differ in case alone are two conditions: neither may displace the other.
  const unique = new Set(names.map((name) => name.toLowerCase())).size === names.length;
  return arranged(
    Object.fromEntries(
      Object.entries(mapping).map(([name, value]) => [unique ? name.toLowerCase() : name, convert(value)]),
    ),
  );
}

/** The mapping with its names in the given order, the others after them by alphabet. */
function arranged(mapping: Mapping, order: readonly string[] = []): Mapping {
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  const before = (one: string, other: string): number => rank(one) - rank(other) || (one < other ? -1 : 1);
  return Object.fromEntries(Object.entries(mapping).sort(([one], [other]) => before(one, other)));
}

function distinct(values: readonly unknown[]): readonly unknown[] {
  const byText = new Map(values.map((value) => [JSON.stringify(value), value]));
  return [...byText].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, value]) => value);
}
