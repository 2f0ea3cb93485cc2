import { systemClock } from '../../src/network/clock';
import { ANSWER_TIMEOUT_MS, NoAnswerError, withDeadline as within } from '../../src/network/deadline';

function withDeadline<T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return within(request, systemClock);
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function after<T>(ms: number, act: () => T): Promise<T> {
  return new Promise<void>((resolve) => setTimeout(resolve, ms)).then(act);
}

test('an answer passes through, and no timer is left', async () => {
  const call = withDeadline(() => after(ANSWER_TIMEOUT_MS - 1, () => 'answer'));
  await jest.advanceTimersByTimeAsync(ANSWER_TIMEOUT_MS - 1);
  expect(await call).toBe('answer');
  expect(jest.getTimerCount()).toBe(0);
});

test.each([
  ['at once', 0],
  ['late', ANSWER_TIMEOUT_MS - 1],
])('a rejection %s passes through, and no timer is left', async (_, ms) => {
  const refusal = new Error('refused');
  const call = withDeadline(() =>
    after(ms, () => {
      throw refusal;
    }),
  );
  const rejected = expect(call).rejects.toBe(refusal);
  await jest.advanceTimersByTimeAsync(ms);
  await rejected;
  expect(jest.getTimerCount()).toBe(0);
});

test('what throws before it is a promise leaves no timer either', async () => {
  const call = withDeadline<string>(() => {
    throw new Error('at once');
  });
  await expect(call).rejects.toThrow('at once');
  expect(jest.getTimerCount()).toBe(0);
});

test('the request is not given up before the deadline, and is at it', async () => {
  let given: AbortSignal | undefined;
  const call = withDeadline((signal) => {
    given = signal;
    return new Promise<never>(() => undefined);
  });
  const rejected = expect(call).rejects.toEqual(new NoAnswerError());
  await jest.advanceTimersByTimeAsync(ANSWER_TIMEOUT_MS - 1);
  expect(given?.aborted).toBe(false);
  await jest.advanceTimersByTimeAsync(1);
  await rejected;
  expect(given?.aborted).toBe(true);
  expect(jest.getTimerCount()).toBe(0);
});

test('a request that fails because it is given up counts as unanswered', async () => {
  const call = withDeadline(
    (signal) =>
      new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      }),
  );
  const rejected = expect(call).rejects.toThrow('no answer within 10 s');
  await jest.advanceTimersByTimeAsync(ANSWER_TIMEOUT_MS);
  await rejected;
});

test.each([
  ['answer', () => 'too late'],
  [
    'rejection',
    () => {
      throw new Error('too late');
    },
  ],
])('a late %s changes nothing', async (_, act) => {
  const call = withDeadline(() => after<unknown>(ANSWER_TIMEOUT_MS + 1, act));
  const rejected = expect(call).rejects.toBeInstanceOf(NoAnswerError);
  await jest.advanceTimersByTimeAsync(ANSWER_TIMEOUT_MS + 1);
  await rejected;
  expect(jest.getTimerCount()).toBe(0);
});
