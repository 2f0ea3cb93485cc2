/** The seed of a virtual MFA device, from which its codes are computed. A secret. */
export interface Seed {
  /** In base32, upper case, without padding. */
  readonly base32: string;
  /** Seconds for which a code is shown. */
  readonly period: number;
  readonly algorithm: Algorithm;
}

const ALGORITHMS = ['SHA1', 'SHA256', 'SHA512'] as const;
type Algorithm = (typeof ALGORITHMS)[number];

/** AWS takes codes of six digits only. */
const CODE_DIGITS = 6;

const DEFAULT_PERIOD = 30;

/** As a setting is written: `MFA_SECRET=…`, `secret: …`. What follows is no padding. */
const NAME = /^["']?[\w -]*(?:secret|seed|key)["']?\s*[=:]\s*(?=[^\s=])/i;
const QUOTED = /^(["'`])([^"'`]*)\1$/;
/** `&` in a page. */
const AMPERSAND = /&amp;/gi;

/**
 * The seed in a text: base32, as AWS shows it when a device is created (spaces, dashes, lower case and padding do not
 * matter), or an `otpauth://` URI, as QR codes hold it; either may be in quotes, or have the name of a setting before it.
 * Returns the rule that the text breaks, never the text, when it is none.
 * https://github.com/google/google-authenticator/wiki/Key-Uri-Format
 */
export function parseSeed(written: string): Seed | { readonly wrong: string } {
  const text = unquoted(unquoted(written).replace(NAME, '')).replace(AMPERSAND, '&');
  if (/^otpauth-migration:/i.test(text)) return { wrong: EXPORTED };
  if (!/^otpauth:/i.test(text)) return seedOf(text, DEFAULT_PERIOD, 'SHA1');
  if (!URL.canParse(text)) return { wrong: 'is not a valid otpauth:// URI' };
  const { host, searchParams } = new URL(text);
  if (host.toLowerCase() !== 'totp') return { wrong: 'is an otpauth:// URI of another type than totp' };
  // Empty counts as not given.
  const given = [...searchParams].map(([name, value]) => [name.toLowerCase(), value.trim()] as const);
  const parameters = new Map(given.filter(([, value]) => value !== ''));
  const spelled = (parameters.get('algorithm') ?? 'SHA1').toUpperCase().replace(/^HMAC|[\s_-]/g, '');
  const algorithm = ALGORITHMS.find((known) => known === spelled);
  if (!algorithm) return { wrong: `has an algorithm that is none of ${ALGORITHMS.join(', ')}` };
  const period = Number(parameters.get('period') ?? DEFAULT_PERIOD);
  if (!Number.isInteger(period) || period < 1) return { wrong: 'has a period that is not a whole number of seconds' };
  if (Number(parameters.get('digits') ?? CODE_DIGITS) !== CODE_DIGITS) {
    return { wrong: `has codes of another length than ${CODE_DIGITS} digits, which AWS does not take` };
  }
  return seedOf(parameters.get('secret') ?? '', period, algorithm);
}

/** An app exports all its devices at once, or those that were chosen. */
const EXPORTED =
  'is what an app exports to move to another phone (otpauth-migration://), which may hold several devices; it should be ' +
  'the seed of one, in base32 or as an otpauth:// URI';

function unquoted(text: string): string {
  return text.trim().replace(QUOTED, '$2').trim();
}

function seedOf(text: string, period: number, algorithm: Algorithm): Seed | { readonly wrong: string } {
  const base32 = text
    .replace(/[\s\p{Pd}]/gu, '')
    .replace(/=+$/, '')
    .toUpperCase();
  if (!/^[A-Z2-7]{16,}$/.test(base32)) {
    return { wrong: 'is not a seed in base32 (at least 16 letters and digits 2 to 7), nor an otpauth:// URI' };
  }
  return { base32, period, algorithm };
}

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
