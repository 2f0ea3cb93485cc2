import type { Credentials } from '../../aws/credentials';
import { messageOf } from '../../errors/message';
import type { KeyDestination } from '../../identities/declaration';
import { KEY_RECORD } from '../../identities/own-tags';
import type { AccountAccess } from '../changes/account-access';
import { makeCall } from '../changes/apply';
import { deleteKey, readAccessKeys } from './access-key';
import { storeKey } from './deliver-keys';
import { arrivalOf } from './destinations';
import { readKeyRecord, recordCall, sameRecord, type KeyRecord } from './key-record';
import type { MadeKey } from './make-key';
import { recoveryOf } from './recovery';

/** A user's keys that a failed or killed run left, and what is known of them, if anything. */
export interface KeyToRecover {
  readonly user: string;
  readonly destinations: readonly KeyDestination[];
  /** The key that was made, if it did not reach those in the job that it was for. */
  readonly refused?: string | undefined;
  /** The key that was being delivered, if it was kept. */
  readonly kept?: Credentials | undefined;
  /** Whether a key may have been made just now that lists do not show yet. */
  readonly unseen?: boolean;
}

/**
 * Recovers a user's keys: those that nobody has are deleted, and the record says so. Where a part of a new key has
 * overwritten the one in use, its delivery is completed.
 *
 * @throws Error when a key may exist that AWS does not list yet: the record stays as it is, for whoever looks later
 */
export async function recoverKey(
  { user, destinations, refused, kept, unseen }: KeyToRecover,
  access: AccountAccess,
): Promise<void> {
  const { iam, secrets } = access;
  const found = await iam.find('GetUser', { UserName: user });
  if (!found) return;
  const keys = await readAccessKeys(user, iam);
  const tag = found.User?.Tags?.find(({ Key }) => Key === KEY_RECORD);
  const record = reopened(readKeyRecord(tag?.Value), refused);
  const arrival = await arrivalOf(record, keys, destinations, secrets);
  const spoiled = arrival === 'some' && 'after' in record && record.after !== undefined && kept !== undefined;
  const whole = spoiled && (await deliverAgain({ user, destinations, credentials: kept }, access));
  const recovery = recoveryOf(record, keys, whole ? 'all' : arrival);
  if (unseen && record.progress === 'creating' && recovery.orphans.length === 0) {
    throw new Error('The answer to CreateAccessKey was lost, and AWS does not list a key that it made, or not yet.');
  }
  for (const id of recovery.orphans) {
    await makeCall(deleteKey(user, id), access);
    access.log(`Deleted the access key ${id} of ${user}: the run that made it did not deliver it.`);
  }
  if (!sameRecord(record, recovery.record)) await makeCall(recordCall(user, recovery.record), access);
}

/** A key that was taken back from the job is delivered only if it is somewhere else as well. */
function reopened(record: KeyRecord, refused: string | undefined): KeyRecord {
  if (record.progress !== 'delivered' || record.key !== refused) return record;
  return { progress: 'delivering', key: refused, after: record.retiring };
}

/** Whether the secrets hold the key now, whole. */
async function deliverAgain(key: Omit<MadeKey, 'make'>, access: AccountAccess): Promise<boolean> {
  try {
    await storeKey(key, access);
    return true;
  } catch (error) {
    access.warn(messageOf(error));
    return false;
  }
}
