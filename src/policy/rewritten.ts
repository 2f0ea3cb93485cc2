import { isMapping } from '../text/value';
import { canonicalStatement, elementMeaning, sameMeaning, saysNothing, versionOf } from './meaning';
import { listOf, type PolicyDocument } from './policy-document';

/** Writes the value of a name as it is wanted, as far as both mean the same. */
type Rewrite = (name: string, value: unknown, wanted: unknown) => unknown;

/**
 * A policy written as another one is, as far as both mean the same: in its order, in its spelling, with or without brackets
 * around one member. What only the first one says stays behind what it was behind.
 */
export function rewritten(policy: PolicyDocument, wanted: PolicyDocument): PolicyDocument {
  if (sameMeaning(policy, wanted)) return wanted;
  const { Version: own, ...rest } = policy;
  const Version = versionOf(policy) === versionOf(wanted) ? wanted.Version : own;
  const elements = Version === undefined ? rest : { Version, ...rest };
  const written = rewriteMapping(elements, wanted, (name, value, other) =>
    name === 'Statement' ? rewriteStatements(listOf(value), other) : value,
  );
  return written as PolicyDocument;
}

function rewriteStatements(statements: readonly unknown[], wanted: unknown): unknown {
  const counterparts = counterpartsOf(statements, listOf(wanted));
  const written = new Map(statements.map((one) => [one, rewriteStatement(one, counterparts.get(one))]));
  const replaced = listOf(wanted).flatMap((other) => statements.filter((one) => counterparts.get(one) === other));
  return withBracketsOf(
    wanted,
    arranged(statements, replaced).map((one) => written.get(one)),
  );
}

/** The wanted statement that takes the place of each one, as long as there are any: who is most alike comes first. */
function counterpartsOf(statements: readonly unknown[], wanted: readonly unknown[]): ReadonlyMap<unknown, unknown> {
  const pairs = statements.flatMap((one) => wanted.map((other) => ({ one, other, alike: likeness(one, other) })));
  const found = new Map<unknown, unknown>();
  const taken = new Set<unknown>();
  for (const { one, other } of pairs.sort((some, more) => more.alike - some.alike)) {
    if (found.has(one) || taken.has(other)) continue;
    found.set(one, other);
    taken.add(other);
  }
  return found;
}

/** From 0, for nothing in common, to 1; and half as much again for the same ID. */
function likeness(one: unknown, other: unknown): number {
  const [says, saysToo] = [partsOf(canonicalStatement(one)), partsOf(canonicalStatement(other))];
  const shared = says.filter((part) => saysToo.includes(part));
  const hasSameId = shared.some((part) => part.startsWith('/Sid='));
  return (2 * shared.length) / (says.length + saysToo.length) + (hasSameId ? 0.5 : 0);
}

/** Each text in a value, with the names that lead to it. */
function partsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((member) => partsOf(member, path));
  if (isMapping(value)) return Object.entries(value).flatMap(([name, member]) => partsOf(member, `${path}/${name}`));
  return [`${path}=${JSON.stringify(value)}`];
}

function rewriteStatement(statement: unknown, wanted: unknown): unknown {
  if (!isMapping(statement) || !isMapping(wanted)) return statement;
  const said = Object.entries(statement).filter((element) => !saysNothing(...element));
  const unsaid = Object.entries(wanted).filter((element) => saysNothing(...element));
  return rewriteMapping(Object.fromEntries([...unsaid, ...said]), wanted, rewriteElement);
}

function rewriteElement(name: string, value: unknown, wanted: unknown): unknown {
  if (elementMeaning(name, value) === elementMeaning(name, wanted)) return wanted;
  switch (name) {
    case 'Action':
    case 'NotAction':
    case 'Resource':
    case 'NotResource':
      return rewriteList(value, wanted, (member) => elementMeaning(name, member));
    case 'Principal':
    case 'NotPrincipal':
      return rewriteMapping(value === '*' ? { AWS: '*' } : value, wanted, (type, names, others) =>
        rewriteList(names, others, (member) => elementMeaning(name, { [type]: member })),
      );
    case 'Condition':
      return rewriteMapping(value, wanted, rewriteKeys, inAnyCase);
    default:
      return value;
  }
}

const inAnyCase = (name: string) => name.toLowerCase();

const rewriteKeys: Rewrite = (operator, keys, wanted) =>
  rewriteMapping(
    keys,
    wanted,
    (key, values, others) =>
      rewriteList(values, others, (member) => elementMeaning('Condition', { [operator]: { [key]: member } })),
    inAnyCase,
  );

/**
 * Gives each value to `rewrite` with the wanted one of the same name, if there is one.
 *
 * @param meant what a name means, where several spellings mean the same
 */
function rewriteMapping(value: unknown, wanted: unknown, rewrite: Rewrite, meant = (name: string) => name): unknown {
  if (!isMapping(value) || !isMapping(wanted)) return value;
  const names = Object.keys(value);
  // Where two names of one mapping mean the same, neither may displace the other.
  const isUnclear = new Set(names.map(meant)).size < names.length;
  const spelled = new Map(Object.keys(wanted).map((name) => [meant(name), name]));
  const spell = (name: string) => (isUnclear ? name : (spelled.get(meant(name)) ?? name));
  const own = new Map(names.map((name) => [spell(name), value[name]]));
  const shared = Object.keys(wanted).filter((name) => own.has(name));
  const written = arranged([...own.keys()], shared).map((name) => [
    name,
    shared.includes(name) ? rewrite(name, own.get(name), wanted[name]) : own.get(name),
  ]);
  return Object.fromEntries(written);
}

/** @param meant what a member means, as a text */
function rewriteList(value: unknown, wanted: unknown, meant: (member: unknown) => string): unknown {
  const own = new Set(listOf(value).map(meant));
  const shared = listOf(wanted).filter((member) => own.has(meant(member)));
  const spelled = new Map(shared.map((member) => [meant(member), member]));
  const members = listOf(value).map((member) => spelled.get(meant(member)) ?? member);
  return withBracketsOf(wanted, arranged([...new Set(members)], shared));
}

function withBracketsOf(wanted: unknown, members: readonly unknown[]): unknown {
  return members.length === 1 && !Array.isArray(wanted) ? members[0] : members;
}

/** All of `first`, and the other values each behind the one that it was behind. */
function arranged<T>(values: readonly T[], first: readonly T[]): T[] {
  const result = [...first];
  values.forEach((value, at) => {
    if (first.includes(value)) return;
    const before = at === 0 ? -1 : result.indexOf(values[at - 1] as T);
    result.splice(before + 1, 0, value);
  });
  return result;
}
