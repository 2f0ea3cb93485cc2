import { Refusal } from '../http/refusal';
import type { Operation, Service, SignedCall } from '../query/service';
import { accessKeys } from './access-keys';
import { attachmentOperations } from './attached-policies';
import { groups } from './groups';
import { inlinePolicyOperations } from './inline-policies';
import { instanceProfiles } from './instance-profiles';
import { loginProfiles } from './login-profiles';
import { managedPolicies } from './managed-policies';
import { mfaDevices } from './mfa-devices';
import { groupKind, roleKind, userKind } from './named-identity';
import { oidcProviders } from './oidc-providers';
import { boundaryOperations } from './permissions-boundary';
import { roles } from './roles';
import { serviceSpecificCredentials } from './service-specific-credentials';
import { signingCertificates } from './signing-certificates';
import { simulation } from './simulation';
import { sshPublicKeys } from './ssh-public-keys';
import { users } from './users';

const operations = {
  ...users,
  ...groups,
  ...accessKeys,
  ...managedPolicies,
  ...roles,
  ...instanceProfiles,
  ...oidcProviders,
  ...mfaDevices,
  ...loginProfiles,
  ...signingCertificates,
  ...sshPublicKeys,
  ...serviceSpecificCredentials,
  ...simulation,
  ...boundaryOperations(userKind),
  ...boundaryOperations(roleKind),
  ...attachmentOperations(userKind),
  ...attachmentOperations(groupKind),
  ...attachmentOperations(roleKind),
  ...inlinePolicyOperations(userKind),
  ...inlinePolicyOperations(groupKind),
  ...inlinePolicyOperations(roleKind),
};

export const iam: Service = {
  name: 'iam',
  version: '2010-05-08',
  namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  checkCaller,
  operations: new Map(
    Object.entries(operations).map(([name, run]): [string, Operation] => [name, { signed: true, run }]),
  ),
};

/**
 * Turns away federated users, and users' sessions that were made without MFA.
 * @throws Refusal InvalidClientTokenId: IAM acts as if it did not know the credentials.
 */
function checkCaller(_action: string, { caller: { session } }: SignedCall): void {
  if (session?.kind === 'FederatedUser' || (session?.kind === 'UserSession' && !session.mfaAt)) {
    throw new Refusal(403, 'InvalidClientTokenId', 'The security token included in the request is invalid');
  }
}
