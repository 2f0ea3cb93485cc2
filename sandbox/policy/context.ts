/** What a request says about itself: condition keys (lower-cased, since AWS ignores their case) to values. */
export type Context = ReadonlyMap<string, readonly string[]>;

/** Builds a context; keys whose value is undefined are absent from the request. */
export function contextOf(values: Readonly<Record<string, string | readonly string[] | undefined>>): Context {
  const context = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) context.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  }
  return context;
}
