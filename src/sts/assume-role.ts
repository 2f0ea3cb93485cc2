import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { credentialsIn, identityIn, type StsSession } from './answer';
import { mfaParameters, sessionPolicyParameters, type MfaProof, type SessionPolicies } from './session-parameters';
import { tagParameters, type SessionTag } from './session-tags';

export interface AssumeRoleSettings {
  readonly roleArn: string;
  readonly sessionName: string;
  /** Seconds. */
  readonly duration: number;
  readonly policies: SessionPolicies;
  readonly externalId: string | undefined;
  readonly sourceIdentity: string | undefined;
  readonly mfa: MfaProof | undefined;
  readonly tags: readonly SessionTag[];
  readonly transitiveTagKeys: readonly string[];
}

/**
 * Assumes a role with the client's credentials.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export async function assumeRole(
  client: STSClient,
  settings: AssumeRoleSettings,
  abortSignal: AbortSignal,
): Promise<StsSession> {
  const { tags, transitiveTagKeys, externalId, sourceIdentity } = settings;
  const command = new AssumeRoleCommand({
    RoleArn: settings.roleArn,
    RoleSessionName: settings.sessionName,
    DurationSeconds: settings.duration,
    ...sessionPolicyParameters(settings.policies),
    ExternalId: externalId,
    SourceIdentity: sourceIdentity,
    ...mfaParameters(settings.mfa),
    ...tagParameters(tags),
    TransitiveTagKeys: transitiveTagKeys.length > 0 ? [...transitiveTagKeys] : undefined,
  });
  const answer = await client.send(command, { abortSignal });
  return { credentials: credentialsIn(answer), identity: identityIn(answer.AssumedRoleUser?.Arn) };
}
