import { STSClient } from '@aws-sdk/client-sts';
import { clientConfiguration, type Connection } from '../aws/connection';
import type { Credentials } from '../aws/credentials';

/** A client of STS that signs with the given credentials or, without any, with those of the SDK's default chain. */
export function stsClient(connection: Connection, credentials?: Credentials): STSClient {
  const client: STSClient = new STSClient(clientConfiguration('STS', connection, credentials, () => client.config));
  return client;
}
