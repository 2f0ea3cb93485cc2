import fc from 'fast-check';
import { checkPolicy } from '../../src/policy/check-policy';
import { difference } from '../../src/policy/difference';
import { canonicalPolicy, sameMeaning } from '../../src/policy/meaning';
import { parsePolicyText } from '../../src/policy/policy-document';
import { rewritten } from '../../src/policy/rewritten';
import { isMapping } from '../../src/text/value';
import { holds } from './cases';
import { policy } from './documents';
import { anyText } from './texts';

/** Everything in another order: names, list members, statements. What is a text stays one. */
function reordered(value: unknown, order: () => number): unknown {
  if (Array.isArray(value)) {
    return value
      .map((item) => ({ item: reordered(item, order), at: order() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }
  if (!isMapping(value)) return value;
  const names = Object.keys(value).map((name) => ({ name, at: order() }));
  return Object.fromEntries(names.sort((a, b) => a.at - b.at).map(({ name }) => [name, reordered(value[name], order)]));
}

/** A list of one without its brackets, and the other way round, where AWS takes both. */
function otherForm(statement: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const turned = (value: unknown) =>
    Array.isArray(value) ? (value.length === 1 ? (value[0] as unknown) : value) : [value];
  return Object.fromEntries(
    Object.entries(statement).map(([name, value]) => [
      name,
      ['Action', 'NotAction', 'Resource', 'Statement'].includes(name) ? turned(value) : value,
    ]),
  );
}

const chance = fc.infiniteStream(fc.nat(1_000_000));

test('the order in a policy does not change its meaning, nor do the brackets of a list of one', () =>
  holds(
    0.06,
    fc.property(policy, chance, (one, stream) => {
      const order = () => stream.next().value as number;
      const other = otherForm(reordered(one, order) as Readonly<Record<string, unknown>>);
      expect(sameMeaning(one, other)).toBe(true);
      expect(difference(one, other)).toEqual([]);
    }),
  ));

test('the canonical form of a canonical form is itself', () =>
  holds(
    0.03,
    fc.property(policy, (one) => {
      const canonical = canonicalPolicy(one);
      expect(canonicalPolicy(canonical)).toEqual(canonical);
    }),
  ));

test('two policies differ in meaning exactly when there is a difference to show', () =>
  holds(
    0.03,
    fc.property(policy, policy, (one, other) => {
      expect(difference(one, other).length === 0).toBe(sameMeaning(one, other));
    }),
  ));

test('a policy that is written as another one still means what it did', () =>
  holds(
    0.03,
    fc.property(policy, policy, (one, other) => {
      expect(sameMeaning(rewritten(one, other), one)).toBe(true);
      expect(sameMeaning(rewritten(other, one), other)).toBe(true);
    }),
  ));

test('what is shown of a change is JSON: a short policy is whole, whether it comes or goes', () =>
  holds(
    0.03,
    fc.property(policy, (one) => {
      const shown = (sign: string, lines: readonly string[]) =>
        JSON.parse(lines.map((line) => line.replace(sign, ' ')).join('\n') || '{}') as object;
      expect(shown('+', difference({}, one))).toEqual(JSON.parse(JSON.stringify(one)));
      expect(sameMeaning(shown('-', difference(one, {})) as typeof one, one)).toBe(true);
    }),
  ));

test('a policy comes back from what AWS answers as it was sent', () =>
  holds(
    0.02,
    fc.property(policy, (one) => {
      const text = JSON.stringify(one);
      expect(parsePolicyText(encodeURIComponent(text))).toEqual(JSON.parse(text));
    }),
  ));

test('whatever stands in for a policy, its check tells what is wrong', () =>
  holds(
    0.03,
    fc.property(
      fc.oneof(policy, fc.dictionary(anyText, fc.anything({ withNullPrototype: true }))),
      fc.constantFrom('managed' as const, 'inline' as const, 'trust' as const),
      (one, kind) => {
        const problems = [...checkPolicy(one, kind)];
        expect(problems.every((problem) => typeof problem === 'string' || typeof problem === 'object')).toBe(true);
      },
    ),
  ));
