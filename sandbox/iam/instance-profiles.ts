import type { InstanceProfile, Role } from '../accounts/account';
import type { ContextValues } from '../policy/context';
import type { SignedCall, SignedOperations } from '../query/service';
import { isoSeconds, type XmlFields } from '../query/xml';
import { authorize, authorizeCreation } from './authorize';
import { deleteConflict, entityAlreadyExists, noSuchEntity, quotaExceeded } from './errors';
import { namedRole, roleNotFound } from './named-identity';
import { listing } from './page';
import { checkName, isTaken, named, readPath, required, seen, underPrefix } from './request';
import { roleFields } from './roles';
import { requestedTags, tagFields, tagOperations } from './tags';

export const instanceProfiles: SignedOperations = {
  CreateInstanceProfile(call) {
    const { account } = call.caller;
    const { InstanceProfileName: name } = required(call.params, 'InstanceProfileName');
    checkName('InstanceProfileName', name, 128);
    const path = readPath(call.params);
    const tags = requestedTags(call.params);
    const arn = account.arn('iam', `instance-profile${path}${name}`);
    authorizeCreation(call, arn, { tags, tagAction: 'iam:TagInstanceProfile' });
    if (isTaken(name, account.instanceProfiles.keys())) {
      throw entityAlreadyExists(`Instance Profile ${name} already exists.`);
    }
    return { InstanceProfile: profileDetails(account.createInstanceProfile(name, { path, tags })) };
  },

  GetInstanceProfile: (call) => ({ InstanceProfile: profileDetails(namedProfile(call)) }),

  DeleteInstanceProfile(call) {
    const { name, role } = namedProfile(call);
    if (role) throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
    call.caller.account.instanceProfiles.delete(name);
  },

  ListInstanceProfiles(call) {
    const { account } = call.caller;
    authorize(call, { arn: account.arn('iam', `instance-profile${call.params.PathPrefix ?? '/'}`) });
    const profiles = underPrefix(account.instanceProfiles.values(), call.params);
    return listing('InstanceProfiles', profiles, call.params, profileFields);
  },

  ListInstanceProfilesForRole: (call) =>
    listing('InstanceProfiles', call.caller.account.instanceProfilesOf(namedRole(call)), call.params, profileFields),

  AddRoleToInstanceProfile(call) {
    const { profile, role } = readAssociation(call);
    authorize(call, { arn: role.arn }, { 'iam:PassedToService': 'ec2.amazonaws.com' }, 'iam:PassRole');
    if (profile.role) throw quotaExceeded('InstanceSessionsPerInstanceProfile', 1);
    profile.role = role;
  },

  RemoveRoleFromInstanceProfile(call) {
    const { profile, role } = readAssociation(call);
    if (profile.role !== role) throw roleNotFound(role.name);
    profile.role = undefined;
  },

  ...tagOperations('InstanceProfile', namedProfile),
};

/**
 * The instance profile that a request is about, once the caller is found to be allowed to do this to it.
 * @throws Refusal ValidationError, AccessDenied or NoSuchEntity
 */
function namedProfile(call: SignedCall, context?: ContextValues): InstanceProfile {
  const { account } = call.caller;
  const { InstanceProfileName: name } = required(call.params, 'InstanceProfileName');
  checkName('InstanceProfileName', name, 128);
  const profile = seen(account.instanceProfiles.get(name), call);
  const arn = profile?.arn ?? account.arn('iam', `instance-profile/${name}`);
  authorize(call, { arn, label: `instance profile ${name}`, tags: profile?.tags }, context);
  if (!profile) throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
  return profile;
}

/**
 * The instance profile and the role that a request names; the caller's permissions are those over the profile.
 * @throws Refusal ValidationError, AccessDenied or NoSuchEntity
 */
function readAssociation(call: SignedCall): { readonly profile: InstanceProfile; readonly role: Role } {
  const { RoleName } = required(call.params, 'InstanceProfileName', 'RoleName');
  checkName('RoleName', RoleName, 64);
  const profile = namedProfile(call);
  const role = seen(named(RoleName, call.caller.account.roles), call);
  if (!role) throw roleNotFound(RoleName);
  return { profile, role };
}

function profileFields({ path, name, id, arn, createdAt, role }: InstanceProfile): XmlFields {
  return {
    Path: path,
    InstanceProfileName: name,
    InstanceProfileId: id,
    Arn: arn,
    CreateDate: isoSeconds(createdAt),
    Roles: { member: role ? [roleFields(role)] : [] },
  };
}

/** With what lists omit. */
function profileDetails(profile: InstanceProfile): XmlFields {
  return { ...profileFields(profile), Tags: tagFields(profile.tags) };
}
