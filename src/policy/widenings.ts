import { isMapping } from '../text/value';
import { alternativesOf, conditionsOf, isImplied, newlyPassed, sameKey, type Condition } from './implied-conditions';
import { limitsCallers } from './limits-callers';
import { accountIn } from './meaning';
import { EVERYTHING, isWithin, piecesOf, type PatternSet } from './pattern-sets';
import { listOf, type PolicyDocument, type Statement } from './policy-document';

/** Who does what on what. */
interface Access {
  readonly principals: PatternSet;
  readonly actions: PatternSet;
  readonly resources: PatternSet;
}

/** What a statement allows or denies, where all conditions are met. */
interface Rule extends Access {
  readonly conditions: readonly Condition[];
  /** How names were written that are compared in another form. */
  readonly written: ReadonlyMap<string, string>;
}

/** Of many names in a phrase, the first. */
const MOST_NAMES = 5;

/**
 * What policies allow, or do not deny any more, that others did not allow, or denied: a phrase each, to follow the name of
 * what they belong to. They are compared together: which of them says something does not count. What is not sure to be as
 * narrow as before counts as wider.
 */
export function widenings(before: readonly PolicyDocument[], after: readonly PolicyDocument[]): string[] {
  return [...newAllowances(before, after), ...lostDenials(before, after)];
}

/** What policies allow that others do not, in the same phrases. */
export function newAllowances(before: readonly PolicyDocument[], after: readonly PolicyDocument[]): string[] {
  const was = rulesIn(before, 'Allow');
  return distinct(rulesIn(after, 'Allow').flatMap((rule) => newlyAllowed(rule, was)));
}

/** What policies denied that others do not, in the same phrases. */
export function lostDenials(before: readonly PolicyDocument[], after: readonly PolicyDocument[]): string[] {
  const is = rulesIn(after, 'Deny');
  return distinct(rulesIn(before, 'Deny').flatMap((rule) => noLongerDenied(rule, is)));
}

/** What new policies allow that is seldom meant: everyone, actions of any service, or all but what is named. */
export function broadGrants(policies: readonly PolicyDocument[]): string[] {
  return distinct(
    rulesIn(policies, 'Allow').flatMap((rule) => {
      const actions = ofAnyService(rule.actions);
      return [...trustOfStrangers(rule), ...(isSome(actions) ? [`allows ${what({ ...rule, actions }, rule)}`] : [])];
    }),
  );
}

/** How policies trust everyone, or under conditions that strangers may meet, in the same phrases. */
export function trustsOfStrangers(policies: readonly PolicyDocument[]): string[] {
  return distinct(rulesIn(policies, 'Allow').flatMap(trustOfStrangers));
}

function trustOfStrangers(rule: Rule): string[] {
  const { principals, conditions } = rule;
  const isForEveryone = principals !== EVERYTHING && (principals.isComplement || isWithin(EVERYTHING, principals));
  if (!isForEveryone || conditions.some(limitsCallers)) return [];
  const under = conditions.length > 0 ? ` under the condition ${conditions.map(inWords).join(' and ')}` : '';
  return [`trusts ${named(principals, rule, 'everyone')}${under}`];
}

function ofAnyService(actions: PatternSet): PatternSet {
  return actions.isComplement
    ? actions
    : joined(piecesOf(actions).filter(({ patterns }) => /^[*?]/.test(patterns[0] ?? '')));
}

function newlyAllowed(rule: Rule, before: readonly Rule[]): string[] {
  return gapsIn(rule, before).map((gap) => {
    switch (gap.of) {
      case 'principals':
        return `trusts ${named(gap.access.principals, rule, 'everyone')}`;
      case 'conditions': {
        const now = rule.conditions.find((condition) => sameKey(condition, gap.condition));
        return now ? loosened(gap.condition, now) : `drops the condition ${inWords(gap.condition)}`;
      }
      case 'access':
        return `allows ${what(gap.access, rule)}`;
    }
  });
}

