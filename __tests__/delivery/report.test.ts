import { writeReport } from '../../src/delivery/report';
import type { Step } from '../../src/runner/step';

let said: string[];
let step: Step;
beforeEach(() => {
  said = [];
  const note = (what: string) => (text: string) => void said.push(`${what} ${text}`);
  const summarize = (markdown: string) => {
    note('summary')(markdown);
    return Promise.resolve();
  };
  const runner = { info: note('info'), warning: note('warning'), summarize, hide: (text: string) => text };
  step = { env: { INPUT_MODE: 'verify', GITHUB_ACTION: 'who_am_i' }, runner } as unknown as Step;
});

const REPORT = { log: ['in 123456789012', 'done'], summary: ['of 123456789012', 'in 123456789012'] };
const TITLE = '### AWS verify (step who\\_am\\_i)\n\n';

test('a report goes to the log and to the summary, where its title tells the step from others', async () => {
  await writeReport(REPORT, false, step);
  expect(said).toEqual(['info in 123456789012', 'info done', `summary ${TITLE}of 123456789012\nin 123456789012\n`]);
});

test('accounts are hidden in the summary where that is asked for: masks hide them in the log', async () => {
  await writeReport(REPORT, true, step);
  expect(said).toEqual(['info in 123456789012', 'info done', `summary ${TITLE}of ***\nin ***\n`]);
});

test('a summary that cannot be written is warned of', async () => {
  const full = { ...step.runner, summarize: () => Promise.reject(new Error('ENOSPC')) };
  await writeReport(REPORT, false, { ...step, runner: full });
  expect(said.at(-1)).toBe('warning The job summary could not be written: ENOSPC');
});
