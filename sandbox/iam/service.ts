import type { Operation, Service } from '../query/service';
import { accessKeys } from './access-keys';
import { admitToIam } from './admit';
import { attachmentOperations } from './attached-policies';
import { groups } from './groups';
import { groupKind, roleKind, userKind } from './identity-kind';
import { inlinePolicyOperations } from './inline-policies';
import { instanceProfiles } from './instance-profiles';
import { loginProfiles } from './login-profiles';
import { managedPolicies } from './managed-policies';
import { mfaDevices } from './mfa-devices';
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
  admit: admitToIam,
  operations: new Map(
    Object.entries(operations).map(([name, run]): [string, Operation] => [name, { signed: true, run }]),
  ),
};
