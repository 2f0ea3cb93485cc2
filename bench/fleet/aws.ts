import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import type { StepInput } from '../contenders';
import { createRole } from '../role';
import { burstOf, type Fleet } from './fleet';
import type { StsCalls } from './outcome';

/**
 * Requests a second, for each account and region, that STS lets through of those made with AWS credentials, together:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-sts-requests
 */
export const STS_QUOTA = 600;

const SIGNED = ['AssumeRole', 'GetCallerIdentity'];

/** Needs no AWS credentials, so it does not share their quota. AWS names none for it: the same is assumed. */
const UNSIGNED = ['AssumeRoleWithWebIdentity'];

const REGION = 'eu-central-1';

/** A local AWS with a role for the fleet, and the step that its jobs run. */
export async function startAws({ from, limit, latencyMs }: Fleet): Promise<{ sandbox: Sandbox; step: StepInput }> {
  const sandbox = await startSandbox();
  const account = sandbox.account('123456789012');
  const user = account.createUser('mona');
  const role = createRole(account, user);
  sandbox.faults.latency(latencyMs);
  if (limit !== undefined) {
    // AWS fills its buckets every second: one holds the requests of a second.
    // https://aws.amazon.com/blogs/security/how-to-monitor-and-query-iam-resources-at-scale-part-2/
    for (const actions of [SIGNED, UNSIGNED]) {
      sandbox.faults.rateLimit({ service: 'sts', actions, perSecond: limit, burst: burstOf(limit) });
    }
  }
  const inputs = { 'aws-region': REGION, 'role-to-assume': role.arn };
  const endpoint = { AWS_ENDPOINT_URL_STS: sandbox.url };
  if (from === 'OIDC') {
    return { sandbox, step: { with: inputs, env: { ...endpoint, ...sandbox.github.environment() } } };
  }
  const { accessKeyId, secretAccessKey } = user.createAccessKey();
  const keys = { 'aws-access-key-id': accessKeyId, 'aws-secret-access-key': secretAccessKey };
  return { sandbox, step: { with: { ...inputs, ...keys }, env: endpoint } };
}

export function stsCalls({ requests }: Sandbox): StsCalls {
  const made = requests.filter(({ service }) => service === 'sts');
  return { made: made.length, throttled: made.filter(({ errorCode }) => errorCode === 'Throttling').length };
}
