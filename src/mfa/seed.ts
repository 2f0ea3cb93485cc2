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

const SEED = /^[A-Z2-7]{16,}$/i;

/** As a setting is written: `MFA_SECRET=…`, `secret: …`, or in words: `secret key …`. What follows is no padding. */
const NAME =
  /^["']?(?:[\w -]*(?:secret|seed|key)["']?\s*[=:]\s*(?=[^\s=])|(?:[\w-]+\s+)*(?:secret|seed|key)\s+(?=[^\s=]))/i;
const QUOTED = /^(["'`])([^"'`]*)\1$/;
/** Quotes of a text processor. */
const TYPOGRAPHIC = /[\p{Pi}\p{Pf}\u201A\u201E]/gu;
/** The one member of JSON. */
const MEMBER = /^\{(.*)\}$/s;
/** `&` in a page. */
const AMPERSAND = /&amp;/gi;
/** What is behind the label of a URI. */
const PARAMETERS = /^\?|^\w+=[^&?]*&/;

/** The rule that a text breaks. */
interface Wrong {
  readonly wrong: string;
}

/** What a text says of a seed. */
interface Given {
  /** The seed, as it is written. */
  readonly text: string;
  /** Of a URI, by lower-case name; empty ones count as not given. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * The seed in a text: base32, as AWS shows it when a device is created (spaces, dashes, lower case and padding do not
 * matter), or an `otpauth://` URI, as QR codes hold it, or the parameters of one; each may be in quotes, have the name of
 * a setting before it, or be the one member of JSON.
 * Returns the rule that the text breaks, never the text, when it is none.
 * https://github.com/google/google-authenticator/wiki/Key-Uri-Format
 */
export function parseSeed(written: string): Seed | Wrong {
  const given = givenIn(written);
  const seed = 'wrong' in given ? given : seedOf(given);
  const isJson = written.trim().startsWith('{');
  return isJson && 'wrong' in seed && seed.wrong === NO_BASE32 ? { wrong: NOT_ALONE } : seed;
}

/** What in the text of a seed is a secret by itself: the seed as it is written there, and in the usual form. */
export function secretsInSeed(written: string): string[] {
  const given = givenIn(written);
  if ('wrong' in given) return [];
  const seed = seedOf(given);
  return 'wrong' in seed ? [] : [...new Set([given.text, seed.base32])];
}

function givenIn(written: string): Given | Wrong {
  const whole = unquoted(written.replace(TYPOGRAPHIC, '"').replace(AMPERSAND, '&'));
  if (PARAMETERS.test(whole)) return inUri(`otpauth://totp?${whole.replace(/^\?/, '')}`);
  const text = unquoted(whole.replace(MEMBER, '$1').trim().replace(NAME, ''));
  if (/^otpauth-migration:/i.test(text)) return { wrong: EXPORTED };
  if (/^otpauth:/i.test(text)) return inUri(text);
  return { text, parameters: new Map() };
}

function inUri(text: string): Given | Wrong {
  // A label may have a # in it, which would end the URI.
  const uri = text.replaceAll('#', '%23');
  if (!URL.canParse(uri)) return { wrong: 'is not a valid otpauth:// URI' };
  const { host, searchParams } = new URL(uri);
  if (host.toLowerCase() !== 'totp') return { wrong: 'is an otpauth:// URI of another type than totp' };
  const given = [...searchParams].map(
    ([name, value]) => [name.toLowerCase(), value.replace(/#.*/s, '').trim()] as const,
  );
  const parameters = new Map(given.filter(([, value]) => value !== ''));
  return { text: parameters.get('secret') ?? '', parameters };
}

function seedOf({ text, parameters }: Given): Seed | Wrong {
  const spelled = (parameters.get('algorithm') ?? 'SHA1').toUpperCase().replace(/^HMAC|[\s_-]/g, '');
  const algorithm = ALGORITHMS.find((known) => known === spelled);
  if (!algorithm) return { wrong: `has an algorithm that is none of ${ALGORITHMS.join(', ')}` };
  const period = Number(parameters.get('period') ?? DEFAULT_PERIOD);
  if (!Number.isInteger(period) || period < 1) return { wrong: 'has a period that is not a whole number of seconds' };
  if (Number(parameters.get('digits') ?? CODE_DIGITS) !== CODE_DIGITS) {
    return { wrong: `has codes of another length than ${CODE_DIGITS} digits, which AWS does not take` };
  }
  const base32 = text
    .replace(/[\s\p{Pd}]/gu, '')
    .replace(/=+$/, '')
    .toUpperCase();
  if (!SEED.test(base32)) return { wrong: NO_BASE32 };
  return parameters.size === 0 && hasWord(text) ? { wrong: WORD_WITH_IT } : { base32, period, algorithm };
}

/**
 * The letters of a word are base32 as well. But the groups of a seed have one length, with a shorter one at the end; and what
 * could be a whole seed is no group, though it may be a line.
 */
function hasWord(text: string): boolean {
  const [first = '', ...others] = text.split(/\s+/);
  const [, whole = ''] = /^(\S+)[^\S\r\n]+[^\s=]/.exec(text) ?? [];
  return others.some(({ length }) => length > first.length) || SEED.test(whole);
}

const NO_BASE32 = 'is not a seed in base32 (at least 16 letters and digits 2 to 7), nor an otpauth:// URI';
const NOT_ALONE = 'is JSON; it should be the seed in it alone, in base32 or as an otpauth:// URI';
const WORD_WITH_IT =
  'has a word before or after the seed, or a blank within; it should be the seed alone, in base32 or as an otpauth:// URI';
/** An app exports all its devices at once, or those that were chosen. */
const EXPORTED =
  'is what an app exports to move to another phone (otpauth-migration://), which may hold several devices; it should be ' +
  'the seed of one, in base32 or as an otpauth:// URI';

function unquoted(text: string): string {
  return text.trim().replace(QUOTED, '$2').trim();
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
