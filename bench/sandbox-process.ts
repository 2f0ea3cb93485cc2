import { githubIssuer, type JobEnvironment } from '../sandbox/github/oidc';
import { startSandbox, type Sandbox } from '../sandbox/sandbox';

/** What the sandbox holds for the benchmark. */
export interface World {
  readonly url: string;
  /** The variables of a job with `id-token: write`. */
  readonly oidc: JobEnvironment;
  /** A user's key; the user may assume the role. */
  readonly key: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** A role for the user and for the job. */
  readonly roleArn: string;
}

/** Requests that arrived. */
export interface Calls {
  readonly idToken: number;
  readonly aws: number;
}

/** What the benchmark asks of this process. Each order is answered, with the calls since the order before. */
export interface Order {
  /** From now on, the delay of every answer; left out, it stays as it is. */
  readonly latencyMs?: number;
}

async function main(): Promise<void> {
  const sandbox = await startSandbox();
  let counted = 0;
  process.on('message', ({ latencyMs }: Order) => {
    if (latencyMs !== undefined) {
      sandbox.faults.clear();
      sandbox.faults.latency(latencyMs);
    }
    const recent = sandbox.requests.slice(counted);
    counted = sandbox.requests.length;
    const idToken = recent.filter(({ service }) => service === 'github').length;
    tell({ idToken, aws: recent.length - idToken });
  });
  process.once('disconnect', () => void sandbox.close());
  tell(fill(sandbox));
}

function fill(sandbox: Sandbox): World {
  const account = sandbox.account('123456789012');
  const user = account.createUser('mona');
  const { accessKeyId, secretAccessKey } = user.createAccessKey();
  const provider = account.createOidcProvider({ url: githubIssuer, clientIds: ['sts.amazonaws.com'] });
  const role = account.createRole('deploy', {
    trust: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: user.arn }, Action: ['sts:AssumeRole', 'sts:TagSession'] },
        {
          Effect: 'Allow',
          Principal: { Federated: provider.arn },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:octo/app:*' } },
        },
      ],
    },
  });
  const key = { accessKeyId, secretAccessKey };
  return { url: sandbox.url, oidc: sandbox.github.environment(), key, roleArn: role.arn };
}

function tell(message: World | Calls): void {
  process.send?.(message);
}

void main();
