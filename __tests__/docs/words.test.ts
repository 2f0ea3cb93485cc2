import { examples, pages, readText } from './pages';

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
  ...['action.yml', ...examples()].map((path) => [path, readText(path)] as const),
];

test.each(texts)('%s uses plain words', (_, text) => {
  const found = Object.entries(PLAIN).flatMap(([word, plain]) =>
    [...text.matchAll(new RegExp(`\\b(?:${word})\\b`, 'gi'))].map(([match]) => `${match}: ${plain}`),
  );
  expect(found).toEqual([]);
});
