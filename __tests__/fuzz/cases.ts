import fc from 'fast-check';

/**
 * The cases that one run of all properties goes through. In CI they are the same every time, so that a change fails for
 * what it changed, not for what chance brought up; `npm run fuzz` looks for what nobody thought of.
 */
const CASES = Number(process.env.FUZZ_CASES ?? 5_000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_715);

/**
 * Checks a property with its share of the cases. When it fails, the error shows the smallest input found with the seed
 * and the path that lead to it: `FUZZ_SEED=<seed>` brings it back.
 *
 * @param share of all cases, from 0 to 1; all shares together make 1
 */
export async function holds<Ts>(share: number, property: fc.IAsyncProperty<Ts> | fc.IProperty<Ts>): Promise<void> {
  await fc.assert(property, { numRuns: Math.ceil(CASES * share), seed: SEED });
}
