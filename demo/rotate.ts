import { ProcessTime } from '../__tests__/as-processes/process-time';
import { Job } from '../sandbox/runner/job';
import { startSandbox } from '../sandbox/sandbox';
import { allowing } from './policies';
import type { Stage } from './stage';

const DAYS = 91;
const DAY_MS = 24 * 60 * 60 * 1000;
const REPOSITORY = 'octo/app';
const DOCUMENT = `users:
  nightly:
    access-key:
      max-age: 90d
      grace: 24h
      deliver: [github-secrets: { prefix: NIGHTLY_ }]
`;

/** A key in GitHub's secrets that is replaced when it is old. Nobody waits for that. */
export async function rotateAct(stage: Stage): Promise<void> {
  const time = new ProcessTime();
  const sandbox = await startSandbox({ waiting: time });
  time.carry(sandbox.clock);
  const account = sandbox.account('123456789012');
  const admin = account.createUser('admin', { policies: [allowing({ Action: 'iam:*', Resource: '*' })] });
  const { accessKeyId, secretAccessKey } = admin.createAccessKey();
  const { secrets } = sandbox.github;
  secrets.createRepository(REPOSITORY);
  const inputs = {
    'aws-region': 'eu-central-1',
    'aws-access-key-id': accessKeyId,
    'aws-secret-access-key': secretAccessKey,
    'github-token': secrets.token({ write: [REPOSITORY], runs: [REPOSITORY] }),
    identities: DOCUMENT,
  };
  const job = new Job({ AWS_ENDPOINT_URL: sandbox.url, GITHUB_API_URL: secrets.apiUrl }, time.driver);
  stage.act(`A key in GitHub's secrets is replaced after ${DAYS} days, which pass at once: mode: rotate`);
  try {
    if (stage.all) {
      stage.scene('The document');
      stage.show(DOCUMENT.trimEnd().split('\n'));
    }
    const made = await job.step({ with: { ...inputs, mode: 'provision' } });
    if (stage.all) {
      stage.scene('mode: provision');
      stage.log(made, job);
    }
    time.advance(DAYS * DAY_MS);
    if (stage.all) stage.scene('mode: rotate');
    stage.log(await job.step({ with: { ...inputs, mode: 'rotate' } }), job, { open: true });
    if (stage.all) await stage.finish(job);
  } finally {
    job.remove();
    await sandbox.close();
    time.end();
  }
}
