import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** With the lines that npm prints before. */
const MOST_LINES = 120;
const LINES_OF_NPM = 4;
const WIDTH = 100;

let story: string;
let all: string;
beforeAll(async () => {
  const options = { cwd: join(__dirname, '../..') };
  const outputs = await Promise.all(
    [[], ['--all']].map((words) => promisify(execFile)(process.execPath, ['demo/start.mjs', ...words], options)),
  );
  [story = '', all = ''] = outputs.map(({ stdout }) => stdout);
});

const lines = (text: string) => text.trimEnd().split('\n');
const acts = (text: string) => [...text.matchAll(/^── (\d) · (.*?) ─*$/gm)].map(([, number, title]) => [number, title]);
/** Without where lines were broken. */
const flat = (text: string) => text.replaceAll(/\s+/g, ' ');

test('the story fits on some screens, and all of it on a terminal', () => {
  expect(lines(story).length).toBeLessThanOrEqual(MOST_LINES - LINES_OF_NPM);
  for (const text of [story, all]) expect(lines(text).filter((line) => line.length > WIDTH)).toEqual([]);
});

test('the acts are numbered and separated, and the same with --all', () => {
  expect(acts(story).map(([number]) => number)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  expect(acts(all)).toEqual(acts(story));
  expect(story.match(/(^|\n)\n── /g)).toHaveLength(acts(story).length);
});

test('the story has the log, the environment, the summary, a plan, a failure and the clean-up', () => {
  const [session] = /arn:aws:sts::123456789012:assumed-role\/deploy\/deploy-\d+/.exec(story) ?? ['none'];
  expect(story).toContain(`Identity: ${session}\n`);
  expect(story).toContain('Variables for later steps: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN');
  // The summary, and a later step that asks AWS itself.
  expect(story).toContain(`\`${session}\``);
  expect(story).toContain(`\n  ${session}\n`);
  expect(flat(story)).toContain('With the keys alone, iam:GetUser is refused');
  expect(story).toContain('In a later step, iam:GetUser is allowed');
  expect(story).toMatch(/\n +- +policy arn:aws:iam::aws:policy\/ReadOnlyAccess\n/);
  expect(story).toMatch(/\n +\+ +policy arn:aws:iam::aws:policy\/job-function\/ViewOnlyAccess\n/);
  expect(story).toContain('Deleted the access key *** of reporter');
  expect(story).toContain('91 days old, is replaced');
  expect(story).toContain('s3:DeleteBucket on arn:aws:s3:::example-app: expected denied, but allowed');
  expect(story).toContain('with the certificate CN=deploy, O=octo.');
  expect(story).toContain('Notice: This step waits until ');
});

test('with --all, it also shows what fails and what comes after', () => {
  expect(flat(all)).toContain('Could not assume 1 of 5 roles; no credentials were exported.');
  expect(all).toContain('assumed-role/report/nightly');
  expect(all).toContain('Answer: AccessDenied: Certificate revoked');
  expect(all).toContain('Could not sign in at https://d-1234567890.awsapps.com/start.');
  expect(all).toContain('The sign-in at https://d-1234567890.awsapps.com/start has ended.');
  expect(all).toContain('Users now in the account: admin. Roles: 0.');
});

test('it ends with what to do next', () => {
  const end = story.slice(story.indexOf('Nothing is left running, and nothing was written outside this clone.'));
  for (const next of ['npm run try', 'npm run sandbox', 'npm run demo -- --all', 'README.md']) {
    expect(end).toContain(next);
  }
});
