import { partitionOfArn, type Identity } from '../aws/arn';
import type { Connection } from '../aws/connection';
import type { Credentials } from '../aws/credentials';
import { connectGithubSecrets } from '../github/connect';
import { connectIam } from '../iam/connect';
import type { CallSettings } from '../network/call';
import { connectSts } from '../sts/connect';
import type { AccountAccess, Reporter } from './changes/account-access';

/** With what an account is opened. */
export interface AccountEntry {
  readonly credentials: Credentials;
  /** The credentials, for messages. */
  readonly credentialsName: string;
  /** Whose the credentials are, where that is known. */
  readonly identity: Identity | undefined;
  readonly connection: Connection;
  readonly calls: CallSettings;
  /** The repository for which things are made: `owner/name`. */
  readonly repository: string;
  /** May write Actions secrets. */
  readonly githubToken: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly reporter: Reporter;
  /** Called before every call to IAM and every test of a key; what it throws ends the step. */
  readonly beforeEach?: () => void;
}

/** An account that is open for changes. */
export interface OpenAccount {
  /** Whose the credentials are. */
  readonly identity: Identity;
  readonly access: AccountAccess;
  /** Access that nothing ends before its time, to clean up with. */
  readonly unlimited: AccountAccess;
}

/** Finds out whose the credentials are, and connects to all that changes need. */
export async function openAccount(entry: AccountEntry): Promise<OpenAccount> {
  const { credentials, connection, calls, repository, githubToken, env } = entry;
  const identify = async () => {
    if (entry.identity) return entry.identity;
    const sts = await connectSts(connection, credentials, calls);
    return sts.getCallerIdentity(`verify ${entry.credentialsName} with STS`);
  };
  const [identity, iam, unlimitedIam, secrets] = await Promise.all([
    identify(),
    connectIam(connection, credentials, calls, entry.beforeEach),
    connectIam(connection, credentials, calls),
    githubToken === undefined ? undefined : connectGithubSecrets(githubToken, env, calls),
  ]);
  const access: AccountAccess = {
    ...entry.reporter,
    iam,
    account: { partition: partitionOfArn(identity.arn), account: identity.account, repository },
    secrets,
    clock: calls.clock,
    testKey: (key) => testKey(key, entry),
  };
  return { identity, access, unlimited: { ...access, iam: unlimitedIam } };
}

async function testKey(credentials: Credentials, { connection, calls, beforeEach }: AccountEntry): Promise<Identity> {
  const sts = await connectSts(connection, credentials, calls);
  return sts.testNewKey(() => beforeEach?.(), `use the new access key ${credentials.accessKeyId}. It is deleted again`);
}
