import { systemClock } from '../../src/network/clock';
import { timeLimitReached, withinTimeLimit } from '../../src/runner/time-limit';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const never = new Promise<string>(() => undefined);

test.each([undefined, 2])('work that ends within %s s is what comes of it, and leaves no timer', async (limit) => {
  await expect(withinTimeLimit(limit, Promise.resolve('done'), systemClock)).resolves.toBe('done');
  await expect(withinTimeLimit(limit, Promise.reject(new Error('failed')), systemClock)).rejects.toThrow('failed');
  expect(jest.getTimerCount()).toBe(0);
});

test('work that takes longer is not waited for', async () => {
  const waiting = expect(withinTimeLimit(2, never, systemClock)).rejects.toEqual(timeLimitReached(2));
  jest.advanceTimersByTime(1999);
  expect(jest.getTimerCount()).toBe(1);
  jest.advanceTimersByTime(1);
  await waiting;
  expect(jest.getTimerCount()).toBe(0);
});

test('without a limit no time is measured', () => {
  void withinTimeLimit(undefined, never, systemClock);
  expect(jest.getTimerCount()).toBe(0);
});

test('the error says what was tried, why, and what to do', () => {
  const { code, message } = timeLimitReached(90);
  expect(code).toBe('action-timeout');
  expect(message).toMatch(
    /^Could not finish within 90 s, .*action-timeout-s sets\.\nCause: AWS .*\.\nFix: Raise .*\.$/,
  );
});
