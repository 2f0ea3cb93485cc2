import { jsonFault } from '../../src/identities/json-text';

test.each([
  '{}',
  '[]',
  ' {"a": [1, -2.5e+3, true, false, null, "\\u00e9\\n\\"", {}], "b": {"c": []}} \n',
  '"text"',
  '0',
])('%s is JSON', (text) => {
  JSON.parse(text);
  expect(jsonFault(text)).toBeUndefined();
});

test.each([
  ['', 1, 1, 'it ends where there should be a value'],
  ['{', 1, 2, 'it ends where there should be a key in double quotes, or }'],
  ['{"a": 1,}', 1, 9, 'it has "}" where there should be a key in double quotes'],
  ['{"a": 1\n "b": 2}', 2, 2, 'it has "\\"" where there should be a comma or the end of what is open'],
  ['{"a" 1}', 1, 6, 'it has "1" where there should be a colon'],
  ['{"a": }', 1, 7, 'it has "}" where there should be a value'],
  ['{"a": tru}', 1, 7, 'it has "t" where there should be a value'],
  ["{'a': 1}", 1, 2, 'it has "\'" where there should be a key in double quotes, or }'],
  ['{\n  // why\n}', 2, 3, 'it has "/" where there should be a key in double quotes, or }'],
  ['[1, 2', 1, 6, 'it ends where there should be a comma or the end of what is open'],
  ['[1, ]', 1, 5, 'it has "]" where there should be a value'],
  ['[1}', 1, 3, 'it has "}" where there should be a comma or the end of what is open'],
  ['{"a": "b\nc"}', 1, 7, 'it has "\\"" where there should be a value'],
  ['{"a": "\\x"}', 1, 7, 'it has "\\"" where there should be a value'],
  ['[01]', 1, 3, 'it has "1" where there should be a comma or the end of what is open'],
  ['{} {}', 1, 4, 'it has "{" where there should be nothing more'],
  ['[\u00a0]', 1, 2, 'it has "\u00a0" where there should be a value or ]'],
  ['[😀]', 1, 2, 'it has "😀" where there should be a value or ]'],
])('%j is not', (text, line, column, wrong) => {
  expect(() => void JSON.parse(text)).toThrow();
  expect(jsonFault(text)).toEqual({ position: { line, column }, wrong: `is not JSON: ${wrong}` });
});

test('deep nesting and long texts do no harm', () => {
  expect(jsonFault('['.repeat(100_000) + ']'.repeat(100_000))).toBeUndefined();
  expect(jsonFault(`"${'x\\n'.repeat(100_000)}"`)).toBeUndefined();
});
