import { STSClient } from '@aws-sdk/client-sts';
import { clientConfiguration, configuredEndpoint, type Connection } from '../aws/connection';
import type { Credentials } from '../aws/credentials';

/** A client of STS that signs with the given credentials or, without any, with those of the SDK's default chain. */
export function stsClient(connection: Connection, credentials?: Credentials): STSClient {
  const endpoint = connection.stsEndpoint;
  const client: STSClient = new STSClient(
    clientConfiguration({
      connection,
      credentials,
      endpoint,
      resolved: async () =>
        configuredEndpoint(endpoint, 'STS') ??
        client.config.endpointProvider({
          Region: connection.region,
          UseFIPS: await client.config.useFipsEndpoint(),
          UseDualStack: await client.config.useDualstackEndpoint(),
          UseGlobalEndpoint: false,
        }).url,
    }),
  );
  return client;
}
