import { reportFailure } from '../../src/action/report-failure';
import type { Identity } from '../../src/aws/arn';
import { ActionError } from '../../src/errors/action-error';
import { LeftBehindError } from '../../src/errors/left-behind-error';
import { ProfileError } from '../../src/profile/files';
import type { Runner } from '../../src/runner/runner';
import type { Step } from '../../src/runner/step';

const SECRET = 'se_cret';

/** What the user reads of a failure: in the log, and in the job summary. */
async function reported(error: unknown, env: NodeJS.ProcessEnv = {}, identity?: Identity): Promise<string[]> {
  const lines: string[] = [];
  const note = (what: string) => (text: string) => lines.push(`${what}: ${text}`);
  const summarize = (markdown: string) => Promise.resolve(note('summary')(markdown));
  const fail: Runner['fail'] = (message, title, at) => {
    const place = at ? ` at ${at.file}:${at.line}:${at.column}` : '';
    lines.push(`failed (${title})${place}: ${message}`);
  };
  const hide: Runner['hide'] = (text) => text.replaceAll(SECRET, '***');
  const runner = { fail, warning: note('warning'), summarize, hide };
  await reportFailure(error, { env, runner } as unknown as Step, identity);
  return lines;
}

const REFUSED = new ActionError({ code: 'role-refused', tried: 'assume it in 123456789012', fix: 'Let it be.' });
const PROFILE = new ProfileError('write', '/aws/config', 'Could not write /aws/config of 123456789012.');
const WORDS = 'Could not assume it in 123456789012.\nFix: Let it be.';

test('a failure that is understood is reported as it is, with where to read on', async () => {
  expect(await reported(REFUSED)).toEqual([
    `failed (AWS access-keys: role-refused): ${WORDS}\nMore: docs/troubleshooting.md#role-refused`,
    'summary: ### ❌ AWS access-keys failed\n\n**Could not assume it in 123456789012.**\n\n**Fix:** Let it be.\n\n' +
      'More about this error: role-refused in docs/troubleshooting.md#role-refused\n',
  ]);
});

test('the page is that of the version in use', async () => {
  const env = {
    GITHUB_SERVER_URL: 'https://github.example',
    GITHUB_ACTION_REPOSITORY: 'octo/aws-identity-action',
    GITHUB_ACTION_REF: 'v1.2.3',
  };
  const [failed, summary] = await reported(REFUSED, env);
  const page = 'https://github.example/octo/aws-identity-action/blob/v1.2.3/docs/troubleshooting.md#role-refused';
  expect(failed).toBe(`failed (AWS access-keys: role-refused): ${WORDS}\nMore: ${page}`);
  expect(summary).toContain(`More about this error: [role-refused](${page})`);
  for (const name of Object.keys(env)) {
    expect((await reported(REFUSED, { ...env, [name]: '' }))[0]).toContain('More: docs/troubleshooting.md#');
  }
  // Their servers have actions from other ones.
  for (const runner of ['GITEA_ACTIONS', 'FORGEJO_ACTIONS']) {
    expect((await reported(REFUSED, { ...env, [runner]: 'true' }))[0]).toContain('More: docs/troubleshooting.md#');
  }
});

test.each<[what: string, error: unknown, words: string]>([
  [
    'of the profile files',
    PROFILE,
    'failed (AWS access-keys: profile-files): Could not write the profile; the credentials were not exported.\n' +
      'Answer: Could not write /aws/config of 123456789012.\n' +
      'Fix: Correct what the answer says, or omit aws-profile.\nMore: docs/troubleshooting.md#profile-files',
  ],
  [
    'that nobody foresaw',
    new TypeError('x is not a function'),
    'failed (AWS access-keys: unexpected): Could not finish the step.\nAnswer: x is not a function\n' +
      'Fix: If this action is at fault, please report it with this message.\nMore: docs/troubleshooting.md#unexpected',
  ],
  [
    'that is no error',
    'odd',
    'failed (AWS access-keys: unexpected): Could not finish the step.\nAnswer: odd\n' +
      'Fix: If this action is at fault, please report it with this message.\nMore: docs/troubleshooting.md#unexpected',
  ],
])('a failure %s', async (_, error, words) => {
  expect((await reported(error))[0]).toBe(words);
});

test('what is left behind is a warning together with the failure', async () => {
  const [warning, failed] = await reported(new LeftBehindError(REFUSED, PROFILE));
  expect(warning).toBe(
    `warning: What had been written could not all be taken back; the clean-up tries again. ${PROFILE.message}`,
  );
  expect(failed).toContain(WORDS);
});

test('accounts are hidden everywhere where that is asked for', async () => {
  const lines = await reported(new LeftBehindError(REFUSED, PROFILE), { 'INPUT_MASK-AWS-ACCOUNT-ID': 'true' });
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line).not.toContain('123456789012');
  expect(lines[0]).toContain('/aws/config of ***.');
});

