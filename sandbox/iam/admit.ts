import { Refusal } from '../http/refusal';
import type { SignedCall } from '../query/service';

/**
 * Turns away federated users, and users' sessions that were made without MFA.
 * @throws Refusal InvalidClientTokenId: IAM acts as if it did not know the credentials.
 */
export function admitToIam(_action: string, { caller: { session } }: SignedCall): void {
  if (session?.kind === 'FederatedUser' || (session?.kind === 'UserSession' && !session.mfaAt)) {
    throw new Refusal(403, 'InvalidClientTokenId', 'The security token included in the request is invalid');
  }
}
