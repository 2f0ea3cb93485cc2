import { STSClient } from '@aws-sdk/client-sts';
import { clientConfiguration, type Connection } from '../aws/connection';
import type { Credentials } from '../aws/credentials';

/** A client of STS that signs with the given credentials or, without any, with those of the SDK's default chain. */
export function stsClient(connection: Connection, credentials?: Credentials): STSClient {
  const client: STSClient = new STSClient(clientConfiguration('STS', connection, credentials, () => client.config));
  return client;
}

/**
 * The credentials that the SDK's default chain finds: in the environment, a profile, the container or the machine.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 *
 * @throws an error of the SDK when it finds none
 */
export async function defaultChainCredentials(connection: Connection): Promise<Credentials> {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = await stsClient(connection).config.credentials();
  return { accessKeyId, secretAccessKey, sessionToken: sessionToken === '' ? undefined : sessionToken, expiration };
}
