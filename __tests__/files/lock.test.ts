import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { LockedError, lockPath, takeLock, type Lock } from '../../src/files/lock';
import { inJob, useJobDirectory } from '../runner/job-files';
import { heldOpen, useWindows } from './on-windows';

useJobDirectory();

const NOW = { deadline: 0, stale: 10_000 };
const lock = () => lockPath(inJob('file'));

function isLost({ confirm }: Lock): boolean {
  try {
    confirm();
    return false;
  } catch {
    return true;
  }
}

test('a lock is a directory next to the file, which need not be there', async () => {
  const held = await takeLock(inJob('file'), NOW);
  expect(lock()).toBe(inJob('file.lock'));
  expect(statSync(lock()).isDirectory()).toBe(true);
  expect(held.confirm).not.toThrow();
  await held.release();
  expect(readdirSync(inJob())).toEqual([]);
});

test('one that another holds is left to them', async () => {
  const held = await takeLock(inJob('file'), NOW);
  const refused = takeLock(inJob('file'), NOW);
  await expect(refused).rejects.toBeInstanceOf(LockedError);
  await expect(refused).rejects.toMatchObject({
    name: 'LockedError',
    message: `${lock()} was there all the time`,
    cause: { code: 'ELOCKED' },
  });
  expect(readdirSync(inJob())).toEqual(['file.lock']);
  await held.release();
});

test.each([
  ['has just become old enough, is taken over', 10_001, 'taken'],
  ['is about to, is not', 9_999, 'locked'],
  ['is from the future, as its clock was wrong, is taken over', -10_001, 'taken'],
  ['is from a moment ahead, as other machines may write it, is not', -9_999, 'locked'],
])('one that was left behind and %s', async (_, age, outcome) => {
  mkdirSync(lock());
  const now = Date.now();
  const made = (now - age) / 1000;
  utimesSync(lock(), made, made);
  const time = jest.spyOn(Date, 'now').mockReturnValue(now);
  const held = await takeLock(inJob('file'), NOW).catch(() => undefined);
  time.mockRestore();
  expect(held === undefined ? 'locked' : 'taken').toBe(outcome);
  expect(readdirSync(inJob())).toEqual(['file.lock']);
  await held?.release();
});

test('with it goes what killed processes left half-way to replacing the file', async () => {
  for (const name of ['file', 'file.aws-identity-7f3b', 'other.aws-identity-7f3b']) writeFileSync(inJob(name), '');
  const held = await takeLock(inJob('file'), NOW);
  expect(readdirSync(inJob()).sort()).toEqual(['file', 'file.lock', 'other.aws-identity-7f3b']);
  await held.release();
});

test('where it cannot be made, the system says why', async () => {
  await expect(takeLock(inJob('nowhere', 'file'), NOW)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('one that was taken away meanwhile is known to be lost, and its release harms nobody', async () => {
  const held = await takeLock(inJob('file'), { deadline: 0, stale: 2_000 });
  rmdirSync(lock());
  // Its time is renewed every second, and then it is missed.
  while (!isLost(held)) await delay(50);
  expect(held.confirm).toThrow('The lock was lost to another process while this one was halted. Run the job again.');
  mkdirSync(lock());
  await held.release();
  expect(existsSync(lock())).toBe(true);
});

describe('on Windows', () => {
  useWindows();
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('one that is just being removed is taken as soon as it is', async () => {
    jest.spyOn(lockfile, 'lock').mockRejectedValueOnce(heldOpen());
    const held = await takeLock(inJob('file'), { ...NOW, deadline: performance.now() + 10_000 });
    expect(readdirSync(inJob())).toEqual(['file.lock']);
    await held.release();
  });

  test('one that may not be made is not waited for as for one that others hold, and the system says why', async () => {
    const failure = heldOpen();
    const attempt = jest.spyOn(lockfile, 'lock').mockRejectedValue(failure);
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => (now += 500));
    await expect(takeLock(inJob('file'), { ...NOW, deadline: 60_000 })).rejects.toBe(failure);
    expect(attempt.mock.calls.length).toBeGreaterThan(1);
    expect(now).toBeLessThan(10_000);
  });
});
