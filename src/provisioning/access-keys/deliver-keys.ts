import { ActionError } from '../../errors/action-error';
import { messageOf } from '../../errors/message';
import { describeSecret } from '../../identities/declaration';
import type { AccountAccess } from '../changes/account-access';
import { makeCall } from '../changes/apply';
import { concurrently } from '../changes/concurrently';
import { outlastsJob, storedHalves } from './destinations';
import { deliveredRecord, recordCall, type KeyRecord } from './key-record';
import type { MadeKey } from './make-key';

/** Writes keys to where they outlast the job, and records that they are delivered. */
export async function deliverKeys(keys: readonly MadeKey[], access: AccountAccess): Promise<void> {
  await concurrently(keys, async (key) => {
    if (!outlastsJob(key.destinations)) return;
    await recordKey(key, { progress: 'delivering', key: idOf(key), after: key.make.replaces?.key }, access);
    await storeKey(key, access);
  });
  await concurrently(keys, (key) =>
    recordKey(key, { ...deliveredRecord(idOf(key)), retiring: key.make.replaces?.key }, access),
  );
}

/**
 * Writes a key to where it outlasts the job, half by half.
 *
 * @throws ActionError `delivery-incomplete` when only a part could be written
 */
export async function storeKey(
  { user, destinations, credentials }: Omit<MadeKey, 'make'>,
  access: AccountAccess,
): Promise<void> {
  const written: string[] = [];
  for (const { half, secret } of storedHalves(destinations)) {
    access.remember({ kind: 'GitHub secret', secret });
    try {
      await access.secrets?.put(secret, credentials[half]);
    } catch (error) {
      throw written.length === 0 ? error : deliveryIncomplete(user, written, describeSecret(secret), error);
    }
    written.push(describeSecret(secret));
  }
  access.log(`Delivered the key of ${user} to GitHub: ${written.join('; ')}.`);
}

function deliveryIncomplete(user: string, written: readonly string[], refused: string, error: unknown): ActionError {
  return new ActionError({
    code: 'delivery-incomplete',
    tried: `deliver the new access key of ${user} whole`,
    answer: messageOf(error),
    why:
      `GitHub took ${written.join(', ')}, and did not take ${refused}: the two do not belong together ` +
      'now. Secrets are written one by one, and the earlier ones cannot be read to be put back.',
    fix:
      'See below whether the clean-up could write them all; else run this step again: it makes a new key and writes ' +
      'all of it. Until then, what uses these secrets fails.',
    cause: error,
  });
}

/** Records what becomes of a key that was made. */
export async function recordKey({ user }: MadeKey, record: KeyRecord, access: AccountAccess): Promise<void> {
  // A user that was made just now may not be known everywhere.
  await makeCall(recordCall(user, record), access, [user]);
}

function idOf({ credentials }: MadeKey): string {
  return credentials.accessKeyId;
}
