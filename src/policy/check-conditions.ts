import { wholeAccount } from '../aws/arn';
import type { KeyPath } from '../text/problem';
import { isMapping } from '../text/value';
import { listOf, type Statement } from './policy-document';
import { members, unknownName, wrong, type PolicyProblems } from './policy-problem';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATORS = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
  'NumericEquals',
  'NumericNotEquals',
  'NumericLessThan',
  'NumericLessThanEquals',
  'NumericGreaterThan',
  'NumericGreaterThanEquals',
  'DateEquals',
  'DateNotEquals',
  'DateLessThan',
  'DateLessThanEquals',
  'DateGreaterThan',
  'DateGreaterThanEquals',
  'Bool',
  'BinaryEquals',
  'IpAddress',
  'NotIpAddress',
  'ArnEquals',
  'ArnNotEquals',
  'ArnLike',
  'ArnNotLike',
  'Null',
];

/** Every form of an operator. `Null` asks whether a key exists, and so takes no `IfExists`. */
const OPERATOR_FORMS = ['', 'ForAllValues:', 'ForAnyValue:'].flatMap((quantifier) =>
  OPERATORS.flatMap((operator) => [
    `${quantifier}${operator}`,
    ...(operator === 'Null' ? [] : [`${quantifier}${operator}IfExists`]),
  ]),
);

/**
 * A statement's conditions: operator → key → the values to compare with.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
 */
export function* conditionProblems(condition: unknown, path: KeyPath, isForAws: boolean): PolicyProblems {
  if (condition === undefined) return;
  if (!isMapping(condition)) {
    yield wrong(path, condition, 'a mapping of operators, such as StringEquals, to keys and values');
    return;
  }
  for (const [operator, keys] of Object.entries(condition)) {
    const at = [...path, operator];
    if (!OPERATOR_FORMS.includes(operator)) yield unknownName(at, OPERATOR_FORMS, OPERATORS);
    if (isMapping(keys)) yield* keyProblems(keys, at, isForAws);
    else yield wrong(at, keys, 'a mapping of condition keys to values');
  }
}

function* keyProblems(keys: Readonly<Record<string, unknown>>, path: KeyPath, isForAws: boolean): PolicyProblems {
  for (const [key, values] of Object.entries(keys)) {
    if (!/^[^:]+:./s.test(key)) {
      yield { path: [...path, key], message: 'is no condition key; it should be service:name, such as aws:SourceIp' };
    }
    for (const [at, value] of members(values, [...path, key])) {
      if (!['string', 'number', 'boolean'].includes(typeof value)) {
        yield wrong(at, value, 'text, a number, true or false, or a list of these');
      } else if (isForAws && /:\w*Account$/i.test(key) && /^\d{1,11}$/.test(String(value))) {
        yield wrong(at, value, 'an account of 12 digits, as no other matches', wholeAccount(value));
      }
    }
  }
}

// Those that are false where the key is missing.
const REQUIRING_OPERATOR = /^(ForAnyValue:)?(?!Null$)(?!\w*Not)\w+(?<!IfExists)$/;

/** What a statement compares with one key. */
export interface KeyCondition {
  readonly operator: string;
  readonly key: string;
  readonly values: unknown;
  readonly path: KeyPath;
}

/** The conditions of a statement, as far as they have the form of such. */
export function conditionsIn({ Condition }: Statement, path: KeyPath): readonly KeyCondition[] {
  return Object.entries(isMapping(Condition) ? Condition : {}).flatMap(([operator, keys]) =>
    Object.entries(isMapping(keys) ? keys : {}).map(([key, values]) => ({
      operator,
      key,
      values,
      path: [...path, 'Condition', operator, key],
    })),
  );
}

/** The case of condition keys does not count. */
export function isSameKey(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Whether a condition does not hold where its key is missing. */
export function requiresKey({ operator, values }: Omit<KeyCondition, 'path'>): boolean {
  if (operator === 'Null') return listOf(values).every((value) => String(value) === 'false');
  return REQUIRING_OPERATOR.test(operator);
}

/** Wildcards alone, and a variable, which may stand for what the request itself says. */
const OF_ANY_TEXT = /^(?:[*?]|\$\{[^}]*\})*$/;

/** Whether a condition is met by some values of such a key only. */
export function bindsBy(keys: RegExp): (condition: Omit<KeyCondition, 'path'>) => boolean {
  return (condition) =>
    keys.test(condition.key) &&
    requiresKey(condition) &&
    condition.operator !== 'Null' &&
    listOf(condition.values).every((value) => !OF_ANY_TEXT.test(String(value)));
}
