import { asActionError, type ActionError } from '../errors/action-error';
import type { DeclaredUser } from '../identities/declaration';
import { storedSecretsOf } from './access-keys/destinations';
import type { KeyObstacle } from './access-keys/plan-key';
import type { AccountAccess } from './changes/account-access';
import { concurrently } from './changes/concurrently';
import type { Plan } from './plan';
import { mfaDeviceArn, type DeviceObstacle } from './resources/mfa-device';

/** A user with a place that cannot be written. */
export interface UserWithoutPlace {
  readonly obstacle: KeyObstacle | DeviceObstacle;
  readonly failure: ActionError;
}

/** What is said of one place: others can be written all the same. */
const OF_ONE_PLACE: readonly ActionError['code'][] = ['github-secret-refused', 'terraform-variable-refused'];

/**
 * Makes sure that what is made for users can be delivered, before anything is made.
 *
 * @returns the users for whom it cannot, where it can for others
 * @throws ActionError where it can for nobody
 */
export async function usersWithoutPlaces(
  users: readonly DeclaredUser[],
  access: AccountAccess,
): Promise<UserWithoutPlace[]> {
  try {
    await access.stores.check(storedSecretsOf(users));
    return [];
  } catch (error) {
    // Of one user alone it is known whose place it is.
    if (!isOfOnePlace(error) || users.length === 1) throw nothingChanged(error);
    const checked = await concurrently(users, (user) => withoutPlace(user, access));
    const found = checked.filter((one) => one !== undefined);
    if (found.length === users.length) throw nothingChanged(error);
    return found;
  }
}

/**
 * A plan that does nothing to these users.
 *
 * @throws ActionError where one of them is to be created, as others may refer to it
 */
export function withoutUsers(plan: Plan, users: readonly UserWithoutPlace[]): Plan {
  const known = new Set(plan.hindered.map(({ user }) => user));
  const more = users.filter(({ obstacle }) => !known.has(obstacle.user));
  const names = new Set(more.map(({ obstacle }) => obstacle.user));
  const created = plan.phases.flat().filter(({ kind, action }) => kind === 'user' && action === 'create');
  const [isNew] = more.filter(({ obstacle }) => created.some(({ name }) => name === obstacle.user));
  if (isNew && plan.obstacles.length === 0) throw nothingChanged(isNew.failure);
  return {
    ...plan,
    keys: plan.keys.filter(({ user }) => !names.has(user)),
    hindered: [
      ...plan.hindered,
      ...more.map(({ obstacle }) => ({ ...obstacle, found: plan.keys.find(({ user }) => user === obstacle.user) })),
    ],
  };
}

async function withoutPlace(user: DeclaredUser, access: AccountAccess): Promise<UserWithoutPlace | undefined> {
  try {
    await access.stores.check(storedSecretsOf([user]));
    return undefined;
  } catch (error) {
    if (!isOfOnePlace(error)) throw nothingChanged(error);
    const failure = asActionError(error);
    const text = `what is made for the user ${user.name} could not be delivered: ${failure.message.replaceAll('\n', ' ')}`;
    const obstacle = { user: user.name, code: failure.code, text: text.replace(/\.$/, '') };
    const { accessKey, mfaDevice } = user;
    if (accessKey || !mfaDevice) return { obstacle, failure };
    return { obstacle: { ...obstacle, serial: mfaDeviceArn(mfaDevice, access.account) }, failure };
  }
}

function isOfOnePlace(error: unknown): boolean {
  return OF_ONE_PLACE.includes(asActionError(error).code);
}

function nothingChanged(error: unknown): ActionError {
  return asActionError(error).because('Nothing was changed.');
}
