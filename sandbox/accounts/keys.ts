import { randomInt } from 'node:crypto';

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The characters that secrets and session tokens are made of. */
export const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

// Every key ends as the keys in AWS's documentation do, so that no scanner takes one for a leaked key.
export function newAccessKeyId(prefix: 'AKIA' | 'ASIA'): string {
  return `${prefix}${random(9, base32)}EXAMPLE`;
}

export function newSecretAccessKey(alphabet: string): string {
  return `${random(30, alphabet)}EXAMPLEKEY`;
}

export function newSessionToken(alphabet: string): string {
  return `IQoJb3JpZ2luX2Vj${random(560, alphabet)}EXAMPLETOKEN`;
}

/** What the unchanging id of a user, a group, a role, an instance profile and so on begins with. */
type UniqueIdPrefix = 'AIDA' | 'AGPA' | 'AROA' | 'AIPA' | 'ANPA' | 'APKA' | 'ACCA';

export function newUniqueId(prefix: UniqueIdPrefix): string {
  return `${prefix}${random(10, base32)}EXAMPLE`;
}

export function newCertificateId(): string {
  return `${random(21, base32)}EXAMPLE`;
}

function random(length: number, alphabet: string): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}
