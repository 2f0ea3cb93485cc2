import type { AccountAccess } from '../changes/account-access';
import { isObstacle } from '../changes/change';
import { concurrently } from '../changes/concurrently';
import { readKeyHolder, type KeyHolder, type KeyOwner, type KeyUser } from './key-holder';
import { awaitOtherRuns, keysOfOtherRuns } from './other-runs';
import type { KeyPlanner } from './plan-key';

/** A declared user, and what IAM has of it; undefined where it is not there. */
export interface FoundUser {
  readonly user: KeyUser;
  readonly existing: KeyOwner | undefined;
}

/** Reads what the plans of users' keys must know, when no other run hinders them any more, or has been waited for. */
export async function readyHolders(
  found: readonly FoundUser[],
  planner: KeyPlanner,
  access: AccountAccess,
): Promise<KeyHolder[]> {
  const holders = await concurrently(found, ({ user, existing }) => readKeyHolder(user, existing, access));
  return awaitOtherRuns(holders, access, {
    hinders(holder) {
      const planned = planner(holder);
      const isHindered = isObstacle(planned) && planned.code === 'another-run';
      return isHindered ? keysOfOtherRuns(holder, access)[0] : undefined;
    },
  });
}
