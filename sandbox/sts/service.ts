import type { Operation, Service } from '../query/service';
import { admitToSts } from './admit';
import { assumeRole } from './assume-role';
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity';
import { getAccessKeyInfo } from './get-access-key-info';
import { getCallerIdentity } from './get-caller-identity';
import { getFederationToken } from './get-federation-token';
import { getSessionToken } from './get-session-token';

export const sts: Service = {
  name: 'sts',
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  admit: admitToSts,
  operations: new Map<string, Operation>([
    ['AssumeRole', assumeRole],
    ['AssumeRoleWithWebIdentity', assumeRoleWithWebIdentity],
    ['GetAccessKeyInfo', getAccessKeyInfo],
    ['GetCallerIdentity', getCallerIdentity],
    ['GetFederationToken', getFederationToken],
    ['GetSessionToken', getSessionToken],
  ]),
};
