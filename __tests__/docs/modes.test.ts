import { readRequest } from '../../src/inputs/read-request';
import { action, page } from './pages';

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

test('the README says what every mode does and which calls it makes', () => {
  const rows = [...page('README.md').prose.matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, name = '']) => name);
  const named = rows.filter((name) => modes.includes(name));
  expect(named.sort()).toEqual([...modes, ...modes].sort());
});

test('action.yml names every mode', () => {
  for (const mode of modes) expect(action().inputs.mode?.description).toContain(mode);
});
