import { whileBusy } from '../../src/files/busy';

// Time passes by waiting alone.
jest.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) => {
    passed += ms;
    return Promise.resolve();
  },
}));

let passed: number;

const BUSY = Object.assign(new Error('busy'), { code: 'EBUSY' });
const isBusy = (error: unknown) => error === BUSY;

beforeEach(() => {
  passed = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => passed);
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => jest.restoreAllMocks());

/** When attempts are made, in milliseconds, of which so many find it busy. */
async function attempts(busy: number, deadline: number): Promise<{ at: number[]; outcome: unknown }> {
  const at: number[] = [];
  const outcome = await whileBusy(deadline, isBusy, () => {
    at.push(passed);
    return at.length > busy ? Promise.resolve('done') : Promise.reject(BUSY);
  }).catch((error: unknown) => error);
  return { at, outcome };
}

test('what succeeds is done once', async () => {
  expect(await attempts(0, 0)).toEqual({ at: [0], outcome: 'done' });
});

test('the pauses are a random part of what grows up to a cap', async () => {
  expect((await attempts(8, 10_000)).at).toEqual([0, 5, 15, 35, 75, 155, 255, 355, 455]);
});

test('at the deadline it is given up, with the last failure', async () => {
  expect(await attempts(Infinity, 35)).toEqual({ at: [0, 5, 15, 35], outcome: BUSY });
});

test('what fails in another way fails at once', async () => {
  const failure = new Error('no');
  const attempt = jest.fn(() => Promise.reject(failure));
  await expect(whileBusy(60_000, isBusy, attempt)).rejects.toBe(failure);
  expect(attempt).toHaveBeenCalledTimes(1);
});
