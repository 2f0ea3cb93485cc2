import { Job } from '../sandbox/runner/job';
import { startSandbox } from '../sandbox/sandbox';
import { allowing, trustingJobIn } from './policies';
import type { Stage } from './stage';
import { runUserStep } from './user-step';
import { stepsWithAction } from './workflow';

const WORKFLOW = 'many-accounts.yml';
const SHARED = '123456789012';
const PRODUCTION = '444455556666';
const ENTERED_DIRECTLY = [SHARED, '111122223333', '222233334444', '333344445555'];

/** Roles in five accounts, assumed in one step; then the same with one that refuses. */
export async function manyAccountsAct(stage: Stage): Promise<void> {
  const sandbox = await startSandbox();
  for (const id of ENTERED_DIRECTLY) {
    sandbox.account(id).createRole('inventory', { trust: trustingJobIn(sandbox.account(id)) });
  }
  const entry = sandbox.account(SHARED).createRole('entry', {
    trust: trustingJobIn(sandbox.account(SHARED)),
    policies: [allowing({ Action: ['sts:AssumeRole', 'sts:TagSession'], Resource: '*' })],
  });
  const production = sandbox.account(PRODUCTION);
  production.createRole('inventory', {
    trust: allowing({ Action: ['sts:AssumeRole', 'sts:TagSession'], Principal: { AWS: entry.arn } }),
  });
  const job = new Job({ AWS_ENDPOINT_URL_STS: sandbox.url, ...sandbox.github.environment({}) });
  stage.act(`Roles in five accounts in one step, one by a chain (examples/${WORKFLOW})`);
  try {
    for (const inputs of await stepsWithAction(WORKFLOW, job.env)) {
      if (stage.all) {
        stage.scene('The roles, each to a profile');
        stage.show((inputs.roles ?? '').trimEnd().split('\n'));
        stage.scene('The log');
      }
      const main = await job.step({ with: inputs });
      stage.log(main, job);
      if (!stage.all) return;
      stage.summary(main);
      stage.note(`AWS and GitHub were called: ${sandbox.requests.map(({ action }) => action).join(', ')}.`);

      const profiles = JSON.parse(main.outputs.profiles ?? '[]') as string[];
      stage.scene('A later step, once for each profile');
      const inProfile = { HOME: job.home, AWS_ENDPOINT_URL_STS: sandbox.url };
      stage.show(
        await Promise.all(
          profiles.map(
            async (name) => `${name}: ${await runUserStep('who-am-i.mjs', { ...inProfile, AWS_PROFILE: name })}`,
          ),
        ),
      );

      stage.scene('The same without continue-on-role-error, and the role in production is deleted');
      production.roles.delete('inventory');
      const again = { ...inputs, 'overwrite-aws-profile': 'true', 'continue-on-role-error': 'false' };
      stage.log(await job.step({ with: again }), job);
    }
    await stage.finish(job);
  } finally {
    job.remove();
    await sandbox.close();
  }
}
