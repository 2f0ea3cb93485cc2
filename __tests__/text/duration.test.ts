import { parseDuration } from '../../src/text/duration';

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
