import type { User } from '../accounts/account';
import { Constraints } from '../query/constraints';
import { AwsError, validationError } from '../query/error';
import type { SignedCall } from '../query/service';
import { authorize } from './authorize';

/**
 * The user that a request is about, by default the caller, once the caller is found to be allowed to do this to it.
 * @throws AwsError ValidationError, AccessDenied or NoSuchEntity
 */
export function authorizedUser(call: SignedCall, action: string): User {
  const { params, caller } = call;
  const { UserName } = params;
  checkUserName(UserName);
  const { account } = caller.principal;
  // A role's session has no user of its own; it is refused as if its session name were one.
  const name = UserName ?? caller.arn.slice(caller.arn.lastIndexOf('/') + 1);
  const user = account.users.get(name);
  authorize(call, action, { arn: user?.arn ?? account.arn('iam', `user/${name}`), label: `user ${name}` });
  if (UserName === undefined && caller.principal.type === 'Role') {
    throw validationError('Must specify userName when calling with non-User credentials');
  }
  if (!user) throw new AwsError(404, 'NoSuchEntity', `The user with name ${name} cannot be found.`);
  return user;
}

function checkUserName(name: string | undefined): void {
  const constraints = new Constraints();
  constraints.length('userName', name, 1, 128);
  constraints.check();
  if (name !== undefined && !/^[\w+=,.@-]+$/.test(name)) {
    throw validationError(
      'The specified value for userName is invalid. It must contain only alphanumeric characters and/or the ' +
        'following: +=,.@_-',
    );
  }
}
