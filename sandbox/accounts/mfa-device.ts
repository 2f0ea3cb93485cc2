import { Secret, TOTP } from 'otpauth';

export interface MfaDeviceSettings {
  /** Base32; by default a random one, as long as those of AWS. */
  readonly seed?: string;
  /** Digits of a code; by default 6, and AWS takes no other. */
  readonly digits?: number;
  /** Seconds that a code is shown; by default 30. */
  readonly period?: number;
  /** By default `SHA1`. */
  readonly algorithm?: 'SHA1' | 'SHA256' | 'SHA512';
}

/** A virtual MFA device, as its owner's authenticator app knows it. */
export class MfaDevice {
  readonly seed: string;
  /** What the QR code says: `otpauth://totp/…` */
  readonly uri: string;
  readonly #totp: TOTP;
  #lastStep = -1;

  constructor(
    readonly serialNumber: string,
    readonly enabledAt: Date,
    label: string,
    { seed = new Secret({ size: 40 }).base32, digits = 6, period = 30, algorithm = 'SHA1' }: MfaDeviceSettings,
  ) {
    this.#totp = new TOTP({ issuer: 'Amazon Web Services', label, secret: seed, digits, period, algorithm });
    this.seed = seed;
    this.uri = this.#totp.toString();
  }

  /** Whether a code is right at this time. A right one is used up, and with it every earlier one. */
  accept(code: string, now: Date): boolean {
    const timestamp = now.getTime();
    // AWS takes the code before and the code after as well, for clocks that are a little off.
    const distance = this.#totp.validate({ token: code, timestamp, window: 1 });
    if (distance === null) return false;
    const step = this.#totp.counter({ timestamp }) + distance;
    if (step <= this.#lastStep) return false;
    this.#lastStep = step;
    return true;
  }
}
