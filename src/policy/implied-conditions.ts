import { isMapping } from '../text/value';
import { areWithinNetworks } from './networks';
import { covers } from './pattern-sets';
import { listOf } from './policy-document';

/** One condition of a statement: an operator, a key and the values of which one must fit, or none. */
export interface Condition {
  /** As it was written. */
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** The conditions of a statement, each of which must be met. */
export function conditionsOf(block: unknown): Condition[] {
  if (!isMapping(block)) return [];
  return Object.entries(block).flatMap(([operator, keys]) =>
    isMapping(keys)
      ? Object.entries(keys).map(([key, values]) => ({ operator, key, values: listOf(values).map(String) }))
      : [],
  );
}

/** Whether what meets all of some conditions surely meets another one. */
export function isImplied(condition: Condition, by: readonly Condition[]): boolean {
  return by.some((one) => sameKey(one, condition) && implies(one, condition));
}

export function sameKey(one: Condition, other: Condition): boolean {
  return one.key.toLowerCase() === other.key.toLowerCase();
}

/** What a condition lets pass that another one on the same key does not, in words. Undefined where no values say it. */
export function newlyPassed(before: Condition, after: Condition): string | undefined {
  const [was, is] = [before, after].map(({ operator }) => comparisonOf(parseOperator(operator).name).isNegative);
  if (was !== is) return undefined;
  const textOf = (conditions: readonly Condition[]) => conditions.flatMap(({ values }) => values).join(', ');
  return is
    ? `no longer excludes ${textOf(withOneValue(before).filter((one) => !isImplied(one, [after])))}`
    : `newly accepts ${textOf(withOneValue(after).filter((one) => !isImplied(before, [one])))}`;
}

/** Conditions of which one is met where the condition is: one for each value, where one value is enough; else itself. */
export function alternativesOf(condition: Condition): Condition[] {
  const { quantifier, name } = parseOperator(condition.operator);
  const asksForAll = quantifier === 'forallvalues' || comparisonOf(name).isNegative;
  return asksForAll || condition.values.length === 0 ? [condition] : withOneValue(condition);
}

function withOneValue({ values, ...condition }: Condition): Condition[] {
  return values.map((value) => ({ ...condition, values: [value] }));
}

interface Operator {
  /** `forallvalues` or `foranyvalue`, or empty. */
  readonly quantifier: string;
  readonly name: string;
  /** Whether a request without the key meets it in any case. */
  readonly ifExists: boolean;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
function parseOperator(text: string): Operator {
  const [, quantifier = '', name = '', ifExists] = /^(?:(\w+):)?(.*?)(ifexists)?$/.exec(text.toLowerCase()) ?? [];
  return { quantifier, name, ifExists: ifExists !== undefined };
}

function implies(one: Condition, other: Condition): boolean {
  const [given, asked] = [parseOperator(one.operator), parseOperator(other.operator)];
  if (asked.name === 'null' && other.values.join() === 'false' && given.name !== 'null') return needsKey(given);
  if (given.quantifier !== asked.quantifier || (given.ifExists && !asked.ifExists)) return false;
  const limit = LIMITS[asked.name];
  if (limit) return impliesLimit(given.name, limit, one.values, other.values);
  const [left, right] = [comparisonOf(given.name), comparisonOf(asked.name)];
  if (left.type !== right.type || left.isNegative !== right.isNegative) return false;
  return left.isNegative
    ? allFit(other.values, right, one.values, left)
    : allFit(one.values, left, other.values, right);
}

/** Whether a request without the key does not meet a condition with the operator. */
function needsKey({ quantifier, name, ifExists }: Operator): boolean {
  return !ifExists && quantifier !== 'forallvalues' && !comparisonOf(name).isNegative;
}

interface Comparison {
  /** Operators of one type compare the same texts. */
  readonly type: string;
  readonly isNegative: boolean;
  readonly how: 'exact' | 'any case' | 'pattern' | 'ARN' | 'network' | 'numeric' | 'date';
}

function comparisonOf(name: string): Comparison {
  const isNegative = name.includes('not');
  const positive = name.replace('not', '');
  if (positive === 'ipaddress') return { type: 'ip', isNegative, how: 'network' };
  if (positive === 'stringequalsignorecase') return { type: 'string', isNegative, how: 'any case' };
  if (positive === 'stringequals') return { type: 'string', isNegative, how: 'exact' };
  if (positive === 'stringlike') return { type: 'string', isNegative, how: 'pattern' };
  if (positive === 'arnequals' || positive === 'arnlike') return { type: 'arn', isNegative, how: 'ARN' };
  if (positive === 'numericequals') return { type: 'numeric', isNegative, how: 'numeric' };
  if (positive === 'dateequals') return { type: 'date', isNegative, how: 'date' };
  return { type: positive, isNegative, how: positive === 'bool' ? 'any case' : 'exact' };
}

/** Whether all that fits a value of one condition fits one of another condition's. */
function allFit(values: readonly string[], of: Comparison, others: readonly string[], as: Comparison): boolean {
  if (as.how === 'network') return areWithinNetworks(values, others);
  return values.every((value) => others.some((wider) => fits(value, of, wider, as)));
}

function fits(value: string, { how }: Comparison, wider: string, { how: as }: Comparison): boolean {
  if (how === 'any case' && as !== 'any case') return false;
  if (as === 'ARN') return coversArn(wider, value);
  if (as === 'pattern') return covers(wider, value);
  if (as === 'numeric' || as === 'date') return value === wider || POSITIONS[as](value) === POSITIONS[as](wider);
  if (how === 'pattern' && /[*?]/.test(value)) return false;
  return as === 'any case' ? value.toLowerCase() === wider.toLowerCase() : value === wider;
}

/** The first five parts of ARNs have no colons, whatever wildcards are in them: AWS compares each part with its like. */
function coversArn(pattern: string, other: string): boolean {
  const partsOf = (arn: string) => /^([^:]*):([^:]*):([^:]*):([^:]*):([^:]*):(.*)$/s.exec(arn)?.slice(1) ?? [arn];
  const [parts, others] = [partsOf(pattern), partsOf(other)];
  return (
    pattern === '*' || (parts.length === others.length && parts.every((part, at) => covers(part, others[at] ?? '')))
  );
}

/** Operators by which values are limited from above or below. */
interface Limit {
  readonly type: 'numeric' | 'date';
  readonly side: 'upper' | 'lower';
  readonly isOpen: boolean;
}

const LIMITS: Readonly<Record<string, Limit | undefined>> = {
  numericlessthan: { type: 'numeric', side: 'upper', isOpen: true },
  numericlessthanequals: { type: 'numeric', side: 'upper', isOpen: false },
  numericgreaterthan: { type: 'numeric', side: 'lower', isOpen: true },
  numericgreaterthanequals: { type: 'numeric', side: 'lower', isOpen: false },
  datelessthan: { type: 'date', side: 'upper', isOpen: true },
  datelessthanequals: { type: 'date', side: 'upper', isOpen: false },
  dategreaterthan: { type: 'date', side: 'lower', isOpen: true },
  dategreaterthanequals: { type: 'date', side: 'lower', isOpen: false },
};

/** @param given an operator; one that asks for a value limits it on both sides */
function impliesLimit(given: string, asked: Limit, values: readonly string[], others: readonly string[]): boolean {
  const limit = given === `${asked.type}equals` ? { ...asked, isOpen: false } : LIMITS[given];
  if (limit?.type !== asked.type || limit.side !== asked.side) return false;
  const position = POSITIONS[asked.type];
  const isWithin = (value: string, other: string) => {
    const [mine, theirs] = asked.side === 'upper' ? [value, other] : [other, value];
    const isSame = value === other || position(value) === position(other);
    return isSame ? limit.isOpen || !asked.isOpen : position(mine) < position(theirs);
  };
  return values.every((value) => others.some((other) => isWithin(value, other)));
}

/** Where values are among others of their type; NaN where that is not sure. */
const POSITIONS = { numeric, date: instant };

/** Digits as many as numbers here can tell apart. */
function numeric(text: string): number {
  return /^-?[\d.]{1,15}$/.test(text) ? Number(text) : NaN;
}

/**
 * The milliseconds of a date of ISO 8601 as the W3C has it, or of seconds since 1970; NaN where it is not sure how AWS
 * reads it: `2027` may be a year or seconds, and a time without a zone is none of W3C's.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date
 */
function instant(text: string): number {
  if (/^\d{9,10}$/.test(text)) return Number(text) * 1000;
  return /^\d{4}-\d\d(?:-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?)?$/.test(text) ? Date.parse(text) : NaN;
}
