import { Job } from '../sandbox/runner/job';
import { show, showRun, title } from '../sandbox/runner/terminal';
import { startSandbox } from '../sandbox/sandbox';
import { runUserStep } from './user-step';
import { stepsWithAction } from './workflow';

const WORKFLOW = 'mfa-session.yml';

/** A session with MFA for an IAM user who may do nothing without MFA. */
export async function mfaSessionAct(): Promise<void> {
  const sandbox = await startSandbox();
  const user = sandbox.account('123456789012').createUser('mona', {
    policies: [
      {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: ['iam:GetUser', 'iam:ListMFADevices'], Resource: '*' },
          {
            Effect: 'Deny',
            NotAction: ['sts:GetSessionToken', 'iam:ListMFADevices'],
            Resource: '*',
            Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
          },
        ],
      },
    ],
  });
  const keys = user.createAccessKey();
  const device = user.createMfaDevice('mona');
  const secrets = {
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_MFA_SECRET: device.seed,
  };
  const job = new Job({ AWS_ENDPOINT_URL: sandbox.url, AWS_REGION: 'eu-central-1' });
  try {
    title("A policy that requires MFA: the user's keys alone");
    show([
      await runUserStep('read-own-user.mjs', {
        ...job.env,
        AWS_ACCESS_KEY_ID: keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      }),
    ]);
    for (const inputs of await stepsWithAction(WORKFLOW, job.env, secrets)) {
      title(`The step in examples/${WORKFLOW}: a session with MFA, with a computed code`);
      showRun(await job.step({ with: inputs }));
    }
    title('A later step, with the session');
    show([await runUserStep('read-own-user.mjs', job.env)]);

    title('The job ends: the post step cleans up');
    for (const post of await job.finish()) showRun(post);
  } finally {
    job.remove();
    await sandbox.close();
  }
}
