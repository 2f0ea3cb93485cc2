import { beginningOf, codeOf, messageWithoutPath, unlessMissing } from '../../src/errors/message';
import { connectionError } from '../aws/sdk-error';

test.each<[what: string, error: unknown, code: string | undefined]>([
  ['a connection that failed', connectionError('ENOTFOUND'), 'ENOTFOUND'],
  ['an error of the system', Object.assign(new Error('full'), { code: 'ENOSPC' }), 'ENOSPC'],
  ['a code that is a number', { code: 7 }, undefined],
  ['an error without a code', new Error('x'), undefined],
  ['what is no error', 'text', undefined],
  ['null', null, undefined],
])('the code of %s', (_, error, code) => {
  expect(codeOf(error)).toBe(code);
});

test.each([
  ["ENOENT: no such file or directory, stat '/a/b'", 'ENOENT: no such file or directory'],
  ["EXDEV: cross-device link not permitted, rename '/it's' -> '/b'", 'EXDEV: cross-device link not permitted'],
  ['it must be a file, and is a directory', 'it must be a file, and is a directory'],
])('what an error says without its path: %j', (message, words) => {
  expect(messageWithoutPath(new Error(message))).toBe(words);
});

test('a file that is not there is no failure; all else is', () => {
  expect(() => {
    unlessMissing({ code: 'ENOENT' });
  }).not.toThrow();
  const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
  expect(() => {
    unlessMissing(denied);
  }).toThrow(denied);
});

test.each([
  ['abc', 2, 'ab'],
  ['abc', 3, 'abc'],
  ['abc', 4, 'abc'],
  ['a𠮷c', 2, 'a'],
  ['a𠮷c', 3, 'a𠮷'],
  ['a\uDBB7', 2, 'a'],
  ['\uDFB7bc', 2, '\uDFB7b'],
  ['', 2, ''],
])('the beginning of %j, up to %i, is %j', (text, length, beginning) => {
  expect(beginningOf(text, length)).toBe(beginning);
});
