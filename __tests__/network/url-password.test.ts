import { passwordsIn, withoutPassword } from '../../src/network/url-password';

test.each([
  ['http://mona:S3cret@proxy:3128', 'http://mona:***@proxy:3128'],
  ['mona:S3cret@proxy:3128', 'mona:***@proxy:3128'],
  ['//mona:S3cret@proxy', '//mona:***@proxy'],
  ['htps://mona:S3cret@sts.example/', 'htps://mona:***@sts.example/'],
  ['https:/mona:S3cret@sts.example', 'https:/mona:***@sts.example'],
  ['https;//mona:S3cret@sts.example', 'https;//mona:***@sts.example'],
  ['socks5://:S3cret@proxy', 'socks5://:***@proxy'],
  ['http://mona@corp:S3cret@proxy', 'http://mona@corp:***@proxy'],
  ['http://S3cret@proxy', 'http://***@proxy'],
  ['http://S3cret:@proxy:3128', 'http://***:@proxy:3128'],
  ['S3cret@proxy:3128', '***@proxy:3128'],
  ['//S3cret@proxy', '//***@proxy'],
  ['htps://S3cret@sts.example/', 'htps://***@sts.example/'],
])('the password in %s', (text, hidden) => {
  expect(passwordsIn(text)).toEqual(['S3cret']);
  expect(withoutPassword(text)).toBe(hidden);
});

test.each([
  ['http://mona:a%2Fb@proxy', ['a%2Fb', 'a/b']],
  ['http://mona:a/b@c@proxy', ['a/b@c', 'a%2Fb%40c']],
  ['mona:p#s?s@proxy', ['p#s?s', 'p%23s%3Fs']],
  ['http://mona:100%@proxy', ['100%', '100%25']],
  ['http://mona%3AS3cret@proxy', ['mona%3AS3cret', 'mona:S3cret']],
  ["http://mona:it's@proxy", ["it's"]],
  ['http://mona:caf%c3%a9@proxy', ['caf%c3%a9', 'café', 'caf%C3%A9']],
])('every way to write the one in %s', (text, passwords) => {
  expect(passwordsIn(text)).toEqual(passwords);
});

test.each([
  '',
  'proxy',
  'proxy:3128',
  'http://proxy:3128',
  'http://@proxy:3128',
  'http://:@proxy',
  'https://[::1]:8443/',
])('there is none in %s', (text) => {
  expect(passwordsIn(text)).toEqual([]);
  expect(withoutPassword(text)).toBe(text);
});
