import { canonicalPolicy, sameMeaning } from '../../src/policy/meaning';
import { parsePolicyText, policyText, type PolicyDocument } from '../../src/policy/policy-document';
import { isMapping } from '../../src/text/value';
import { samples } from './samples';

const ROUNDS = 200;

/** Numbers from 0 to 1, the same in each run (the minimal standard generator of Park and Miller). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

const ALWAYS_ALONE = ['Version', 'Id', 'Sid', 'Effect'];

/** The same policy in other words: names and lists in another order, lists of one with or without brackets. */
function reworded(value: unknown, random: () => number): unknown {
  if (Array.isArray(value)) {
    const items = shuffled(value, random).map((item) => reworded(item, random));
    const repeated = random() < 0.3 ? [...items, items[0]] : items;
    return repeated.length === 1 && random() < 0.5 ? repeated[0] : repeated;
  }
  if (!isMapping(value)) return value;
  const members = shuffled(Object.entries(value), random).map(([name, member]) => {
    const alone = ALWAYS_ALONE.includes(name) || typeof member === 'object' || random() < 0.5;
    return [name, alone ? reworded(member, random) : [member]] as const;
  });
  return Object.fromEntries(members);
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const drawn = items.map((item) => ({ item, at: random() }));
  return drawn.sort((one, other) => one.at - other.at).map(({ item }) => item);
}

/** Every policy that differs from the given one in one text, in one name, or in one member omitted. */
function changed(value: unknown): unknown[] {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.flatMap((item, at) => [
      ...(items.length > 1 ? [items.toSpliced(at, 1)] : []),
      ...changed(item).map((other) => items.with(at, other)),
    ]);
  }
  if (!isMapping(value)) return [`${String(value)}x`];
  return Object.entries(value).flatMap(([name, member]) => {
    const rest = Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
    const others = changed(member).map((other) => ({ ...value, [name]: other }));
    return [rest, { ...rest, [`${name}x`]: member }, ...others];
  });
}

describe.each(samples)('the %s sample', (_, policy) => {
  test('means the same in whatever order it is written', () => {
    const random = randomNumbers(1);
    const wordings = Array.from({ length: ROUNDS }, () => reworded(policy, random) as PolicyDocument);
    expect(new Set(wordings.map(policyText)).size).toBeGreaterThan(ROUNDS / 2);
    expect(wordings.filter((wording) => !sameMeaning(policy, wording) || !sameMeaning(wording, policy))).toEqual([]);
  });

  test('means something else with any change', () => {
    const others = (changed(policy) as PolicyDocument[]).filter(
      // What a missing version stands for is another test's.
      ({ Version }) => Version !== undefined,
    );
    expect(others.length).toBeGreaterThan(30);
    expect(others.filter((other) => sameMeaning(policy, other) || sameMeaning(other, policy))).toEqual([]);
  });
});

const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const policy = (elements: object, Version = '2012-10-17'): PolicyDocument => ({
  Version,
  Statement: { ...statement, ...elements },
});
const condition = (Condition: object) => policy({ Condition });

describe('the same meaning', () => {
  test.each<[string, PolicyDocument, PolicyDocument]>([
    ['a statement and a list of it', policy({}), { Version: '2012-10-17', Statement: [statement] }],
    ['no version', { Statement: [statement] }, policy({}, '2008-10-17')],
    ['an empty ID, as the console writes it', policy({ Sid: '' }), policy({})],
    ['no condition', condition({}), policy({})],
    ['the case of actions', policy({ Action: 'S3:getobject' }), policy({})],
    ['an action twice', policy({ Action: ['s3:GetObject', 'S3:GETOBJECT'] }), policy({})],
    ['the case of omitted actions', policy({ NotAction: 'IAM:*' }), policy({ NotAction: 'iam:*' })],
    [
      'an account',
      policy({ Principal: { AWS: '123456789012' } }),
      policy({ Principal: { AWS: 'arn:aws:iam::123456789012:root' } }),
    ],
    [
      'an account in another partition',
      policy({ NotPrincipal: { AWS: ['arn:aws-cn:iam::123456789012:root'] } }),
      policy({ NotPrincipal: { AWS: '123456789012' } }),
    ],
    ['everyone', policy({ Principal: '*' }), policy({ Principal: { AWS: '*' } })],
    ['everyone but', policy({ NotPrincipal: { AWS: ['*'] } }), policy({ NotPrincipal: '*' })],
    ['a boolean', condition({ Bool: { 'a:b': true } }), condition({ Bool: { 'a:b': ['true'] } })],
    ['a number', condition({ NumericEquals: { 'a:b': [1, 2] } }), condition({ NumericEquals: { 'a:b': ['2', '1'] } })],
    [
      'the case of an operator',
      condition({ stringEquals: { 'a:b': 'x' } }),
      condition({ StringEquals: { 'a:b': 'x' } }),
    ],
    [
      'the case of two keys',
      condition({ StringEquals: { 'AWS:Username': 'x', 'a:b': 'y' } }),
      condition({ StringEquals: { 'aws:username': 'x', 'A:B': 'y' } }),
    ],
    ['the case of a key', condition({ Null: { 'AWS:Username': 'x' } }), condition({ Null: { 'aws:username': 'x' } })],
  ])('%s', (_, one, other) => {
    expect(policyText(one)).not.toBe(policyText(other));
    expect(sameMeaning(one, other)).toBe(true);
    expect(sameMeaning(other, one)).toBe(true);
  });
});

