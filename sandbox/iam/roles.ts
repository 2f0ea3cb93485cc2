import type { Role } from '../accounts/account';
import { Constraints } from '../query/constraints';
import type { Parameters } from '../query/parameters';
import type { SignedOperations } from '../query/service';
import { isoSeconds, type XmlFields } from '../query/xml';
import { authorize, authorizeCreation } from './authorize';
import { deleteConflict, entityAlreadyExists } from './errors';
import { namedRole } from './named-identity';
import { listing } from './page';
import { boundaryFields, checkBoundary } from './permissions-boundary';
import { encodeDocument } from './policy-document';
import { checkName, isTaken, readPath, required, underPrefix } from './request';
import { requestedTags, tagFields, tagOperations } from './tags';
import { readTrust } from './trust';

export const roles: SignedOperations = {
  CreateRole(call) {
    const { params, world, caller } = call;
    const { account } = caller;
    const { RoleName: name, AssumeRolePolicyDocument } = required(params, 'RoleName', 'AssumeRolePolicyDocument');
    checkName('RoleName', name, 64);
    const details = readDetails(params);
    const path = readPath(params);
    const tags = requestedTags(params);
    const { PermissionsBoundary: permissionsBoundary } = params;
    authorizeCreation(call, account.arn('iam', `role${path}${name}`), {
      tags,
      tagAction: 'iam:TagRole',
      context: { 'iam:PermissionsBoundary': permissionsBoundary },
    });
    const trust = readTrust(AssumeRolePolicyDocument, world);
    if (isTaken(name, account.roles.keys())) throw entityAlreadyExists(`Role with name ${name} already exists.`);
    checkBoundary(call, permissionsBoundary);
    return { Role: roleDetails(account.createRole(name, { trust, path, tags, permissionsBoundary, ...details })) };
  },

  GetRole: (call) => ({ Role: roleDetails(namedRole(call)) }),

  UpdateRole(call) {
    const { description, maxSessionDuration } = readDetails(call.params);
    const role = namedRole(call);
    role.description = description ?? role.description;
    role.maxSessionDuration = maxSessionDuration ?? role.maxSessionDuration;
    return {};
  },

  UpdateRoleDescription(call) {
    const { Description } = required(call.params, 'Description');
    readDetails(call.params);
    const role = namedRole(call);
    role.description = Description;
    return { Role: roleDetails(role) };
  },

  UpdateAssumeRolePolicy(call) {
    const { PolicyDocument } = required(call.params, 'PolicyDocument');
    const role = namedRole(call);
    role.trust = readTrust(PolicyDocument, call.world);
  },

  DeleteRole(call) {
    const { account } = call.caller;
    const role = namedRole(call);
    const { name, inlinePolicies, attachedPolicies } = role;
    if (account.instanceProfilesOf(role).length > 0) {
      throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
    }
    if (inlinePolicies.size > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
    if (attachedPolicies.size > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
    account.roles.delete(name);
  },

  ListRoles(call) {
    const { account } = call.caller;
    authorize(call, { arn: account.arn('iam', `role${call.params.PathPrefix ?? '/'}`) });
    return listing('Roles', underPrefix(account.roles.values(), call.params), call.params, roleFields);
  },

  ...tagOperations('Role', namedRole),
};

/** @throws Refusal ValidationError */
function readDetails({ Description: description, MaxSessionDuration }: Parameters) {
  const constraints = new Constraints();
  constraints.length('description', description, 0, 1000);
  const maxSessionDuration = constraints.integer('maxSessionDuration', MaxSessionDuration, 3600, 43_200);
  constraints.check();
  return { description, ...(maxSessionDuration !== undefined && { maxSessionDuration }) };
}

export function roleFields({
  path,
  name,
  id,
  arn,
  createdAt,
  trust,
  description,
  maxSessionDuration,
}: Role): XmlFields {
  return {
    Path: path,
    RoleName: name,
    RoleId: id,
    Arn: arn,
    CreateDate: isoSeconds(createdAt),
    AssumeRolePolicyDocument: encodeDocument(JSON.stringify(trust)),
    Description: description,
    MaxSessionDuration: maxSessionDuration,
  };
}

/** With what lists omit. */
function roleDetails(role: Role): XmlFields {
  return { ...roleFields(role), PermissionsBoundary: boundaryFields(role), Tags: tagFields(role.tags) };
}
