import { isDeepStrictEqual } from 'node:util';
import { ActionError, reasonOf } from '../../errors/action-error';
import { messageOf } from '../../errors/message';
import type { Iam } from '../../iam/connect';
import type { AccountAccess } from '../changes/account-access';
import { makeCall, makeCalls } from '../changes/apply';
import { isObstacle, requireNoObstacle } from '../changes/change';
import { concurrently } from '../changes/concurrently';
import { oneWait, type LookTwice } from '../changes/one-wait';
import { LONGEST_READ_AGE_MS } from '../changes/require-own';
import { deactivateKey, deleteKey } from './access-key';
import type { KeyHolder } from './key-holder';
import { livesOf, outdatedRecords } from './key-life';
import { idOf, type MadeKey } from './make-key';
import type { KeyPlan } from './plan-key';
import { readKeyHolderAgain, readKeysOnceRecorded } from './read-key-holder';
import { readRecords, recordTags, STAGES, tagCalls, tagNames, untagCalls } from './record';
import type { KeyEnding } from './survey-keys';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_TAGS = 50;
/** How many tags a run adds to a user at most, before it removes any: what it found of two keys, and its own key's. */
const ROOM_FOR_RECORDS = 8;

/**
 * Records what was found of keys where something is in the way of more: the next run goes on from there. Where that cannot
 * be, what is in the way is said all the same.
 *
 * @returns whether anything was recorded
 */
export async function recordFound(
  found: readonly Pick<KeyPlan, 'user' | 'records'>[],
  access: AccountAccess,
): Promise<boolean> {
  const recorded = await concurrently(found, async ({ user, records }) => {
    try {
      await makeCalls([tagCalls(user, records)], access);
      return Object.keys(records).length > 0;
    } catch (error) {
      access.warn(`What was found of the access keys of ${user} could not be recorded. ${messageOf(error)}`);
      return false;
    }
  });
  return recorded.includes(true);
}

/**
 * Records and ends what earlier runs left of a user's keys. Before a key ends that this run did not make, or is kept as one
 * that was delivered, everything is read again, and that is done only if the plan is still the same.
 *
 * @param lookTwice waits before a second look
 * @throws ActionError `another-run` when something has changed meanwhile
 */
export async function endKeys(
  plan: KeyPlan,
  access: AccountAccess,
  lookTwice: LookTwice = oneWait(access.clock),
): Promise<void> {
  const { user, records, arrived, endings, holder, planner } = plan;
  await makeRoomForRecords(plan, access);
  if (arrived !== undefined) await requireStillArrived(plan, arrived, access, lookTwice);
  await makeCalls([tagCalls(user, records)], access);
  if (endings.length === 0) return;
  if (endings.some(({ isUndelivered }) => isUndelivered)) await lookTwice();
  const holderNow = await readKeyHolderAgain(holder, access);
  if (holderNow.unread) throw holderNow.unread;
  const again = planner(holderNow);
  requireNoObstacle([again]);
  const stillEnds = ({ id, how }: KeyEnding) =>
    !isObstacle(again) && again.endings.some((other) => other.id === id && other.how === how);
  const changed = endings.find((one) => !stillEnds(one));
  if (changed) throw changedMeanwhile(`${changed.how} the access key ${changed.id} of ${user}`);
  for (const one of endings) await endKey(user, one, access);
  const deleted = endings.flatMap(({ id, how }) => (how === 'delete' ? tagNames(id, STAGES) : []));
  const others = deleted.length === 0 ? [] : outdatedIn(plan, holderNow, access);
  await makeCalls([untagCalls(user, [...new Set([...deleted, ...others])])], access);
}

/**
 * Makes sure that a key which is about to be recorded as delivered is there, and its places as they were: another run may have
 * taken it for left and deleted it before the last of them was written, and a read may be older than that. Where a new key is
 * made, that run finds it out by itself: it looks at the key that it replaces when every read must show what became of it.
 *
 * @throws ActionError `another-run` when something has changed meanwhile
 */
