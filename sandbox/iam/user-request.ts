import type { User } from '../accounts/account';
import type { Refusal } from '../http/refusal';
import type { ContextValues } from '../policy/context';
import { validationError } from '../query/error';
import type { SignedCall } from '../query/service';
import { authorize } from './authorize';
import { seen } from './consistency';
import { noSuchEntity } from './errors';
import { checkName, required } from './request';

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
  const user = seen(account.users.get(name), call);
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
