import { inColour, styles, wrapped } from '../../sandbox/runner/terminal';

const terminal = { isTTY: true, hasColors: () => true };
const file = { isTTY: false, hasColors: () => false };

test.each([
  ['a terminal', {}, terminal, true],
  ['a file', {}, file, false],
  ['a terminal with NO_COLOR', { NO_COLOR: '1' }, terminal, false],
  ['a terminal with an empty NO_COLOR', { NO_COLOR: '' }, terminal, true],
  ['a file with FORCE_COLOR', { FORCE_COLOR: '1' }, file, true],
  ['a file with an empty FORCE_COLOR', { FORCE_COLOR: '' }, file, true],
  ['a terminal with FORCE_COLOR=0', { FORCE_COLOR: '0' }, terminal, false],
  ['a terminal with both', { FORCE_COLOR: '1', NO_COLOR: '1' }, terminal, true],
])('colours in %s', (_, env, stream, are) => {
  expect(inColour(env, stream)).toBe(are);
});

test('errors are red, and so is what a plan removes; what looks alike elsewhere is not', () => {
  const styleOf = styles();
  const styled = (line: string) => [line, styleOf(line)];
  const expected = [
    ['- one', undefined],
    ['Error: wrong', 'red'],
    ['Warning: old', 'yellow'],
    ['▸ Plan: 1 to create', undefined],
    ['+ create  user  mona', 'green'],
    ['        - policy one', 'red'],
    ['            + {', 'green'],
    ['! change  role  deploy', 'yellow'],
    ['        stays', undefined],
    ['- delete  role  deploy', 'red'],
    ['', undefined],
    ['role deploy', undefined],
    ['WIDENS ACCESS: trusts everyone', 'yellow'],
    ['+     {', 'green'],
    ['[1/2] Created user mona.', undefined],
    ['- two', undefined],
    ['```diff', undefined],
    ['- policy', 'red'],
    ['```', undefined],
    ['+ three', undefined],
  ];
  expect(expected.map(([line = '']) => styled(line))).toEqual(expected);
});

test.each([
  ['short', 10, ['short']],
  ['  one two three', 10, ['  one two', '    three']],
  ['  one two three four', 10, ['  one two', '    three', '    four']],
  ['  +     "Federated": "arn"', 22, ['  +     "Federated":', '          "arn"']],
  ['word word-that-is-long', 8, ['word', '  word-t', '  hat-is', '  -long']],
  ['', 10, ['']],
  ['of any length', undefined, ['of any length']],
])('%j in %s columns', (line, width, parts) => {
  expect(wrapped(line, width)).toEqual(parts);
});
