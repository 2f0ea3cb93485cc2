import type { Connection } from '../aws/connection';
import type { Credentials } from '../aws/credentials';
import { stsClient } from './client';

/**
 * The credentials that the SDK's default chain finds: in the environment, a profile, the container or the machine.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 *
 * @throws an error of the SDK when it finds none
 */
export async function defaultChainCredentials(connection: Connection): Promise<Credentials> {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = await stsClient(connection).config.credentials();
  return {
    accessKeyId,
    secretAccessKey,
    sessionToken: sessionToken === '' ? undefined : sessionToken,
    expiration,
  };
}
