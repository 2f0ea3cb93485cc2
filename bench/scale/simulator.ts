import { realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inputVariables, readActionMetadata } from '../../sandbox/runner/action-metadata';
import { programOf, PROJECT } from '../../sandbox/runner/processes';
import { startSandbox } from '../../sandbox/sandbox';
import { currentJob, HostedJob, hostJobs } from '../fleet/hosted-job';
import { runJobs } from '../fleet/run-jobs';
import { VirtualTime } from '../fleet/virtual-time';
import { ACCOUNT, createAdmin, documentOf } from './documents';

/** A step that provisions a document, in an account whose IAM serves so many requests a second. */
export interface Limited {
  readonly count: number;
  readonly perSecond: number;
  readonly latencyMs: number;
}

export interface Served {
  /** Seconds that the step took. */
  readonly seconds: number;
  /** Requests to IAM that it served, and those that it refused. */
  readonly calls: number;
  readonly throttled: number;
  readonly error: string | undefined;
}

async function simulate({ count, perSecond, latencyMs }: Limited): Promise<Served> {
  const time = new VirtualTime(currentJob);
  time.install();
  hostJobs();
  const sandbox = await startSandbox();
  const inputs = createAdmin(sandbox);
  sandbox.faults.latency(latencyMs);
  sandbox.faults.rateLimit({ service: 'iam', perSecond });
  const file = join(process.env.HOME ?? '', 'identities.json');
  writeFileSync(file, JSON.stringify(documentOf(count)));
  const action = readActionMetadata(PROJECT);
  const given = { mode: 'provision', ...inputs, identities: 'identities.json' };
  const env = {
    AWS_ENDPOINT_URL: sandbox.url,
    GITHUB_WORKSPACE: process.env.HOME ?? '',
    ...inputVariables(action, given),
  };
  const job = new HostedJob(realpathSync(programOf(PROJECT, action.runs.main)), env);
  let error: string | undefined;
  await runJobs([{ start: 0, job }], time, (ended) => (error = ended.outcome(time.now).error));
  const requests = sandbox.requests.filter(({ service }) => service === 'iam');
  const throttled = requests.filter(({ errorCode }) => errorCode === 'Throttling').length;
  const { users, roles } = sandbox.account(ACCOUNT);
  // The administrator is one of the users.
  const isDone = users.size + roles.size === count + 1;
  await sandbox.close();
  return {
    seconds: time.now / 1000,
    calls: requests.length - throttled,
    throttled,
    error: isDone ? undefined : (error ?? 'not all was made'),
  };
}

process.once('message', (limited: Limited) => {
  void simulate(limited).then((served) => {
    process.send?.(served, () => {
      process.exit(0);
    });
  });
});
