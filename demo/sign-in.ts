import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { Job } from '../sandbox/runner/job';
import { startSandbox } from '../sandbox/sandbox';
import { allowing } from './policies';
import type { Stage } from './stage';
import { stepsWithAction } from './workflow';

const WORKFLOW = 'sign-in.yml';
const SECONDS = 3;

/** A person who signs in while the step waits, played by the local AWS; and one who refuses. */
export async function signInAct(stage: Stage): Promise<void> {
  const sandbox = await startSandbox();
  const { identityCenter } = sandbox;
  const administrator = allowing({ Action: '*', Resource: '*' });
  identityCenter.assign(sandbox.account('123456789012'), 'AdministratorAccess', [administrator]);
  identityCenter.person.takesMs = SECONDS * 1000;
  // The repository that the document names.
  const job = new Job({ AWS_ENDPOINT_URL: sandbox.url, GITHUB_REPOSITORY: 'octo-org/app' });
  cpSync(join(__dirname, '../examples/identities'), join(job.workspace, 'identities'), { recursive: true });
  stage.act(`A person signs in, played here for ${SECONDS} seconds, while the step waits (examples/${WORKFLOW})`);
  try {
    const [example] = await stepsWithAction(WORKFLOW, job.env);
    const inputs = { ...example, 'dry-run': 'true' };
    stage.log(await job.step({ with: inputs }), job);
    if (stage.all) {
      stage.scene('The same step, when the person refuses');
      identityCenter.person.does = 'refuse';
      stage.log(await job.step({ with: inputs }), job);
      await stage.finish(job);
    }
  } finally {
    job.remove();
    await sandbox.close();
  }
}
