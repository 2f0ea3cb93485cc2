import type { Tags } from '../../identities/declaration';
import { RECORD_PREFIX } from '../../identities/own-tags';

/**
 * The tag of a user for whom the document has an MFA device, or had one: nobody would ask for the devices of a user for whom
 * it has none, as documents may have hundreds of users.
 */
const RECORD = `${RECORD_PREFIX}mfa-device`;

/** What is recorded of a user that is to have a device. */
export function deviceRecord(): Tags {
  return { [RECORD]: 'declared' };
}

/** Whether a user was to have a device, by its tags. */
export function hadDevice(tags: Tags): boolean {
  return RECORD in tags;
}
