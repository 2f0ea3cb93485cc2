import { TOTP, URI } from 'otpauth';
import type { MfaDevice } from '../../sandbox/accounts/mfa-device';

/** What the device shows at this time, as an authenticator app finds it. */
export function codeOf({ uri }: MfaDevice, time: Date): string {
  const otp = URI.parse(uri);
  if (!(otp instanceof TOTP)) throw new Error(`${uri} is not for time-based codes`);
  return otp.generate({ timestamp: time.getTime() });
}

export const wrongCode = 'MultiFactorAuthentication failed with invalid MFA one time pass code. ';
