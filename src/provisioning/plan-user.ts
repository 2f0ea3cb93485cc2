import type { DeclaredPolicy, DeclaredUser } from '../identities/declaration';
import type { PolicyDocument } from '../policy/policy-document';
import { REQUIRE_MFA_POLICY_NAME, requireMfaPolicy } from '../policy/require-mfa';
import type { ExistingUser } from './account';
import { referredArn, userArn } from './arns';
import { writeKeyRecord } from './key-record';
import { KEY_RECORD } from '../identities/own-tags';
import type { Place, Planned } from './plan';
import {
  changeOf,
  newSettings,
  newTags,
  notOurs,
  otherPath,
  pathSetting,
  tagChanges,
  tagList,
  wantedTags,
  type Rules,
} from './plan-changes';
import {
  attachmentChanges,
  boundaryArn,
  boundaryChanges,
  inlineChanges,
  NO_PERMISSIONS,
  type PermissionCalls,
} from './plan-permissions';

/** Makes a user as declared, but for its access key and its MFA device. */
export function planUser(
  declared: DeclaredUser,
  existing: ExistingUser | undefined,
  policies: readonly DeclaredPolicy[],
  rules: Rules,
): Planned {
  const { name, path, tags } = declared;
  const calls = permissionCalls(name);
  const attached = declared.policies.map((reference) => referredArn(reference, policies, rules.place));
  const boundary = boundaryArn(declared, policies, rules.place);
  const inline = inlinePoliciesOf(declared, rules.place);
  if (!existing) {
    // A user that is made with its record needs no call for it before its key is made.
    const record = declared.accessKey && writeKeyRecord({ stage: 'creating' });
    const input = {
      UserName: name,
      Path: path,
      ...(boundary !== undefined && { PermissionsBoundary: boundary }),
      Tags: tagList({ ...wantedTags(tags, rules), ...(record !== undefined && { [KEY_RECORD]: record }) }),
    };
    const granted = changeOf('user', name, [
      inlineChanges(inline, NO_PERMISSIONS, calls),
      attachmentChanges(attached, NO_PERMISSIONS, calls),
    ]);
    const stages = [[{ operation: 'CreateUser', input } as const]];
    return {
      change: {
        ...granted,
        action: 'create',
        details: [
          ...newSettings({ path: pathSetting(path), 'permissions boundary': boundary }),
          ...granted.details,
          ...newTags(tags, rules),
        ],
        stages,
        later: granted.stages,
        creates: { kind: 'user', name, arn: userArn(declared, rules.place) },
      },
    };
  }
  const obstacle =
    notOurs('user', existing.arn, existing.tags, rules) ?? otherPath('user', existing.arn, existing.path, path);
  if (obstacle) return { obstacle };
  const change = changeOf('user', name, [
    boundaryChanges(boundary, existing, calls),
    inlineChanges(inline, existing, calls),
    attachmentChanges(attached, existing, calls),
    tagChanges(existing.tags, tags, rules, {
      tag: (Tags) => ({ operation: 'TagUser', input: { UserName: name, Tags } }),
      untag: (TagKeys) => ({ operation: 'UntagUser', input: { UserName: name, TagKeys } }),
    }),
  ]);
  return { change };
}

/** The inline policies of a user, with the one that asks for MFA. */
function inlinePoliciesOf(declared: DeclaredUser, place: Place): Record<string, PolicyDocument> {
  const { inlinePolicies, requireMfa } = declared;
  return {
    ...inlinePolicies,
    ...(requireMfa && { [REQUIRE_MFA_POLICY_NAME]: requireMfaPolicy(userArn(declared, place)) }),
  };
}

function permissionCalls(UserName: string): PermissionCalls {
  return {
    attach: (PolicyArn) => ({ operation: 'AttachUserPolicy', input: { UserName, PolicyArn } }),
    detach: (PolicyArn) => ({ operation: 'DetachUserPolicy', input: { UserName, PolicyArn } }),
    put: (PolicyName, PolicyDocument) => ({
      operation: 'PutUserPolicy',
      input: { UserName, PolicyName, PolicyDocument },
    }),
    remove: (PolicyName) => ({ operation: 'DeleteUserPolicy', input: { UserName, PolicyName } }),
    bound: (arn) => ({ operation: 'PutUserPermissionsBoundary', input: { UserName, PermissionsBoundary: arn } }),
    unbound: () => ({ operation: 'DeleteUserPermissionsBoundary', input: { UserName } }),
  };
}
