import { RETRY_BUDGET_MS, retrying, type Retry } from '../../src/network/retry';

/** Fails with the given kinds in turn, then succeeds; time passes only by waiting. */
async function run(failures: Retry[], { maxAttempts = 12, random = 0.5 } = {}) {
  const waits: number[] = [];
  // A clock that has run for a while.
  let now = 10_000_000;
  let calls = 0;
  const pending = [...failures];
  const result = await retrying(
    () => {
      calls += 1;
      const failure = pending.shift();
      return failure === undefined ? Promise.resolve('done') : Promise.reject(new Error(failure));
    },
    {
      maxAttempts,
      classify: (error) => (error as Error).message as Retry,
      onRetry: (_, waitMs) => waits.push(waitMs),
      sleep: (ms) => {
        now += ms;
        return Promise.resolve();
      },
      random: () => random,
      now: () => now,
    },
  ).catch((error: unknown) => (error as Error).message);
  return { result, calls, waits };
}

test.each<[string, Retry[], string, number]>([
  ['success needs one call', [], 'done', 1],
  ['a final failure ends it', ['final', 'final'], 'final', 1],
  ['transient failures are tried again', ['transient', 'transient'], 'done', 3],
  ['throttling is tried again', ['throttled'], 'done', 2],
  ['no answer is tried once more', ['unanswered', 'unanswered', 'unanswered'], 'unanswered', 2],
  ['kinds may change', ['unanswered', 'throttled', 'transient', 'final'], 'final', 4],
])('%s', async (_, failures, result, calls) => {
  expect(await run(failures)).toMatchObject({ result, calls });
});

test('no more attempts than allowed', async () => {
  expect(await run(Array<Retry>(20).fill('transient'), { maxAttempts: 5 })).toMatchObject({
    result: 'transient',
    calls: 5,
  });
});

test('waits grow up to a cap, and are a random part of it', async () => {
  const transient = Array<Retry>(9).fill('transient');
  expect((await run(transient, { random: 0.5 })).waits).toEqual([50, 100, 200, 400, 800, 1600, 2500, 2500, 2500]);
  expect((await run(['throttled', 'throttled'], { random: 0.25 })).waits).toEqual([500, 1000]);
  expect((await run(transient, { random: 0 })).waits).toEqual(Array(9).fill(0));
});

test('no attempt starts after the budget', async () => {
  const { result, waits } = await run(Array<Retry>(50).fill('throttled'), { maxAttempts: 50, random: 0.999 });
  expect(result).toBe('throttled');
  expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(RETRY_BUDGET_MS);
});

describe('what is not known everywhere yet', () => {
  const propagating = (times: number) => Array<Retry>(times).fill('propagating');

  test.each([1, 3])('is waited for, however few attempts are allowed: %i', async (maxAttempts) => {
    expect(await run(propagating(9), { maxAttempts })).toMatchObject({ result: 'done', calls: 10 });
  });

  test('is asked for soon, and then ever less often', async () => {
    const { waits } = await run(propagating(6), { maxAttempts: 1, random: 0.5 });
    expect(waits).toEqual([250, 500, 1000, 2000, 2500, 2500]);
  });

  test('is given up after the budget', async () => {
    const { result, waits } = await run(propagating(99), { maxAttempts: 1, random: 0.999 });
    expect(result).toBe('propagating');
    const waited = waits.reduce((sum, wait) => sum + wait, 0);
    expect(waited).toBeLessThanOrEqual(RETRY_BUDGET_MS);
    expect(waited).toBeGreaterThan(RETRY_BUDGET_MS - 5_000);
  });

  test.each<[Retry, number, number]>([
    ['transient', 2, 2],
    ['transient', 3, 4],
    ['final', 9, 2],
  ])('does not spare another failure (%s) its end, with %i attempts allowed', async (other, maxAttempts, calls) => {
    const failures: Retry[] = ['propagating', other, 'propagating', other];
    expect(await run(failures, { maxAttempts })).toMatchObject({ result: other, calls });
  });
});
