import { reportFailure } from '../../src/action/report-failure';
import { ActionError } from '../../src/errors/action-error';
import { LeftBehindError } from '../../src/errors/left-behind-error';
import { ProfileError } from '../../src/profile/files';
import type { Step } from '../../src/runner/step';

/** What the user is told of a failure: in the log, and in the job summary. */
async function told(error: unknown, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const lines: string[] = [];
  const note = (what: string) => (text: string) => lines.push(`${what}: ${text}`);
  const summarize = (markdown: string) => Promise.resolve(note('summary')(markdown));
  const runner = { fail: note('failed'), warning: note('warning'), summarize };
  await reportFailure(error, { env, runner } as unknown as Step);
  return lines;
}

const REFUSED = new ActionError({ code: 'role-refused', tried: 'assume it in 123456789012', fix: 'Let it be.' });
const PROFILE = new ProfileError('write', '/aws/config', 'Could not write /aws/config of 123456789012.');
const WORDS = 'Could not assume it in 123456789012.\nFix: Let it be.';

test('a failure that is understood is told as it is, with where to read on', async () => {
  expect(await told(REFUSED)).toEqual([
    `failed: ${WORDS}\nMore: docs/troubleshooting.md#role-refused`,
    `summary: ### AWS identity: failed\n\n\`\`\`text\n${WORDS}\n\`\`\`\n`,
  ]);
});

test('the page is that of the version in use', async () => {
  const env = {
    GITHUB_SERVER_URL: 'https://github.example',
    GITHUB_ACTION_REPOSITORY: 'octo/aws-identity-action',
    GITHUB_ACTION_REF: 'v1.2.3',
  };
  const [failed] = await told(REFUSED, env);
  const page = 'https://github.example/octo/aws-identity-action/blob/v1.2.3/docs/troubleshooting.md#role-refused';
  expect(failed).toBe(`failed: ${WORDS}\nMore: ${page}`);
  for (const name of Object.keys(env)) {
    expect((await told(REFUSED, { ...env, [name]: '' }))[0]).toContain('More: docs/troubleshooting.md#');
  }
});

test.each<[what: string, error: unknown, words: string]>([
  [
    'of the profile files',
    PROFILE,
    'failed: Could not write the profile; the credentials were not exported.\n' +
      'Answer: Could not write /aws/config of 123456789012.\n' +
      'Fix: Correct what the answer says, or omit aws-profile.\nMore: docs/troubleshooting.md#profile-files',
  ],
  [
    'that nobody foresaw',
    new TypeError('x is not a function'),
    'failed: Could not finish the step.\nAnswer: x is not a function\n' +
      'Fix: If this action is at fault, please report it with this message.\nMore: docs/troubleshooting.md#unexpected',
  ],
  [
    'that is no error',
    'odd',
    'failed: Could not finish the step.\nAnswer: odd\n' +
      'Fix: If this action is at fault, please report it with this message.\nMore: docs/troubleshooting.md#unexpected',
  ],
])('a failure %s', async (_, error, words) => {
  expect((await told(error))[0]).toBe(words);
});

test('what is left behind is a warning beside the failure', async () => {
  const [warning, failed] = await told(new LeftBehindError(REFUSED, PROFILE));
  expect(warning).toBe(
    `warning: What had been written could not all be taken back; the clean-up tries again. ${PROFILE.message}`,
  );
  expect(failed).toContain(WORDS);
});

test('accounts are hidden everywhere where that is asked for', async () => {
  const lines = await told(new LeftBehindError(REFUSED, PROFILE), { 'INPUT_MASK-AWS-ACCOUNT-ID': 'true' });
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line).not.toContain('123456789012');
  expect(lines[0]).toContain('/aws/config of ***.');
});
