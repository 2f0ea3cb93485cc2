import type { Group, Role, User } from '../accounts/account';
import type { Identity } from '../accounts/identity';
import type { ContextValues } from '../policy/context';
import type { SignedCall } from '../query/service';
import { namedGroup } from './group-request';
import { namedRole } from './role-request';
import { namedUser } from './user-request';

/** What the operations that users, groups and roles have alike need to know of each. */
export interface IdentityKind<Found extends Identity = Identity> {
  readonly noun: Found['type'];
  /** The one that a request names, once the caller is found to be allowed to do this to it. */
  readonly find: (call: SignedCall, context?: ContextValues) => Found;
  /** Characters of all inline policies together. */
  readonly inlineLimit: number;
}

export const userKind: IdentityKind<User> = { noun: 'User', find: namedUser, inlineLimit: 2048 };
export const groupKind: IdentityKind<Group> = { noun: 'Group', find: namedGroup, inlineLimit: 5120 };
export const roleKind: IdentityKind<Role> = { noun: 'Role', find: namedRole, inlineLimit: 10_240 };
