import { GetSessionTokenCommand, type STSClient } from '@aws-sdk/client-sts';
import type { Credentials } from '../aws/credentials';
import { credentialsIn } from './answer';
import { mfaParameters, type MfaProof } from './session-parameters';

export interface GetSessionTokenSettings {
  /** Seconds, from 900 to 129,600. AWS's default, 43,200, if omitted. */
  readonly duration: number | undefined;
  readonly mfa: MfaProof | undefined;
}

/**
 * A temporary session of the IAM user whose long-term keys sign. Needs no permission.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
 */
export async function getSessionToken(
  client: STSClient,
  { duration, mfa }: GetSessionTokenSettings,
  abortSignal: AbortSignal,
): Promise<Credentials> {
  const command = new GetSessionTokenCommand({
    DurationSeconds: duration,
    ...mfaParameters(mfa),
  });
  return credentialsIn(await client.send(command, { abortSignal }));
}
