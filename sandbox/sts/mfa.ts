import type { Caller } from '../accounts/caller';
import type { Constraints } from '../query/constraints';
import { accessDenied } from '../query/error';
import type { Parameters } from '../query/parameters';

/** The MFA device and the code that a request names, if it does. */
export interface Mfa {
  readonly serialNumber: string | undefined;
  readonly tokenCode: string | undefined;
}

/** Reads them; what is wrong is left to `constraints.check`. */
export function readMfa({ SerialNumber, TokenCode }: Parameters, constraints: Constraints): Mfa {
  constraints.length('serialNumber', SerialNumber, 9, 256);
  constraints.pattern('serialNumber', SerialNumber, '[\\w+=/:,.@-]*');
  constraints.length('tokenCode', TokenCode, 6, 6);
  constraints.pattern('tokenCode', TokenCode, '[\\d]*');
  return { serialNumber: SerialNumber, tokenCode: TokenCode };
}

/**
 * Checks the code against the caller's device, and so uses it up. The answer is when MFA was proved: now, or
 * undefined for a request that names no device.
 * @throws Refusal AccessDenied
 */
export function proveMfa({ serialNumber, tokenCode }: Mfa, { principal }: Caller, now: Date): Date | undefined {
  if (serialNumber === undefined && tokenCode === undefined) return undefined;
  if (serialNumber === undefined || tokenCode === undefined) {
    throw accessDenied('MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.');
  }
  const device = principal.type === 'User' ? principal.mfaDevices.get(serialNumber) : undefined;
  if (!device) {
    throw accessDenied(
      // Two spaces: AWS's own words.
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid ' +
        'and associated with this user.',
    );
  }
  if (!device.accept(tokenCode, now)) {
    // The space at the end is AWS's own, too.
    throw accessDenied('MultiFactorAuthentication failed with invalid MFA one time pass code. ');
  }
  return now;
}
