import { isHeldOpen, whileHeldOpen } from '../../src/files/busy';

const failure = (code: string) => Object.assign(new Error(code), { code });

/** Fails so many times in this way, and then succeeds; counts how often it was attempted. */
function failing(times: number, code: string) {
  const attempt = jest.fn(() => {
    if (attempt.mock.calls.length <= times) throw failure(code);
    return 'done';
  });
  return attempt;
}

test.each(['EPERM', 'EBUSY', 'EACCES'])('on Windows, %s is said of what another process has open', (code) => {
  expect(isHeldOpen(failure(code), 'win32')).toBe(true);
  expect(isHeldOpen(failure(code), 'linux')).toBe(false);
  expect(isHeldOpen(failure(code), 'darwin')).toBe(false);
});

test.each([failure('ENOENT'), failure('ENOSPC'), new Error('EPERM'), 'EPERM', undefined])(
  '%s is said for other reasons',
  (error) => {
    expect(isHeldOpen(error, 'win32')).toBe(false);
  },
);

test('what is held open is attempted again', () => {
  const attempt = failing(3, 'EPERM');
  expect(whileHeldOpen(attempt, 'win32')).toBe('done');
  expect(attempt).toHaveBeenCalledTimes(4);
});

test('what stays held open fails in the end, as it failed', () => {
  const attempt = failing(Infinity, 'EBUSY');
  expect(() => whileHeldOpen(attempt, 'win32')).toThrow(expect.objectContaining({ code: 'EBUSY' }) as Error);
  expect(attempt.mock.calls.length).toBeGreaterThan(4);
});

test.each([
  ['EPERM', 'linux'],
  ['ENOENT', 'win32'],
] as const)('%s on %s fails at once', (code, platform) => {
  const attempt = failing(1, code);
  expect(() => whileHeldOpen(attempt, platform)).toThrow(code);
  expect(attempt).toHaveBeenCalledTimes(1);
});
