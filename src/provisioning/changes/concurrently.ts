import pMap from 'p-map';

/** How much is done at once. IAM serves an account few requests a second. */
const AT_ONCE = 8;

/**
 * Does the same for each, several at once. All that was begun is finished before it fails, so that nothing still runs
 * while its caller cleans up.
 *
 * @throws the error of the first that failed
 */
export async function concurrently<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  let failed: { readonly error: unknown } | undefined;
  const results = await pMap(
    items,
    async (item) => {
      if (failed) return undefined;
      try {
        return { result: await work(item) };
      } catch (error) {
        failed ??= { error };
        return undefined;
      }
    },
    { concurrency: AT_ONCE },
  );
  if (failed) throw failed.error;
  return results.flatMap((done) => (done ? [done.result] : []));
}
