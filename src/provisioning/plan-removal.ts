import type { AccountAccess } from './changes/account-access';
import { withoutCalls, type Change } from './changes/change';
import { concurrently } from './changes/concurrently';
import { planMfaDeviceRemoval } from './resources/mfa-device';
import { planOidcProviderRemoval } from './resources/oidc-provider';
import { planPolicyRemoval } from './resources/policy';
import { planRoleRemoval } from './resources/role';
import { planUserRemoval } from './resources/user';

/** What is to be removed, where it is there and this repository's. */
export interface RemovalTargets {
  /** Names. */
  readonly users: readonly string[];
  readonly roles: readonly string[];
  /** ARNs. */
  readonly policies: readonly string[];
  readonly oidcProviders: readonly string[];
  /** Virtual ones, with the users that they were made for. */
  readonly mfaDevices: readonly { readonly user: string; readonly serial: string }[];
}

/**
 * Plans the removal of everything that AWS would refuse to delete a thing for, and then of the thing. What is gone
 * already is done; what is not this repository's is left.
 *
 * @returns phases: users and roles before the policies that they have
 */
export async function planRemoval(targets: RemovalTargets, access: AccountAccess): Promise<Change[][]> {
  const [users, roles] = await Promise.all([
    concurrently(targets.users, (name) => planUserRemoval(name, access)),
    concurrently(targets.roles, (name) => planRoleRemoval(name, access)),
  ]);
  const identities = [...users.map(({ change }) => change), ...roles];
  const left = leftUsers(identities);
  const [devices, policies, providers] = await Promise.all([
    concurrently(targets.mfaDevices, async ({ serial, user }) =>
      left.has(user)
        ? withoutCalls('leave', 'MFA device', serial, 'left as it is: so is its user')
        : planMfaDeviceRemoval(serial, user, access),
    ),
    concurrently(targets.policies, (arn) => planPolicyRemoval(arn, identities, access)),
    concurrently(targets.oidcProviders, (arn) => planOidcProviderRemoval(arn, access)),
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
