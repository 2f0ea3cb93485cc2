import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

test('the demo runs to its end, from the role that is assumed to the clean-up', async () => {
  const project = join(__dirname, '../..');
  const { stdout } = await promisify(execFile)(process.execPath, ['demo/start.mjs'], { cwd: project });
  const [session] = /arn:aws:sts::123456789012:assumed-role\/deploy\/deploy-\d+/.exec(stdout) ?? ['none'];
  expect(stdout).toContain(`Identity: ${session}\n`);
  // The later step asks AWS itself.
  expect(stdout).toContain(`\n  ${session}\n`);
  expect(stdout).toContain('Variables emptied: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, ');
  expect(stdout).toContain('Answer: AccessDenied: Certificate revoked');
  expect(stdout).toContain('Notice: This step waits until ');
  expect(stdout).toContain('Could not sign in at https://d-1234567890.awsapps.com/start.');
  expect(stdout).toContain('The sign-in at https://d-1234567890.awsapps.com/start has ended.');
  expect(stdout.trimEnd()).toMatch(/Nothing is left running, and nothing was written outside this clone\.$/);
});
