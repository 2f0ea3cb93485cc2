import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Job } from '../sandbox/runner/job';
import { note, show, showRun, title } from '../sandbox/runner/terminal';
import { startSandbox } from '../sandbox/sandbox';
import { runUserStep } from './user-step';

const DOCUMENT = 'machine-user.yml';
const REGION = 'eu-central-1';

/** A machine user and a role that it may assume, created from one document and removed again. */
export async function machineUserAct(): Promise<void> {
  const sandbox = await startSandbox();
  const account = sandbox.account('123456789012');
  const admin = account.createUser('admin', {
    policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iam:*', Resource: '*' }] }],
  });
  const { accessKeyId, secretAccessKey } = admin.createAccessKey();
  const inputs = {
    'aws-region': REGION,
    'aws-access-key-id': accessKeyId,
    'aws-secret-access-key': secretAccessKey,
    identities: DOCUMENT,
  };
  const job = new Job({ AWS_ENDPOINT_URL: sandbox.url });
  const callsOf = (from: number) => sandbox.requests.slice(from).map(({ action }) => action);
  try {
    copyFileSync(join(__dirname, DOCUMENT), join(job.workspace, DOCUMENT));
    title('A machine user from one document');
    show(readFileSync(join(job.workspace, DOCUMENT), 'utf8').trimEnd().split('\n'));

    title('mode: provision');
    const made = await job.step({ with: { ...inputs, mode: 'provision' } });
    showRun(made);
    title('Its job summary');
    show(made.summary.trimEnd().split('\n'));

    title('Later steps: with the key in the environment, with the profile, and in the role');
    const roleArn = account.arn('iam', 'role/report');
    const withProfile = { HOME: job.home, AWS_ENDPOINT_URL: sandbox.url, AWS_PROFILE: 'reporter' };
    show([
      await runUserStep('who-am-i.mjs', job.env),
      await runUserStep('who-am-i.mjs', withProfile),
      await runUserStep('who-am-i-in-role.mjs', { ...job.env, ROLE_ARN: roleArn }),
    ]);

    title('mode: provision, with dry-run: true');
    const beforePlan = sandbox.requests.length;
    showRun(await job.step({ with: { ...inputs, mode: 'provision', 'dry-run': 'true' } }));
    note(`AWS was called: ${callsOf(beforePlan).join(', ')}.`);

    title('mode: deprovision');
    showRun(await job.step({ with: { ...inputs, mode: 'deprovision' } }));
    note(`Users now in the account: ${[...account.users.keys()].join(', ')}. Roles: ${account.roles.size}.`);

    title('The job ends: the post steps clean up');
    for (const post of await job.finish()) showRun(post);
  } finally {
    job.remove();
    await sandbox.close();
  }
}
