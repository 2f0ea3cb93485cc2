import { BlockList, isIPv6 } from 'node:net';
import type { Context } from './context';
import { list, type ConditionElement } from './document';
import { matches, substitute, type Variables } from './pattern';

type Comparison = (actual: string, expected: string, variables: Variables) => boolean;

const comparisons: Readonly<Record<string, Comparison>> = {
  StringEquals: literal((actual, expected) => actual === expected),
  StringEqualsIgnoreCase: literal((actual, expected) => actual.toLowerCase() === expected.toLowerCase()),
  StringLike: (actual, expected, variables) => matches(expected, actual, variables),
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: literal((actual, expected) => actual.toLowerCase() === expected.toLowerCase()),
  IpAddress: literal(inRange),
  NumericEquals: numeric((actual, expected) => actual === expected),
  NumericLessThan: numeric((actual, expected) => actual < expected),
  NumericLessThanEquals: numeric((actual, expected) => actual <= expected),
  NumericGreaterThan: numeric((actual, expected) => actual > expected),
  NumericGreaterThanEquals: numeric((actual, expected) => actual >= expected),
  DateEquals: date((actual, expected) => actual === expected),
  DateLessThan: date((actual, expected) => actual < expected),
  DateLessThanEquals: date((actual, expected) => actual <= expected),
  DateGreaterThan: date((actual, expected) => actual > expected),
  DateGreaterThanEquals: date((actual, expected) => actual >= expected),
};

const opposites: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NotIpAddress: 'IpAddress',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
};

interface Operator {
  readonly quantifier: string | undefined;
  readonly ifExists: boolean;
  readonly negated: boolean;
  readonly compare: Comparison;
}

function parseOperator(name: string): Operator | undefined {
  const [, quantifier, base = '', ifExists] = /^(ForAnyValue:|ForAllValues:)?(.+?)(IfExists)?$/.exec(name) ?? [];
  const compare = comparisons[opposites[base] ?? base];
  return compare && { quantifier, ifExists: ifExists !== undefined, negated: base in opposites, compare };
}

export function isConditionOperator(name: string): boolean {
  return name === 'Null' || parseOperator(name) !== undefined;
}

/**
 * Whether every condition of a statement holds.
 * @throws Error for an operator that IAM does not have.
 */
export function conditionsHold(condition: ConditionElement, context: Context, variables: Variables): boolean {
  return Object.entries(condition).every(([name, keys]) =>
    Object.entries(keys).every(([key, expected]) =>
      holds(name, list(expected).map(String), context.get(key.toLowerCase()), variables),
    ),
  );
}

function holds(
  name: string,
  expected: readonly string[],
  actual: readonly string[] | undefined,
  variables: Variables,
): boolean {
  if (name === 'Null') return expected.includes(String(actual === undefined));
  const operator = parseOperator(name);
  if (!operator) throw new Error(`"${name}" is not a condition operator`);
  const { quantifier, ifExists, negated, compare } = operator;
  const holdsFor = (value: string): boolean => expected.some((item) => compare(value, item, variables)) !== negated;
  // An absent key satisfies ForAllValues, whatever is compared: in an Allow this is a hole, and AWS has it.
  if (quantifier === 'ForAllValues:') return (actual ?? []).every(holdsFor);
  if (quantifier === 'ForAnyValue:') return (actual ?? []).some(holdsFor);
  if (actual === undefined) return ifExists || negated;
  return negated ? actual.every(holdsFor) : actual.some(holdsFor);
}

function literal(compare: (actual: string, expected: string) => boolean): Comparison {
  return (actual, expected, variables) => {
    const text = substitute(expected, variables);
    return text !== undefined && compare(actual, text);
  };
}

function numeric(compare: (actual: number, expected: number) => boolean): Comparison {
  return literal((actual, expected) => compare(Number(actual), Number(expected)));
}

function date(compare: (actual: number, expected: number) => boolean): Comparison {
  return literal((actual, expected) => compare(instant(actual), instant(expected)));
}

function instant(value: string): number {
  return /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value);
}

// A wildcard does not reach across the colons of an ARN; those of a policy variable are not the ARN's.
function arnLike(actual: string, expected: string, variables: Variables): boolean {
  const patterns = arnParts(expected, /:(?![^{}]*\})/);
  const values = arnParts(actual, /:/);
  return (
    patterns.length === values.length && patterns.every((pattern, at) => matches(pattern, values[at] ?? '', variables))
  );
}

function arnParts(arn: string, colon: RegExp): string[] {
  const parts = arn.split(colon);
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function inRange(address: string, range: string): boolean {
  const [network = '', prefix] = range.split('/');
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  const ranges = new BlockList();
  ranges.addSubnet(network, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family);
  return ranges.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
