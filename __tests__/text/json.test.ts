import fc from 'fast-check';
import { jsonMembers, jsonProblem } from '../../src/text/json';

test.each([
  '{}',
  '[]',
  ' {"a": [1, -2.5e+3, true, false, null, "\\u00e9\\n\\"", {}], "b": {"c": []}} \n',
  '"text"',
  '0',
])('%s is JSON', (text) => {
  JSON.parse(text);
  expect(jsonProblem(text)).toBeUndefined();
});

test.each([
  ['', 1, 1, 'a value is missing'],
  ['{', 1, 2, 'a closing } is missing'],
  ['{"a": 1,}', 1, 8, 'this comma is one too many, as no entry follows before the }'],
  ['{"a": 1,,}', 1, 9, 'a key in double quotes is missing'],
  ['{"a": 1\n "b": 2}', 2, 2, 'a comma is missing, or the end of what is open'],
  ['{"a" 1}', 1, 6, 'a colon is missing'],
  ['{"a": }', 1, 7, 'a value is missing'],
  ['{"a": tru}', 1, 7, 'this is no value, key or sign of JSON'],
  ["{'a': 1}", 1, 2, 'this is no value, key or sign of JSON'],
  ['{\n  // why\n}', 2, 3, 'it has a comment'],
  ['{\n  /* why', 2, 3, 'it has a comment'],
  ['[1, 2', 1, 6, 'a closing ] is missing'],
  ['{\r\n  "a": [\r\n\r\n', 2, 9, 'a closing ] is missing'],
  [' \n\n', 1, 1, 'a value is missing'],
  ['[1, ]', 1, 3, 'this comma is one too many, as no entry follows before the ]'],
  ['{\r\n  "a": [\r\n    1,\r\n  ]\r\n}', 3, 6, 'this comma is one too many, as no entry follows before the ]'],
  ['[,]', 1, 2, 'a value is missing'],
  ['[1}', 1, 3, 'a comma is missing, or the end of what is open'],
  ['{"a": "b\nc"}', 1, 7, 'this text has no closing quote on its line'],
  ['{"a": "\\x"}', 1, 7, 'this text has a \\ before a character that needs none'],
  ['{"a": "\\u00"}', 1, 7, 'this text has a \\u without four hexadecimal digits'],
  ['{"a": "\t"}', 1, 7, 'this text has a control character'],
  ['[01]', 1, 3, 'a comma is missing, or the end of what is open'],
  ['[1.]', 1, 2, 'this number is not complete'],
  ['{} {}', 1, 4, 'it should end here'],
  ['[\u00a0]', 1, 2, 'this is no value, key or sign of JSON'],
  ['[😀]', 1, 2, 'this is no value, key or sign of JSON'],
])('%j is not', (text, line, column, message) => {
  expect(() => void JSON.parse(text)).toThrow();
  expect(jsonProblem(text)).toEqual({ path: [], line, column, message: `is not JSON: ${message}` });
});

test('deep nesting and long texts do no harm', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  expect(jsonProblem(deep)).toEqual({ path: [], line: 1, column: 1, message: 'is nested too deeply' });
  expect(jsonProblem(`"${'x\\n'.repeat(100_000)}"`)).toBeUndefined();
});

test('what JSON.parse reads has no problem, and what it does not has one', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    ' ',
    '\n',
    '"a"',
    '"\\n"',
    '"',
    '0',
    '-1.5e3',
    '1.',
    'null',
    '/',
    'x',
  );
  const text = fc.oneof(
    fc.json(),
    fc.array(pieces, { maxLength: 8 }).map((some) => some.join('')),
  );
  fc.assert(
    fc.property(text, (one) => {
      expect(jsonProblem(one) === undefined).toBe(isJson(one));
    }),
    { numRuns: 2000 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('the members of an object are as they are written, and all there', () => {
  expect(jsonMembers('{"a": 1.10, "b": {"a": 2}, "c": [3, {"d": 4}], "e": "\\u0066", "a": true}')).toEqual([
    ['a', '1.10'],
    ['b', ''],
    ['c', ''],
    ['e', '"\\u0066"'],
    ['a', 'true'],
  ]);
});
