import type { Account, Group, Role, User } from '../accounts/account';
import type { ManagedPolicy, PolicyText, PolicyVersion } from '../accounts/managed-policy';
import type { Refusal } from '../http/refusal';
import type { ContextValues } from '../policy/context';
import { malformed } from '../policy/parse';
import { Constraints } from '../query/constraints';
import { notAuthorized, validationError } from '../query/error';
import type { Parameters } from '../query/parameters';
import type { SignedCall, SignedOperations } from '../query/service';
import { isoSeconds, type XmlFields } from '../query/xml';
import { authorize, authorizeCreation } from './authorize';
import { deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity, quotaExceeded } from './errors';
import { listing, page } from './page';
import { encodeDocument, policySize, readPolicy } from './policy-document';
import { checkName, isTaken, readPath, required, seen, underPrefix } from './request';
import { requestedTags, tagFields, tagOperations } from './tags';

const maxVersions = 5;
const maxSize = 6144;

export const managedPolicies: SignedOperations = {
  CreatePolicy(call) {
    const { params, caller } = call;
    const { account } = caller;
    const { PolicyName: name, PolicyDocument } = required(params, 'PolicyName', 'PolicyDocument');
    checkName('PolicyName', name, 128);
    const { Description: description } = params;
    const constraints = new Constraints();
    constraints.length('description', description, 0, 1000);
    constraints.check();
    const path = readPath(params);
    const tags = requestedTags(params);
    authorizeCreation(call, account.arn('iam', `policy${path}${name}`), { tags, tagAction: 'iam:TagPolicy' });
    const policy = readManagedPolicy(PolicyDocument);
    const names = localPolicies(account).map((other) => other.name);
    if (isTaken(name, names)) {
      throw entityAlreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);
    }
    const created = account.createManagedPolicy(name, { path, policy, description, tags });
    return { Policy: { ...policyFields(created, account), Tags: tagFields(tags) } };
  },

  GetPolicy(call) {
    const policy = namedPolicy(call);
    const fields = policyFields(policy, call.caller.account);
    return { Policy: { ...fields, Description: policy.description, Tags: tagFields(policy.tags) } };
  },

  ListPolicies(call) {
    const { params, caller } = call;
    const { account } = caller;
    const { Scope = 'All', OnlyAttached, PolicyUsageFilter } = params;
    const constraints = new Constraints();
    constraints.oneOf('scope', Scope, ['All', 'AWS', 'Local']);
    constraints.oneOf('policyUsageFilter', PolicyUsageFilter, usages);
    constraints.check();
    authorize(call, { arn: account.arn('iam', `policy${params.PathPrefix ?? '/'}`) });
    const local = localPolicies(account);
    const inScope = [...account.managedPolicies.values()].filter(
      (policy) => Scope === 'All' || local.includes(policy) === (Scope === 'Local'),
    );
    const shown = underPrefix(inScope, params).filter(
      ({ arn }) =>
        (OnlyAttached !== 'true' || attachedTo(arn, account).length > 0) &&
        (PolicyUsageFilter === undefined || usersOf(arn, account, PolicyUsageFilter).length > 0),
    );
    return listing('Policies', shown, params, (policy) => policyFields(policy, account));
  },

  DeletePolicy(call) {
    const { account } = call.caller;
    const { arn, versions } = ownPolicy(call);
    if (usersOf(arn, account).length > 0) {
      throw deleteConflict('Cannot delete a policy attached to entities.');
    }
    if (versions.size > 1) {
      throw deleteConflict(
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. " +
          'The default version is deleted with the policy.',
      );
    }
    account.managedPolicies.delete(arn);
  },

  CreatePolicyVersion(call) {
    const { PolicyDocument } = required(call.params, 'PolicyDocument');
    const policy = ownPolicy(call);
    const text = readManagedPolicy(PolicyDocument);
    if (policy.versions.size >= maxVersions) {
      throw limitExceeded(
        `A managed policy can have up to ${maxVersions} versions. Before you create a new version, you must delete ` +
          'an existing version.',
      );
    }
    const version = policy.addVersion(text, call.world.clock.now());
    if (call.params.SetAsDefault === 'true') policy.defaultVersion = version;
    return { PolicyVersion: versionFields(version, policy) };
  },

  GetPolicyVersion(call) {
    const { VersionId } = required(call.params, 'VersionId');
    const policy = namedPolicy(call);
    const version = versionOf(policy, VersionId);
    return { PolicyVersion: { ...versionFields(version, policy), Document: encodeDocument(version.text) } };
  },

  ListPolicyVersions(call) {
    const policy = namedPolicy(call);
    const newestFirst = [...policy.versions.values()].reverse();
    return listing('Versions', newestFirst, call.params, (version) => versionFields(version, policy));
  },

  SetDefaultPolicyVersion(call) {
    const { VersionId } = required(call.params, 'VersionId');
    const policy = ownPolicy(call);
    policy.defaultVersion = versionOf(policy, VersionId);
    policy.updatedAt = call.world.clock.now();
  },

  DeletePolicyVersion(call) {
    const { VersionId } = required(call.params, 'VersionId');
    const policy = ownPolicy(call);
    const version = versionOf(policy, VersionId);
    if (version === policy.defaultVersion) throw deleteConflict('Cannot delete the default version of a policy.');
    policy.versions.delete(version.id);
  },

  ListEntitiesForPolicy(call) {
    const { params, caller } = call;
    const { EntityFilter, PolicyUsageFilter } = params;
    const constraints = new Constraints();
    const filters = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'];
    constraints.oneOf('entityFilter', EntityFilter, filters);
    constraints.oneOf('policyUsageFilter', PolicyUsageFilter, usages);
    constraints.check();
    const { arn } = namedPolicy(call);
    const entities = usersOf(arn, caller.account, PolicyUsageFilter).filter(
      ({ type }) => EntityFilter === undefined || EntityFilter === type,
    );
    const { items, ...rest } = page(underPrefix(entities, params), params);
    const users = items.filter(({ type }) => type === 'User').map(({ name, id }) => ({ UserName: name, UserId: id }));
    const roles = items.filter(({ type }) => type === 'Role').map(({ name, id }) => ({ RoleName: name, RoleId: id }));
    const groups = items
      .filter(({ type }) => type === 'Group')
      .map(({ name, id }) => ({ GroupName: name, GroupId: id }));
    return {
      PolicyGroups: { member: groups },
      PolicyUsers: { member: users },
      PolicyRoles: { member: roles },
      ...rest,
    };
  },

  ...tagOperations('Policy', ownPolicy),
};

