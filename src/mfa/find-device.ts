import type { RefusalRule, FailedCall } from '../aws/explain';
import { ActionError } from '../errors/action-error';
import type { Iam } from '../iam/connect';

/**
 * The serial number of the only MFA device with codes of the user whose keys sign. Needs `iam:ListMFADevices` on that
 * user. https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html
 *
 * @throws ActionError `mfa-lookup-failed` when the user has none or several, or may not list them
 */
export async function findMfaDevice(iam: Iam): Promise<string> {
  const purpose = { tried: 'look the MFA device up, as mfa-serial is omitted', rules: [mayNotList] };
  const devices = await iam.list('ListMFADevices', {}, ({ MFADevices }) => MFADevices, purpose);
  // Security keys show no codes.
  const serials = devices.flatMap(({ SerialNumber: serial }) => (serial?.includes(':u2f/') === false ? [serial] : []));
  const [serial, ...others] = serials;
  if (serial !== undefined && others.length === 0) return serial;
  throw new ActionError({
    code: 'mfa-lookup-failed',
    tried: 'find the MFA device of the user whose keys are given',
    why: serial === undefined ? 'The user has none.' : `The user has several: ${serials.join(', ')}.`,
    fix:
      serial === undefined
        ? 'Give the user a virtual MFA device and its seed in mfa-secret, or check whose keys these are.'
        : 'Set mfa-serial to the one that mfa-code or mfa-secret belongs to.',
  });
}

/** All other refusals say nothing about devices: wrong keys, a clock that is off, no connection. */
const mayNotList: RefusalRule<FailedCall> = ({ code }) =>
  code === 'AccessDenied' && {
    code: 'mfa-lookup-failed',
    why: 'The user may not list its own devices.',
    fix: 'Set mfa-serial to the ARN of the device, or allow the user "iam:ListMFADevices" on itself.',
    also: 'Or set mfa-serial to the ARN of the device.',
  };
