import type { Account } from '../sandbox/accounts/account';
import { Job } from '../sandbox/runner/job';
import { note, show, showRun, title } from '../sandbox/runner/terminal';
import { startSandbox } from '../sandbox/sandbox';
import { runUserStep } from './user-step';
import { stepsWithAction } from './workflow';

const WORKFLOW = 'many-accounts.yml';
const ISSUER = 'token.actions.githubusercontent.com';
const SHARED = '123456789012';
const PRODUCTION = '444455556666';
const ENTERED_DIRECTLY = [SHARED, '111122223333', '222233334444', '333344445555'];

/** Roles in five accounts, assumed in one step; then the same with one that refuses. */
export async function manyAccountsAct(): Promise<void> {
  const sandbox = await startSandbox();
  for (const id of ENTERED_DIRECTLY) {
    sandbox.account(id).createRole('inventory', { trust: trustIn(sandbox.account(id)) });
  }
  const entry = sandbox.account(SHARED).createRole('entry', {
    trust: trustIn(sandbox.account(SHARED)),
    policies: [policyOf({ Action: ['sts:AssumeRole', 'sts:TagSession'], Resource: '*' })],
  });
  const production = sandbox.account(PRODUCTION);
  production.createRole('inventory', {
    trust: policyOf({ Action: ['sts:AssumeRole', 'sts:TagSession'], Principal: { AWS: entry.arn } }),
  });
  const job = new Job({ AWS_ENDPOINT_URL_STS: sandbox.url, ...sandbox.github.environment({}) });
  try {
    for (const inputs of await stepsWithAction(WORKFLOW, job.env)) {
      title(`The step in examples/${WORKFLOW}: five accounts, each to a profile`);
      show((inputs.roles ?? '').trimEnd().split('\n'));
      title('Its log');
      const main = await job.step({ with: inputs });
      showRun(main);
      title('Its job summary');
      show(main.summary.trimEnd().split('\n'));
      note(`AWS and GitHub were called: ${sandbox.requests.map(({ action }) => action).join(', ')}.`);

      title('A later step, once for each profile');
      const profiles = JSON.parse(main.outputs.profiles ?? '[]') as string[];
      const inProfile = { HOME: job.home, AWS_ENDPOINT_URL_STS: sandbox.url };
      show(
        await Promise.all(
          profiles.map(
            async (name) => `${name}: ${await runUserStep('who-am-i.mjs', { ...inProfile, AWS_PROFILE: name })}`,
          ),
        ),
      );

      title('The same without continue-on-role-error, and the role in production is deleted: nothing is exported');
      production.roles.delete('inventory');
      showRun(
        await job.step({ with: { ...inputs, 'overwrite-aws-profile': 'true', 'continue-on-role-error': 'false' } }),
      );
    }
    title('The job ends: the post steps clean up');
    for (const post of await job.finish()) showRun(post);
  } finally {
    job.remove();
    await sandbox.close();
  }
}

/** A trust policy that allows the job, in an account with GitHub's identity provider. */
function trustIn(account: Account) {
  const { arn } = account.createOidcProvider({ url: `https://${ISSUER}`, clientIds: ['sts.amazonaws.com'] });
  return policyOf({
    Action: 'sts:AssumeRoleWithWebIdentity',
    Principal: { Federated: arn },
    Condition: {
      StringEquals: {
        [`${ISSUER}:aud`]: 'sts.amazonaws.com',
        [`${ISSUER}:sub`]: ['repo:octo/app:ref:refs/heads/main', 'repo:octo@1/app@2:ref:refs/heads/main'],
      },
    },
  });
}

function policyOf<T extends object>(allowed: T) {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...allowed }] } as const;
}
