import { Job } from '../sandbox/runner/job';
import { startSandbox } from '../sandbox/sandbox';
import { trustingJobIn } from './policies';
import type { Stage } from './stage';
import { runUserStep } from './user-step';
import { stepsWithAction } from './workflow';

const WORKFLOW = 'deploy-oidc.yml';

/** A deployment role, assumed with GitHub's OIDC token. */
export async function assumeRoleAct(stage: Stage): Promise<void> {
  const sandbox = await startSandbox();
  const account = sandbox.account('123456789012');
  account.createRole('deploy', { trust: trustingJobIn(account) });
  const job = new Job({ AWS_ENDPOINT_URL_STS: sandbox.url, ...sandbox.github.environment({}) });
  stage.act(`A role with GitHub's OIDC token: no key is stored anywhere (examples/${WORKFLOW})`);
  try {
    for (const inputs of await stepsWithAction(WORKFLOW, job.env)) {
      if (stage.all) {
        stage.scene('The inputs of the step');
        stage.show(Object.entries(inputs).map(([name, value]) => `${name}: ${value}`));
      }
      stage.scene('The log of the step, as a user sees it');
      const main = await job.step({ with: inputs });
      stage.log(main, job, { environment: true });
      stage.summary(main);
    }
    stage.scene('A later step, in another process, asks AWS who it is');
    stage.show([await runUserStep('who-am-i.mjs', job.env)]);
    if (!stage.all) return;
    await stage.finish(job);
    stage.note(`AWS and GitHub were called: ${sandbox.requests.map(({ action }) => action).join(', ')}.`);
  } finally {
    job.remove();
    await sandbox.close();
  }
}
