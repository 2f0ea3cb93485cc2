import { idealEnds } from '../../bench/fleet/fleet';
import { ASKED_BUDGET_MS, retryAfterIn, retrying, untilTime, type Retry } from '../../src/network/retry';

interface Conditions {
  readonly maxAttempts?: number;
  /** How long attempts may be started, in milliseconds. */
  readonly until?: number;
  readonly random?: number;
  /** What each failure asks to wait. */
  readonly asked?: number;
}

/** Fails with the given kinds in turn, then succeeds; time passes only by waiting. */
async function run(kinds: Retry[], { maxAttempts = 12, until, random = 0.5, asked }: Conditions = {}) {
  const waits: number[] = [];
  // A clock that has run for a while.
  let now = 10_000_000;
  let calls = 0;
  const pending = [...kinds];
  const result = await retrying(
    () => {
      calls += 1;
      const failure = pending.shift();
      return failure === undefined ? Promise.resolve('done') : Promise.reject(new Error(failure));
    },
    {
      maxAttempts,
      ...(until !== undefined && { until: now + until }),
      failures: { retryOf: (error) => (error as Error).message as Retry, waitAskedIn: () => asked },
      onRetry: (_, { ms, askedMs }) => {
        expect(askedMs).toBe(asked);
        waits.push(ms);
      },
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

test('no attempt is started later than allowed, and what failed last is thrown', async () => {
  const { result, waits } = await run(Array<Retry>(20).fill('throttled'), { until: 10_000 });
  expect(result).toBe('throttled');
  // 2.25, 3.375, 4.5
  expect(waits).toHaveLength(2);
  expect((await run(['throttled'], { until: 10_000, asked: 20_000 })).calls).toBe(1);
});

const sum = (waits: readonly number[]) => waits.reduce((total, wait) => total + wait, 0);

test('waits grow up to a cap, and are a random part of it', async () => {
  const transient = Array<Retry>(9).fill('transient');
  expect((await run(transient, { random: 0.5 })).waits).toEqual([50, 100, 200, 400, 800, 1600, 2500, 2500, 2500]);
  expect((await run(transient, { random: 0 })).waits).toEqual(Array(9).fill(0));
});

test('half of a wait for a service that has too much to do is sure', async () => {
  const throttled = Array<Retry>(4).fill('throttled');
  expect((await run(throttled, { random: 0 })).waits).toEqual([1_500, 2_250, 3_000, 3_750]);
  expect((await run(throttled, { random: 1 })).waits).toEqual([3_000, 4_500, 6_000, 7_500]);
});

test.each<[Retry, number]>([
  ['throttled', 120_000],
  ['transient', 60_000],
  ['propagating', 60_000],
])('%s: no attempt starts later than %i ms after the first', async (kind, budget) => {
  const { result, waits } = await run(Array<Retry>(99).fill(kind), { maxAttempts: 99, random: 0.999 });
  expect(result).toBe(kind);
  expect(sum(waits)).toBeLessThanOrEqual(budget);
  expect(sum(waits)).toBeGreaterThan(budget - 25_000);
});

test('a call that was throttled keeps its budget, whatever fails next', async () => {
  const throttled = Array<Retry>(9).fill('throttled');
  expect(await run([...throttled, 'transient'], { random: 1 })).toMatchObject({ result: 'done', calls: 11 });
  const [late, more] = [Array<Retry>(12).fill('throttled'), Array<Retry>(9).fill('transient')];
  expect((await run([...late, ...more], { random: 1, maxAttempts: 99 })).result).toBe('throttled');
});

describe('what the service asks to wait', () => {
  test.each<Retry>(['throttled', 'transient'])('comes before the own wait: %s', async (kind) => {
    const { waits } = await run([kind], { asked: 60_000, random: 0 });
    expect(waits).toEqual([kind === 'throttled' ? 61_500 : 60_000]);
  });

  test('is spread out, as all jobs of a fleet are asked for the same', async () => {
    const waits = await Promise.all(
      [0, 1].map(async (random) => (await run(['throttled'], { asked: 60_000, random })).waits),
    );
    expect(waits).toEqual([[61_500], [63_000]]);
  });

  test('has a budget that can hold it more than once', async () => {
    expect(await run(['throttled', 'throttled', 'throttled'], { asked: 60_000 })).toMatchObject({
      result: 'done',
      calls: 4,
    });
    expect(await run(Array<Retry>(9).fill('throttled'), { asked: 60_000 })).toMatchObject({
      result: 'throttled',
      calls: 5,
    });
  });

  test.each<[Retry, number]>([
    ['throttled', 120_000],
    ['transient', 65_000],
  ])('adds to the budget only what it is longer than the own wait: %s', async (kind, longest) => {
    for (const random of [0.5, 0.999]) {
      const { result, waits } = await run(Array<Retry>(999).fill(kind), { asked: 1_000, maxAttempts: 999, random });
      expect(result).toBe(kind);
      expect(sum(waits)).toBeLessThanOrEqual(longest);
      expect(sum(waits)).toBeGreaterThan(45_000);
    }
  });

  test.each([299_999, 120_000, 60_000, 30_000])('ends all waits after 5 minutes: %i ms each', async (asked) => {
    const { waits } = await run(Array<Retry>(99).fill('throttled'), { asked, maxAttempts: 99, random: 1 });
    expect(sum(waits)).toBeLessThanOrEqual(ASKED_BUDGET_MS);
  });

  test.each([
    [ASKED_BUDGET_MS, 'done', 2],
    [ASKED_BUDGET_MS + 1, 'throttled', 1],
    [Infinity, 'throttled', 1],
  ])('of %d ms: %s', async (asked, result, calls) => {
    expect(await run(['throttled'], { asked })).toMatchObject({ result, calls });
  });

  test('changes nothing for what is final, or for the attempts allowed', async () => {
    expect(await run(['final'], { asked: 1 })).toMatchObject({ result: 'final', calls: 1 });
    expect(await run(['throttled'], { asked: 1, maxAttempts: 1 })).toMatchObject({ result: 'throttled', calls: 1 });
  });
});

const NOON = 'Sat, 01 Aug 2026 12:00:00 GMT';
test.each<[Record<string, unknown>, number | undefined]>([
  [{}, undefined],
  [{ 'retry-after': '60' }, 60_000],
  [{ 'retry-after': ' 0.5 ' }, 500],
  [{ 'retry-after': '0' }, undefined],
  [{ 'retry-after': 'Sat, 01 Aug 2026 12:01:30 GMT', date: NOON }, 90_000],
  [{ 'retry-after': 'Sat, 01 Aug 2026 11:59:00 GMT', date: NOON }, undefined],
  [{ 'retry-after': '-5' }, undefined],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': '' }, undefined],
  [{ 'retry-after': '5s' }, 5_000],
  [{ 'retry-after': '5, 10' }, 10_000],
  [{ 'retry-after': '5, soon' }, undefined],
  [{ 'retry-after': '86400' }, 86_400_000],
  [{ 'retry-after': String(Date.parse(NOON) / 1000 + 45), date: NOON }, 45_000],
  [{ 'retry-after': String(Date.parse(NOON) / 1000 - 45), date: NOON }, undefined],
  [{ 'retry-after': String(Date.parse(NOON)), date: NOON }, undefined],
  [{ 'retry-after': '9'.repeat(400) }, undefined],
  [{ 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT', date: NOON }, undefined],
])('%j asks to wait %p ms', (headers, ms) => {
  expect(retryAfterIn(headers)).toBe(ms);
});

test('without the time of the server, that of this machine counts', () => {
  jest.useFakeTimers({ now: Date.parse(NOON) });
  expect(untilTime(Date.parse(NOON) + 5_000, {})).toBe(5_000);
  jest.useRealTimers();
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

  test.each<[Retry, number, number]>([
    ['transient', 2, 2],
    ['transient', 3, 4],
    ['final', 9, 2],
  ])('does not spare another failure (%s) its end, with %i attempts allowed', async (other, maxAttempts, calls) => {
    const failures: Retry[] = ['propagating', other, 'propagating', other];
    expect(await run(failures, { maxAttempts })).toMatchObject({ result: other, calls });
  });
});

describe('a fleet of 1,000 jobs that start within a second', () => {
  /** When the jobs got an answer, and how often they asked, in a time that leaps from one event to the next. */
  async function fleetAt(perSecond: number, seed: number) {
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const starts = Array.from({ length: 1_000 }, () => random() * 1_000).sort((a, b) => a - b);
    const events = new Set<{ at: number; happen: () => void }>();
    const sleepUntil = (at: number) => new Promise<void>((happen) => events.add({ at, happen }));
    let [now, tokens, filledAt, calls] = [0, perSecond, 0, 0];
    const served: number[] = [];
    const ask = () => {
      calls += 1;
      tokens = Math.min(perSecond, tokens + ((now - filledAt) / 1_000) * perSecond);
      filledAt = now;
      if (tokens < 1) return Promise.reject(new Error('throttled'));
      tokens -= 1;
      served.push(now);
      return Promise.resolve();
    };
    const jobs = starts.map(async (start) => {
      await sleepUntil(start);
      const failures = { retryOf: () => 'throttled' as const, waitAskedIn: () => undefined };
      const sleep = (ms: number) => sleepUntil(now + ms);
      await retrying(ask, { maxAttempts: 12, failures, onRetry: () => undefined, sleep, random, now: () => now });
    });
    const ended = Promise.allSettled(jobs);
    while (events.size > 0) {
      const next = [...events].reduce((first, event) => (event.at < first.at ? event : first));
      events.delete(next);
      now = next.at;
      next.happen();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await ended;
    const best = idealEnds({ action: '', from: 'keys', starts, limit: perSecond, latencyMs: 0 });
    return { served: served.length, callsPerJob: calls / 1_000, lastToBest: now / (best.at(-1) ?? 0) };
  }

  test.each([1, 2, 3])('is served soon, with few calls, by 40 a second (%i)', async (seed) => {
    const { served, callsPerJob, lastToBest } = await fleetAt(40, seed * 7_919);
    expect(served).toBe(1_000);
    expect(callsPerJob).toBeLessThanOrEqual(5);
    expect(lastToBest).toBeLessThanOrEqual(1.2);
  });

  test('is served whole by 15 a second', async () => {
    expect(await fleetAt(15, 7_919)).toMatchObject({ served: 1_000 });
  });
});
