import { GetFederationTokenCommand, type STSClient } from '@aws-sdk/client-sts';
import { credentialsIn, identityIn, type StsSession } from './answer';
import { sessionPolicyParameters, type SessionPolicies } from './session-parameters';
import { tagParameters, type SessionTag } from './session-tags';

export interface GetFederationTokenSettings {
  /** 2 to 32 characters. */
  readonly name: string;
  /** Seconds, from 900 to 129,600. AWS's default, 43,200, if omitted. */
  readonly duration: number | undefined;
  /** Without any, the session may do nothing. */
  readonly policies: SessionPolicies;
  readonly tags: readonly SessionTag[];
}

/**
 * A session with a name of its own that may do what both the user whose long-term keys sign, and the session policies
 * allow. Needs `sts:GetFederationToken`.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
 */
export async function getFederationToken(
  client: STSClient,
  { name, duration, policies, tags }: GetFederationTokenSettings,
  abortSignal: AbortSignal,
): Promise<StsSession> {
  const command = new GetFederationTokenCommand({
    Name: name,
    DurationSeconds: duration,
    ...sessionPolicyParameters(policies),
    ...tagParameters(tags),
  });
  const answer = await client.send(command, { abortSignal });
  return { credentials: credentialsIn(answer), identity: identityIn(answer.FederatedUser?.Arn) };
}
