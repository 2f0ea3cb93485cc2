import { codeOf, unlessMissing } from '../../src/errors/message';
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

test('a file that is not there is no failure; all else is', () => {
  expect(() => {
    unlessMissing({ code: 'ENOENT' });
  }).not.toThrow();
  const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
  expect(() => {
    unlessMissing(denied);
  }).toThrow(denied);
});
