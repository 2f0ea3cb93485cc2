import type { Group, Role, User } from '../accounts/account';
import type { Identity } from '../accounts/identity';
import type { Refusal } from '../http/refusal';
import type { ContextValues } from '../policy/context';
import { validationError } from '../query/error';
import type { SignedCall } from '../query/service';
import { authorize } from './authorize';
import { noSuchEntity } from './errors';
import { checkName, named, required, seen } from './request';

/**
 * The user that a request is about, by default the caller, once the caller is found to be allowed to do this to it.
 * @throws Refusal ValidationError, AccessDenied or NoSuchEntity
 */
export function authorizedUser(call: SignedCall, context: ContextValues = {}): User {
  const { params, caller } = call;
  const { UserName } = params;
  checkName('UserName', UserName, 128);
  const { account, principal } = caller;
  const { type, name: ownName } = principal;
  // A role's session has no user of its own; it is refused as if its session name were one.
  const callerName = type === 'User' ? ownName : caller.arn.slice(caller.arn.lastIndexOf('/') + 1);
  const name = UserName ?? callerName;
  const user = seen(named(name, account.users), call);
  const arn = user?.arn ?? account.arn('iam', `user/${name}`);
  const boundary = { 'iam:PermissionsBoundary': user?.permissionsBoundary };
  authorize(call, { arn, label: `user ${name}`, tags: user?.tags }, { ...boundary, ...context });
  if (UserName === undefined && type === 'Role') {
    throw validationError('Must specify userName when calling with non-User credentials');
  }
  if (!user) throw userNotFound(name);
  return user;
}

/**
 * The same for a request that must name the user.
 * @throws Refusal ValidationError, AccessDenied or NoSuchEntity
 */
export function namedUser(call: SignedCall, context?: ContextValues): User {
  required(call.params, 'UserName');
  return authorizedUser(call, context);
}

export function userNotFound(name: string): Refusal {
  return noSuchEntity(`The user with name ${name} cannot be found.`);
}

/**
 * The group that a request is about, once the caller is found to be allowed to do this to it.
 * @throws Refusal ValidationError, AccessDenied or NoSuchEntity
 */
export function namedGroup(call: SignedCall, context?: ContextValues): Group {
  const { account } = call.caller;
  const { GroupName: name } = required(call.params, 'GroupName');
  checkName('GroupName', name, 128);
  const group = seen(account.groups.get(name), call);
  authorize(call, { arn: group?.arn ?? account.arn('iam', `group/${name}`), label: `group ${name}` }, context);
  if (!group) throw noSuchEntity(`The group with name ${name} cannot be found.`);
  return group;
}

/**
 * The role that a request is about, once the caller is found to be allowed to do this to it.
 * @throws Refusal ValidationError, AccessDenied or NoSuchEntity
 */
export function namedRole(call: SignedCall, context: ContextValues = {}): Role {
  const { account } = call.caller;
  const { RoleName: name } = required(call.params, 'RoleName');
  checkName('RoleName', name, 64);
  const role = seen(named(name, account.roles), call);
  const arn = role?.arn ?? account.arn('iam', `role/${name}`);
  const boundary = { 'iam:PermissionsBoundary': role?.permissionsBoundary };
  authorize(call, { arn, label: `role ${name}`, tags: role?.tags }, { ...boundary, ...context });
  if (!role) throw roleNotFound(name);
  return role;
}

export function roleNotFound(name: string): Refusal {
  return noSuchEntity(`The role with name ${name} cannot be found.`);
}

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
