import type { Operation, Service } from '../query/service';
import { absent } from './absent';
import { accessKeys } from './access-keys';
import { admitToIam } from './admit';
import { attachmentOperations } from './attached-policies';
import { roleKind, userKind } from './identity-kind';
import { inlinePolicyOperations } from './inline-policies';
import { managedPolicies } from './managed-policies';
import { mfaDevices } from './mfa-devices';
import { oidcProviders } from './oidc-providers';
import { boundaryOperations } from './permissions-boundary';
import { roles } from './roles';
import { simulation } from './simulation';
import { users } from './users';

const operations = {
  ...users,
  ...accessKeys,
  ...managedPolicies,
  ...roles,
  ...oidcProviders,
  ...mfaDevices,
  ...absent,
  ...simulation,
  ...boundaryOperations(userKind),
  ...boundaryOperations(roleKind),
  ...attachmentOperations(userKind),
  ...attachmentOperations(roleKind),
  ...inlinePolicyOperations(userKind),
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
