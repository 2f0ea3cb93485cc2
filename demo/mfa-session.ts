import { Job } from '../sandbox/runner/job';
import { startSandbox } from '../sandbox/sandbox';
import type { Stage } from './stage';
import { runUserStep } from './user-step';
import { stepsWithAction } from './workflow';

const WORKFLOW = 'mfa-session.yml';

/** A session with MFA for an IAM user who may do nothing without MFA. */
export async function mfaSessionAct(stage: Stage): Promise<void> {
  const sandbox = await startSandbox();
  // Whose device the example names.
  const user = sandbox.account('123456789012').createUser('deployer', {
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
  const device = user.createMfaDevice('deployer');
  const secrets = {
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_MFA_SECRET: device.seed,
  };
  const job = new Job({ AWS_ENDPOINT_URL: sandbox.url, AWS_REGION: 'eu-central-1' });
  stage.act(`A session for a user whose policy requires MFA (examples/${WORKFLOW})`);
  try {
    const withKeys = {
      ...job.env,
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    };
    stage.show([`With the keys alone, ${await runUserStep('read-own-user.mjs', withKeys)}`]);
    for (const inputs of await stepsWithAction(WORKFLOW, job.env, secrets)) {
      stage.log(await job.step({ with: inputs }), job);
    }
    stage.show([`In a later step, ${await runUserStep('read-own-user.mjs', job.env)}`]);
    if (stage.all) await stage.finish(job);
  } finally {
    job.remove();
    await sandbox.close();
  }
}
