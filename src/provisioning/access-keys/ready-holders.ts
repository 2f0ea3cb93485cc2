import type { AccountAccess } from '../changes/account-access';
import { isObstacle, type Planned } from '../changes/change';
import { concurrently } from '../changes/concurrently';
import { placesOfOthers } from './destinations';
import type { KeyHolder, KeyOwner, KeyUser } from './key-holder';
import { awaitOtherRuns, keysOfOtherRuns } from './other-runs';
import type { KeyPlan, KeyPlanner } from './plan-key';
import { readKeyHolder, withDetails } from './read-key-holder';

/** A declared user, and what IAM has of it; undefined where it is not there. */
export interface FoundUser {
  readonly user: KeyUser;
  readonly existing: KeyOwner | undefined;
}

/** Reads what the plans of users' keys must know. */
export function readHolders(found: readonly FoundUser[], access: AccountAccess): Promise<KeyHolder[]> {
  const users = found.map(({ user }) => user);
  return concurrently(found, ({ user, existing }) =>
    readKeyHolder(user, existing, access, { placesOfOthers: placesOfOthers(user, users) }),
  );
}

/**
 * The same when no other run hinders the plans any more, or has been waited for.
 *
 * @throws ActionError when GitHub does not say what a run must know that changes keys: a plan that keeps them all goes on
 */
export async function readyHolders(
  holders: readonly KeyHolder[],
  planner: KeyPlanner,
  access: AccountAccess,
): Promise<KeyHolder[]> {
  const ready = await awaitOtherRuns(holders, access, {
    hinders(holder) {
      const planned = planner(holder);
      requireRead(holder, planned);
      const isHindered = isObstacle(planned) && planned.code === 'another-run';
      return isHindered ? keysOfOtherRuns(holder, access)[0] : undefined;
    },
    changesKeys(holder) {
      const planned = planner(holder);
      return !isObstacle(planned) && !isKept(planned);
    },
  });
  return concurrently(ready, async (holder) => {
    const planned = planner(holder);
    const isFull = isObstacle(planned) && planned.code === 'access-keys-full';
    return isFull ? withDetails(holder, access) : holder;
  });
}

function requireRead({ unread, isDryRun }: KeyHolder, planned: Planned<KeyPlan>): void {
  if (unread && !isDryRun && !isKept(planned)) throw unread;
}

function isKept(planned: Planned<KeyPlan>): boolean {
  if (isObstacle(planned)) return false;
  const { make, endings, records } = planned;
  return make === undefined && endings.length === 0 && Object.keys(records).length === 0;
}
