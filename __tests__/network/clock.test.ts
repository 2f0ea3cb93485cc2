import { systemClock } from '../../src/network/clock';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('what is to happen later happens once, when its time has come', () => {
  const act = jest.fn();
  systemClock.after(1000, act);
  jest.advanceTimersByTime(999);
  expect(act).not.toHaveBeenCalled();
  jest.advanceTimersByTime(10_000);
  expect(act).toHaveBeenCalledTimes(1);
});

test('what is called off before does not happen, and leaves no timer', () => {
  const act = jest.fn();
  const cancel = systemClock.after(1000, act);
  cancel();
  expect(jest.getTimerCount()).toBe(0);
  jest.advanceTimersByTime(1000);
  expect(act).not.toHaveBeenCalled();
});
