import { describeSecret } from '../github/connect';
import { KeyRenewal, type KeepForPost } from './access-keys/key-renewal';
import type { MadeKey } from './access-keys/make-key';
import type { AccountAccess } from './changes/account-access';
import { apply, applyLater } from './changes/apply';
import { concurrently } from './changes/concurrently';
import type { Plan } from './plan';
import { makeMfaDevice } from './resources/mfa-device';
import { readBack } from './resources/read-back';

/** What carrying out a plan needs besides access to the account. */
export interface CarryingOut {
  /** Access that is not stopped by the step's time limit, to clean up with. */
  readonly unlimited: AccountAccess;
  readonly keepForPost: KeepForPost;
  /** Exports keys to the job, and delivers them to where they outlast it: where that fails, all is taken back. */
  readonly exportKeys: (keys: readonly MadeKey[], deliver: () => Promise<void>) => Promise<void>;
  /** Whether what users and roles have in the end is read and reported. */
  readonly readsBack: boolean;
}

/**
 * Makes all changes of a plan. New users and roles get what they may do while AWS learns of new keys, which are
 * delivered only once all of it is there.
 */
export async function carryOut(
  { phases, devices, keys, secrets }: Plan,
  { unlimited, keepForPost, exportKeys, readsBack }: CarryingOut,
  access: AccountAccess,
): Promise<void> {
  const changes = phases.flat();
  const made = await apply(phases, access);
  const renewal = new KeyRenewal(keys, access, unlimited, keepForPost);
  await renewal.prepare();
  const completeIdentities = async () => {
    await applyLater(changes, made, access);
    await concurrently(devices, (device) => makeMfaDevice(device, access));
    if (readsBack) await readBack(changes, access);
  };
  await renewal.allOrNone(async () => {
    await concurrently([() => renewal.make(), completeIdentities], (work) => work());
    await exportKeys(renewal.made, () => renewal.deliver());
  });
  await renewal.retireOld();
  await concurrently(secrets, async (secret) => {
    await access.secrets?.remove(secret);
    access.log(`Removed the GitHub secret ${describeSecret(secret)}.`);
  });
}
