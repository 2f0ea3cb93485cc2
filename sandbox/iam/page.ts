import { Constraints } from '../query/constraints';
import { validationError } from '../query/error';
import type { Parameters } from '../query/parameters';
import type { XmlFields } from '../query/xml';

/** Part of a list, and the fields that say whether there is more. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly IsTruncated: string;
  readonly Marker: string | undefined;
}

/**
 * The part of a list that `MaxItems` and `Marker` ask for; by default its first hundred items.
 * @throws Refusal ValidationError
 */
export function page<T>(items: readonly T[], { MaxItems, Marker }: Parameters): Page<T> {
  const constraints = new Constraints();
  const size = constraints.integer('maxItems', MaxItems, 1, 1000) ?? 100;
  constraints.check();
  const start = Marker === undefined ? 0 : decode(Marker);
  const end = start + size;
  const more = end < items.length;
  return { items: items.slice(start, end), IsTruncated: String(more), Marker: more ? encode(end) : undefined };
}

/**
 * The answer of an operation that lists.
 * @throws Refusal ValidationError
 */
export function listing<T>(
  name: string,
  items: readonly T[],
  params: Parameters,
  fields: (item: T) => XmlFields | string,
): XmlFields {
  const { items: shown, ...rest } = page(items, params);
  return { [name]: { member: shown.map(fields) }, ...rest };
}

function encode(start: number): string {
  return Buffer.from(`start=${start}`).toString('base64');
}

function decode(marker: string): number {
  const [, start] = /^start=(\d+)$/.exec(Buffer.from(marker, 'base64').toString()) ?? [];
  if (start === undefined) throw validationError('Invalid Marker.');
  return Number(start);
}
