import { Job } from '../sandbox/runner/job';
import { startSandbox } from '../sandbox/sandbox';
import { allowing, trustingJobIn } from './policies';
import type { Stage } from './stage';
import { stepsWithAction } from './workflow';

const WORKFLOW = 'verify-permissions.yml';

/** A role that may do more than it should, which fails a job. */
export async function verifyAct(stage: Stage): Promise<void> {
  const sandbox = await startSandbox();
  const account = sandbox.account('123456789012');
  account.createRole('deploy', {
    trust: trustingJobIn(account),
    policies: [
      allowing({ Action: 'iam:SimulatePrincipalPolicy', Resource: '*' }),
      allowing({ Action: 's3:*', Resource: ['arn:aws:s3:::example-app', 'arn:aws:s3:::example-app/*'] }),
    ],
  });
  const job = new Job({ AWS_ENDPOINT_URL: sandbox.url, ...sandbox.github.environment({}) });
  stage.act(`A role may do more than it should: mode: verify (examples/${WORKFLOW})`);
  try {
    for (const inputs of await stepsWithAction(WORKFLOW, job.env)) {
      if (stage.all) {
        stage.scene('What it may not do');
        stage.show((inputs['expect-denied'] ?? '').trimEnd().split('\n'));
        stage.scene('The log');
      }
      const main = await job.step({ with: inputs });
      stage.log(main, job);
      if (stage.all) stage.summary(main);
    }
  } finally {
    job.remove();
    await sandbox.close();
  }
}
