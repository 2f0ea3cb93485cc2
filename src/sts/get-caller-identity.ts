import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import type { Identity } from '../aws/arn';
import { identityIn } from './answer';

/**
 * Whom the client's credentials belong to. Needs no permission.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export async function getCallerIdentity(client: STSClient, abortSignal: AbortSignal): Promise<Identity> {
  const { Arn, Account } = await client.send(new GetCallerIdentityCommand({}), { abortSignal });
  return identityIn(Arn, Account);
}
