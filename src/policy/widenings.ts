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

const SIDES = ['principals', 'actions', 'resources'] as const;

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
  return isForEveryone(principals) && !conditions.some(limitsCallers) ? [trust(principals, rule)] : [];
}

function isForEveryone(principals: PatternSet): boolean {
  return principals !== EVERYTHING && (principals.isComplement || isWithin(EVERYTHING, principals));
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
        return trust(gap.access.principals, rule, before);
      case 'conditions': {
        const now = rule.conditions.find((condition) => sameKey(condition, gap.condition));
        return now ? loosened(gap.condition, now) : `drops the condition ${inWords(gap.condition)}`;
      }
      case 'access':
        return `allows ${what(gap.access, rule, before)}${ofVersion(gap.access, before)}`;
    }
  });
}

function noLongerDenied(rule: Rule, after: readonly Rule[]): string[] {
  return gapsIn(rule, after).map((gap) => {
    switch (gap.of) {
      case 'principals':
        return `no longer denies all of ${what(gap.access, rule, after)} to ${inNames(gap.access.principals, [rule, ...after], 'everyone')}`;
      case 'conditions': {
        const was = rule.conditions.some((condition) => isReadOtherwise(gap.condition, condition));
        return `denies ${what(rule, rule)} only under the condition ${inWords(gap.condition)}${was ? OF_VERSION : ''}`;
      }
      case 'access':
        return `no longer denies all of ${what(gap.access, rule, after)}${ofVersion(gap.access, after)}`;
    }
  });
}

/** What of a rule others do not have: principals of which they know nothing; other access; or only under a condition. */
type Gap =
  | { readonly of: 'principals' | 'access'; readonly access: Access }
  | { readonly of: 'conditions'; readonly condition: Condition };

function gapsIn(rule: Rule, others: readonly Rule[]): Gap[] {
  if (isHad(rule, rule.conditions, others)) return [];
  return partsOf(rule, others).flatMap((part) => gapsInPart(part, others));
}

function gapsInPart(rule: Rule, others: readonly Rule[]): Gap[] {
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

/**
 * Where a rule is of all but some, and another rule omits more, two stand for it: one of what the other is of, too, and one
 * of what only the other omits.
 */
function partsOf(rule: Rule, others: readonly Rule[]): Rule[] {
  return SIDES.reduce(
    (parts, side) =>
      parts.flatMap((part) => {
        const sets = others.map((other) => other[side]);
        return split(part[side], sets).map((set) => ({ ...part, [side]: set }));
      }),
    [rule],
  );
}

function split(set: PatternSet, others: readonly PatternSet[]): PatternSet[] {
  const isAll = isWithin(EVERYTHING, set);
  if (!isAll && !set.isComplement) return [set];
  const omitted: PatternSet = { isComplement: false, patterns: isAll ? [] : set.patterns };
  const omittedMore = others
    .filter(({ isComplement }) => isComplement)
    .map((other) => piecesOf({ ...other, isComplement: false }).filter((piece) => !isWithin(piece, omitted)))
    .filter((pieces) => pieces.every((piece) => isWithin(piece, set)))
    .map((pieces) => pieces.flatMap(({ patterns }) => patterns));
  const [least = []] = omittedMore.sort((one, other) => one.length - other.length);
  if (least.length === 0) return [set];
  const withoutThem = { isComplement: true, patterns: [...omitted.patterns, ...least] };
  return [withoutThem, { isComplement: false, patterns: least }];
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
  return SIDES.every((side) => piecesOf(access[side]).some((piece) => isWithin(piece, rule[side])));
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

function trust(principals: PatternSet, rule: Rule, others: readonly Rule[] = []): string {
  const { conditions } = rule;
  const under =
    isForEveryone(principals) && conditions.length > 0
      ? ` under the condition ${conditions.map(inWords).join(' and ')}`
      : '';
  return `trusts ${inNames(principals, [rule, ...others], 'everyone')}${under}`;
}

/** Actions, on which resources where the policy names any. */
function what({ actions, resources }: Access, rule: Rule, others: readonly Rule[] = []): string {
  const rules = [rule, ...others];
  const which = inNames(actions, rules, 'every action');
  return resources === EVERYTHING ? which : `${which} on ${inNames(resources, rules, 'everything')}`;
}

/** @param rules where the names were written */
function inNames({ isComplement, patterns }: PatternSet, rules: readonly Rule[], all: string): string {
  const nameOf = (pattern: string) =>
    rules.find(({ written }) => written.has(pattern))?.written.get(pattern) ?? pattern;
  const names = patterns.map(nameOf);
  const list =
    names.slice(0, MOST_NAMES).join(', ') + (names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '');
  if (isComplement) return names.length === 0 ? all : `${all} but ${list}`;
  return patterns.includes('*') ? all : list;
}

/** Why what is written alike is not the same: a variable is a text in a policy of 2008. */
const OF_VERSION = ': with another Version, variables mean something else';

function ofVersion({ resources }: Access, others: readonly Rule[]): string {
  const written = others.flatMap((other) => other.resources.patterns);
  const isOther = (pattern: string) => written.some((one) => one !== pattern && asWritten(one) === asWritten(pattern));
  return resources.patterns.some(isOther) ? OF_VERSION : '';
}

function isReadOtherwise(one: Condition, other: Condition): boolean {
  return inWords(one) === inWords(other) && one.values.join() !== other.values.join();
}

/** Of values that both conditions have, only what else passes is of interest. */
function loosened(before: Condition, after: Condition): string {
  if (isReadOtherwise(before, after)) return `loosens the condition ${inWords(before)}${OF_VERSION}`;
  const both = before.values.filter((value) => after.values.includes(value));
  if (both.length === before.values.length && both.length === after.values.length) {
    return `loosens the condition ${inWords(before)} to ${after.operator}`;
  }
  const passed = both.length > 0 ? newlyPassed(before, after) : undefined;
  if (passed === undefined) return `loosens the condition ${inWords(before)} to ${inWords(after)}`;
  const { operator, key } = before;
  const to = after.operator === operator ? '' : ` to ${after.operator}`;
  return `loosens the condition ${operator} ${key}${to}: ${asWritten(passed)}`;
}

function inWords({ operator, key, values }: Condition): string {
  return `${operator} ${key} ${asWritten(values.join(', '))}`;
}

function asWritten(text: string): string {
  return text.replaceAll('\0', '');
}

function distinct(phrases: readonly string[]): string[] {
  return [...new Set(phrases)];
}
