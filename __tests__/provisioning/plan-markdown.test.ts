import { planMarkdown } from '../../src/provisioning/plan-markdown';
import { PLAN, shown } from './plans';

const ROOM = 768 * 1024;
const markdown = (changes: Parameters<typeof planMarkdown>[0], room = ROOM) =>
  planMarkdown(changes, { room, rest: 'in the log of the step' }).lines;

test('a table with what changes next to each row, and the rest folded, with the signs that GitHub colours', () => {
  expect(markdown(PLAN.slice(1, 4))).toEqual([
    '| Action | Kind | Name | What changes |',
    '|:---|:---|:---|:---|',
    '| change | policy | `list` | `~ document` |',
    '| keep | user | `pulumi` |  |',
    '| leave | role | `admin` | `left as it is: this action did not make it` |',
    '',
    '<details><summary>change policy <code>list</code></summary>',
    '',
    '```diff',
    '! document',
    '      "Action": [',
    '-       "s3:*"',
    '+       "s3:ListBucket"',
    '    …',
    '```',
    '',
    '</details>',
  ]);
  expect(planMarkdown(PLAN, { room: ROOM, rest: '' }).isWhole).toBe(true);
});

test('a device is named by its path and name', () => {
  const device = shown('create', 'MFA device', 'arn:aws:iam::123456789012:mfa/machine/phone', {
    details: ['+ for ci'],
  });
  expect(markdown([device]).slice(2)).toEqual(['| create | MFA device | `machine/phone` | `+ for ci` |']);
});

test('what widens access is marked, comes first, and is open', () => {
  const wider = shown('change', 'role', 'deploy', { details: ['~ trust policy'], widenings: ['trusts *'] });
  expect(markdown([...PLAN.slice(1, 2), wider]).slice(2, 15)).toEqual([
    '| change | policy | `list` | `~ document` |',
    '| ⚠️ change | role | `deploy` | `~ trust policy` |',
    '',
    '<details open><summary>⚠️ change role <code>deploy</code></summary>',
    '',
    '- **Widens access:** `trusts *`',
    '',
    '```diff',
    '! trust policy',
    '```',
    '',
    '</details>',
    '',
  ]);
});

test('what Markdown and HTML would take for their own is only shown', () => {
  const name = 'mfa/a|b`/<img src=x>\n</summary>';
  const details = ['+ tag `a` = </details>|x', 'left: *as* it|is\n| now', '~ document', '    ```', '    + ````'];
  const lines = markdown([shown('create', 'MFA device', name, { details, widenings: ['lets in <b>`x`|\n# all'] })]);
  expect(lines).toEqual([
    '| Action | Kind | Name | What changes |',
    '|:---|:---|:---|:---|',
    '| ⚠️ create | MFA device | `` mfa/a\\|b`/<img src=x> </summary> `` | `left: *as* it\\|is \\| now`<br>`~ document`<br>`` + tag `a` = </details>\\|x `` |',
    '',
    '<details open><summary>⚠️ create MFA device <code>mfa/a|b`/&lt;img src=x&gt; &lt;/summary&gt;</code></summary>',
    '',
    '- **Widens access:** `` lets in <b>`x`| # all ``',
    '',
    '`````diff',
    '+ tag `a` = </details>|x',
    'left: *as* it|is | now',
    '! document',
    '    ```',
    '+     ````',
    '`````',
    '',
    '</details>',
  ]);
});

test('no more than has room: first what widens access, then the others in their order', () => {
  const [one, two] = ['one', 'two'].map((name) =>
    shown('change', 'role', name, { details: ['~ trust policy', '    + ä'] }),
  );
  const wider = shown('change', 'role', 'wider', { details: ['~ trust policy'], widenings: ['trusts ö'] });
  if (!one || !two) throw new Error('there are two');
  const plan = [one, two, wider];
  const sizeOf = (lines: readonly string[]) => Buffer.byteLength(`${lines.join('\n')}\n`);
  const whole = markdown(plan);
  const seen = (room: number) =>
    markdown(plan, room).filter((line) => /^(\| change|\| ⚠️|<details|\d|The details)/.test(line));
  const last = markdown([one]).slice(3);
  expect(seen(sizeOf(whole))).toHaveLength(6);
  expect(planMarkdown(plan, { room: sizeOf(whole), rest: '' }).isWhole).toBe(true);
  expect(planMarkdown(plan, { room: sizeOf(whole) - 1, rest: '' }).isWhole).toBe(false);
  const details = (name: string) => `<details><summary>change role <code>${name}</code></summary>`;
  const rows = ['| change | role | `one` | `~ trust policy` |', '| change | role | `two` | `~ trust policy` |'];
  expect(seen(sizeOf(whole) - 1)).toEqual([
    ...rows,
    '| ⚠️ change | role | `wider` | `~ trust policy` |',
    '<details open><summary>⚠️ change role <code>wider</code></summary>',
    details('one'),
    'The details of 1 more are in the log of the step.',
  ]);
  expect(seen(sizeOf(whole) - sizeOf(last) - 1)).toHaveLength(5);
  expect(seen(sizeOf(whole.slice(0, 4)))).toEqual([
    ...rows,
    '1 more are in the log of the step.',
    'The details of 3 more are in the log of the step.',
  ]);
});

test('no text in it makes a page larger than its room', () => {
  const details = ['~ document', ...Array<string>(400).fill(`    + ${'x'.repeat(80)}`)];
  const plan = Array.from({ length: 100 }, (_, index) => shown('create', 'policy', `policy-${index}`, { details }));
  const text = markdown(plan).join('\n');
  expect(text.length).toBeGreaterThan(512 * 1024);
  expect(text.length).toBeLessThan(800 * 1024);
  expect(text).toContain('| create | policy | `policy-99` | `~ document` |');
  expect(text).toMatch(/\n\nThe details of \d+ more are in the log of the step\.$/);
});
