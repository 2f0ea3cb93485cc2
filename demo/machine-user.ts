import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Job } from '../sandbox/runner/job';
import { startSandbox } from '../sandbox/sandbox';
import { allowing } from './policies';
import type { Stage } from './stage';
import { runUserStep } from './user-step';

const DOCUMENT = 'machine-user.yml';
const REGION = 'eu-central-1';

/** A machine user and a role that it may assume, created from one document, changed and removed again. */
export async function machineUserAct(stage: Stage): Promise<void> {
  const sandbox = await startSandbox();
  const account = sandbox.account('123456789012');
  const admin = account.createUser('admin', { policies: [allowing({ Action: 'iam:*', Resource: '*' })] });
  const { accessKeyId, secretAccessKey } = admin.createAccessKey();
  const inputs = {
    'aws-region': REGION,
    'aws-access-key-id': accessKeyId,
    'aws-secret-access-key': secretAccessKey,
    identities: DOCUMENT,
  };
  const whole = readFileSync(join(__dirname, DOCUMENT), 'utf8');
  const [users = ''] = whole.split(/^roles:/m);
  const document = stage.all ? whole : users;
  const changed = document.replace('ReadOnlyAccess', 'job-function/ViewOnlyAccess');
  const [before, job] = ['1000000000', '1000000001'].map(
    (run) => new Job({ AWS_ENDPOINT_URL: sandbox.url, GITHUB_RUN_ID: run }),
  ) as [Job, Job];
  writeFileSync(join(before.workspace, DOCUMENT), document);
  writeFileSync(join(job.workspace, DOCUMENT), changed);
  const provision = (from: Job) => from.step({ with: { ...inputs, mode: 'provision' } });
  stage.act('A machine user from a document gets another policy: mode: provision');
  try {
    const made = await provision(before);
    if (stage.all) {
      stage.scene('The document before');
      stage.show(document.trimEnd().split('\n'));
      stage.scene('The log, when there was nothing yet');
      stage.log(made, before);
      stage.summary(made);
      stage.scene('Later steps: with the key in the environment, with the profile, and in the role');
      const roleArn = account.arn('iam', 'role/report');
      const withProfile = { HOME: before.home, AWS_ENDPOINT_URL: sandbox.url, AWS_PROFILE: 'reporter' };
      stage.show([
        await runUserStep('who-am-i.mjs', before.env),
        await runUserStep('who-am-i.mjs', withProfile),
        await runUserStep('who-am-i-in-role.mjs', { ...before.env, ROLE_ARN: roleArn }),
      ]);
      await stage.finish(before);
    } else await before.finish();

    stage.scene('The document');
    stage.show(changed.trimEnd().split('\n'));
    stage.scene('The log');
    stage.log(await provision(job), job, { open: true });
    await stage.finish(job);
    if (stage.all) {
      stage.scene('mode: deprovision removes all of it');
      stage.log(await job.step({ with: { ...inputs, mode: 'deprovision' } }), job);
      stage.note(`Users now in the account: ${[...account.users.keys()].join(', ')}. Roles: ${account.roles.size}.`);
    }
  } finally {
    for (const each of [before, job]) each.remove();
    await sandbox.close();
  }
}
