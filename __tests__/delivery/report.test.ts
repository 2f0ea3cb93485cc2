import { writeReport } from '../../src/delivery/report';
import type { Runner } from '../../src/runner/runner';
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
  step = { runner: { info: note('info'), warning: note('warning'), summarize } as unknown as Runner } as Step;
});

const REPORT = { log: ['in 123456789012', 'done'], summary: ['# 123456789012', 'in 123456789012'] };

test('a report goes to the log and to the summary', async () => {
  await writeReport(REPORT, false, step);
  expect(said).toEqual(['info in 123456789012', 'info done', 'summary # 123456789012\nin 123456789012\n']);
});

test('accounts are hidden in the summary where that is asked for: masks hide them in the log', async () => {
  await writeReport(REPORT, true, step);
  expect(said).toEqual(['info in 123456789012', 'info done', 'summary # ***\nin ***\n']);
});

test('a summary that cannot be written is warned of', async () => {
  const full = { ...step.runner, summarize: () => Promise.reject(new Error('ENOSPC')) };
  await writeReport(REPORT, false, { ...step, runner: full });
  expect(said.at(-1)).toBe('warning The job summary could not be written: ENOSPC');
});
