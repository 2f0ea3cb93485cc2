import type { User } from '../accounts/account';
import type { SignedOperations } from '../query/service';
import { isoSeconds, type XmlFields } from '../query/xml';
import { authorize, authorizeCreation } from './authorize';
import { deleteConflict, entityAlreadyExists } from './errors';
import { authorizedUser, namedUser } from './named-identity';
import { listing } from './page';
import { boundaryFields, checkBoundary } from './permissions-boundary';
import { checkName, checkPath, isTaken, readPath, required, underPrefix } from './request';
import { requestedTags, tagFields, tagOperations } from './tags';

export const users: SignedOperations = {
  CreateUser(call) {
    const { params, caller } = call;
    const { account } = caller;
    const { UserName: name } = required(params, 'UserName');
    checkName('UserName', name, 64);
    const path = readPath(params);
    const tags = requestedTags(params);
    const { PermissionsBoundary: permissionsBoundary } = params;
    authorizeCreation(call, account.arn('iam', `user${path}${name}`), {
      tags,
      tagAction: 'iam:TagUser',
      context: { 'iam:PermissionsBoundary': permissionsBoundary },
    });
    if (isTaken(name, account.users.keys())) throw entityAlreadyExists(`User with name ${name} already exists.`);
    checkBoundary(call, permissionsBoundary);
    return { User: userDetails(account.createUser(name, { path, tags, permissionsBoundary })) };
  },

  GetUser(call) {
    const user = authorizedUser(call);
    return { User: userDetails(user, user.tagsAt(call.world.settings.readAt())) };
  },

  UpdateUser(call) {
    const { NewUserName, NewPath } = call.params;
    checkName('NewUserName', NewUserName, 64);
    checkPath('NewPath', NewPath);
    const user = namedUser(call);
    const { account } = call.caller;
    const name = NewUserName ?? user.name;
    const path = NewPath ?? user.path;
    // AWS asks for the permission over the user as it will be, too.
    authorize(call, { arn: account.arn('iam', `user${path}${name}`), label: `user ${name}`, tags: user.tags });
    const others = [...account.users.keys()].filter((other) => other !== user.name);
    if (isTaken(name, others)) throw entityAlreadyExists(`User with name ${name} already exists.`);
    account.renameUser(user, name, path);
  },

  DeleteUser(call) {
    const user = namedUser(call);
    const blocking = [
      { there: user.loginProfile !== undefined, step: 'delete login profile' },
      { there: user.accessKeys.length > 0, step: 'delete access keys' },
      { there: user.signingCertificates.size > 0, step: 'delete certificates' },
      { there: user.mfaDevices.size > 0, step: 'delete MFA device' },
      { there: user.inlinePolicies.size > 0, step: 'delete policies' },
      { there: user.attachedPolicies.size > 0, step: 'detach all policies' },
      { there: user.groups.size > 0, step: 'remove users from group' },
      // AWS has no better words for these two.
      { there: user.sshPublicKeys.size > 0, step: 'remove referenced objects' },
      { there: user.serviceSpecificCredentials.size > 0, step: 'remove referenced objects' },
    ].find(({ there }) => there);
    if (blocking) throw deleteConflict(`Cannot delete entity, must ${blocking.step} first.`);
    call.caller.account.users.delete(user.name);
  },

  ListUsers(call) {
    const { account } = call.caller;
    authorize(call, { arn: account.arn('iam', `user${call.params.PathPrefix ?? '/'}`) });
    return listing('Users', underPrefix(account.users.values(), call.params), call.params, userFields);
  },

  ...tagOperations('User', namedUser),
};

export function userFields({ path, name, id, arn, createdAt }: User): XmlFields {
  return { Path: path, UserName: name, UserId: id, Arn: arn, CreateDate: isoSeconds(createdAt) };
}

/** With what lists omit. */
function userDetails(user: User, tags = user.tags): XmlFields {
  return { ...userFields(user), PermissionsBoundary: boundaryFields(user), Tags: tagFields(tags) };
}
