import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { Job } from '../sandbox/runner/job';
import { note, showRun, title } from '../sandbox/runner/terminal';
import { startSandbox } from '../sandbox/sandbox';
import { stepsWithAction } from './workflow';

const WORKFLOW = 'sign-in.yml';
const SECONDS = 3;

/** A person who signs in while the step waits, played by the local AWS; and one who refuses. */
export async function signInAct(): Promise<void> {
  const sandbox = await startSandbox();
  const { identityCenter } = sandbox;
  const administrator = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } as const;
  identityCenter.assign(sandbox.account('123456789012'), 'AdministratorAccess', [administrator]);
  identityCenter.person.takesMs = SECONDS * 1000;
  const job = new Job({ AWS_ENDPOINT_URL: sandbox.url });
  cpSync(join(__dirname, '../examples/identities'), join(job.workspace, 'identities'), { recursive: true });
  try {
    const [inputs = {}] = await stepsWithAction(WORKFLOW, job.env);
    title(`The step in examples/${WORKFLOW}: a person signs in while it waits, and no key is stored anywhere`);
    note(`The person is played here: ${identityCenter.person.userName} approves after ${SECONDS} seconds.`);
    showRun(await job.step({ with: inputs }));

    title('The same step, when the person refuses');
    identityCenter.person.does = 'refuse';
    showRun(await job.step({ with: inputs }));

    title('The job ends: the post step ends the sign-in');
    for (const post of await job.finish()) showRun(post);
  } finally {
    job.remove();
    await sandbox.close();
  }
}
