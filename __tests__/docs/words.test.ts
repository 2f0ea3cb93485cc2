import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { examples, filesIn, pages, readText, ROOT } from './pages';

/** Words that many readers would have to look up, each with the plain one that the pages use. */
const PLAIN: Readonly<Record<string, string>> = {
  admit: 'allow',
  anew: 'again',
  beside: 'next to, together with',
  'come to know': 'learn',
  'hand(s|ed)? (it |them )?(on|over)': 'export, deliver',
  'leave out|left out': 'omit',
  mend: 'fix',
  'side by side': 'concurrently',
  told: 'reported',
};

const texts = [
  ...pages().map(({ path, prose }) => [path, prose.replaceAll(/`[^`]*`/g, '')] as const),
  ...['action.yml', 'action-types.yml', ...examples(), ...filesIn('.github', '.yml')].map(
    (path) => [path, readText(path)] as const,
  ),
];

test.each(texts)('%s uses plain words', (_, text) => {
  expect(othersThanPlain(text)).toEqual([]);
});

test.each(['src', 'sandbox', '__tests__', 'bench', 'demo', 'scripts', 'try'])(
  'the code in %s uses plain words',
  (root) => {
    const files = readdirSync(join(ROOT, root), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => /\.[cm]?[jt]s$/.test(name) && join(ROOT, root, name) !== __filename)) {
      // The record of a key has had one of them since before.
      const text = readText(join(root, file)).replaceAll(/\bbeside(?=[=:'])/g, '');
      expect([file, othersThanPlain(text)]).toEqual([file, []]);
    }
  },
);

function othersThanPlain(text: string): string[] {
  return Object.entries(PLAIN).flatMap(([word, plain]) =>
    [...text.matchAll(new RegExp(`\\b(?:${word})\\b`, 'gi'))].map(([match]) => `${match}: ${plain}`),
  );
}
