import { codeAt } from '../mfa/code';
import { parseSeed, type Seed } from '../mfa/seed';
import { makeCall, makeCalls, type Fresh } from './apply';
import type { Hands } from './hands';
import { describeSecret } from '../github/connect';
import { ownershipTags } from './ownership';
import type { MfaDevicePlan } from './plan-mfa-device';
import { tagList } from './plan-changes';

/**
 * Makes a virtual MFA device for a user: its seed is delivered before it is enabled, so that a device that is enabled
 * never is one whose codes nobody can compute.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_virtual.html
 */
export async function makeMfaDevice(
  { user, serial, change }: MfaDevicePlan,
  fresh: Fresh,
  hands: Hands,
): Promise<void> {
  const { iam, place, secrets, log } = hands;
  const { mfaDevice } = user;
  if (change.action !== 'create' || !mfaDevice) return;
  await makeCalls(change.stages, fresh, hands);
  hands.remember({ kind: 'MFA device', user: user.name, serial });
  const remove = () =>
    makeCall({ operation: 'DeleteVirtualMFADevice', input: { SerialNumber: serial } }, new Set(), hands);
  const answer = await iam.change(
    'CreateVirtualMFADevice',
    { VirtualMFADeviceName: mfaDevice.name, Path: mfaDevice.path, Tags: tagList(ownershipTags(place.repository)) },
    { takeBack: remove },
  );
  const base32 = Buffer.from(answer?.VirtualMFADevice?.Base32StringSeed ?? '').toString('utf8');
  hands.mask(base32);
  const seed = parseSeed(base32);
  if ('wrong' in seed) throw new Error(`The seed that AWS gave for ${serial} ${seed.wrong}.`);
  for (const secret of mfaDevice.deliver) {
    hands.remember({ kind: 'GitHub secret', secret });
    await secrets?.put(secret, base32);
  }
  fresh.add(serial);
  await enable({ user: user.name, serial, seed }, fresh, hands);
  log(
    `Enabled the MFA device ${serial} for ${user.name}; its seed is in ${mfaDevice.deliver.map(describeSecret).join('; ')}.`,
  );
}

interface SeededDevice {
  readonly user: string;
  readonly serial: string;
  readonly seed: Seed;
}

/** Proves the device with two codes that follow each other: the last one and the current one. */
async function enable({ user, serial, seed }: SeededDevice, fresh: Fresh, hands: Hands): Promise<void> {
  const { iam, clock, mask } = hands;
  const time = clock.time();
  const codes = await Promise.all([codeAt(seed, time - seed.period * 1000), codeAt(seed, time)]);
  codes.forEach(mask);
  const [AuthenticationCode1, AuthenticationCode2] = codes;
  try {
    await makeCall(
      {
        operation: 'EnableMFADevice',
        input: { UserName: user, SerialNumber: serial, AuthenticationCode1, AuthenticationCode2 },
      },
      fresh,
      hands,
    );
  } catch (error) {
    // The attempt whose answer was lost may have enabled it, and used the codes up.
    const devices = await iam.list('ListMFADevices', { UserName: user }, ({ MFADevices }) => MFADevices);
    if (!devices.some(({ SerialNumber }) => SerialNumber === serial)) throw error;
  }
}
