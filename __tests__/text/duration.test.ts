import { parseDuration, writeDuration } from '../../src/text/duration';

test.each([
  ['45s', 45_000],
  ['90m', 5_400_000],
  ['12h', 43_200_000],
  ['90d', 7_776_000_000],
  ['2w', 1_209_600_000],
  ['007d', 604_800_000],
])('%s lasts %d ms', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each(['', 'd', '0d', '00h', '-1d', '+1d', '1.5h', '1 d', '1D', '1y', '90', '1d2h', '9999999999d', '1e3s'])(
  '%j is no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test.each([
  [14_400_000, '4h'],
  [5_400_000, '90m'],
  [3_601_000, '3601s'],
  [86_400_000, '1d'],
  [604_800_000, '1w'],
])('%d ms is written %s', (milliseconds, text) => {
  expect(writeDuration(milliseconds)).toBe(text);
  expect(parseDuration(text)).toBe(milliseconds);
});
