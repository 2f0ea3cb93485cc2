import type { Created } from '../runner/ledger';
import type { AccountAccess } from './changes/account-access';
import { withoutCalls, type Change } from './changes/change';
import { concurrently } from './changes/concurrently';
import { planMfaDeviceRemoval } from './resources/mfa-device';
import { planOidcProviderRemoval } from './resources/oidc-provider';
import { planPolicyRemoval } from './resources/policy';
import { planRoleRemoval } from './resources/role';
import { planUserRemoval } from './resources/user';

/**
 * Plans the removal of everything that AWS would refuse to delete a thing for, and then of the thing. What is gone
 * already is done; what is not this repository's is left. Access keys go with their users.
 *
 * @returns phases: users and roles before the policies that they have
 */
export async function planRemoval(things: readonly Created[], access: AccountAccess): Promise<Change[][]> {
  const [users, roles] = await Promise.all([
    concurrently(ofKind('user', things), ({ name }) => planUserRemoval(name, access)),
    concurrently(ofKind('role', things), ({ name }) => planRoleRemoval(name, access)),
  ]);
  const identities = [...users.map(({ change }) => change), ...roles];
  const left = leftUsers(identities);
  const [devices, policies, providers] = await Promise.all([
    concurrently(ofKind('MFA device', things), async ({ serial, user }) =>
      left.has(user)
        ? withoutCalls('leave', 'MFA device', serial, 'left as it is: so is its user')
        : planMfaDeviceRemoval(serial, user, access),
    ),
    concurrently(ofKind('policy', things), ({ arn }) => planPolicyRemoval(arn, identities, access)),
    concurrently(ofKind('OIDC provider', things), ({ arn }) => planOidcProviderRemoval(arn, access)),
  ]);
  const deletedWithUsers = new Set(users.flatMap((user) => user.devices));
  return [
    [...identities, ...devices.filter(({ name }) => !deletedWithUsers.has(name))],
    [...policies, ...providers],
  ];
}

/** Names of users that are not this repository's. */
export function leftUsers(changes: readonly Change[]): Set<string> {
  const left = changes.filter(({ action, kind }) => action === 'leave' && kind === 'user');
  return new Set(left.map(({ name }) => name));
}

export function ofKind<K extends Created['kind']>(kind: K, things: readonly Created[]) {
  return things.filter((one): one is Created & { readonly kind: K } => one.kind === kind);
}
