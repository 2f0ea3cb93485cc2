import { partitionOfArn, type Identity } from '../aws/arn';
import type { Connection } from '../aws/connection';
import type { Credentials } from '../aws/credentials';
import { connectGithubSecrets } from '../github/connect';
import { connectIam } from '../iam/connect';
import type { CallSettings } from '../network/call';
import { connectSts } from '../sts/connect';
import type { Hands, Witness } from './hands';

/** With what an account is opened. */
export interface Entry {
  readonly credentials: Credentials;
  /** The credentials, for messages. */
  readonly credentialsName: string;
  readonly connection: Connection;
  readonly calls: CallSettings;
  /** The repository for which things are made: `owner/name`. */
  readonly repository: string;
  /** May write Actions secrets. */
  readonly githubToken: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly witness: Witness;
  /** Called before every call to IAM and every test of a key; what it throws ends the step. */
  readonly beforeEach?: () => void;
}

/** Finds out whose the credentials are, and connects to all that changes need. */
export async function openAccount(entry: Entry): Promise<{ readonly identity: Identity; readonly hands: Hands }> {
  const { credentials, connection, calls, githubToken, env } = entry;
  const identify = async () => {
    const sts = await connectSts(connection, credentials, calls);
    return sts.getCallerIdentity(`verify ${entry.credentialsName} with STS`);
  };
  const [identity, iam, secrets] = await Promise.all([
    identify(),
    connectIam(connection, credentials, calls, entry.beforeEach),
    githubToken === undefined ? undefined : connectGithubSecrets(githubToken, env, calls),
  ]);
  const hands: Hands = {
    ...entry.witness,
    iam,
    place: { partition: partitionOfArn(identity.arn), account: identity.account, repository: entry.repository },
    secrets,
    clock: calls.clock,
    testKey: (key) => testKey(key, entry),
  };
  return { identity, hands };
}

async function testKey(credentials: Credentials, { connection, calls, beforeEach }: Entry): Promise<Identity> {
  const sts = await connectSts(connection, credentials, calls);
  return sts.testNewKey(() => beforeEach?.(), `use the new access key ${credentials.accessKeyId}. It is deleted again`);
}