describe('another meaning', () => {
  test.each<[string, PolicyDocument, PolicyDocument]>([
    ['no version', { Statement: [statement] }, policy({})],
    ['the case of a resource', policy({ Resource: 'arn:aws:s3:::A' }), policy({ Resource: 'arn:aws:s3:::a' })],
    ['the case of a value', condition({ StringEquals: { 'a:b': 'X' } }), condition({ StringEquals: { 'a:b': 'x' } })],
    ['the case of a principal', policy({ Principal: { AWS: 'x' } }), policy({ Principal: { AWS: 'X' } })],
    [
      'a user of the account',
      policy({ Principal: { AWS: '123456789012' } }),
      policy({ Principal: { AWS: 'arn:aws:iam::123456789012:user/root' } }),
    ],
    [
      'an account as a service',
      policy({ Principal: { Service: '123456789012' } }),
      policy({ Principal: { Service: 'arn:aws:iam::123456789012:root' } }),
    ],
    ['who and who not', policy({ Principal: '*' }), policy({ NotPrincipal: '*' })],
    ['no Sid', policy({ Sid: 'Read' }), policy({})],
    [
      'keys that differ in case alone, both of which must hold',
      condition({ StringEquals: { 'a:b': 'x', 'A:B': 'y' } }),
      condition({ StringEquals: { 'a:b': ['x', 'y'] } }),
    ],
    [
      'operators that differ in case alone',
      condition({ StringEquals: { 'a:b': 'x' }, stringequals: { 'c:d': 'y' } }),
      condition({ StringEquals: { 'c:d': 'y' } }),
    ],
    ['nothing', {}, policy({})],
  ])('%s', (_, one, other) => {
    expect(sameMeaning(one, other)).toBe(false);
    expect(sameMeaning(other, one)).toBe(false);
  });
});

describe('a policy in an answer of AWS', () => {
  const Statement = [{ ...statement, Resource: "arn:aws:s3:::a%20b/(é)'*" }];
  const text = JSON.stringify({ Statement }, undefined, 2);

  test.each([
    ['encoded', encodeURIComponent(text)],
    [
      'encoded throughout',
      encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`),
    ],
    ['plain', text],
    ['plain, after white space', `\n ${text}`],
  ])('%s', (_, answer) => {
    expect(parsePolicyText(answer)).toEqual({ Statement });
  });

  test.each(['', '%7B', '%7B%', '{', '%5B%5D', '[]', 'null', '"text"', '5'])('%j is none', (answer) => {
    expect(parsePolicyText(answer)).toEqual({});
  });
});

const canonical = (Statement: unknown) => canonicalPolicy({ Statement }).Statement;
const ANYONE = { AWS: ['*'] };

test('what is no policy stays as it is', () => {
  expect(canonicalPolicy({ b: 1, a: 2 })).toEqual({ a: 2, b: 1 });
  expect(Object.keys(canonicalPolicy({ Id: 'x', b: 1, a: 2, Version: 'v' }))).toEqual(['Version', 'Id', 'a', 'b']);
  expect(canonical(['text', null, 7])).toEqual(['text', 7, null]);
});

test.each<[string, unknown, unknown]>([
  ['everyone', '*', ANYONE],
  ['everyone, at length', { AWS: '*' }, ANYONE],
  ['an account', { AWS: 'arn:aws:iam::123456789012:root' }, { AWS: ['123456789012'] }],
  ['an account by its ID', { AWS: ['123456789012'] }, { AWS: ['123456789012'] }],
  [
    'a service of such a name',
    { Service: 'arn:aws:iam::123456789012:root' },
    { Service: ['arn:aws:iam::123456789012:root'] },
  ],
  ['more than an ARN', { AWS: ['xarn:aws:iam::123456789012:root'] }, { AWS: ['xarn:aws:iam::123456789012:root'] }],
  ['more than an account', { AWS: 'arn:aws:iam::123456789012:rooter' }, { AWS: ['arn:aws:iam::123456789012:rooter'] }],
  ['a number', { AWS: 123 }, { AWS: [123] }],
  ['a list', ['*'], ['*']],
  ['nothing', null, null],
  ['another text', 'me', 'me'],
])('principals: %s', (_, Principal, expected) => {
  expect(canonical({ Principal })).toEqual([{ Principal: expected }]);
  expect(canonical({ NotPrincipal: Principal })).toEqual([{ NotPrincipal: expected }]);
});

test.each<[string, unknown, unknown]>([
  ['another case', { Bool: { 'aws:X': 'a' } }, { bool: { 'aws:x': ['a'] } }],
  ['numbers and booleans', { a: { b: [1, true, '1'] } }, { a: { b: ['1', 'true'] } }],
  ['what is neither', { a: { b: [null, { c: 1 }] } }, { a: { b: [null, { c: 1 }] } }],
  [
    'names that differ in case alone',
    { Bool: { A: '1' }, bool: { A: '2' } },
    { Bool: { a: ['1'] }, bool: { a: ['2'] } },
  ],
  ['keys that differ in case alone', { X: { A: '1', a: '2', B: '3' } }, { x: { A: ['1'], a: ['2'], B: ['3'] } }],
  ['a text', 'x', 'x'],
  ['an operator without keys', { X: 'y' }, { x: 'y' }],
])('conditions: %s', (_, Condition, expected) => {
  const [statement] = canonical({ Condition }) as [{ Condition: unknown }];
  expect(sorted(statement.Condition)).toEqual(sorted(expected));
});

test('actions that are texts are spelled alike, others stay', () => {
  expect(canonical({ Action: ['S3:Get*', 's3:get*', 7, null] })).toEqual([{ Action: ['s3:get*', 7, null] }]);
  expect(canonical({ NotAction: 'A:B', NotResource: 'R', Resource: ['b', 'B', 'b'] })).toEqual([
    { NotAction: ['a:b'], Resource: ['B', 'b'], NotResource: ['R'] },
  ]);
});

/** With lists in an order of their own. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => JSON.stringify(item)).sort();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, sorted(member)]));
}
