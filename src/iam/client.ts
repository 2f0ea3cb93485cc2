import { IAMClient } from '@aws-sdk/client-iam';
import { clientConfiguration, configuredEndpoint, type Connection } from '../aws/connection';
import type { Credentials } from '../aws/credentials';

/** A client of IAM that signs with the given credentials. IAM has one endpoint for each partition. */
export function iamClient(connection: Connection, credentials: Credentials): IAMClient {
  const endpoint = connection.iamEndpoint;
  const client: IAMClient = new IAMClient(
    clientConfiguration({
      connection,
      credentials,
      endpoint,
      resolved: async () =>
        configuredEndpoint(endpoint, 'IAM') ??
        client.config.endpointProvider({
          Region: connection.region,
          UseFIPS: await client.config.useFipsEndpoint(),
          UseDualStack: await client.config.useDualstackEndpoint(),
        }).url,
    }),
  );
  return client;
}