function noLongerDenied(rule: Rule, after: readonly Rule[]): string[] {
  return gapsIn(rule, after).map((gap) => {
    switch (gap.of) {
      case 'principals':
        return `no longer denies all of ${what(rule, rule)} to ${named(gap.access.principals, rule, 'everyone')}`;
      case 'conditions':
        return `denies ${what(rule, rule)} only under the condition ${inWords(gap.condition)}`;
      case 'access':
        return `no longer denies all of ${what(gap.access, rule)}`;
    }
  });
}

/** What of a rule others do not have: principals of which they know nothing; other access; or only under a condition. */
type Gap =
  | { readonly of: 'principals' | 'access'; readonly access: Access }
  | { readonly of: 'conditions'; readonly condition: Condition };

function gapsIn(rule: Rule, others: readonly Rule[]): Gap[] {
  if (isHad(rule, rule.conditions, others)) return [];
  const who = rule.principals === EVERYTHING ? ALL_KNOWN : parted(rule.principals, others, 'principals');
  const which = parted(rule.actions, others, 'actions');
  const where = parted(rule.resources, others, 'resources');
  const old = { principals: who.known, actions: which.known, resources: where.known };
  const gaps: readonly (Gap | false)[] = [
    isSome(who.unknown) && { of: 'principals', access: { ...rule, principals: who.unknown } },
    isSome(who.known) && isSome(which.unknown) && { of: 'access', access: { ...rule, actions: which.unknown } },
    isSome(who.known) &&
      isSome(which.known) &&
      isSome(where.unknown) && { of: 'access', access: { ...old, resources: where.unknown } },
  ];
  const ofParts = gaps.filter((gap) => gap !== false);
  if (!Object.values(old).every(isSome) || isHad(old, rule.conditions, others)) return ofParts;
  if (!isCovered(old, others)) return [...ofParts, { of: 'access', access: old }];
  const asked = others.filter((other) => overlaps(old, other)).flatMap(({ conditions }) => conditions);
  const lacking = asked.filter((condition) => !isImplied(condition, rule.conditions));
  return [...ofParts, ...lacking.map((condition) => ({ of: 'conditions', condition }) as const)];
}

interface Parts {
  /** What no other rule has on the same side. */
  readonly unknown: PatternSet;
  readonly known: PatternSet;
}

const NOTHING: PatternSet = { isComplement: false, patterns: [] };
const ALL_KNOWN: Parts = { unknown: NOTHING, known: EVERYTHING };

function parted(set: PatternSet, others: readonly Rule[], side: keyof Access): Parts {
  const isKnown = (piece: PatternSet) => others.some((other) => isWithin(piece, other[side]));
  const pieces = piecesOf(set);
  return { unknown: joined(pieces.filter((piece) => !isKnown(piece))), known: joined(pieces.filter(isKnown)) };
}

function joined(pieces: readonly PatternSet[]): PatternSet {
  const [first = NOTHING] = pieces;
  return first.isComplement ? first : { isComplement: false, patterns: pieces.flatMap(({ patterns }) => patterns) };
}

function isSome({ isComplement, patterns }: PatternSet): boolean {
  return isComplement || patterns.length > 0;
}

/** Whether others have the access under some conditions: as it is, or one for one value and one for another. */
function isHad(access: Access, conditions: readonly Condition[], others: readonly Rule[]): boolean {
  const isHadUnder = (given: readonly Condition[]) =>
    isCovered(
      access,
      others.filter((other) => other.conditions.every((one) => isImplied(one, given))),
    );
  return (
    isHadUnder(conditions) ||
    conditions.some((condition) =>
      alternativesOf(condition).every((one) => isHadUnder(conditions.map((each) => (each === condition ? one : each)))),
    )
  );
}

/** Whether each principal may do each action on each resource by one of the rules. */
function isCovered({ principals, actions, resources }: Access, rules: readonly Rule[]): boolean {
  const rulesFor = (set: PatternSet, side: keyof Access) =>
    piecesOf(set).map((piece) => rules.map((rule) => isWithin(piece, rule[side])));
  const [who, which, where] = [
    rulesFor(principals, 'principals'),
    rulesFor(actions, 'actions'),
    rulesFor(resources, 'resources'),
  ];
  return who.every((one) =>
    which.every((two) => where.every((three) => rules.some((_, index) => one[index] && two[index] && three[index]))),
  );
}

