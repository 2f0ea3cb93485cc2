import type { GetSessionTokenCommandOutput, Credentials as StsCredentials } from '@aws-sdk/client-sts';
import { accountOfArn, isAccountId, type Identity } from '../aws/arn';
import { isPlain, type Credentials } from '../aws/credentials';
import { UnusualAnswerError } from '../network/failure';

/** A session with an identity of its own: of a role, or of a federated user. */
export interface StsSession {
  /** Temporary; they have an expiration. */
  readonly credentials: Credentials;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session name>`, or `…:federated-user/<name>`; as far as it is said. */
  readonly identity: Identity;
}

/** An answer of STS with credentials in it. */
interface StsAnswer {
  readonly Credentials?: StsCredentials | undefined;
  readonly $metadata: AnswerMetadata;
}

/** What is known of an answer that is not in its body. */
export interface AnswerMetadata extends Readonly<GetSessionTokenCommandOutput['$metadata']> {
  /** How far this machine's clock is ahead of its Date, in milliseconds. */
  readonly clockAhead?: number;
}

/**
 * Our shape of the credentials in an answer of STS.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html
 *
 * @throws UnusualAnswerError when a part is missing
 */
export function credentialsIn({ Credentials, $metadata: { clockAhead } }: StsAnswer): Credentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
  if (!isPlain(AccessKeyId) || !isPlain(SecretAccessKey) || !isPlain(SessionToken)) {
    throw new UnusualAnswerError('credentials');
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
    ...(clockAhead !== undefined && { clockAhead }),
  };
}

/**
 * Whom an answer names: AWS's says all of it, those of other vendors may say less.
 *
 * @param account where the answer has it apart from the ARN
 */
export function identityIn(arn: string | undefined, account?: string): Identity {
  const plainArn = isPlain(arn) ? arn : undefined;
  return { arn: plainArn, account: isPlain(account) ? account : plainArn && accountOfArn(plainArn) };
}

/** @throws UnusualAnswerError when AWS's answer names no ARN of an account, as it always does */
export function requireAwsIdentity({ arn, account }: Identity): void {
  if (arn === undefined || account === undefined || !isAccountId(account)) {
    throw new UnusualAnswerError('ARN with an account');
  }
}
