import type { Identity } from '../aws/arn';
import type { Connection } from '../aws/connection';
import type { Credentials } from '../aws/credentials';
import { refusalOf, retryOf } from '../aws/failure';
import { ActionError } from '../errors/action-error';
import { explainSecret } from '../github/explain-secrets';
import type { GithubSecrets } from '../github/secrets';
import { call, type CallSettings } from '../network/call';
import type { Retry } from '../network/retry';
import { stsClient } from '../sts/client';
import { explainSts } from '../sts/explain';
import { getCallerIdentity } from '../sts/get-caller-identity';
import type { Hands, Witness } from './hands';
import { connectIam } from './iam-calls';
import { describeSecret } from './key-places';

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
  const client = stsClient(connection, credentials);
  const [identity, secrets] = await Promise.all([
    call('GetCallerIdentity', (signal) => getCallerIdentity(client, signal), retryOf, calls).catch((error: unknown) => {
      throw explainSts(error, { tried: `verify ${entry.credentialsName} with STS`, region: connection.region });
    }),
    githubToken === undefined ? undefined : connectSecrets(githubToken, env, calls),
  ]);
  const [, partition = 'aws'] = identity.arn.split(':');
  const hands: Hands = {
    ...entry.witness,
    iam: connectIam(connection, credentials, calls, entry.beforeEach),
    place: { partition, account: identity.account, repository: entry.repository },
    secrets,
    clock: calls.clock,
    testKey: (key) => testKey(key, entry),
  };
  return { identity, hands };
}

/** GitHub's secrets, with every failure explained. The client is as large as all of AWS's, and needed by few. */
async function connectSecrets(token: string, env: NodeJS.ProcessEnv, calls: CallSettings): Promise<GithubSecrets> {
  const { connectGithubSecrets } = await import('../github/secrets');
  const secrets = connectGithubSecrets(token, env, calls);
  const explained = <T>(work: Promise<T>, tried: string) =>
    work.catch((error: unknown) => {
      throw explainSecret(error, tried);
    });
  return {
    put: (secret, value) => explained(secrets.put(secret, value), `write the GitHub secret ${describeSecret(secret)}`),
    remove: (secret) => explained(secrets.remove(secret), `remove the GitHub secret ${describeSecret(secret)}`),
    updatedAt: (secret) =>
      explained(secrets.updatedAt(secret), `find out when the GitHub secret ${describeSecret(secret)} was written`),
    check: (places) => explained(secrets.check(places), "reach GitHub's secrets. Nothing was changed"),
  };
}

async function testKey(credentials: Credentials, { connection, calls, beforeEach }: Entry): Promise<Identity> {
  const client = stsClient(connection, credentials);
  const ask = async (signal: AbortSignal) => {
    beforeEach?.();
    return getCallerIdentity(client, signal);
  };
  return call('GetCallerIdentity', ask, retryOfNewKey, calls).catch((error: unknown) => {
    if (error instanceof ActionError) throw error;
    const { message: answer } = error as Error;
    const tried = `use the new access key ${credentials.accessKeyId}. It is deleted again`;
    const why = 'AWS did not come to know it within a minute, or STS could not be asked.';
    const fix = 'Run the step again; if it stays, see whether the user or its keys are denied sts:GetCallerIdentity.';
    throw new ActionError({ code: 'access-key-not-accepted', tried, answer, why, fix }, { cause: error });
  });
}

/**
 * A new key is unknown to parts of AWS for a while.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency
 */
function retryOfNewKey(error: unknown): Retry {
  return refusalOf(error)?.code === 'InvalidClientTokenId' ? 'propagating' : retryOf(error);
}