/** Whether a rule has some of the access. */
function overlaps(access: Access, rule: Rule): boolean {
  return (['principals', 'actions', 'resources'] as const).every((side) =>
    piecesOf(access[side]).some((piece) => isWithin(piece, rule[side])),
  );
}

function rulesIn(policies: readonly PolicyDocument[], effect: 'Allow' | 'Deny'): Rule[] {
  return policies.flatMap(({ Version, Statement }) =>
    listOf(Statement)
      .filter(isMapping)
      .filter((statement) => statement.Effect === effect)
      .map((statement) => ruleOf(statement, Version === '2012-10-17')),
  );
}

/** @param hasVariables whether AWS takes a variable for what it stands for, and not for a text, as in a policy of 2008 */
function ruleOf(statement: Statement, hasVariables: boolean): Rule {
  const written = new Map<string, string>();
  const text = (value: unknown) => (hasVariables ? String(value) : String(value).replaceAll('${', '$\0{'));
  const setOf = (name: string, compared: (value: unknown) => readonly (readonly [string, string])[]): PatternSet => {
    const isComplement = statement[name] === undefined;
    const value = statement[isComplement ? `Not${name}` : name];
    if (value === undefined) return EVERYTHING;
    const names = compared(value);
    for (const [pattern, shown] of names) written.set(pattern, shown);
    return { isComplement, patterns: names.map(([pattern]) => pattern) };
  };
  return {
    principals: setOf('Principal', principalsIn),
    actions: setOf('Action', (value) => listOf(value).map((name) => [comparedAction(String(name)), String(name)])),
    resources: setOf('Resource', (value) => listOf(value).map((name) => [text(name), String(name)])),
    conditions: conditionsOf(statement.Condition).map((one) => ({ ...one, values: one.values.map(text) })),
    written,
  };
}

/** All are named alike by which every action is meant, as each has a service and a name. */
function comparedAction(name: string): string {
  return /^(?:[?]?[*]+:)?[?]?[*]+$/.test(name) ? '*' : name.toLowerCase();
}

/** Principals as they are compared, and as they were written. */
function principalsIn(value: unknown): (readonly [string, string])[] {
  if (!isMapping(value)) return listOf(value).map((name) => [String(name), String(name)]);
  return Object.entries(value).flatMap(([type, names]) =>
    listOf(names).map((one) => {
      const name = String(one);
      const isEveryone = type === 'AWS' && name === '*';
      return [isEveryone ? '*' : `${type} ${type === 'AWS' ? (accountIn(name) ?? name) : name}`, name] as const;
    }),
  );
}

/** Actions, on which resources where the policy names any. */
function what({ actions, resources }: Access, rule: Rule): string {
  const which = named(actions, rule, 'every action');
  return resources === EVERYTHING ? which : `${which} on ${named(resources, rule, 'everything')}`;
}

function named({ isComplement, patterns }: PatternSet, { written }: Rule, all: string): string {
  const names = patterns.map((pattern) => written.get(pattern) ?? pattern);
  const list =
    names.slice(0, MOST_NAMES).join(', ') + (names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '');
  if (isComplement) return names.length === 0 ? all : `${all} but ${list}`;
  return patterns.includes('*') ? all : list;
}

/** Of values that both conditions have, only what else passes is of interest. */
function loosened(before: Condition, after: Condition): string {
  const both = before.values.filter((value) => after.values.includes(value));
  if (both.length === before.values.length && both.length === after.values.length) {
    return `loosens the condition ${inWords(before)} to ${after.operator}`;
  }
  const passed = both.length > 0 ? newlyPassed(before, after) : undefined;
  if (passed === undefined) return `loosens the condition ${inWords(before)} to ${inWords(after)}`;
  const { operator, key } = before;
  const to = after.operator === operator ? '' : ` to ${after.operator}`;
  return `loosens the condition ${operator} ${key}${to}: ${passed.replaceAll('\0', '')}`;
}

function inWords({ operator, key, values }: Condition): string {
  return `${operator} ${key} ${values.join(', ').replaceAll('\0', '')}`;
}

function distinct(phrases: readonly string[]): string[] {
  return [...new Set(phrases)];
}
