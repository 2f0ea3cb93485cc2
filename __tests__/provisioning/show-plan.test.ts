import { withoutCalls, type Change } from '../../src/provisioning/changes/change';
import { planInShort, planLines, planMarkdown, planOutput } from '../../src/provisioning/show-plan';

const change = (action: Change['action'], kind: Change['kind'], name: string, ...details: string[]): Change => ({
  ...withoutCalls(action, kind, name, ...details),
  stages: [[{ operation: 'DeleteUser', input: { UserName: 'not shown' } }]],
});

const PLAN = [
  change('create', 'OIDC provider', 'token.actions.githubusercontent.com', '+ audience sts.amazonaws.com'),
  change('change', 'policy', 'list', '- "s3:*"', '+ "s3:ListBucket"'),
  change('keep', 'user', 'pulumi'),
  change('leave', 'role', 'admin', 'left as it is: this action did not make it'),
  change('delete', 'role', 'deploy'),
];

test('in a sentence', () => {
  expect(planInShort(PLAN)).toBe('1 to create, 1 to change, 1 to delete, 1 to keep, 1 left alone');
  expect(planInShort([])).toBe('0 to create, 0 to change, 0 to delete, 0 to keep');
});

test('as a table, with what differs', () => {
  expect(planLines(PLAN)).toEqual([
    '+ create  OIDC provider  token.actions.githubusercontent.com',
    '      + audience sts.amazonaws.com',
    '~ change  policy         list',
    '      - "s3:*"',
    '      + "s3:ListBucket"',
    '= keep    user           pulumi',
    '! leave   role           admin',
    '      left as it is: this action did not make it',
    '- delete  role           deploy',
  ]);
  expect(planLines([])).toEqual([]);
});

test('in the job summary', () => {
  expect(planMarkdown(PLAN.slice(1, 3))).toEqual([
    '| | | |',
    '|---|---|---|',
    '| change | policy | `list` |',
    '| keep | user | `pulumi` |',
    '',
    '<details><summary>Details</summary>',
    '',
    '**policy** `list`',
    '',
    '```diff',
    '- "s3:*"',
    '+ "s3:ListBucket"',
    '```',
    '',
    '</details>',
  ]);
  expect(planMarkdown(PLAN.slice(2, 3))).toEqual(['| | | |', '|---|---|---|', '| keep | user | `pulumi` |']);
});

test('in the job summary, with what Markdown would take for its own', () => {
  const [, , row, ...rest] = planMarkdown([change('create', 'MFA device', 'mfa/a|b`/ci', '+ x')]);
  expect(row).toBe('| create | MFA device | `` mfa/a\\|b`/ci `` |');
  expect(rest).toContain('**MFA device** `` mfa/a|b`/ci ``');
});

test('in the job summary, with no more details than have room', () => {
  const [one, two] = ['one', 'two'].map((name) => change('change', 'role', name, '- ä', '+ ö'));
  if (!one || !two) throw new Error('there are two');
  const size = Buffer.byteLength(planMarkdown([one]).slice(5, -2).join('\n')) + 1;
  const reported = (room: number) => planMarkdown([one, two], room).filter((line) => /^(\*\*|The details)/.test(line));
  expect(reported(2 * size)).toEqual(['**role** `one`', '**role** `two`']);
  expect(reported(2 * size - 1)).toEqual(['**role** `one`', 'The details of 1 more are in the log of the step.']);
  expect(reported(size - 1)).toEqual(['The details of 2 more are in the log of the step.']);
});

test('in the job summary of a plan that would be larger than the runner takes', () => {
  const policy = Array<string>(400).fill(`+ ${'x'.repeat(80)}`);
  const plan = Array.from({ length: 100 }, (_, index) => change('create', 'policy', `policy-${index}`, ...policy));
  const markdown = planMarkdown(plan).join('\n');
  expect(markdown.length).toBeGreaterThan(512 * 1024);
  expect(markdown.length).toBeLessThan(1000 * 1024);
  expect(markdown).toContain('| create | policy | `policy-99` |');
  expect(markdown).toMatch(/The details of \d+ more are in the log of the step\.\n\n<\/details>$/);
});

test('as an output, without the calls', () => {
  expect(JSON.parse(planOutput(PLAN.slice(1, 3)))).toEqual([
    { action: 'change', kind: 'policy', name: 'list', details: ['- "s3:*"', '+ "s3:ListBucket"'] },
    { action: 'keep', kind: 'user', name: 'pulumi', details: [] },
  ]);
});