async function requireStillArrived(
  { user, holder, planner }: KeyPlan,
  id: string,
  access: AccountAccess,
  lookTwice: LookTwice,
): Promise<void> {
  access.log(
    `The access key ${id} of ${user}, which a run that is over made, is in its places. Looking again in ` +
      `${LONGEST_READ_AGE_MS / 1000} s, before it is recorded as delivered.`,
  );
  await lookTwice();
  const holderNow = await readKeyHolderAgain(holder, access);
  if (holderNow.unread) throw holderNow.unread;
  const again = planner(holderNow);
  requireNoObstacle([again]);
  // Another run may have recorded it meanwhile.
  const isKept = !isObstacle(again) && !again.make && [again.arrived, livesOf(holderNow).current?.id].includes(id);
  if (!isKept || !isDeepStrictEqual(holderNow.marks, holder.marks)) {
    throw changedMeanwhile(`record the access key ${id} of ${user} as delivered`);
  }
}

/** Of the records that nobody needs, those that may go before the new key is there. */
function outdatedIn({ make }: KeyPlan, holder: KeyHolder, { iam }: AccountAccess): string[] {
  // By these, the run that makes a new key sees that the one which it replaces is the same still.
  const needed = make?.replaces === undefined ? [] : tagNames(make.replaces, STAGES);
  return outdatedRecords(holder, iam.time()).filter((name) => !needed.includes(name));
}

/** A user that has as many tags as it may takes no more: then what nobody needs goes first, and else with the rest. */
async function makeRoomForRecords(plan: KeyPlan, access: AccountAccess): Promise<void> {
  const { user, holder, records, endings, make } = plan;
  const isChanged = make !== undefined || endings.length > 0 || Object.keys(records).length > 0;
  const isFull = Object.keys(holder.existing?.tags ?? {}).length + ROOM_FOR_RECORDS > MAX_TAGS;
  if (isChanged && isFull) await makeCalls([untagCalls(user, outdatedIn(plan, holder, access))], access);
}

async function endKey(user: string, { id, how, why }: KeyEnding, access: AccountAccess): Promise<void> {
  if (how === 'deactivate') {
    const deactivated = { at: access.iam.time() };
    await makeCalls([tagCalls(user, recordTags(id, { deactivated }))], access);
  }
  const isDone = await makeCall(how === 'delete' ? deleteKey(user, id) : deactivateKey(user, id), access);
  access.log(
    isDone
      ? `${how === 'delete' ? 'Deleted' : 'Deactivated'} the access key ${id} of ${user}: ${why}.`
      : `The access key ${id} of ${user} is gone already.`,
  );
}

/**
 * Deletes the key that a new one has replaced. A step that works with it works with the new one from then on.
 *
 * @throws ActionError `old-key-not-retired`; the new key is delivered all the same
 */
export async function endReplaced(made: MadeKey, access: AccountAccess): Promise<void> {
  const { plan, credentials } = made;
  const { replaces } = plan.make;
  if (replaces === undefined) return;
  try {
    const { clock } = access;
    const isEnough = (seen: KeyHolder) =>
      !seen.existing || readRecords(seen.existing.tags).keys.get(idOf(made))?.delivered !== undefined;
    const holder = await readKeysOnceRecorded(plan.holder, clock.now(), isEnough, access);
    const { current } = livesOf(holder);
    if (current?.id !== idOf(made) || !current.key?.active) throw new Error('The new key is no longer the one in use.');
    const iam: Iam = replaces === access.signingKey ? await access.iamAs(credentials) : access.iam;
    const isDone = await makeCall(deleteKey(plan.user, replaces), { ...access, iam });
    await makeCalls([untagCalls(plan.user, tagNames(replaces, STAGES))], { ...access, iam });
    access.log(
      isDone
        ? `Deleted the old key of ${plan.user}: ${replaces}.`
        : `The old key of ${plan.user} is gone already: ${replaces}.`,
    );
  } catch (error) {
    throw notRetired(made, replaces, error);
  }
}

function changedMeanwhile(tried: string): ActionError {
  return new ActionError({
    code: 'another-run',
    tried,
    why: 'The keys of the user, or what is recorded of them, have changed since the plan was made: another run is at work.',
    fix: 'Run the step again when it is over.',
  });
}

function notRetired({ plan, credentials }: MadeKey, replaced: string, error: unknown): ActionError {
  const { answer, why, fix = 'Correct what the answer says.' } = reasonOf(error);
  const delivered = `The new key, ${credentials.accessKeyId}, is delivered and works. The old one may still be active.`;
  return new ActionError({
    code: 'old-key-not-retired',
    tried: `delete the old access key ${replaced} of ${plan.user}`,
    answer,
    why: why === undefined ? delivered : `${why} ${delivered}`,
    fix: `${fix} Then run the step again with delete-old-keys: true: it deletes the old key.`,
    cause: error,
  });
}
