import { beginningOf } from '../errors/message';

const MAX_SHOWN = 80;

/** Whether a value is a mapping or a list. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Whether a value is a mapping of YAML, or an object of JSON. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a value of a document is, worded to follow "is". The text of a `secret` is not shown. */
export function describeValue(value: unknown, { secret = false } = {}): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'string') return secret ? 'a text' : quoted(value);
  if (typeof value === 'number') return `the number ${value}`;
  return isMapping(value) ? describeMapping(Object.keys(value)) : `the value ${JSON.stringify(value)}`;
}

/** Of what kind a value is, worded to follow "is": for one of which nothing may be shown, as it may be secret. */
export function kindOf(value: unknown): string {
  if (typeof value === 'number') return 'a number';
  if (typeof value === 'boolean') return 'true or false';
  if (isMapping(value)) return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping with other keys';
  return describeValue(value, { secret: true });
}

/** A text as problems show it: on one line, and not endless. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN ? `${beginningOf(text, MAX_SHOWN)}…` : text);
}

function describeMapping(keys: readonly string[]): string {
  if (keys.length === 0) return 'an empty mapping';
  return keys.length > 5
    ? `a mapping of ${keys.length}`
    : `a mapping with ${keys.map((key) => beginningOf(key, MAX_SHOWN)).join(', ')}`;
}
