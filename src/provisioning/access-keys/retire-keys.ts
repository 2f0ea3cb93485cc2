import { ActionError } from '../../errors/action-error';
import { messageOf } from '../../errors/message';
import type { AccountAccess } from '../changes/account-access';
import { makeCall } from '../changes/apply';
import { concurrently } from '../changes/concurrently';
import { deactivateKey, deleteKey } from './access-key';
import { recordKey } from './deliver-keys';
import { deliveredRecord } from './key-record';
import type { MadeKey } from './make-key';
import type { ReplacedKey } from './plan-key';

/**
 * Retires the keys that new ones have replaced.
 *
 * @throws ActionError `old-key-not-retired`; the new keys are delivered all the same
 */
export async function retireOldKeys(keys: readonly MadeKey[], access: AccountAccess): Promise<void> {
  await concurrently(keys, async (key) => {
    const { replaces } = key.make;
    if (!replaces) return;
    try {
      await retireKey(key, replaces, access);
    } catch (error) {
      throw notRetired(key, replaces, error);
    }
  });
}

async function retireKey(made: MadeKey, { key, retire }: ReplacedKey, access: AccountAccess): Promise<void> {
  const { user, credentials } = made;
  const deleted = retire === 'delete';
  await makeCall(deleted ? deleteKey(user, key) : deactivateKey(user, key), access);
  const record = { ...deliveredRecord(credentials.accessKeyId), retired: deleted ? undefined : key };
  await recordKey(made, record, access);
  access.log(`${deleted ? 'Deleted' : 'Deactivated'} the old key of ${user}: ${key}.`);
}

function notRetired({ user, credentials }: MadeKey, { key, retire }: ReplacedKey, error: unknown): ActionError {
  return new ActionError({
    code: 'old-key-not-retired',
    tried: `${retire} the old access key ${key} of ${user}`,
    answer: messageOf(error),
    why: `The new key, ${credentials.accessKeyId}, is delivered and works. The old one may still be active.`,
    fix: 'Fix what the answer says, and run the step again: it retires the old key.',
    cause: error,
  });
}
