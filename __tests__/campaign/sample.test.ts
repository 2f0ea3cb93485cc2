import { reportOfTrial } from './cases';
import { FOUND } from './found';
import { trialOf } from './generate';
import { describeTrial, runTrial } from './trial';

/** How many trials are made in every run of the tests: a campaign makes many more. */
const SAMPLE = 20;

test.each(Array.from({ length: SAMPLE }, (_, index) => index + 1))('the trial %i keeps every promise', async (seed) => {
  const trial = await trialOf(seed);
  expect({ trial: describeTrial(trial), broken: (await runTrial(trial)).broken }).toMatchObject({ broken: [] });
});

test.each(Object.entries(FOUND))('once, %s', async (_, trial) => {
  const tried = await runTrial(trial);
  expect(tried.broken.length === 0 ? [] : reportOfTrial(tried)).toEqual([]);
});
