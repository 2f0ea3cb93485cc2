import { AssumeRoleWithWebIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { credentialsIn, identityIn, type StsSession } from './answer';
import { sessionPolicyParameters, type SessionPolicies } from './session-parameters';

export interface AssumeRoleWithWebIdentitySettings {
  readonly roleArn: string;
  readonly sessionName: string;
  /** Seconds. */
  readonly duration: number;
  readonly policies: SessionPolicies;
  /** A JSON Web Token of an identity provider that the role's account knows. */
  readonly token: string;
}

/**
 * Assumes a role with a web identity token. The request is not signed.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export async function assumeRoleWithWebIdentity(
  client: STSClient,
  settings: AssumeRoleWithWebIdentitySettings,
  abortSignal: AbortSignal,
): Promise<StsSession> {
  const command = new AssumeRoleWithWebIdentityCommand({
    RoleArn: settings.roleArn,
    RoleSessionName: settings.sessionName,
    DurationSeconds: settings.duration,
    WebIdentityToken: settings.token,
    ...sessionPolicyParameters(settings.policies),
  });
  const answer = await client.send(command, { abortSignal });
  return { credentials: credentialsIn(answer), identity: identityIn(answer.AssumedRoleUser?.Arn) };
}
