import { messageOf } from '../../src/errors/message';
import { call } from '../../src/network/call';
import { systemClock } from '../../src/network/clock';
import { NoAnswerError } from '../../src/network/deadline';
import type { Retry } from '../../src/network/retry';

/** Makes a call that fails a number of times, and notes what is reported and waited. */
async function calling(failure: unknown, retry: Retry, times = 1, asked?: number) {
  const log: string[] = [];
  const waits: number[] = [];
  let attempts = 0;
  const clock = {
    ...systemClock,
    time: () => 0,
    now: () => 0,
    random: () => 0.5,
    sleep: (ms: number) => {
      waits.push(ms);
      return Promise.resolve();
    },
  };
  const request = (signal: AbortSignal) => {
    attempts += 1;
    expect(signal.aborted).toBe(false);
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what is thrown need not be an error
    return attempts > times ? Promise.resolve('answer') : Promise.reject(failure);
  };
  const settings = { retry: { maxAttempts: 3 }, clock, log: (line: string) => log.push(line) };
  const failures = { retryOf: () => retry, waitAskedIn: () => asked, answerIn: (error: unknown) => messageOf(error) };
  const failed: unknown[] = [];
  const onFailure = (error: unknown) => failed.push(error, waits.length);
  const outcome = await call('AssumeRole', request, failures, settings, onFailure).catch((error: unknown) => error);
  return { outcome, log, waits, attempts, failed };
}

test('an attempt that is made again is reported, with its cause, its number and the wait', async () => {
  expect(await calling(new Error('reset'), 'transient', 2)).toMatchObject({
    outcome: 'answer',
    log: ['AssumeRole: reset. Attempt 2 of 3 in 0.1 s.', 'AssumeRole: reset. Attempt 3 of 3 in 0.1 s.'],
    waits: [50, 100],
    attempts: 3,
  });
  expect((await calling('a text', 'throttled')).log).toEqual(['AssumeRole: a text. Attempt 2 of 3 in 2.3 s.']);
});

test('each attempt that failed is reported before the next, and the last one, too', async () => {
  expect((await calling('reset', 'transient', 9)).failed).toEqual(['reset', 0, 'reset', 1, 'reset', 2]);
});

test('what the answer asks to wait is reported', async () => {
  const { log, waits } = await calling(new Error('slow down'), 'throttled', 1, 59_500);
  expect(log).toEqual(['AssumeRole: slow down. Attempt 2 of 3 in 61.8 s, as the answer asks for 60 s.']);
  expect(waits).toEqual([61_750]);
});

test('a cause that is a sentence stays one', async () => {
  const { log } = await calling(new Error('Reset. Gone.\n'), 'transient');
  expect(log).toEqual(['AssumeRole: Reset. Gone. Attempt 2 of 3 in 0.1 s.']);
});

test('what has not arrived everywhere is asked for again, however few attempts are allowed', async () => {
  const { outcome, log } = await calling(new Error('unknown key'), 'propagating', 5);
  expect(outcome).toBe('answer');
  expect(log).toHaveLength(5);
  expect(log[0]).toBe('AssumeRole: unknown key. Again in 0.3 s.');
});

test('a failure for good is reported by the caller', async () => {
  const failure = new Error('no');
  expect(await calling(failure, 'final')).toMatchObject({ outcome: failure, log: [], waits: [], attempts: 1 });
  expect(await calling(failure, 'transient', 9)).toMatchObject({ outcome: failure, attempts: 3 });
  expect(await calling(new NoAnswerError(), 'unanswered', 9)).toMatchObject({ attempts: 2 });
});

test('a cause that is too long to be read is cut', async () => {
  const { log } = await calling(new Error('x'.repeat(5000)), 'transient');
  expect(log[0]?.length).toBeLessThan(4100);
  expect(log[0]).toMatch(/x…\. Attempt 2/);
});
