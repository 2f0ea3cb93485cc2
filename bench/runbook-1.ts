import { aws } from '../__tests__/conformance/aws-cli';
import { check, inJob, type Action, type Contender } from './contenders';
import type { RemoteSandbox } from './remote-sandbox';

/** The user that the runbook makes, again in every run. */
const USER = 'tfc';
const TAGS = { deployedby: 'bsj-tjmoon', usedby: 'BSG Terraform Cloud' };
const POLICY = 'arn:aws:iam::aws:policy/AdministratorAccess';

const DOCUMENT = JSON.stringify({
  users: { [USER]: { tags: TAGS, policies: [POLICY], 'access-key': { deliver: ['environment'] } } },
});

const COMMANDS = [
  ['create-user'],
  ...Object.entries(TAGS).map(([Key, Value]) => ['tag-user', '--tags', JSON.stringify({ Key, Value })]),
  ['list-user-tags'],
  ['attach-user-policy', '--policy-arn', POLICY],
  ['create-access-key'],
];

/** One step in mode `provision` that makes the user and hands its key to the environment. */
export function provisioningStep({ name, folder }: Action, region: string, sandbox: RemoteSandbox): Contender {
  const { url, adminKey } = sandbox.world;
  const inputs = {
    mode: 'provision',
    'aws-region': region,
    'aws-access-key-id': adminKey.accessKeyId,
    'aws-secret-access-key': adminKey.secretAccessKey,
    identities: DOCUMENT,
  };
  return {
    name,
    run: (env) =>
      inJob({ AWS_ENDPOINT_URL: url }, async (job) => {
        await sandbox.removeUser(USER);
        const main = await job.step({ with: inputs, env, uses: folder });
        const calls = await sandbox.takeCalls();
        check(Boolean(main.exported.AWS_SECRET_ACCESS_KEY), `Provisioning by ${name}`, main);
        return { ms: main.duration, calls };
      }),
  };
}

/** The commands of the runbook, one after the other. */
export function awsCommands(region: string, sandbox: RemoteSandbox): Contender {
  const { url, adminKey } = sandbox.world;
  const access = {
    AWS_ENDPOINT_URL: url,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: adminKey.accessKeyId,
    AWS_SECRET_ACCESS_KEY: adminKey.secretAccessKey,
  };
  return {
    name: 'aws commands',
    run: (env) =>
      inJob(access, async (job) => {
        await sandbox.removeUser(USER);
        const started = performance.now();
        for (const [command = '', ...options] of COMMANDS) {
          const { exitCode, stderr } = await aws(['iam', command, '--user-name', USER, ...options], {
            ...job.env,
            ...env,
          });
          if (exitCode !== 0) throw new Error(`aws iam ${command} failed: ${stderr.trim()}`);
        }
        const ms = performance.now() - started;
        return { ms, calls: await sandbox.takeCalls() };
      }),
  };
}
