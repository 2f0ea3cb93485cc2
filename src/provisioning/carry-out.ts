import { asOneFailure } from '../errors/action-error';
import { messageOf } from '../errors/message';
import type { Iam } from '../iam/connect';
import { tagsIn } from '../iam/tags';
import { destinationOf } from './access-keys/destinations';
import { endKeys } from './access-keys/end-keys';
import type { MadeKey } from './access-keys/make-key';
import { KeyRenewal, settlingTimeOf, type KeyLedger } from './access-keys/renew-keys';
import { takeBackAnnouncements, unaskedOfNewUsers } from './access-keys/unasked-keys';
import type { AccountAccess } from './changes/account-access';
import { apply, applyLater, nothingMade } from './changes/apply';
import type { Change } from './changes/change';
import { concurrently } from './changes/concurrently';
import { oneWait } from './changes/one-wait';
import { LONGEST_READ_AGE_MS } from './changes/require-own';
import type { Plan } from './plan';
import { identityCalls, readAttachedPolicies } from './resources/identity';
import { makeMfaDevice } from './resources/make-mfa-device';
import { declarableTags } from './resources/tags';

/** What carrying out a plan needs in addition to access to the account. */
export interface CarryingOut {
  /** Access that is not stopped by the step's time limit, to clean up with. */
  readonly unlimited: AccountAccess;
  readonly ledger: KeyLedger;
  /** Exports keys to the job, and confirms that with what is done last: where that fails, all is taken back. */
  readonly exportKeys: (keys: readonly MadeKey[], confirm: () => Promise<void>) => Promise<void>;
  /** Whether what users and roles have in the end is read and reported. */
  readonly readsBack: boolean;
}

/**
 * Makes all changes of a plan. New users and roles get what they may do while AWS learns of new keys, which are
 * delivered only once all of it is there.
 */
export async function carryOut(
  { phases, devices, keys }: Plan,
  { unlimited, ledger, exportKeys, readsBack }: CarryingOut,
  access: AccountAccess,
): Promise<void> {
  const changes = phases.flat();
  const made = nothingMade();
  const renewal = new KeyRenewal(keys, access, unlimited, ledger);
  const completeIdentities = async () => {
    await applyLater(changes, made, access);
    await concurrently(devices, (device) => makeMfaDevice(device, access, unlimited, lookTwice), asOneFailure);
    if (readsBack) await readBack(changes, access);
  };
  const lookTwice = oneWait(access.clock);
  renewal.announceWithUsers();
  try {
    await apply(phases, access, made);
    await concurrently(keys, (plan) => endKeys(plan, access, lookTwice));
    await renewal.during(async () => {
      await concurrently([() => renewal.make(), completeIdentities], (work) => work(), asOneFailure);
      await exportKeys(renewal.ofJob, () => renewal.deliver());
      renewal.ofJob.forEach((key) => {
        reportJobDelivery(key, access);
      });
    });
  } finally {
    const ofNewUsers = unaskedOfNewUsers(changes, made, (user) => renewal.isAsked(user), access);
    await takeBackAnnouncements([...ofNewUsers, ...renewal.unasked], unlimited);
    renewal.endUnasked();
  }
  await renewal.endReplaced();
}

/** How long carrying out a plan takes at least, in milliseconds, as it waits until every read must show what it asks about. */
export function ownWaitOf({ devices, keys }: Plan): number {
  const isLeft = keys.some(
    ({ arrived, endings }) => arrived !== undefined || endings.some(({ isUndelivered }) => isUndelivered),
  );
  const beforeKeys = isLeft ? LONGEST_READ_AGE_MS : 0;
  // They are waited for at once, if both are there.
  const ofDevices = !isLeft && devices.some(({ replaces }) => replaces) ? LONGEST_READ_AGE_MS : 0;
  return beforeKeys + Math.max(ofDevices, settlingTimeOf(keys));
}

/** Says where this job has a key, for as long as it lasts. */
function reportJobDelivery({ plan: { user, destinations } }: MadeKey, { log }: AccountAccess): void {
  const places = destinations.map((declared) => destinationOf(declared).description);
  log(`Delivered the key of ${user} to this job: ${places.join(', ')}.`);
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
