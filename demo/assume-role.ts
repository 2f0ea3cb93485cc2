import { Job } from '../sandbox/runner/job';
import { note, show, showRun, title } from '../sandbox/runner/terminal';
import { startSandbox } from '../sandbox/sandbox';
import { runUserStep } from './user-step';
import { stepsWithAction } from './workflow';

const WORKFLOW = 'deploy-oidc.yml';
const ACCOUNT = '123456789012';
const ISSUER = 'token.actions.githubusercontent.com';

/** A deployment role, assumed with GitHub's OIDC token. */
export async function assumeRoleAct(): Promise<void> {
  const sandbox = await startSandbox();
  const account = sandbox.account(ACCOUNT);
  const provider = account.createOidcProvider({ url: `https://${ISSUER}`, clientIds: ['sts.amazonaws.com'] });
  account.createRole('deploy', {
    trust: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRoleWithWebIdentity',
          Principal: { Federated: provider.arn },
          Condition: {
            StringEquals: {
              [`${ISSUER}:aud`]: 'sts.amazonaws.com',
              [`${ISSUER}:sub`]: ['repo:octo/app:ref:refs/heads/main', 'repo:octo@1/app@2:ref:refs/heads/main'],
            },
          },
        },
      ],
    },
  });
  const job = new Job({ AWS_ENDPOINT_URL_STS: sandbox.url, ...sandbox.github.environment({}) });
  try {
    for (const inputs of await stepsWithAction(WORKFLOW, job.env)) {
      title(`The step in examples/${WORKFLOW}: a role, assumed with OIDC`);
      show(Object.entries(inputs).map(([name, value]) => `${name}: ${value}`));
      title('Its log, as a user sees it');
      const main = await job.step({ with: inputs });
      showRun(main);
      title('Its job summary');
      show(main.summary.trimEnd().split('\n'));
    }
    title('A later step, in another process, asks AWS who it is');
    show([await runUserStep('who-am-i.mjs', job.env)]);

    title('The job ends: the post step cleans up');
    for (const post of await job.finish()) showRun(post);
    note(`AWS and GitHub were called: ${sandbox.requests.map(({ action }) => action).join(', ')}.`);
  } finally {
    job.remove();
    await sandbox.close();
  }
}
