import type { AccountAccess } from '../changes/account-access';
import { isObstacle } from '../changes/change';
import { concurrently } from '../changes/concurrently';
import type { KeyHolder, KeyOwner, KeyUser } from './key-holder';
import { awaitOtherRuns, keysOfOtherRuns } from './other-runs';
import type { KeyPlanner } from './plan-key';
import { readKeyHolder, withDetails } from './read-key-holder';
import { givenPlaces } from './unrenewed-places';

/** A declared user, and what IAM has of it; undefined where it is not there. */
export interface FoundUser {
  readonly user: KeyUser;
  readonly existing: KeyOwner | undefined;
}

/** Reads what the plans of users' keys must know. */
export function readHolders(found: readonly FoundUser[], access: AccountAccess): Promise<KeyHolder[]> {
  const given = givenPlaces(found);
  return concurrently(found, ({ user, existing }) =>
    readKeyHolder(user, existing, access, {
      placesOfOthers: given.filter((place) => place.user !== user.name),
      others: found.flatMap((other) => (other.user.name === user.name ? [] : (other.existing ?? []))),
    }),
  );
}

/** The same when no other run hinders the plans any more, or has been waited for. */
export async function readyHolders(
  holders: readonly KeyHolder[],
  planner: KeyPlanner,
  access: AccountAccess,
): Promise<KeyHolder[]> {
  const ready = await awaitOtherRuns(holders, access, {
    hinders(holder) {
      const planned = planReadable(holder, planner);
      const isHindered = isObstacle(planned) && planned.code === 'another-run';
      return isHindered ? keysOfOtherRuns(holder, access)[0] : undefined;
    },
    changesKeys(holder) {
      const planned = planReadable(holder, planner);
      return !isObstacle(planned) && !isKept(planned);
    },
  });
  return concurrently(ready, async (holder) => {
    const planned = planReadable(holder, planner);
    const isFull = isObstacle(planned) && planned.code === 'access-keys-full';
    return isFull ? withDetails(holder, access) : holder;
  });
}

/**
 * What is planned for a user's keys; or what is in the way where a store does not say what a run must know that changes them.
 * A plan that keeps them all needs not know it, and a dry run shows what it can.
 */
export function planReadable(holder: KeyHolder, planner: KeyPlanner): ReturnType<KeyPlanner> {
  const { user, unread, isDryRun } = holder;
  const planned = planner(holder);
  if (!unread || isDryRun || isKept(planned)) return planned;
  return { user: user.name, code: unread.code, text: unread.message.replaceAll('\n', ' ').replace(/\.$/, '') };
}

function isKept(planned: ReturnType<KeyPlanner>): boolean {
  if (isObstacle(planned)) return false;
  const { make, endings, records } = planned;
  return make === undefined && endings.length === 0 && Object.keys(records).length === 0;
}
