import { readYaml } from '../../src/text/yaml';

const problemsOf = (text: string) =>
  readYaml(text).problems.map(({ path, line, column, message }) => `${line}:${column} ${path.join('.')} ${message}`);

test.each([
  ['a: 1.10\nb: [x, {c: yes}]', { a: 1.1, b: ['x', { c: 'yes' }] }],
  ['\uFEFFa: 2012-10-17', { a: '2012-10-17' }],
  ['{"a":\n\t"b"}', { a: 'b' }],
  ['a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}', { a: { b: 1 }, c: { b: 1 }, d: { b: 1, e: 2 } }],
  ['&k a: 1\nb: {*k : 2}', { a: 1, b: { a: 2 } }],
  ['a: !!str 5', { a: '5' }],
  ['', null],
])('%j is read', (text, value) => {
  expect(readYaml(text)).toMatchObject({ problems: [] });
  expect(readYaml(text).value).toEqual(value);
});

test.each([
  ['a: [', /^1:5 {2}is not YAML: /],
  ['a: [b\r\n\n', /^1:6 {2}is not YAML: /],
  ['a:\n\tb: 1', /^2:1 {2}is not YAML: Tabs are not allowed/],
  ['a: 1\n---\nb: 1', /^2:1 {2}is several documents, divided by lines of ---; it should be one$/],
  ['%YAML 1.1\n---\na: yes', /^1:1 {2}is marked as YAML 1\.1; it should be YAML 1\.2/],
  ['a:\n  b: 1\n  c: 2\n  b: 3', /^4:3 a\.b is there twice; it stands on line 2 already$/],
  ['a: {b: 1, "b": 2}', /^1:11 a\.b is there twice/],
  ['1: a', /^1:1 1 is not a text to YAML; it should be in quotes: "1"$/],
  ['007: a', /^1:1 007 is not a text to YAML; it should be in quotes: "007"$/],
  ['a: {1.10: b}', /^1:5 a\.1\.10 is not a text to YAML; it should be in quotes: "1\.10"$/],
  ['null: a', /it should be in quotes: "null"$/],
  ['? [a]\n: b', /^1:3 {2}has a key that is no text$/],
  ['{*k : 1, &k b: 2}', /^1:2 {2}has a key that is no text$/],
  ['a: {b: *k}\n&k c: 1', /^1:8 a\.b refers to an anchor \(\*name\) that is not set before it$/],
  ['!!binary eA==: b', /^1:10 {2}has a key that is no text$/],
  ['a: {__proto__: {b: 1}}', /^1:5 a\.__proto__ is a key that nothing here can have$/],
  ['a: !!set {b}', /^1:10 a has a YAML tag \(!name\); it should have none$/],
  ['a: !Ref b', /^1:9 a has a YAML tag \(!name\); it should have none$/],
  ['a: *b', /^1:4 a refers to an anchor \(\*name\) that is not set before it$/],
  ['a: &a\n  b: *a', /^2:6 a\.b contains itself$/],
  ['a: {<<: 5}', /^1:5 a\.<< should be an alias of a mapping, or a list of such$/],
  [`${'['.repeat(65)}${']'.repeat(65)}`, /is nested more than 64 levels deep$/],
])('%j is wrong', (text, problem) => {
  expect(problemsOf(text)).toEqual([expect.stringMatching(problem)]);
});

test('a key that is no text to YAML is read as it is written', () => {
  const { value, locate, written } = readYaml('a:\n  Null: {b: 007}\n~: 1\n1.10: 2\n');
  expect(value).toEqual({ a: { Null: { b: 7 } }, '~': 1, '1.10': 2 });
  expect(locate(['a', 'Null', 'b'])).toEqual({ line: 2, column: 10 });
  expect(written(['a', 'Null', 'b'])).toBe('007');
});

test('a text without syntax has nothing to be checked', () => {
  expect(readYaml('users:\n  a: [').value).toBeUndefined();
  expect(readYaml('a: 1\na: 2').value).toEqual({ a: 2 });
});

test('every problem of the syntax is reported', () => {
  expect(problemsOf('a: b: c\nd: [').length).toBeGreaterThan(1);
});

test('prototypes are not to be had', () => {
  readYaml('__proto__: {polluted: true}');
  expect({}).not.toHaveProperty('polluted');
});

describe('hostile texts do no harm', () => {
  const bomb = Array.from({ length: 9 }, (_, level) => {
    const item = level === 0 ? 'x' : `*a${level - 1}`;
    return `k${level}: &a${level} [${Array.from({ length: 9 }, () => item).join()}]`;
  });

  test.each([
    ['aliases of aliases', bomb.join('\n'), /repeats its parts by aliases \(\*name\) more than 1000 times/],
    ['lists in lists', '['.repeat(100_000), /is not YAML|nested too deeply/],
    ['mappings in mappings', '{a: '.repeat(100_000), /is not YAML|nested too deeply/],
    ['items in items', '- '.repeat(100_000), /is not YAML|nested/],
  ])('%s', (_, text, problem) => {
    expect(readYaml(text).value).toBeUndefined();
    expect(problemsOf(text)[0]).toMatch(problem);
  });

  test('very many aliases', () => {
    const pairs = Array.from({ length: 11_000 }, (_, index) => `a${index}: &a${index} x\nb${index}: *a${index}`);
    expect(problemsOf(pairs.join('\n'))).toEqual(['1:1  has 10000 aliases (*name) or more']);
  });

  test('one anchor may serve a good many', () => {
    const users = Array.from({ length: 900 }, (_, index) => `u${index}: *a`).join('\n');
    expect(readYaml(`a: &a {b: 1}\n${users}`)).toMatchObject({ problems: [], value: { u899: { b: 1 } } });
  });
});

test('parts are found where they stand', () => {
  const { locate } = readYaml('a:\n  b: 1\n  c:\n    - x\n    - y: z\nd: &d {e: f}\ng: {<<: *d}\n');
  expect(locate(['a', 'b'])).toEqual({ line: 2, column: 3 });
  expect(locate(['a', 'c', 1])).toEqual({ line: 5, column: 7 });
  expect(locate(['a', 'c', 1, 'y'])).toEqual({ line: 5, column: 7 });
  expect(locate(['a', 'missing'])).toEqual({ line: 1, column: 1 });
  expect(locate(['g', 'e'])).toEqual({ line: 7, column: 1 });
  expect(locate([])).toEqual({ line: 1, column: 1 });
});

test('scalars are known as they are written', () => {
  const { written } = readYaml(
    'a: &a {v: 1.10, o: 0x1F}\nb: *a\nc: {<<: *a, w: 007}\nd: {<<: [*a, {x: 1e3}]}\nl: [True]\n',
  );
  expect(written(['a', 'v'])).toBe('1.10');
  expect(written(['a', 'o'])).toBe('0x1F');
  expect(written(['b', 'v'])).toBe('1.10');
  expect(written(['c', 'v'])).toBe('1.10');
  expect(written(['c', 'w'])).toBe('007');
  expect(written(['d', 'x'])).toBe('1e3');
  expect(written(['l', 0])).toBe('True');
  expect(readYaml('a: &a 1.0\nb: &a 2.0\nc: *a').written(['c'])).toBe('2.0');
  expect(written(['a'])).toBeUndefined();
  expect(written(['a', 'v', 'deeper'])).toBeUndefined();
});
