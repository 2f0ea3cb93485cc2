import { MfaDevice, type MfaDeviceSettings } from '../../sandbox/accounts/mfa-device';
import { codeOf } from './mfa-code';

const at = (seconds: number) => new Date(seconds * 1000);

function createDevice(settings: MfaDeviceSettings = {}) {
  return new MfaDevice('arn:aws:iam::123456789012:mfa/mona', at(0), 'mona@123456789012', settings);
}

describe('the codes of RFC 6238', () => {
  const seed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  const longSeed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA';

  test.each<[number, string, MfaDeviceSettings]>([
    [59, '287082', { seed }],
    [59, '94287082', { seed, digits: 8 }],
    [1_111_111_109, '07081804', { seed, digits: 8 }],
    [1_111_111_109, '68084774', { seed: longSeed, digits: 8, algorithm: 'SHA256' }],
  ])('%i: %s', (seconds, code, settings) => {
    expect(createDevice(settings).accept(code, at(seconds))).toBe(true);
  });
});

test('a seed is as long as those of AWS, and its URI is what the QR code says', () => {
  const { seed, uri } = createDevice();
  expect(seed).toMatch(/^[A-Z2-7]{64}$/);
  const { protocol, host, pathname, searchParams } = new URL(uri);
  expect([protocol, host, decodeURIComponent(pathname)]).toEqual([
    'otpauth:',
    'totp',
    '/Amazon Web Services:mona@123456789012',
  ]);
  expect(Object.fromEntries(searchParams)).toEqual({
    issuer: 'Amazon Web Services',
    secret: seed,
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  });
});

test.each([
  [0, true],
  [-30, true],
  [30, true],
  [-60, false],
  [60, false],
])('a code of %i seconds from now: %p', (distance, accepted) => {
  const device = createDevice();
  expect(device.accept(codeOf(device, at(3600 + distance)), at(3600))).toBe(accepted);
});

test('another period has its own steps', () => {
  const device = createDevice({ period: 60 });
  expect(device.accept(codeOf(device, at(3600)), at(3660))).toBe(true);
  expect(device.accept(codeOf(device, at(3600)), at(3720))).toBe(false);
});

test('a code is good once, and uses up the earlier ones', () => {
  const device = createDevice();
  const code = codeOf(device, at(3600));
  expect(device.accept(code, at(3600))).toBe(true);
  expect(device.accept(code, at(3629))).toBe(false);
  expect(device.accept(codeOf(device, at(3570)), at(3600))).toBe(false);
  expect(device.accept(codeOf(device, at(3630)), at(3600))).toBe(true);
  expect(device.accept(codeOf(device, at(3630)), at(3630))).toBe(false);
  expect(device.accept(codeOf(device, at(3660)), at(3660))).toBe(true);
});

test('a wrong code uses nothing up', () => {
  const device = createDevice();
  const code = codeOf(device, at(3600));
  const other = codeOf(device, at(7200));
  expect(device.accept(other, at(3600))).toBe(false);
  expect(device.accept(code, at(3600))).toBe(true);
});
