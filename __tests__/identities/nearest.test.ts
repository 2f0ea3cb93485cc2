import { nearest } from '../../src/identities/nearest';

const NAMES = ['access-key', 'mfa-device', 'policies', 'path', 'tags', 'trust'];

test.each([
  ['acess-key', 'access-key'],
  ['access_key', 'access-key'],
  ['Access-Key', 'access-key'],
  ['polices', 'policies'],
  ['policy', undefined],
  ['turst', 'trust'],
  ['ptah', 'path'],
  ['tgas', 'tags'],
  ['pth', 'path'],
  ['tag', 'tags'],
  ['age', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
])('%j may stand for %j', (written, meant) => {
  expect(nearest(written, NAMES)).toBe(meant);
});

test('the closest name is meant', () => {
  expect(nearest('pulumi2', ['pulumi12', 'pulumi'])).toBe('pulumi12');
  expect(nearest('pulumi', ['pulumi12', 'pulumi1'])).toBe('pulumi1');
});
