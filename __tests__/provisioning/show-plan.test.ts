import { planInShort, planLines, planOutput } from '../../src/provisioning/show-plan';
import { PLAN, shown } from './plans';

test('in a sentence', () => {
  expect(planInShort(PLAN)).toBe('1 to create, 1 to change, 1 to delete, 1 to keep, 1 left alone');
  expect(planInShort([])).toBe('0 to create, 0 to change, 0 to delete, 0 to keep');
});

test('in a sentence that counts what widens access', () => {
  const wider = shown('change', 'role', 'deploy', { widenings: ['trusts everyone', 'has no boundary'] });
  expect(planInShort([wider])).toBe('0 to create, 1 to change, 0 to delete, 0 to keep; 1 widens access');
  expect(planInShort([wider, wider])).toMatch(/; 2 widen access$/);
});

test('as a table with what changes next to each row, and then what there is to say of each', () => {
  expect(planLines(PLAN)).toEqual([
    '+ create  OIDC provider  token.actions.githubusercontent.com  + audience sts.amazonaws.com, + 2 tags',
    '~ change  policy         list                                 ~ document',
    '= keep    user           pulumi',
    '! leave   role           admin                                left as it is: this action did not make it',
    '- delete  role           deploy',
    '',
    'OIDC provider token.actions.githubusercontent.com',
    '+ audience sts.amazonaws.com',
    '+ tag owner = mona',
    '+ tag team = platform',
    '',
    'policy list',
    '~ document',
    '      "Action": [',
    '-       "s3:*"',
    '+       "s3:ListBucket"',
    '    …',
  ]);
  expect(planLines([])).toEqual([]);
});

test('as a table that marks what widens access', () => {
  const wider = shown('change', 'role', 'deploy', { details: ['~ trust policy'], widenings: ['trusts everyone'] });
  expect(planLines([wider])).toEqual([
    '~ change  role  deploy  WIDENS ACCESS, ~ trust policy',
    '',
    'role deploy',
    'WIDENS ACCESS: trusts everyone',
    '~ trust policy',
  ]);
});

test.each([
  [
    'one tag is shown, several are counted',
    ['+ tag a = 1', '~ tag b = 1 → 2', '+ tag c = 1'],
    '+ 2 tags, ~ tag b = 1 → 2',
  ],
  ['of many changes the first', ['1', '2', '3', '4', '5', '6', '7'].map((n) => `+ policy ${n}`), '4, and 3 more'],
  [
    'of ARNs the path and the name',
    ['+ policy arn:aws:iam::aws:policy/ReadOnlyAccess', '- policy arn:aws-cn:iam::123456789012:policy/team/list'],
    '+ policy ReadOnlyAccess, - policy team/list',
  ],
  ['of a long one the beginning', [`~ description "" → "${'x'.repeat(200)}"`], `"${'x'.repeat(60)}…`],
])('next to a row: %s', (_, details, end) => {
  expect(planLines([shown('change', 'user', 'ci', { details })])[0]).toMatch(
    new RegExp(`${end.replaceAll('+', '\\+')}$`),
  );
});

test('names a device by its path and name', () => {
  const device = shown('create', 'MFA device', 'arn:aws:iam::123456789012:mfa/machine/phone', {
    details: ['+ for ci'],
  });
  expect(planLines([device])).toEqual(['+ create  MFA device  machine/phone  + for ci']);
  expect(JSON.parse(planOutput([device]))).toMatchObject([{ name: 'arn:aws:iam::123456789012:mfa/machine/phone' }]);
});

test('as an output, without the calls', () => {
  expect(JSON.parse(planOutput(PLAN.slice(1, 3)))).toEqual([
    {
      action: 'change',
      kind: 'policy',
      name: 'list',
      details: ['~ document', '      "Action": [', '    -   "s3:*"', '    +   "s3:ListBucket"', '    …'],
    },
    { action: 'keep', kind: 'user', name: 'pulumi', details: [] },
  ]);
  const wider = shown('change', 'role', 'deploy', { widenings: ['trusts everyone'] });
  expect(JSON.parse(planOutput([wider]))).toMatchObject([{ widenings: ['trusts everyone'] }]);
});
