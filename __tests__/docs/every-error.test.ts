import type { Run } from '../../sandbox/runner/job';
import { ERROR_CODES, type ErrorCode } from '../../src/errors/action-error';
import { PROVOCATIONS } from '../scenarios/provocations';
import { Scenario } from '../scenarios/scenario';
import { page } from './pages';

const [index = '', ...entries] = page('docs/troubleshooting.md').prose.split(/<!-- contents -->|^### /m);

/** What steps that ended with each code have printed. */
const logs = new Map<ErrorCode, Promise<readonly string[]>>();
function logsOf(code: ErrorCode): Promise<readonly string[]> {
  const known = logs.get(code) ?? provoke(code);
  logs.set(code, known);
  return known;
}

test.each(ERROR_CODES)('%s comes about, and the log has the words by which it is found', async (code) => {
  const printed = (await logsOf(code)).join('\n');
  const entry = entries.find((candidate) => candidate.startsWith(`${code}\n`)) ?? '';
  const [, seen = ''] = /^\*\*What you see\.\*\* (.*)$/m.exec(entry) ?? [];
  const words = quoted(seen);
  expect(words).not.toEqual([]);
  expect(words.filter((quote) => !says(printed, quote))).toEqual([]);
});

test('the index leads from words in a log to its entry', async () => {
  const rows = [...index.matchAll(/^\| (.*?) +\| (.*?) +\|$/gm)].slice(2);
  expect(rows.length).toBeGreaterThan(30);
  const misleading: string[] = [];
  for (const [, words = '', links = ''] of rows.filter(([row]) => row.startsWith('| `'))) {
    for (const code of ERROR_CODES.filter((candidate) => links.includes(`(#${candidate})`))) {
      const printed = (await logsOf(code)).join('\n');
      if (!quoted(words).some((quote) => says(printed, quote))) misleading.push(`${words}: ${code}`);
    }
  }
  expect(misleading).toEqual([]);
});

async function provoke(code: ErrorCode): Promise<string[]> {
  const printed: string[] = [];
  for (const provocation of PROVOCATIONS[code]) {
    const scenario = await Scenario.start();
    try {
      const { exitCode, stderr, log, summary }: Run = await provocation(scenario);
      const text = log.join('\n');
      expect({ exitCode, stderr, text }).toEqual({
        exitCode: 1,
        stderr: '',
        text: expect.stringMatching(new RegExp(`#${code}$`, 'm')),
      });
      expect(summary).toContain('**Fix:** ');
      // Whoever reads more than one does not know which.
      expect(text.match(/^Fix: .*/gm)).toHaveLength(1);
      printed.push(text);
    } finally {
      scenario.calls();
      await scenario.end();
    }
  }
  return printed;
}

/** What stands in code style. */
function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, quote = '']) => quote);
}

/** Whether a log has these words: `…` stands for any, and a small number for another one. */
function says(log: string, words: string): boolean {
  const pattern = words
    .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('…', '.*')
    .replaceAll(/\b\d{1,2}\b/g, String.raw`\d+`);
  return new RegExp(pattern).test(log);
}
