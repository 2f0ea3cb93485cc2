import { canonicalPolicy } from '../../src/policy/meaning';

const lower = (name: string) => name.toLowerCase();
const canonical = (Statement: unknown) => canonicalPolicy({ Statement }, lower).Statement;
const ANYONE = { AWS: ['*'] };

test('what is no policy stays as it is', () => {
  expect(canonicalPolicy({ b: 1, a: 2 }, lower)).toEqual({ a: 2, b: 1 });
  expect(Object.keys(canonicalPolicy({ Id: 'x', b: 1, a: 2, Version: 'v' }, lower))).toEqual([
    'Version',
    'Id',
    'a',
    'b',
  ]);
  expect(canonical(['text', null, 7])).toEqual(['text', 7, null]);
});

test.each<[string, unknown, unknown]>([
  ['everyone', '*', ANYONE],
  ['everyone, at length', { AWS: '*' }, ANYONE],
  ['an account', { AWS: 'arn:aws:iam::123456789012:root' }, { AWS: ['123456789012'] }],
  ['an account by its ID', { AWS: ['123456789012'] }, { AWS: ['123456789012'] }],
  [
    'a service of such a name',
    { Service: 'arn:aws:iam::123456789012:root' },
    { Service: ['arn:aws:iam::123456789012:root'] },
  ],
  ['more than an ARN', { AWS: ['xarn:aws:iam::123456789012:root'] }, { AWS: ['xarn:aws:iam::123456789012:root'] }],
  ['more than an account', { AWS: 'arn:aws:iam::123456789012:rooter' }, { AWS: ['arn:aws:iam::123456789012:rooter'] }],
  ['a number', { AWS: 123 }, { AWS: [123] }],
  ['a list', ['*'], ['*']],
  ['nothing', null, null],
  ['another text', 'me', 'me'],
])('principals: %s', (_, Principal, expected) => {
  expect(canonical({ Principal })).toEqual([{ Principal: expected }]);
  expect(canonical({ NotPrincipal: Principal })).toEqual([{ NotPrincipal: expected }]);
});

test.each<[string, unknown, unknown]>([
  ['another case', { Bool: { 'aws:X': 'a' } }, { bool: { 'aws:x': ['a'] } }],
  ['numbers and booleans', { a: { b: [1, true, '1'] } }, { a: { b: ['1', 'true'] } }],
  ['what is neither', { a: { b: [null, { c: 1 }] } }, { a: { b: [null, { c: 1 }] } }],
  [
    'names that differ in case alone',
    { Bool: { A: '1' }, bool: { A: '2' } },
    { Bool: { a: ['1'] }, bool: { a: ['2'] } },
  ],
  ['keys that differ in case alone', { X: { A: '1', a: '2', B: '3' } }, { x: { A: ['1'], a: ['2'], B: ['3'] } }],
  ['a text', 'x', 'x'],
  ['an operator without keys', { X: 'y' }, { x: 'y' }],
])('conditions: %s', (_, Condition, expected) => {
  const [statement] = canonical({ Condition }) as [{ Condition: unknown }];
  expect(sorted(statement.Condition)).toEqual(sorted(expected));
});

test('actions that are texts are spelled alike, others stay', () => {
  expect(canonical({ Action: ['S3:Get*', 's3:get*', 7, null] })).toEqual([{ Action: ['s3:get*', 7, null] }]);
  expect(canonical({ NotAction: 'A:B', NotResource: 'R', Resource: ['b', 'B', 'b'] })).toEqual([
    { NotAction: ['a:b'], Resource: ['B', 'b'], NotResource: ['R'] },
  ]);
});

/** With lists in an order of their own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => JSON.stringify(item)).sort();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, sorted(member)]));
}
