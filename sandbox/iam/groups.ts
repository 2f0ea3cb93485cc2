import type { Group, User } from '../accounts/account';
import type { SignedCall, SignedOperations } from '../query/service';
import { isoSeconds, type XmlFields } from '../query/xml';
import { authorize } from './authorize';
import { deleteConflict, entityAlreadyExists, quotaExceeded } from './errors';
import { namedGroup, namedUser, userNotFound } from './named-identity';
import { listing } from './page';
import { checkName, isTaken, named, readPath, required, seen, underPrefix } from './request';
import { userFields } from './users';

const maxGroups = 10;

export const groups: SignedOperations = {
  CreateGroup(call) {
    const { account } = call.caller;
    const { GroupName: name } = required(call.params, 'GroupName');
    checkName('GroupName', name, 128);
    const path = readPath(call.params);
    authorize(call, { arn: account.arn('iam', `group${path}${name}`) });
    if (isTaken(name, account.groups.keys())) throw entityAlreadyExists(`Group with name ${name} already exists.`);
    return { Group: groupFields(account.createGroup(name, { path })) };
  },

  GetGroup(call) {
    const group = namedGroup(call);
    const members = call.caller.account.membersOf(group);
    return { Group: groupFields(group), ...listing('Users', members, call.params, userFields) };
  },

  DeleteGroup(call) {
    const { account } = call.caller;
    const group = namedGroup(call);
    const { name, inlinePolicies, attachedPolicies } = group;
    if (account.membersOf(group).length > 0) {
      throw deleteConflict('Cannot delete entity, must remove users from group first.');
    }
    if (inlinePolicies.size > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
    if (attachedPolicies.size > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
    account.groups.delete(name);
  },

  ListGroups(call) {
    const { account } = call.caller;
    authorize(call, { arn: account.arn('iam', `group${call.params.PathPrefix ?? '/'}`) });
    return listing('Groups', underPrefix(account.groups.values(), call.params), call.params, groupFields);
  },

  ListGroupsForUser: (call) => listing('Groups', [...namedUser(call).groups], call.params, groupFields),

  AddUserToGroup(call) {
    const { group, user } = readMembership(call);
    if (!user.groups.has(group) && user.groups.size >= maxGroups) {
      throw quotaExceeded('GroupsPerUser', maxGroups);
    }
    user.groups.add(group);
  },

  // AWS does not complain about a user who is not in the group.
  RemoveUserFromGroup(call) {
    const { group, user } = readMembership(call);
    user.groups.delete(group);
  },
};

/**
 * The group and the user that a request names; the caller's permissions are those over the group.
 * @throws Refusal ValidationError, AccessDenied or NoSuchEntity
 */
function readMembership(call: SignedCall): { readonly group: Group; readonly user: User } {
  const { UserName } = required(call.params, 'GroupName', 'UserName');
  checkName('UserName', UserName, 128);
  const group = namedGroup(call);
  const user = seen(named(UserName, call.caller.account.users), call);
  if (!user) throw userNotFound(UserName);
  return { group, user };
}

function groupFields({ path, name, id, arn, createdAt }: Group): XmlFields {
  return { Path: path, GroupName: name, GroupId: id, Arn: arn, CreateDate: isoSeconds(createdAt) };
}