const usages = ['PermissionsPolicy', 'PermissionsBoundary'];

/** @throws Refusal ValidationError */
export function requiredPolicyArn(params: Parameters): string {
  const { PolicyArn } = required(params, 'PolicyArn');
  const constraints = new Constraints();
  constraints.length('policyArn', PolicyArn, 20, 2048);
  constraints.check();
  if (!/^arn:[\w-]+:iam::(?:\d{12}|aws):policy\/.+$/.test(PolicyArn)) {
    throw validationError(`ARN ${PolicyArn} is not valid.`);
  }
  return PolicyArn;
}

export function policyNotFound(arn: string): Refusal {
  return noSuchEntity(`Policy ${arn} was not found.`);
}

/**
 * The policy that a request is about, once the caller is found to be allowed to do this to it.
 * @throws Refusal ValidationError, AccessDenied or NoSuchEntity
 */
function namedPolicy(call: SignedCall, context?: ContextValues): ManagedPolicy {
  const arn = requiredPolicyArn(call.params);
  const policy = seen(call.caller.account.managedPolicies.get(arn), call);
  authorize(call, { arn, label: `policy ${arn}`, tags: policy?.tags }, context);
  if (!policy) throw policyNotFound(arn);
  return policy;
}

/**
 * The same for what nobody may do to a policy of AWS.
 * @throws Refusal ValidationError, AccessDenied or NoSuchEntity
 */
function ownPolicy(call: SignedCall, context?: ContextValues): ManagedPolicy {
  const policy = namedPolicy(call, context);
  const { caller, params } = call;
  if (!localPolicies(caller.account).includes(policy)) {
    throw notAuthorized(caller.arn, `iam:${params.Action ?? ''}`, `policy ${policy.arn}`);
  }
  return policy;
}

function localPolicies({ id, managedPolicies: all }: Account): ManagedPolicy[] {
  return [...all.values()].filter(({ arn }) => arn.split(':')[4] === id);
}

function attachedTo(arn: string, { users, groups, roles }: Account): (User | Group | Role)[] {
  return [...users.values(), ...groups.values(), ...roles.values()].filter(({ attachedPolicies }) =>
    attachedPolicies.has(arn),
  );
}

function boundedBy(arn: string, { users, roles }: Account): (User | Role)[] {
  return [...users.values(), ...roles.values()].filter(({ permissionsBoundary }) => permissionsBoundary === arn);
}

/** The users, groups and roles that have a policy, attached or as their boundary, or only those that have it so. */
function usersOf(arn: string, account: Account, usage?: string): (User | Group | Role)[] {
  const attached = usage === 'PermissionsBoundary' ? [] : attachedTo(arn, account);
  const bounded = usage === 'PermissionsPolicy' ? [] : boundedBy(arn, account);
  return [...new Set([...attached, ...bounded])];
}

/** @throws Refusal NoSuchEntity */
function versionOf({ arn, versions }: ManagedPolicy, id: string): PolicyVersion {
  const version = versions.get(id);
  if (!version) throw noSuchEntity(`Policy ${arn} version ${id} does not exist or is not attachable.`);
  return version;
}

/** @throws Refusal ValidationError, MalformedPolicyDocument or LimitExceeded */
function readManagedPolicy(document: string): PolicyText {
  const policy = readPolicy(document);
  if (policy.document.Version !== '2012-10-17') {
    throw malformed('Policy document must be version 2012-10-17 or greater.');
  }
  if (policySize(document) > maxSize) throw quotaExceeded('PolicySize', maxSize);
  return policy;
}

function policyFields({ name, id, arn, path, defaultVersion, createdAt, updatedAt }: ManagedPolicy, account: Account) {
  return {
    PolicyName: name,
    PolicyId: id,
    Arn: arn,
    Path: path,
    DefaultVersionId: defaultVersion.id,
    AttachmentCount: attachedTo(arn, account).length,
    PermissionsBoundaryUsageCount: boundedBy(arn, account).length,
    IsAttachable: 'true',
    CreateDate: isoSeconds(createdAt),
    UpdateDate: isoSeconds(updatedAt),
  };
}

function versionFields(version: PolicyVersion, { defaultVersion }: ManagedPolicy): XmlFields {
  const { id, createdAt } = version;
  return { VersionId: id, IsDefaultVersion: String(version === defaultVersion), CreateDate: isoSeconds(createdAt) };
}
