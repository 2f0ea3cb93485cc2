/** What a request says about itself: condition keys (lower-cased, since AWS ignores their case) to values. */
export type Context = ReadonlyMap<string, readonly string[]>;

/** Condition keys to their values; undefined for those that are absent from the request. */
export type ContextValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Builds a context. */
export function contextOf(values: ContextValues): Context {
  const context = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) context.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  }
  return context;
}
