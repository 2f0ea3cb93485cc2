import type { Role, User } from '../accounts/account';
import type { ContextValues } from '../policy/context';
import type { SignedCall } from '../query/service';
import { namedRole } from './role-request';
import { namedUser } from './user-request';

/** What the operations that users and roles have alike need to know of either. */
export interface IdentityKind {
  readonly noun: 'User' | 'Role';
  /** The one that a request names, once the caller is found to be allowed to do this to it. */
  readonly find: (call: SignedCall, context?: ContextValues) => User | Role;
  /** Characters of all inline policies together. */
  readonly inlineLimit: number;
}

export const userKind: IdentityKind = { noun: 'User', find: namedUser, inlineLimit: 2048 };
export const roleKind: IdentityKind = { noun: 'Role', find: namedRole, inlineLimit: 10_240 };
