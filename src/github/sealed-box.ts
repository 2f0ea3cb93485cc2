// libsodium's own build brings half a megabyte of WebAssembly, which the bundle has no room for; this library makes the
// same boxes from a few small functions.
import { cryptoBoxSeal } from '@serenity-kit/noble-sodium';

/**
 * Seals the value of a secret, so that only GitHub can open it.
 * https://docs.github.com/rest/guides/encrypting-secrets-for-the-rest-api
 *
 * @param publicKey of the location where the secret will be stored, in base64
 * @returns the box in base64; another one each time
 * @throws Error when the key is not one of 32 bytes
 */
export function seal(value: string, publicKey: string): string {
  const box = cryptoBoxSeal({ message: Buffer.from(value, 'utf8'), publicKey: Buffer.from(publicKey, 'base64') });
  return Buffer.from(box).toString('base64');
}
