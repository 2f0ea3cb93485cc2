import type { AccountAccess } from '../changes/account-access';
import { makeCall } from '../changes/apply';
import { concurrently } from '../changes/concurrently';
import { outlastsJob, storeKey } from './destinations';
import { deliveredRecord, recordCall, type KeyRecord } from './key-record';
import type { MadeKey } from './make-key';

/** Writes keys to where they outlast the job, and records that they are delivered. */
export async function deliverKeys(keys: readonly MadeKey[], access: AccountAccess): Promise<void> {
  await concurrently(keys, async (key) => {
    if (!outlastsJob(key.destinations)) return;
    await recordKey(key, { stage: 'delivering', key: idOf(key), after: key.make.replaces?.key }, access);
    await storeKey(key, access);
  });
  await concurrently(keys, (key) =>
    recordKey(key, { ...deliveredRecord(idOf(key)), retiring: key.make.replaces?.key }, access),
  );
}

/** Records what becomes of a key that was made. */
export async function recordKey({ user }: MadeKey, record: KeyRecord, access: AccountAccess): Promise<void> {
  // A user that was made just now may not be known everywhere.
  await makeCall(recordCall(user, record), access, [user]);
}

function idOf({ credentials }: MadeKey): string {
  return credentials.accessKeyId;
}
