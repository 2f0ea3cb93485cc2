import { tagsIn } from '../iam/tags';
import type { DeclaredUser } from '../identities/declaration';
import { readAccessKeys } from './access-keys/access-key';
import type { KeyHolder } from './access-keys/key-holder';
import { hasOwnKeys } from './access-keys/key-life';
import { planKeyRotation, type KeyObstacle, type KeyPlan, type Rotation } from './access-keys/plan-key';
import { withLastUses } from './access-keys/read-key-holder';
import { planReadable, readHolders, readyHolders, type FoundUser } from './access-keys/ready-holders';
import { hasRecords } from './access-keys/record';
import type { AccountAccess } from './changes/account-access';
import { isObstacle, type Planned } from './changes/change';
import { concurrently } from './changes/concurrently';
import { readAsOne } from './changes/read-as-one';
import { findOver, readEphemeral } from './ephemeral';
import { obstaclesOf, plansOf, type Plan } from './plan';
import { notOurs, ownerOf } from './resources/ownership';
import { findUser } from './resources/user';

/** What replaces the access keys that are due. */
export async function planRotation(
  users: readonly DeclaredUser[],
  rotation: Rotation,
  access: AccountAccess,
): Promise<Plan> {
  const read = await concurrently(users, (user) =>
    readAsOne(() => (user.accessKey ? findHolder(user, access) : findFormerHolder(user, access)), access),
  );
  const found = read.filter((one) => one !== undefined);
  const holders = await readyHolders(await readHolders(plansOf(found), access), planKeyRotation(rotation), access);
  const planned = await concurrently(holders, (holder) => planForUser(holder, rotation, access));
  return {
    phases: [],
    devices: [],
    keys: plansOf(planned).map((plan) => withNoticeOfUser(plan, access)),
    obstacles: obstaclesOf(found),
    hindered: obstaclesOf(planned),
  };
}

/** Who is not there may be in another account. */
function withNoticeOfUser(plan: KeyPlan, { account: { account } }: AccountAccess): KeyPlan {
  if (plan.holder.existing) return plan;
  const notice =
    `The account${account && ` ${account}`} has no user ${plan.user}, and so no key of it to replace. If it should have one, ` +
    'see whether the step works in the right account; else mode: provision makes it.';
  return { ...plan, notices: [...plan.notices, notice] };
}

/** A user that the document gives no key, and that has one which a run of this repository made: undefined for any other. */
async function findFormerHolder(user: DeclaredUser, access: AccountAccess): Promise<FoundUser | undefined> {
  const found = await findUser(user.name, access.iam);
  const tags = tagsIn(found?.Tags);
  if (!found || !hasRecords(tags) || ownerOf(tags, access.account.repository) !== 'this repository') return undefined;
  const existing = { tags, accessKeys: await readAccessKeys(user.name, access) };
  return hasOwnKeys(existing) ? { user, existing } : undefined;
}

/** @returns what stands in the way, where the user is not this repository's */
async function findHolder(user: DeclaredUser, access: AccountAccess): Promise<Planned<FoundUser>> {
  const { iam, account } = access;
  const found = await findUser(user.name, iam);
  if (!found) return { user, existing: undefined };
  const tags = tagsIn(found.Tags);
  const remedy = 'To take it over, run mode: provision with adopt-existing: true first';
  const isOver = await findOver([readEphemeral(tags)], access);
  const rules = { account, adoptExisting: false, isOver };
  const obstacle = notOurs('user', found.Arn ?? user.name, tags, rules, remedy);
  return obstacle ?? { user, existing: { tags, accessKeys: await readAccessKeys(user.name, access) } };
}

/** Where keys end at once, the plan says what that breaks. */
async function planForUser(
  holder: KeyHolder,
  rotation: Rotation,
  access: AccountAccess,
): Promise<KeyPlan | KeyObstacle> {
  const plan = planKeyRotation(rotation);
  const planned = planReadable(holder, plan);
  const endsKeys =
    rotation.deleteOld && !isObstacle(planned) && (planned.make?.endsOld === true || planned.endings.length > 0);
  return endsKeys ? plan(await withLastUses(holder, access)) : planned;
}
