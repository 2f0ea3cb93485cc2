import type { Account, User } from '../accounts/account';
import type { MfaDevice } from '../accounts/mfa-device';
import { Refusal } from '../http/refusal';
import type { ContextValues } from '../policy/context';
import { Constraints } from '../query/constraints';
import type { Parameters } from '../query/parameters';
import type { SignedCall, SignedOperations } from '../query/service';
import { isoSeconds } from '../query/xml';
import { authorize, authorizeCreation } from './authorize';
import { deleteConflict, entityAlreadyExists, noSuchEntity, quotaExceeded } from './errors';
import { authorizedUser, namedUser } from './named-identity';
import { listing } from './page';
import { checkName, readPath, required, seen } from './request';
import { requestedTags, tagFields, tagOperations } from './tags';

const maxDevices = 8;

export const mfaDevices: SignedOperations = {
  CreateVirtualMFADevice(call) {
    const { params, caller } = call;
    const { account } = caller;
    const { VirtualMFADeviceName: name } = required(params, 'VirtualMFADeviceName');
    checkName('VirtualMFADeviceName', name, 226);
    const resource = `${readPath(params).slice(1)}${name}`;
    const tags = requestedTags(params);
    const arn = account.arn('iam', `mfa/${resource}`);
    authorizeCreation(call, arn, { tags, tagAction: 'iam:TagMFADevice' });
    if (account.virtualMfaDevices.has(arn)) {
      throw entityAlreadyExists('MFADevice entity at the same path and name already exists.');
    }
    const device = account.createMfaDevice(resource);
    device.tags = tags;
    const Base32StringSeed = Buffer.from(device.seed).toString('base64');
    return { VirtualMFADevice: { SerialNumber: arn, Base32StringSeed, Tags: tagFields(tags) } };
  },

  EnableMFADevice(call) {
    const { world } = call;
    const { AuthenticationCode1, AuthenticationCode2 } = readCodes(call.params);
    const serialNumber = readSerialNumber(call.params);
    const user = namedUser(call);
    const device = deviceOf(call, serialNumber);
    if (holderOf(device, call.caller.account)) {
      throw entityAlreadyExists(`MFA device ${serialNumber} is already in use.`);
    }
    if (user.mfaDevices.size >= maxDevices) throw quotaExceeded('MFADevicesPerUser', maxDevices);
    if (!device.enable(AuthenticationCode1, AuthenticationCode2, world.clock.now())) {
      throw new Refusal(403, 'InvalidAuthenticationCode', 'Authentication code for device is not valid.');
    }
    user.mfaDevices.set(serialNumber, device);
  },

  DeactivateMFADevice(call) {
    const serialNumber = readSerialNumber(call.params);
    const user = authorizedUser(call);
    if (!user.mfaDevices.delete(serialNumber)) throw noSuchEntity('MFA Device invalid for user.');
  },

  DeleteVirtualMFADevice(call) {
    const { account } = call.caller;
    const device = namedDevice(call);
    if (holderOf(device, account)) throw deleteConflict('MFA VirtualDevice in use. Must deactivate first.');
    account.virtualMfaDevices.delete(device.serialNumber);
  },

  ListVirtualMFADevices(call) {
    const { params, caller } = call;
    const { account } = caller;
    const { AssignmentStatus = 'Any' } = params;
    const constraints = new Constraints();
    constraints.oneOf('assignmentStatus', AssignmentStatus, ['Assigned', 'Unassigned', 'Any']);
    constraints.check();
    authorize(call, { arn: account.arn('iam', 'mfa/*') });
    const devices = [...account.virtualMfaDevices.values()]
      .map((device) => ({ device, user: holderOf(device, account) }))
      .filter(({ user }) => AssignmentStatus === 'Any' || (user !== undefined) === (AssignmentStatus === 'Assigned'));
    return listing('VirtualMFADevices', devices, params, ({ device, user }) => ({
      SerialNumber: device.serialNumber,
      EnableDate: user && isoSeconds(device.enabledAt),
      User: user && {
        Path: user.path,
        UserName: user.name,
        UserId: user.id,
        Arn: user.arn,
        CreateDate: isoSeconds(user.createdAt),
      },
    }));
  },

  GetMFADevice(call) {
    const serialNumber = readSerialNumber(call.params);
    const user = authorizedUser(call);
    const device = user.mfaDevices.get(serialNumber);
    if (!device) throw noSuchEntity('MFA Device invalid for user.');
    return { UserName: user.name, SerialNumber: serialNumber, EnableDate: isoSeconds(device.enabledAt) };
  },

  ListMFADevices(call) {
    const { name, mfaDevices } = authorizedUser(call);
    return listing('MFADevices', [...mfaDevices.values()], call.params, ({ serialNumber, enabledAt }) => ({
      UserName: name,
      SerialNumber: serialNumber,
      EnableDate: isoSeconds(enabledAt),
    }));
  },

  ...tagOperations('MFADevice', namedDevice),
};

/**
 * The virtual device that a request is about, once the caller is found to be allowed to do this to it.
 * @throws Refusal ValidationError, AccessDenied or NoSuchEntity
 */
function namedDevice(call: SignedCall, context?: ContextValues): MfaDevice {
  const arn = readSerialNumber(call.params);
  authorize(call, { arn, tags: call.caller.account.virtualMfaDevices.get(arn)?.tags }, context);
  return deviceOf(call, arn);
}

/** @throws Refusal ValidationError */
function readSerialNumber(params: Parameters): string {
  const { SerialNumber } = required(params, 'SerialNumber');
  const constraints = new Constraints();
  constraints.length('serialNumber', SerialNumber, 9, 256);
  constraints.pattern('serialNumber', SerialNumber, '[\\w+=/:,.@-]*');
  constraints.check();
  return SerialNumber;
}

/** @throws Refusal ValidationError */
function readCodes(params: Parameters) {
  const codes = required(params, 'AuthenticationCode1', 'AuthenticationCode2');
  const constraints = new Constraints();
  constraints.pattern('authenticationCode1', codes.AuthenticationCode1, '[\\d]{6}');
  constraints.pattern('authenticationCode2', codes.AuthenticationCode2, '[\\d]{6}');
  constraints.check();
  return codes;
}

/** @throws Refusal NoSuchEntity */
function deviceOf(call: SignedCall, serialNumber: string): MfaDevice {
  const device = seen(call.caller.account.virtualMfaDevices.get(serialNumber), call);
  if (!device) throw noSuchEntity(`VirtualMFADevice with serial number ${serialNumber} doesn't exist.`);
  return device;
}

/** The user that has enabled a device. */
function holderOf({ serialNumber }: MfaDevice, { users }: Account): User | undefined {
  return [...users.values()].find(({ mfaDevices }) => mfaDevices.has(serialNumber));
}
