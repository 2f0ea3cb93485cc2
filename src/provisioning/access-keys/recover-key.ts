import type { Credentials } from '../../aws/credentials';
import type { UnfinishedKey } from '../../runner/ledger';
import type { AccountAccess } from '../changes/account-access';
import { LONGEST_READ_AGE_MS } from '../changes/require-own';
import { deliverKey } from './deliver-keys';
import { endWithJob } from './end-with-job';
import { keyHolderOf, type KeyHolder } from './key-holder';
import { FENCE_MS, livesOf } from './key-life';
import { takeBack } from './make-key';
import { readKeysAgain } from './read-key-holder';
import { announcementTag, readRecords } from './record';
import { takeBackAnnouncements } from './unasked-keys';

/**
 * Ends what a main step that was killed had begun with a user's key: its announcement is taken back where AWS was not asked
 * for it; one that nobody has is deleted, and one whose delivery was begun is delivered whole.
 *
 * @param begun the key, where its delivery was begun
 * @throws Error when something is left that only a later run can judge
 */
export async function recoverKey(
  { user, destinations, id, isOnlyAnnounced = false }: UnfinishedKey,
  begun: Credentials | undefined,
  access: AccountAccess,
): Promise<void> {
  if (isOnlyAnnounced) {
    await takeBackAnnouncements([{ user, isThere: false }], access);
    return;
  }
  if (id === undefined) {
    access.log(`Whether ${user} has got an access key that nobody has, the next run of provision or rotate finds out.`);
    return;
  }
  if (!begun) {
    await endWithJob(user, id, access, { isAnnounced: true });
    return;
  }
  const accessKey = { deliver: destinations, maxAge: undefined, grace: undefined };
  const unread = keyHolderOf({ name: user, accessKey }, undefined, access);
  let { holder, key, record } = lookedUp(id, await readKeysAgain(unread, access));
  if (key && !record?.delivered) {
    // A read may not show yet what main recorded last. A key that was delivered is not written again: its places would have
    // other times than are recorded, and pass for somebody else's.
    await access.clock.sleep(LONGEST_READ_AGE_MS);
    ({ holder, key, record } = lookedUp(id, await readKeysAgain(unread, access)));
  }
  if (!key || record?.delivered) return;
  if (access.iam.time() - key.created.getTime() >= FENCE_MS) {
    throw new Error(
      `The delivery of the access key ${id} of ${user} was begun. The next run finds out how far it came.`,
    );
  }
  const others = holder.existing?.accessKeys.flatMap((one) => (one.id === id ? [] : one.id)) ?? [];
  // A key that came with it, as its request arrived twice, is none that was there.
  const { announcements } = readRecords(holder.existing?.tags ?? {});
  const { known = others } = announcements.find(({ tag }) => tag === announcementTag(access.run)) ?? {};
  // Any of them may have been in its places until now, as main had planned.
  const held = livesOf(holder).replaced.map((one) => one.key.id);
  const make = { known, replaces: record?.made?.replaces, endsOld: false, held };
  const sent = { now: access.clock.now(), time: access.clock.time() };
  const made = { plan: { user, destinations, holder, make }, credentials: begun, created: key.created, sent };
  const delivery = { isHeld: true };
  try {
    await deliverKey(made, access, (mayBe) => (delivery.isHeld = mayBe));
  } catch (error) {
    if (!delivery.isHeld) await takeBack(user, id, access, { isAnnounced: true });
    throw error;
  }
}

/** What is there of a key, and recorded of it. */
function lookedUp(id: string, holder: KeyHolder) {
  const { tags, accessKeys } = holder.existing ?? { tags: {}, accessKeys: [] };
  return { holder, key: accessKeys.find((one) => one.id === id), record: readRecords(tags).keys.get(id) };
}
