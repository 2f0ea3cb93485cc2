import type { Credentials as StsCredentials } from '@aws-sdk/client-sts';
import { accountOfArn, type Identity } from '../aws/arn';
import { isPlain, type Credentials } from '../aws/credentials';
import { UnusualAnswerError } from '../aws/failure';

/** A session with an identity of its own: of a role, or of a federated user. */
export interface StsSession {
  /** Temporary; they have an expiration. */
  readonly credentials: Credentials;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session name>`, or `…:federated-user/<name>`. */
  readonly identity: Identity;
}

/**
 * Our shape of the credentials in an answer of STS.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html
 *
 * @throws UnusualAnswerError when a part is missing
 */
export function credentialsIn(answer: StsCredentials | undefined): Credentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer ?? {};
  if (!isPlain(AccessKeyId) || !isPlain(SecretAccessKey) || !isPlain(SessionToken)) {
    throw new UnusualAnswerError('credentials');
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
}

/** @throws UnusualAnswerError when the ARN is missing or names no account */
export function identityIn(arn: string | undefined): Identity {
  const account = isPlain(arn) ? accountOfArn(arn) : undefined;
  if (!isPlain(arn) || !account) throw new UnusualAnswerError('ARN with an account');
  return { arn, account };
}