test('what is hidden looks the same in prose and in what is to be copied', async () => {
  const error = new ActionError({
    code: 'role-refused',
    tried: `assume it in 123456789012 with ${SECRET}, and not in 111122223333`,
    fix: `Let ${SECRET} be:\n- in 123456789012\n    { "Account": "123456789012" }`,
  });
  const env = { 'INPUT_MASK-AWS-ACCOUNT-ID': 'true', 'INPUT_AWS-PROFILE': '123456789012' };
  const identity = { arn: 'arn:aws:iam::123456789012:user/tfc', account: '123456789012' };
  const [failed, summary] = await reported(error, env, identity);
  expect(failed).toContain('Could not assume it in *** with ***, and not in ***.\nFix: Let *** be:\n- in ***\n');
  const stars = '\\*\\*\\*';
  expect(summary).toBe(
    `summary: ### ❌ AWS access-keys failed (profile ${stars}), as arn:aws:iam::${stars}:user/tfc\n\n` +
      `**Could not assume it in ${stars} with ${stars}, and not in ${stars}.**\n\n**Fix:** Let ${stars} be:\n- in ${stars}\n` +
      '\n  ```json\n  { "Account": "***" }\n  ```\n\n\n' +
      'More about this error: role-refused in docs/troubleshooting.md#role-refused\n',
  );
});

test('the mode and whom the step worked as are in the heading and in the title', async () => {
  const identity = { arn: 'arn:aws:iam::123456789012:user/tfc', account: '123456789012' };
  const [failed, summary] = await reported(REFUSED, { INPUT_MODE: 'provision' }, identity);
  expect(failed).toContain('failed (AWS provision: role-refused): ');
  expect(summary).toContain('### ❌ AWS provision failed, as arn:aws:iam::123456789012:user/tfc\n');
});

test('so is what tells the step from others of its job, as the text that it is', async () => {
  const env = { INPUT_MODE: 'verify', GITHUB_ACTION: 'who_am_i', 'INPUT_AWS-PROFILE': 'dev_1' };
  const [failed, summary] = await reported(REFUSED, env);
  expect(failed).toContain('failed (AWS verify (step who_am_i, profile dev_1): role-refused): ');
  expect(summary).toContain('### ❌ AWS verify failed (step who\\_am\\_i, profile dev\\_1)\n');
});

describe('what is wrong in a file', () => {
  const INVALID = { code: 'invalid-input', tried: 'start', fix: 'Correct it.' } as const;
  const place = (line: number) => ({ file: 'iam/tfc.yml', line, column: 5 });
  const wrongIn = (lines: number) => {
    const inFiles = [...Array(lines).keys()].map((line) => ({
      ...place(line),
      text: `at ${line}: the line is wrong`,
      textAtPlace: `line ${line} is wrong`,
    }));
    return new ActionError({ ...INVALID, inFiles });
  };
  const failuresIn = async (error: ActionError) => (await reported(error)).filter((line) => line.startsWith('failed'));
  const title = 'AWS access-keys: invalid-input';

  test('is shown there', async () => {
    expect((await reported(new ActionError({ ...INVALID, at: place(3) })))[0]).toBe(
      `failed (${title}) at iam/tfc.yml:3:5: Could not start.\nFix: Correct it.\n` +
        'More: docs/troubleshooting.md#invalid-input',
    );
  });

  test('is shown at each place, and as a whole, as often as GitHub shows errors of a step', async () => {
    const [whole, ...others] = await failuresIn(wrongIn(12));
    expect(whole).toBe(
      `failed (${title}): Could not start.\nFix: Correct it.\n` +
        '9 of these problems are shown at their places; 3 more are only here.\n' +
        'More: docs/troubleshooting.md#invalid-input',
    );
    expect(others).toHaveLength(9);
    expect(others[1]).toBe(`failed (${title}) at iam/tfc.yml:1:5: line 1 is wrong`);
  });

  test.each([1, 2, 9])('is all shown at its place where there are only %i', async (lines) => {
    const [whole, ...others] = await failuresIn(wrongIn(lines));
    expect(whole).not.toContain('at their places');
    expect(others).toHaveLength(lines);
  });
});

test('in the summary what is to be copied is in a block, and the rest is prose, whatever characters it has', async () => {
  const failure = new ActionError({
    code: 'iam-refused',
    tried: 'make *it*',
    answer: 'You may <b>not</b> `see` https://docs.aws.example/a_b.html#c_d.',
    why: '\n- first_one\n- second',
    fix: 'Allow this:\n  {\n    "Action": "iam:*" ```\n  }\nOr do not.',
  });
  const [, summary] = await reported(failure);
  expect(summary).toContain(
    [
      '**Could not make \\*it\\*.**',
      '',
      '**Answer:** You may \\<b\\>not\\</b\\> \\`see\\` https://docs.aws.example/a_b.html#c_d.',
      '',
      '**Cause:**',
      '- first\\_one',
      '- second',
      '',
      '**Fix:** Allow this:',
      '',
      '````json',
      '{',
      '  "Action": "iam:*" ```',
      '}',
      '````',
      '',
      '',
      'Or do not.',
    ].join('\n'),
  );
});

test('in the summary the lines of an item stay with it, and what is to be copied in them is in a block', async () => {
  const failure = new ActionError({
    code: 'roles-failed',
    tried: 'assume 1 of 2 roles',
    why: '\n- dev: Could not assume it.\n  Fix: Allow this:\n    {\n    }\n- prod: Run\n    aws sts',
    fix: 'Let it be.',
  });
  const [, summary] = await reported(failure);
  expect(summary).toContain(
    [
      '**Cause:**',
      '- dev: Could not assume it.',
      '',
      '  **Fix:** Allow this:',
      '',
      '  ```json',
      '  {',
      '  }',
      '  ```',
      '',
      '- prod: Run',
      '',
      '  ```text',
      '  aws sts',
      '  ```',
      '',
      '',
      '**Fix:** Let it be.',
    ].join('\n'),
  );
});
