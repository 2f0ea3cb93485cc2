import { messageOf } from '../../errors/message';
import { tagsIn } from '../../iam/tags';
import type { AccountAccess } from '../changes/account-access';
import { makeCalls, type Made } from '../changes/apply';
import type { Change, PlannedCall } from '../changes/change';
import { concurrently } from '../changes/concurrently';
import { announcementTag, untagCalls } from './record';

/** A user whose key was announced and never asked for. */
export interface Unasked {
  readonly user: string;
  /** Whether AWS has answered that the user is there; else its making, or the announcement, may have failed. */
  readonly isThere: boolean;
}

/**
 * Those of the users that this run makes together with the announcement of a key, which it has not asked for.
 *
 * @param made what it has made
 * @param isAsked whether the key of a user was asked for
 */
export function unaskedOfNewUsers(
  changes: readonly Change[],
  { arns }: Made,
  isAsked: (user: string) => boolean,
  { run }: Pick<AccountAccess, 'run'>,
): Unasked[] {
  const announced = changes.filter(({ kind, stages }) => kind === 'user' && stages.flat().some(isAnnouncing));
  return announced.flatMap(({ name, creates }) =>
    isAsked(name) ? [] : { user: name, isThere: creates !== undefined && 'arn' in creates && arns.has(creates.arn) },
  );

  function isAnnouncing({ operation, input }: PlannedCall): boolean {
    return operation === 'CreateUser' && (input.Tags ?? []).some(({ Key }) => Key === announcementTag(run));
  }
}

/**
 * Takes back the announcements of keys that this run knows it has not asked for: with one, a key that a person makes soon
 * after would pass for one whose answer was lost, and go when nobody uses it for a day. It stops nothing if it cannot.
 */
export async function takeBackAnnouncements(unasked: readonly Unasked[], access: AccountAccess): Promise<void> {
  const { iam, run, log } = access;
  const tag = announcementTag(run);
  await concurrently(unasked, async ({ user, isThere }) => {
    try {
      const isAnnounced = isThere || tag in tagsIn((await iam.find('GetUser', { UserName: user }))?.User?.Tags);
      if (isAnnounced) await makeCalls([untagCalls(user, [tag])], access, () => (isThere ? [user] : []));
    } catch (error) {
      log(
        `No access key of ${user} was asked for, but its tags announce one still. If a person makes one soon, it is ` +
          `taken for a key whose answer was lost. ${messageOf(error)}`,
      );
    }
  });
}
