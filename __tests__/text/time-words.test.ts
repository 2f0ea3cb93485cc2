import { atMinute, hoursAndMinutes } from '../../src/text/time-words';

test.each([
  [3_600_000, '1 h'],
  [3_597_000, '1 h'],
  [900_000, '15 min'],
  [27_000_000, '7 h 30 min'],
  [129_600_000, '36 h'],
  [10_000, '0 min'],
  [-1, '0 min'],
])('%d ms are %s', (milliseconds, text) => {
  expect(hoursAndMinutes(milliseconds)).toBe(text);
});

test('a time is said to the minute', () => {
  expect(atMinute(Date.parse('2026-01-31T12:00:59Z'))).toBe('2026-01-31 12:00 UTC');
});
