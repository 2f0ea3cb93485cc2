import { CODE_DIGITS, type Seed } from './seed';

/** The code that a device with this seed shows at a time, in milliseconds since 1970. */
export async function codeAt(seed: Seed, time: number): Promise<string> {
  const { Secret, TOTP } = await import('otpauth');
  const { period, algorithm, base32 } = seed;
  const device = new TOTP({ secret: Secret.fromBase32(base32), period, algorithm, digits: CODE_DIGITS });
  return device.generate({ timestamp: time });
}

/** Milliseconds from a time until the device shows another code. */
export function untilNextCode({ period }: Seed, time: number): number {
  return period * 1000 - (time % (period * 1000));
}
