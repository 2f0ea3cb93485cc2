import type { Operation } from '../query/service';
import { isoSeconds } from '../query/xml';
import { page } from './page';
import { authorizedUser } from './user-request';

export const listMfaDevices: Operation = {
  signed: true,
  run(call) {
    const { name, mfaDevices } = authorizedUser(call, 'iam:ListMFADevices');
    const { items, ...rest } = page([...mfaDevices.values()], call.params);
    const member = items.map(({ serialNumber, enabledAt }) => ({
      UserName: name,
      SerialNumber: serialNumber,
      EnableDate: isoSeconds(enabledAt),
    }));
    return { MFADevices: { member }, ...rest };
  },
};
