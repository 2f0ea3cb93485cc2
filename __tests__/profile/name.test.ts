import { validateProfileName } from '../../src/profile/name';

test.each(['default', 'dev', 'Dev-2_x.y', 'user@example.com', 'a:b', 'a+b', 'a=b', 'a#b', 'a,b', 'Grüße', 'profile'])(
  '%s is a profile name',
  (name) => {
    expect(validateProfileName(name)).toBeUndefined();
  },
);

test.each([
  ['', /empty/],
  [' ', /spaces/],
  ['a b', /spaces/],
  ['a\tb', /spaces/],
  ['a\nb', /line breaks/],
  ['a\u2028b', /line breaks/],
  ['a\0b', /control/],
  ['a\u007fb', /control/],
  ['a[b', /brackets/],
  ['a]', /brackets/],
  ['a/b', /slashes/],
  ['a\\b', /backslashes/],
  ['a"b', /quotes/],
  ["'a'", /quotes/],
  ['#a', /comment/],
  [';a', /comment/],
  ['__proto__', /__proto__/],
])('%j is none', (name, rule) => {
  expect(validateProfileName(name)).toMatch(rule);
});
