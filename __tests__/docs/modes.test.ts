import { readRequest } from '../../src/inputs/read-request';
import type { Proof, SigningSource } from '../../src/inputs/request';
import { CERTIFICATE, problemsOf } from '../inputs/reading';
import { action, page, section } from './pages';

/** What pages call each source of an identity. */
const SOURCES: Readonly<Record<(SigningSource | Proof)['from'], string>> = {
  'given keys': 'keys',
  'sign-in': 'sign-in',
  'github token': 'OIDC',
  'token file': 'token file',
  certificate: 'certificate',
  'default chain': 'job',
};

/** The modes that the action names when it gets an unknown one. */
let modes: readonly string[] = [];
beforeAll(async () => {
  const error: unknown = await readRequest({ INPUT_MODE: 'none of them', 'INPUT_AWS-REGION': 'eu-central-1' }).catch(
    (failure: unknown) => failure,
  );
  const [, list = ''] = /is none of ([a-z, -]+)/.exec(String(error)) ?? [];
  modes = list.split(', ').sort();
});

test('there are modes to look for', () => {
  expect(modes.length).toBeGreaterThan(4);
});

test.each(['README.md', 'docs/how-it-works.md'])('%s has a row for every mode', (path) => {
  const rows = [...page(path).prose.matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, name = '']) => name);
  expect(rows.sort()).toEqual(modes);
});

test('action.yml names every mode', () => {
  for (const mode of modes) expect(action().inputs.mode?.description).toContain(mode);
});

test.each([
  ['docs/how-it-works.md', /^3\. \*\*Get credentials\*\*.*$/m],
  ['docs/architecture.md', /whom the step works as: .*$/m],
  ['docs/identities.md', /it obtains another by the inputs of the step: .*$/m],
])('%s names every source of an identity', (path, sentence) => {
  const [said = ''] = sentence.exec(page(path).text) ?? [];
  expect(Object.values(SOURCES).filter((source) => !said.includes(source))).toEqual([]);
});

test('the page on IAM Roles Anywhere names the modes that take no certificate', async () => {
  const refusing: string[] = [];
  for (const mode of modes) {
    if ((await problemsOf({ ...CERTIFICATE, mode })).includes('certificate: is for')) refusing.push(mode);
  }
  const { text } = section(page('docs/roles-anywhere.md'), 'The session');
  const [said = ''] = /^- \*\*From it\*\*.*$/m.exec(text) ?? [];
  expect(modes.filter((mode) => said.includes(`\`${mode}\``))).toEqual(refusing);
  expect(refusing).not.toEqual([]);
});
