import type { User } from '../sandbox/accounts/account';
import type { JobEnvironment } from '../sandbox/github/oidc';
import { startSandbox, type Sandbox } from '../sandbox/sandbox';
import { createRole } from './role';

/** What the sandbox holds for the benchmark. */
export interface World {
  readonly url: string;
  /** The variables of a job with `id-token: write`. */
  readonly oidc: JobEnvironment;
  /** A user's key; the user may assume the role. */
  readonly key: Key;
  /** A key of a user who may do everything in the account. */
  readonly adminKey: Key;
  /** A role for the user and for the job. */
  readonly roleArn: string;
  /** Roles for the job, each in an account of its own. */
  readonly roleArns: readonly string[];
}

export interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Requests that arrived. */
export interface Calls {
  readonly idToken: number;
  readonly aws: number;
}

/** What the benchmark asks of this process. Each order is answered, with the calls since the order before. */
export interface Order {
  /** From now on, the delay of every answer; if omitted, it stays as it is. */
  readonly latencyMs?: number;
  /** A user that is taken out of the account, with all it has, if it is there. */
  readonly withoutUser?: string;
}

const ACCOUNT = '123456789012';
const FURTHER_ACCOUNTS = Array.from({ length: 20 }, (_, index) => `${200_000_000_001 + index}`);

async function main(): Promise<void> {
  const sandbox = await startSandbox();
  let counted = 0;
  process.on('message', ({ latencyMs, withoutUser }: Order) => {
    if (latencyMs !== undefined) {
      sandbox.faults.clear();
      sandbox.faults.latency(latencyMs);
    }
    if (withoutUser !== undefined) sandbox.account(ACCOUNT).users.delete(withoutUser);
    const recent = sandbox.requests.slice(counted);
    counted = sandbox.requests.length;
    const idToken = recent.filter(({ service }) => service === 'github').length;
    tell({ idToken, aws: recent.length - idToken });
  });
  process.once('disconnect', () => void sandbox.close());
  tell(fill(sandbox));
}

function fill(sandbox: Sandbox): World {
  const account = sandbox.account(ACCOUNT);
  const user = account.createUser('mona');
  const admin = account.createUser('admin', {
    policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }],
  });
  return {
    url: sandbox.url,
    oidc: sandbox.github.environment(),
    key: keyOf(user),
    adminKey: keyOf(admin),
    roleArn: createRole(account, user).arn,
    roleArns: FURTHER_ACCOUNTS.map((id) => createRole(sandbox.account(id), user).arn),
  };
}

function keyOf(user: User): Key {
  const { accessKeyId, secretAccessKey } = user.createAccessKey();
  return { accessKeyId, secretAccessKey };
}

function tell(message: World | Calls): void {
  process.send?.(message);
}

void main();
