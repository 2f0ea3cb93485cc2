import { NoAnswerError } from '../../src/network/deadline';
import { isNoAnswer } from '../../src/network/failure';
import { connectionError, sdkTimeout } from '../aws/sdk-error';

test.each<[what: string, error: unknown, none: boolean]>([
  ['a deadline that passed', new NoAnswerError(), true],
  ["the SDK's time-out", sdkTimeout(), true],
  ["the system's time-out", connectionError('ETIMEDOUT'), true],
  ['a time-out that names another code', { name: 'TimeoutError', code: 'ECONNRESET' }, false],
  ['a reset', connectionError('ECONNRESET'), false],
  ['undefined', undefined, false],
])('no answer: %s', (_, error, none) => {
  expect(isNoAnswer(error)).toBe(none);
});
