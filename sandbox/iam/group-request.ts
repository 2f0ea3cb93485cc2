import type { Group } from '../accounts/account';
import type { ContextValues } from '../policy/context';
import type { SignedCall } from '../query/service';
import { authorize } from './authorize';
import { seen } from './consistency';
import { noSuchEntity } from './errors';
import { checkName, required } from './request';

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
