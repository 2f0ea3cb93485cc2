import { combinations } from '../../sandbox/runner/matrix';

const matrix = { os: ['linux', 'macos'], node: [20, 24] };

test.each([
  ['every combination, the first axis slowest', matrix, ['linux 20', 'linux 24', 'macos 20', 'macos 24']],
  [
    'those that are not excluded',
    { ...matrix, exclude: [{ os: 'macos', node: 20 }] },
    ['linux 20', 'linux 24', 'macos 24'],
  ],
  [
    'what include adds to those that agree',
    { ...matrix, include: [{ os: 'linux', fast: true }] },
    ['linux 20 true', 'linux 24 true', 'macos 20', 'macos 24'],
  ],
  [
    'what include makes where none agrees',
    { os: ['linux'], include: [{ os: 'windows', node: 24 }] },
    ['linux', 'windows 24'],
  ],
  ['include alone', { include: [{ role: 'one' }, { role: 'two' }] }, ['one', 'two']],
])('a matrix makes %s', (_, written, made) => {
  expect(combinations(written).map((each) => Object.values(each).join(' '))).toEqual(made);
});

test('an axis that is no list is a mistake', () => {
  expect(() => combinations({ os: 'linux' })).toThrow('The matrix has no list under "os"');
});
