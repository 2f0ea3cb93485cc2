import { caseOf, kindOf, type Case, type Result } from './cases';

/** The seeds of the cases: `npm run campaign` sets them. */
const FIRST = Number(process.env.CAMPAIGN_FIRST ?? 1);
const RUNS = Number(process.env.CAMPAIGN_RUNS ?? 1);
const STEP = Number(process.env.CAMPAIGN_STEP ?? 1);
/** The kind of the cases, where only one is asked for: the seeds of others are passed over. */
const ONLY = process.env.CAMPAIGN_ONLY;

/** How often a campaign says how far it is, in cases. */
const PROGRESS = 250;

const isCampaign = process.env.CAMPAIGN_RUNS !== undefined;

(isCampaign ? test : test.skip)('whatever befalls them, steps and pairs of runs keep every promise', async () => {
  const wrong: string[] = [];
  const counts = new Map<string, number>();
  let failed = 0;
  for (let [run, seed] = [0, FIRST]; run < RUNS; seed += STEP) {
    if (ONLY !== undefined && kindOf(seed) !== ONLY) continue;
    const one = await caseOf(seed);
    const { broken, report } = await resultOf(one, seed);
    for (const { promise } of broken) counts.set(promise, (counts.get(promise) ?? 0) + 1);
    if (RUNS === 1) say(`${report}\n${JSON.stringify(one.settings)}`);
    if (broken.length > 0) {
      failed += 1;
      const lines = [`seed ${seed}: ${one.text}`, ...broken.map(({ promise, how }) => `    ${promise}: ${how}`)];
      wrong.push(...lines);
      say(`${lines.join('\n')}\n    again: npm run campaign -- --seed ${seed}`);
    }
    run += 1;
    if (run % PROGRESS === 0 || run === RUNS) {
      const promises = [...counts].sort().map(([promise, count]) => `${promise}: ${count}`);
      say(
        `${run} of ${RUNS} cases, ${failed} with a broken promise${promises.length > 0 ? ` (${promises.join(', ')})` : ''}`,
      );
    }
  }
  expect(wrong).toEqual([]);
});

async function resultOf(one: Case, seed: number): Promise<Result> {
  try {
    return await one.run();
  } catch (error) {
    throw new Error(`seed ${seed}: ${one.text}`, { cause: error });
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
