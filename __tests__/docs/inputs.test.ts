import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { credentialOutputs, identityOutputs } from '../../src/delivery/variables-and-outputs';
import { action, readText, ROOT } from './pages';

test('action.yml declares the inputs that the source reads, and nothing else', () => {
  expect(namesIn('src/inputs', /(?:inputs\.(?!wrong)\w+|readEndpoint|readLines)\(\s*'([\w-]+)'/g)).toEqual(
    Object.keys(action().inputs).sort(),
  );
});

test('action.yml declares the outputs that the source sets, and nothing else', () => {
  const credentials = { accessKeyId: '', secretAccessKey: '', sessionToken: '' };
  const identity = { arn: '', account: '' };
  const ofIdentities = /^function outputsOf.*?^}/ms.exec(readText('src/modes/change-identities.ts'))?.[0] ?? '';
  const names = [
    ...Object.keys(identityOutputs({ mode: '', identity, roleArns: {}, profiles: [] })),
    ...Object.keys(credentialOutputs(credentials)),
    ...keysIn(readText('src/delivery/session-delivery.ts')).filter((name) => name.includes('-')),
    ...keysIn(ofIdentities),
  ];
  expect([...new Set(names)].sort()).toEqual(Object.keys(action().outputs).sort());
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

/** The keys of object literals, where they stand first or quoted. */
function keysIn(source: string): string[] {
  return [...source.matchAll(/^ +([a-z]+): (?=\w+\()|'([a-z]+(?:-[a-z]+)+)':/gm)].map(
    ([, plain, quoted = '']) => plain ?? quoted,
  );
}

/** The names in code style in the sentence that follows the given words. */
function namesAfter(text: string, words: string): string[] {
  const [, after = ''] = text.split(words);
  const [sentence = ''] = after.split(/\.\s/);
  return [...sentence.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name);
}
