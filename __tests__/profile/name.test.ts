import { validateProfileName } from '../../src/profile/name';

test.each(['default', 'Default', 'dev', 'Dev-2_x.y', 'user@example.com', 'a:b', 'a+b', 'a%b', 'acme/prod', 'profile'])(
  '%s is a profile name',
  (name) => {
    expect(validateProfileName(name)).toBeUndefined();
  },
);

const ONLY = 'must not contain other characters than letters from A to Z, digits and _.-%@:+/';
test.each([
  ['', /empty/],
  [' ', /spaces/],
  ['a b', /spaces/],
  ['a\tb', /spaces/],
  ['a\nb', /line breaks/],
  ['a\u2028b', /line breaks/],
  ['a\0b', /control/],
  ['a\u007fb', /control/],
  ['DEFAULT', /in lower case/],
  ['__proto__', /must not be __proto__, as every object/],
  ['constructor', /must not be constructor/],
  ['toString', /must not be toString/],
])('%j is none', (name, rule) => {
  expect(validateProfileName(name)).toMatch(rule);
});

test.each([
  'a[b',
  'a]',
  'a\\b',
  'a"b',
  "'a'",
  '#a',
  ';a',
  'a#b',
  'a=b',
  'a,b',
  'a!b',
  'a&b',
  'a(b)',
  'Grüße',
  '漢',
  '𝒜',
])('%j is none, as some of AWS’s tools do not find it', (name) => {
  expect(validateProfileName(name)).toBe(ONLY);
});
