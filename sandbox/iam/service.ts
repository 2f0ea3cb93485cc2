import type { Operation, Service } from '../query/service';
import { admitToIam } from './admit';
import { getUser } from './get-user';
import { listMfaDevices } from './list-mfa-devices';

export const iam: Service = {
  name: 'iam',
  version: '2010-05-08',
  namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  admit: admitToIam,
  operations: new Map<string, Operation>([
    ['GetUser', getUser],
    ['ListMFADevices', listMfaDevices],
  ]),
};
