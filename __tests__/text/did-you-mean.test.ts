import { nearest, suggestion } from '../../src/text/did-you-mean';

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

test('the end of a sentence says what was meant, else what there is', () => {
  expect(suggestion('polices', NAMES)).toBe('did you mean policies?');
  expect(suggestion('groups', NAMES)).toBe('there are access-key, mfa-device, policies, path, tags, trust');
  expect(suggestion('ForAnyValue:Bol', ['Bool', 'ForAnyValue:Bool'], ['Bool'])).toBe('did you mean ForAnyValue:Bool?');
  expect(suggestion('Other', ['Bool', 'ForAnyValue:Bool'], ['Bool'])).toBe('there are Bool');
});
