import fs, { writeFileSync } from 'node:fs';
import { isHeldOpen, readPatiently, whileHeldOpen } from '../../src/files/busy';
import { inJob, useJobDirectory } from '../runner/job-files';

useJobDirectory();

/** Nobody waits in these tests. */
let waits: jest.SpyInstance;
beforeEach(() => {
  waits = jest.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
});
afterEach(() => jest.restoreAllMocks());

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

describe('a file that is read', () => {
  const { readFileSync } = fs;
  const fail = (times: number, code: string) =>
    jest.spyOn(fs, 'readFileSync').mockImplementation((...read: Parameters<typeof readFileSync>) => {
      if (times-- > 0) throw failure(code);
      return readFileSync(...read);
    });

  test.each(['EPERM', 'EBUSY', 'EACCES', 'EIO', 'EMFILE', 'ESTALE'])(
    'is tried again where it cannot be for a moment (%s), on any system',
    (code) => {
      writeFileSync(inJob('file'), 'text');
      fail(3, code);
      expect(readPatiently(inJob('file'))).toBe('text');
      expect(waits).toHaveBeenCalledTimes(3);
    },
  );

  test.each([
    ['ENOENT', 0],
    ['EISDIR', 0],
    ['EIO', 8],
  ])('fails as the system says: %s after %i pauses', (code, pauses) => {
    fail(Infinity, code);
    expect(() => readPatiently(inJob('file'))).toThrow(expect.objectContaining({ code }) as Error);
    expect(waits).toHaveBeenCalledTimes(pauses);
  });
});
