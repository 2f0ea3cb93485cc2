import pMap, { pMapSkip } from 'p-map';

/** How much is done at once. IAM serves an account few requests a second. */
export const CALLS_AT_ONCE = 8;

/**
 * Does the same for each, several at once. All that was begun is finished before it fails, so that nothing still runs
 * while its caller cleans up.
 *
 * @param failureOf what it fails with, by all errors in order: where it matters how each was left, that is not the first alone
 * @throws the error of the first that failed, or what `failureOf` makes of all
 */
export async function concurrently<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  failureOf: (errors: readonly unknown[]) => unknown = ([first]) => first,
): Promise<R[]> {
  const errors: unknown[] = [];
  const results = await pMap(
    items,
    async (item) => {
      if (errors.length > 0) return pMapSkip;
      try {
        return await work(item);
      } catch (error) {
        errors.push(error);
        return pMapSkip;
      }
    },
    { concurrency: CALLS_AT_ONCE },
  );
  if (errors.length > 0) throw failureOf(errors);
  return results;
}
