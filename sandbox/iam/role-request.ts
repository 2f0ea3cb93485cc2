import type { Role } from '../accounts/account';
import type { Refusal } from '../http/refusal';
import type { ContextValues } from '../policy/context';
import type { SignedCall } from '../query/service';
import { authorize } from './authorize';
import { seen } from './consistency';
import { noSuchEntity } from './errors';
import { checkName, required } from './request';

/**
 * The role that a request is about, once the caller is found to be allowed to do this to it.
 * @throws Refusal ValidationError, AccessDenied or NoSuchEntity
 */
export function namedRole(call: SignedCall, context: ContextValues = {}): Role {
  const { account } = call.caller;
  const { RoleName: name } = required(call.params, 'RoleName');
  checkName('RoleName', name, 64);
  const role = seen(account.roles.get(name), call);
  const arn = role?.arn ?? account.arn('iam', `role/${name}`);
  const boundary = { 'iam:PermissionsBoundary': role?.permissionsBoundary };
  authorize(call, { arn, label: `role ${name}`, tags: role?.tags }, { ...boundary, ...context });
  if (!role) throw roleNotFound(name);
  return role;
}

export function roleNotFound(name: string): Refusal {
  return noSuchEntity(`The role with name ${name} cannot be found.`);
}
