import { credentialOutputs, identityOutputs } from '../../src/delivery/variables-and-outputs';
import { INPUTS } from '../../src/inputs/input-names';
import { action, readText } from './pages';

test('action.yml declares the inputs that the source knows, and nothing else', () => {
  expect(Object.keys(action().inputs)).toEqual(INPUTS);
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
  expect(theirs).toHaveLength(33);
  expect([...theirs, ...ours].sort()).toEqual(Object.keys(action().inputs).sort());
});

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
