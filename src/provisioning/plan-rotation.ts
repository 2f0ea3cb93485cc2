import { tagsIn } from '../iam/tags';
import type { DeclaredUser } from '../identities/declaration';
import { readAccessKeys } from './access-keys/access-key';
import { readKeyHolder, withLastUses } from './access-keys/key-holder';
import { awaitOtherRuns } from './access-keys/other-runs';
import { planKeyRotation, type KeyPlan, type Rotation } from './access-keys/plan-key';
import type { AccountAccess } from './changes/account-access';
import { isObstacle, requireNoObstacle, type Planned } from './changes/change';
import { concurrently } from './changes/concurrently';
import { readAsOne } from './changes/read-as-one';
import { findOver, readEphemeral } from './ephemeral';
import { plansOf, type Plan } from './plan';
import { notOurs } from './resources/ownership';
import { findUser } from './resources/user';

/**
 * What replaces the access keys that are due.
 *
 * @throws ActionError when something is in the way, with all that is
 */
export async function planRotation(
  users: readonly DeclaredUser[],
  rotation: Rotation,
  access: AccountAccess,
): Promise<Plan> {
  const withKeys = users.filter(({ accessKey }) => accessKey);
  const planned = await concurrently(withKeys, (user) => readAsOne(() => planForUser(user, rotation, access), access));
  requireNoObstacle(planned);
  return { phases: [], devices: [], keys: plansOf(planned) };
}

async function planForUser(user: DeclaredUser, rotation: Rotation, access: AccountAccess): Promise<Planned<KeyPlan>> {
  const { iam, account } = access;
  const found = await findUser(user.name, iam);
  const plan = planKeyRotation(rotation);
  if (!found) return plan(await readKeyHolder(user, undefined, access));
  const tags = tagsIn(found.Tags);
  const remedy = 'To take it over, run mode: provision with adopt-existing: true first';
  const isOver = await findOver([readEphemeral(tags)], access);
  const rules = { account, adoptExisting: false, isOver };
  const obstacle = notOurs('user', found.Arn ?? user.name, tags, rules, remedy);
  if (obstacle) return obstacle;
  const accessKeys = await readAccessKeys(user.name, access);
  const holder = await awaitOtherRuns(await readKeyHolder(user, { tags, accessKeys }, access), access);
  const planned = plan(holder);
  const endsKeys =
    rotation.deleteOld && !isObstacle(planned) && (planned.make?.endsOld === true || planned.endings.length > 0);
  return endsKeys ? plan(await withLastUses(holder, access)) : planned;
}
