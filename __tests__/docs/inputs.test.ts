import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { action, readText, ROOT } from './pages';

test('action.yml declares the inputs that the source reads, and nothing else', () => {
  expect(namesIn('src/inputs', /(?:inputs\.\w+|readEndpoint)\(\s*'([\w-]+)'/g)).toEqual(
    Object.keys(action().inputs).sort(),
  );
});

test('action.yml declares the outputs that the source sets, and nothing else', () => {
  expect(namesIn('src', /\.setOutput\(\s*'([\w-]+)'/g)).toEqual(Object.keys(action().outputs).sort());
});

test('docs/migrating.md names every input, as the other action’s or as new', () => {
  const migrating = readText('docs/migrating.md');
  const theirs = namesAfter(migrating, '- **Inputs.**');
  const ours = namesAfter(migrating, 'Inputs that are new:');
  expect(theirs).toHaveLength(32);
  expect([...theirs, ...ours].sort()).toEqual(Object.keys(action().inputs).sort());
});

/** What the pattern's group matches in the sources of a folder: each once, sorted. */
function namesIn(folder: string, pattern: RegExp): string[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.ts')).map((file) => readText(join(folder, file)));
  return [...new Set(sources.flatMap((source) => [...source.matchAll(pattern)].map(([, name = '']) => name)))].sort();
}

/** The names in code style in the sentence that follows the given words. */
function namesAfter(text: string, words: string): string[] {
  const [, after = ''] = text.split(words);
  const [sentence = ''] = after.split(/\.\s/);
  return [...sentence.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name);
}
