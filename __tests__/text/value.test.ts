import { describeValue, isMapping, kindOf, quoted } from '../../src/text/value';

test.each([
  [undefined, 'missing'],
  [null, 'empty'],
  [[], 'an empty list'],
  [['a'], 'a list of 1'],
  ['a "b"', '"a \\"b\\""'],
  [5, 'the number 5'],
  [false, 'the value false'],
  [{}, 'an empty mapping'],
  [{ a: 1, ['b'.repeat(100)]: 2 }, `a mapping with a, ${'b'.repeat(80)}`],
  [{ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 }, 'a mapping of 6'],
])('%j is %s', (value, description) => {
  expect(describeValue(value)).toBe(description);
});

test('a text that may be secret is not shown', () => {
  expect(describeValue('hunter2', { secret: true })).toBe('a text');
});

test.each([
  [null, 'empty'],
  ['hunter2', 'a text'],
  [1234, 'a number'],
  [false, 'true or false'],
  [['hunter2'], 'a list of 1'],
  [{}, 'an empty mapping'],
  [{ hunter2: 1 }, 'a mapping with other keys'],
])('of %j, only the kind may be shown: %s', (value, kind) => {
  expect(kindOf(value)).toBe(kind);
});

test.each([
  [{}, true],
  [{ a: 1 }, true],
  [['a'], false],
  [null, false],
  ['a', false],
])('whether %j is a mapping: %j', (value, expected) => {
  expect(isMapping(value)).toBe(expected);
});

test('a long text is cut, between its letters', () => {
  expect(quoted('x'.repeat(200))).toBe(`"${'x'.repeat(80)}…"`);
  expect(quoted(`${'x'.repeat(79)}𠮷x`)).toBe(`"${'x'.repeat(79)}…"`);
  expect(describeValue({ [`${'x'.repeat(79)}𠮷x`]: 1 })).toBe(`a mapping with ${'x'.repeat(79)}`);
});
