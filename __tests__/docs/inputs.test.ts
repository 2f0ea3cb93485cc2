import { parse } from 'yaml';
import { credentialOutputs, identityOutputs } from '../../src/delivery/variables-and-outputs';
import { INPUTS } from '../../src/inputs/input-names';
import { KEYS, OIDC, problemsOf, read, ROLE } from '../inputs/reading';
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

const IN_JOB = { ...OIDC, GITHUB_REPOSITORY: 'octo-org/app', ROLE_SESSION_NAME: 'named' };
const IDENTITIES = 'users: { reporter: { access-key: { deliver: [environment] } } }';
/** For a value, another one. */
const OTHERS: Readonly<Record<string, string>> = { true: 'false', false: 'true', home: 'job' };
/** Steps in which each input means something. */
const STEPS: readonly Readonly<Record<string, string>>[] = [
  { 'role-to-assume': ROLE },
  { 'role-to-assume': ROLE, 'aws-profile': 'deploy' },
  { ...KEYS, 'role-to-assume': ROLE },
  { roles: `deploy: ${ROLE}` },
  { mode: 'provision', identities: IDENTITIES },
  { mode: 'rotate', identities: IDENTITIES.replace('environment', 'github-secrets: {}'), 'github-token': 'token' },
];

test.each(defaults())('%s is %s where it is not given', async (name, value) => {
  const changed: boolean[] = [];
  for (const inputs of STEPS) {
    if ((await problemsOf({ ...inputs, [name]: value }, IN_JOB)) !== 'none') continue;
    const requested = JSON.stringify((await read(inputs, IN_JOB)).request);
    expect(JSON.stringify((await read({ ...inputs, [name]: value }, IN_JOB)).request)).toBe(requested);
    const other = { ...inputs, [name]: OTHERS[value] ?? '900' };
    if ((await problemsOf(other, IN_JOB)) !== 'none') continue;
    changed.push(JSON.stringify((await read(other, IN_JOB)).request) !== requested);
  }
  expect(changed).toContain(true);
});

test('action-types.yml gives every input the type that it is read as, and every output one', async () => {
  const { inputs, outputs } = parse(readText('action-types.yml')) as Types;
  expect(Object.keys(inputs)).toEqual(Object.keys(action().inputs));
  expect(Object.keys(outputs)).toEqual(Object.keys(action().outputs));
  for (const [name, type] of Object.entries(inputs)) {
    const problems: string[] = [];
    for (const step of STEPS) problems.push(await problemsOf({ ...step, [name]: 'perhaps' }, IN_JOB));
    expect([name, type]).toEqual([name, expect.objectContaining(typeIn(problems.join('\n'), name))]);
  }
});

test('docs/migrating.md names every input, as the other action’s or as new', () => {
  const migrating = readText('docs/migrating.md');
  const theirs = namesAfter(migrating, '- **Inputs.**');
  const ours = namesAfter(migrating, 'Inputs that are new:');
  expect(theirs).toHaveLength(33);
  expect([...theirs, ...ours].sort()).toEqual(Object.keys(action().inputs).sort());
});

/** In the format of https://github.com/typesafegithub/github-actions-typing */
interface Types {
  readonly inputs: Readonly<Record<string, object>>;
  readonly outputs: Readonly<Record<string, object>>;
}

/** The type of an input by what is said of it where it is none of its values. */
function typeIn(problems: string, name: string): object {
  const [, said = ''] = new RegExp(`\\b${name}: "perhaps" is (.*)`).exec(problems) ?? [];
  if (said.startsWith('neither true nor false')) return { type: 'boolean' };
  if (said.startsWith('not a whole number')) return { type: 'integer' };
  const [, choices] = /^none of ([\w, -]+)/.exec(said) ?? [];
  if (choices !== undefined) return { type: 'enum', 'allowed-values': choices.split(', ') };
  return { type: expect.stringMatching(/^(?:string|list)$/) as string };
}

/** What docs/inputs.md calls the default of an input, where that is a value. */
function defaults(): [input: string, value: string][] {
  const rows = readText('docs/inputs.md').matchAll(/^\| `([\w-]+)` +\| (true|false|home|\d+) +\|/gm);
  return [...rows].map(([, input = '', value = '']) => [input, value]);
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
