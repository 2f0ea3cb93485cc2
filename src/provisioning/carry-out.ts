import { messageOf } from '../errors/message';
import type { Iam } from '../iam/connect';
import { destinationOf } from './access-keys/destinations';
import { KeyRenewal, type KeepForPost } from './access-keys/key-renewal';
import type { MadeKey } from './access-keys/make-key';
import { retireOldKeys } from './access-keys/retire-keys';
import type { AccountAccess } from './changes/account-access';
import { apply, applyLater, makeCalls, removeSecret } from './changes/apply';
import type { Change } from './changes/change';
import { concurrently } from './changes/concurrently';
import type { Plan } from './plan';
import { identityCalls, readAttachedPolicies } from './resources/identity';
import { makeMfaDevice } from './resources/make-mfa-device';
import { declarableTags, tagsIn } from './resources/tags';

/** What carrying out a plan needs in addition to access to the account. */
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
  // Recovers what earlier runs left, and records that keys are about to be made.
  await concurrently(keys, ({ change }) => makeCalls(change.stages, access));
  const renewal = new KeyRenewal(keys, access, unlimited, keepForPost);
  const completeIdentities = async () => {
    await applyLater(changes, made, access);
    await concurrently(devices, (device) => makeMfaDevice(device, access, unlimited));
    if (readsBack) await readBack(changes, access);
  };
  await renewal.allOrNone(async () => {
    await concurrently([() => renewal.make(), completeIdentities], (work) => work());
    await exportKeys(renewal.made, () => renewal.deliver());
    renewal.made.forEach((key) => {
      reportJobDelivery(key, access);
    });
  });
  await retireOldKeys(renewal.made, access);
  await concurrently(secrets, (secret) => removeSecret(secret, access));
}

/** Says where this job has a key. Where keys outlast the job, their delivery is reported as it is done. */
function reportJobDelivery({ user, destinations }: MadeKey, { log }: AccountAccess): void {
  const ofJob = destinations.map(destinationOf).filter(({ halves }) => halves.length === 0);
  if (ofJob.length === 0) return;
  log(`Delivered the key of ${user} to this job: ${ofJob.map(({ description }) => description).join(', ')}.`);
}

/** Reads what users and roles have now that they were made or changed, and reports it. It stops nothing if it cannot. */
async function readBack(changes: readonly Change[], { iam, log }: AccountAccess): Promise<void> {
  const touched = changes.filter(({ action }) => action === 'create' || action === 'change');
  await concurrently(touched, async ({ kind, name }) => {
    if (kind !== 'user' && kind !== 'role') return;
    try {
      log(`The ${kind} ${name} has ${await describeIdentity(kind, name, iam)} attached.`);
    } catch (error) {
      log(`The ${kind} ${name} could not be read back: ${messageOf(error)}`);
    }
  });
}

async function describeIdentity(kind: 'user' | 'role', name: string, iam: Iam): Promise<string> {
  const [tags, arns] = await Promise.all([
    kind === 'user' ? iam.list('ListUserTags', { UserName: name }, ({ Tags }) => Tags) : undefined,
    readAttachedPolicies(identityCalls(kind, name), iam),
  ]);
  const policies = arns.length === 0 ? 'no managed policies' : `the managed policies ${arns.join(', ')}`;
  if (!tags) return policies;
  const declarable = Object.entries(declarableTags(tagsIn(tags)));
  return `the tags ${declarable.map(([key, value]) => `${key}=${value}`).join(', ')} and ${policies}`;
}
