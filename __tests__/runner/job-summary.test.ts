import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { failureMarkdown } from '../../src/action/failure-markdown';
import { writeReport } from '../../src/delivery/report';
import { ActionError } from '../../src/errors/action-error';
import { fittingSummary } from '../../src/runner/job-summary';
import { actionsRunner } from '../../src/runner/runner';
import type { Step } from '../../src/runner/step';
import { inJob, useJobDirectory } from './job-files';

useJobDirectory();

/** The runner drops a summary that is larger. */
const MAX_BYTES = 1024 * 1024;
const ENDS = '**The summary ends here, as a step has room for 1 MiB. The rest is in the log of the step.**';
const rows = (count: number) => Array.from({ length: count }, (_, row) => `| \`profile-${row}\` | Größe 𠮷 |`);
const lengthOf = (text: string) => Buffer.byteLength(text);

test('a summary that has room is whole', () => {
  for (const text of ['', '### AWS identity\n', 'x'.repeat(MAX_BYTES), 'ü'.repeat(MAX_BYTES / 2)]) {
    expect(fittingSummary(text, 0)).toBe(text);
  }
});

test('one of too many rows ends at the last one that has room, and says so', () => {
  const table = ['### AWS identities', '', '| Profile | Role |', '|---|---|', ...rows(40_000)];
  const shown = fittingSummary(`${table.join('\n')}\n`, 0);
  expect(lengthOf(shown)).toBeLessThanOrEqual(MAX_BYTES);
  expect(lengthOf(shown)).toBeGreaterThan(MAX_BYTES - 100);
  const lines = shown.split('\n');
  expect(lines.slice(0, -3)).toEqual(table.slice(0, lines.length - 3));
  expect(lines.slice(-3)).toEqual(['', ENDS, '']);
});

test('what is there already takes room', () => {
  const text = `${rows(1000).join('\n')}\n`;
  expect(fittingSummary(text, MAX_BYTES - lengthOf(text))).toBe(text);
  const shown = fittingSummary(text, MAX_BYTES - lengthOf(text) + 1);
  expect(shown).toContain(ENDS);
  expect(lengthOf(shown)).toBeLessThan(lengthOf(text));
  for (const room of [0, 1, ENDS.length]) expect(fittingSummary(text, MAX_BYTES - room)).toBe('');
  expect(fittingSummary(text, 2 * MAX_BYTES)).toBe('');
});

test.each<[what: string, lines: readonly string[], end: readonly string[]]>([
  ['a fence', ['```diff', '+ one'], ['```']],
  ['a longer fence, in which another is', ['````text', '```', '<details>'], ['````']],
  ['a fence in a list', ['- one', '  ```text', '  {'], ['  ```']],
  ['a fold', ['<details><summary>Details</summary>', '', '**user** `ci`'], ['</details>']],
  ['a fold that is open', ['<details open><summary>Details</summary>', '', '**user** `ci`'], ['</details>']],
  ['a fence in a fold', ['<details><summary>Details</summary>', '```diff', '- one'], ['```', '</details>']],
  ['none, after a fence', ['```', 'one', '```', 'two'], []],
  ['none, after a fold', ['<details>', '```', '</details>', '```', '</details>', ''], []],
])('a block that is open there is closed: %s', (_, lines, end) => {
  const room = MAX_BYTES - lengthOf([...lines, ...end, '', ENDS, ''].join('\n'));
  const shown = fittingSummary([...lines, ...rows(20)].join('\n'), room);
  expect(shown).toBe([...lines, ...end, '', ENDS, ''].join('\n'));
});

describe('in the file of a step', () => {
  const file = () => inJob('GITHUB_STEP_SUMMARY');
  const step = () => ({ runner: actionsRunner({ env: { GITHUB_STEP_SUMMARY: file() }, exitCode: undefined }) }) as Step;
  beforeEach(() => {
    jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  });
  afterEach(() => jest.restoreAllMocks());

  test('a report of thousands of roles has room, with what is masked hidden', async () => {
    const { runner } = step();
    runner.mask('profile-7');
    await writeReport({ log: [], summary: rows(40_000) }, false, { runner, env: {} } as Step);
    expect(statSync(file()).size).toBeLessThanOrEqual(MAX_BYTES);
    expect(readFileSync(file(), 'utf8')).toMatch(/^### AWS access-keys\n\n\| `profile-0`.*\n[^]*\*\*\n$/);
    expect(readFileSync(file(), 'utf8')).not.toContain('profile-7`');
  });

  test('so has the failure of hundreds of roles, with what another step of the job said before', async () => {
    writeFileSync(file(), 'before\n');
    const advice = Array.from({ length: 40 }, (_, line) => `\n    "Condition": ${line}`).join('');
    const why = Array.from(
      { length: 900 },
      (_, role) => `\n- profile-${role}: Could not.\n  Allow this:${advice}`,
    ).join('');
    const error = new ActionError({ code: 'roles-failed', tried: 'assume 900 of 900 roles', why, fix: 'Follow each.' });
    const markdown = failureMarkdown({
      code: error.code,
      parts: error.parts,
      title: 'AWS assume-role failed',
      arn: undefined,
      page: 'docs/x.md',
    }).join('\n');
    expect(lengthOf(markdown)).toBeGreaterThan(MAX_BYTES / 2);
    await step().runner.summarize(markdown);
    await step().runner.summarize(markdown);
    const text = readFileSync(file(), 'utf8');
    expect(statSync(file()).size).toBeLessThanOrEqual(MAX_BYTES);
    expect(text).toMatch(/^before\n### ❌ AWS assume-role failed/);
    expect((text.match(/^\s*```/gm)?.length ?? 1) % 2).toBe(0);
    expect(text.split(ENDS)).toHaveLength(2);
  });
});
