import { Secret } from 'otpauth';
import { codeAt, parseSeed, untilNextCode, type Seed } from '../../src/mfa/seed';

/** RFC 6238 repeats these digits up to the length of each algorithm's key. */
const DIGITS = '1234567890'.repeat(7);
const LENGTHS = { SHA1: 20, SHA256: 32, SHA512: 64 } as const;

function seed(algorithm: Seed['algorithm'], period = 30): Seed {
  const { base32 } = Secret.fromLatin1(DIGITS.slice(0, LENGTHS[algorithm]));
  return { base32, period, algorithm };
}

/** The test vectors of RFC 6238, appendix B, which have 8 digits: a code of 6 is their end. */
const VECTORS: readonly [seconds: number, algorithm: Seed['algorithm'], code: string][] = [
  [59, 'SHA1', '94287082'],
  [59, 'SHA256', '46119246'],
  [59, 'SHA512', '90693936'],
  [1111111109, 'SHA1', '07081804'],
  [1111111109, 'SHA256', '68084774'],
  [1111111109, 'SHA512', '25091201'],
  [1111111111, 'SHA1', '14050471'],
  [1111111111, 'SHA256', '67062674'],
  [1111111111, 'SHA512', '99943326'],
  [1234567890, 'SHA1', '89005924'],
  [1234567890, 'SHA256', '91819424'],
  [1234567890, 'SHA512', '93441116'],
  [2000000000, 'SHA1', '69279037'],
  [2000000000, 'SHA256', '90698825'],
  [2000000000, 'SHA512', '38618901'],
  [20000000000, 'SHA1', '65353130'],
  [20000000000, 'SHA256', '77737706'],
  [20000000000, 'SHA512', '47863826'],
];

test.each(VECTORS)('at %d s with %s: %s', async (seconds, algorithm, code) => {
  expect(await codeAt(seed(algorithm), seconds * 1000)).toBe(code.slice(2));
});

test('a code is shown for one period', async () => {
  const codes = [0, 59_999, 60_000].map((time) => codeAt(seed('SHA1', 60), time));
  const [first, last, next] = await Promise.all(codes);
  expect(last).toBe(first);
  expect(next).not.toBe(first);
  expect(await codeAt(seed('SHA1'), 30_000)).toBe(next);
});

test('a seed that was read gives the codes of its device', async () => {
  const read = parseSeed('gezd-gnbv-gy3t-qojq-gezd-gnbv-gy3t-qojq');
  if ('wrong' in read) throw new Error(read.wrong);
  expect(await codeAt(read, 59_000)).toBe('287082');
});

test.each([
  [30, 0, 30_000],
  [30, 1, 29_999],
  [30, 29_999, 1],
  [30, 30_000, 30_000],
  [60, 30_000, 30_000],
  [60, 1_785_585_599_000, 1_000],
])('with a period of %d s, at %d ms, another code comes after %d ms', (period, time, wait) => {
  expect(untilNextCode(seed('SHA1', period), time)).toBe(wait);
});
