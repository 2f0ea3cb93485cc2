import { Secret, TOTP } from 'otpauth';
import type { Tags } from './tags';

export interface MfaDeviceSettings {
  /** Base32; by default a random one, as long as those of AWS. */
  readonly seed?: string;
  /** Digits of a code; by default 6, and AWS takes no other. */
  readonly digits?: number;
  /** Seconds that a code is shown; by default 30. */
  readonly period?: number;
  /** By default `SHA1`. */
  readonly algorithm?: 'SHA1' | 'SHA256' | 'SHA512';
  /** From when on IAM's writes may refer to it; by default since it was made. */
  readonly writableAt?: Date;
}

/** A virtual MFA device, as its owner's authenticator app knows it. */
export class MfaDevice {
  readonly seed: string;
  tags: Tags = {};
  /** What the QR code says: `otpauth://totp/…` */
  readonly uri: string;
  readonly writableAt: Date;
  readonly #totp: TOTP;
  #lastStep = -1;

  constructor(
    readonly serialNumber: string,
    /** Until a user enables it: when it was made. */
    public enabledAt: Date,
    label: string,
    settings: MfaDeviceSettings,
  ) {
    const { seed = new Secret({ size: 40 }).base32, digits = 6, period = 30, algorithm = 'SHA1' } = settings;
    this.#totp = new TOTP({ issuer: 'Amazon Web Services', label, secret: seed, digits, period, algorithm });
    this.seed = seed;
    this.writableAt = settings.writableAt ?? enabledAt;
    this.uri = this.#totp.toString();
  }

  /** Whether a code is right at this time. A right one is used up, and with it every earlier one. */
  accept(code: string, now: Date): boolean {
    const timestamp = now.getTime();
    // AWS takes the code before and the code after as well, for clocks that are a little off.
    const distance = this.#totp.validate({ token: code, timestamp, window: 1 });
    if (distance === null) return false;
    return this.#use(this.#totp.counter({ timestamp }) + distance);
  }

  /** Enables it with two codes that follow each other; whether they do. Both are used up. */
  enable(first: string, second: string, now: Date): boolean {
    const timestamp = now.getTime();
    const distance = this.#totp.validate({ token: second, timestamp, window: 1 });
    if (distance === null) return false;
    const counter = this.#totp.counter({ timestamp }) + distance;
    const previous = this.#totp.generate({ timestamp: (counter - 1) * this.#totp.period * 1000 });
    if (previous !== first || !this.#use(counter)) return false;
    this.enabledAt = now;
    return true;
  }

  #use(step: number): boolean {
    if (step <= this.#lastStep) return false;
    this.#lastStep = step;
    return true;
  }
}
