import type { DeclaredPolicy, DeclaredRole } from '../identities/declaration';
import { difference } from '../policy/difference';
import { sameMeaning } from '../policy/meaning';
import { policyText, type PolicyDocument } from '../policy/policy-document';
import { trustPolicy } from '../policy/trust-policy';
import type { ExistingRole } from './account';
import { referredArn, roleArn } from './arns';
import type { Planned } from './plan';
import {
  changeOf,
  NO_DIFFERENCE,
  newSettings,
  newTags,
  notOurs,
  otherPath,
  pathSetting,
  tagChanges,
  tagList,
  wantedTags,
  type Difference,
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

/** Makes a role as declared. */
export function planRole(
  declared: DeclaredRole,
  existing: ExistingRole | undefined,
  policies: readonly DeclaredPolicy[],
  rules: Rules,
): Planned {
  const { name, path, tags, description, maxSessionDuration, inlinePolicies } = declared;
  const calls = permissionCalls(name);
  const attached = declared.policies.map((reference) => referredArn(reference, policies, rules.place));
  const boundary = boundaryArn(declared, policies, rules.place);
  const trust = trustPolicy(declared.trust, rules.place);
  if (!existing) {
    const input = {
      RoleName: name,
      Path: path,
      AssumeRolePolicyDocument: policyText(trust),
      ...(description !== undefined && { Description: description }),
      MaxSessionDuration: maxSessionDuration,
      ...(boundary !== undefined && { PermissionsBoundary: boundary }),
      Tags: tagList(wantedTags(tags, rules)),
    };
    const granted = changeOf('role', name, [
      inlineChanges(inlinePolicies, NO_PERMISSIONS, calls),
      attachmentChanges(attached, NO_PERMISSIONS, calls),
    ]);
    const stages = [[{ operation: 'CreateRole', input } as const]];
    return {
      change: {
        ...granted,
        action: 'create',
        details: [
          ...newSettings({
            path: pathSetting(path),
            description: description === undefined ? undefined : JSON.stringify(description),
            'longest session': `${maxSessionDuration} s`,
            'permissions boundary': boundary,
          }),
          '+ trust policy',
          ...indented(difference({}, trust)),
          ...granted.details,
          ...newTags(tags, rules),
        ],
        stages,
        later: granted.stages,
        creates: { kind: 'role', name, arn: roleArn(declared, rules.place) },
      },
    };
  }
  const obstacle =
    notOurs('role', existing.arn, existing.tags, rules) ?? otherPath('role', existing.arn, existing.path, path);
  if (obstacle) return { obstacle };
  const change = changeOf('role', name, [
    trustChanges(name, existing.trust, trust),
    settingChanges(declared, existing),
    boundaryChanges(boundary, existing, calls),
    inlineChanges(inlinePolicies, existing, calls),
    attachmentChanges(attached, existing, calls),
    tagChanges(existing.tags, tags, rules, {
      tag: (Tags) => ({ operation: 'TagRole', input: { RoleName: name, Tags } }),
      untag: (TagKeys) => ({ operation: 'UntagRole', input: { RoleName: name, TagKeys } }),
    }),
  ]);
  return { change };
}

function trustChanges(RoleName: string, before: PolicyDocument, wanted: PolicyDocument): Difference {
  if (sameMeaning(before, wanted)) return NO_DIFFERENCE;
  return {
    details: ['~ trust policy', ...indented(difference(before, wanted))],
    // Whom it does not trust any more cannot use what is granted next.
    removing: [{ operation: 'UpdateAssumeRolePolicy', input: { RoleName, PolicyDocument: policyText(wanted) } }],
  };
}

function settingChanges(
  { name, description = '', maxSessionDuration }: DeclaredRole,
  existing: ExistingRole,
): Difference {
  const [before, wanted] = [existing.description, description].map((text) => JSON.stringify(text));
  const details = [
    ...(before === wanted ? [] : [`~ description ${before} → ${wanted}`]),
    ...(maxSessionDuration === existing.maxSessionDuration
      ? []
      : [`~ longest session ${existing.maxSessionDuration} s → ${maxSessionDuration} s`]),
  ];
  if (details.length === 0) return NO_DIFFERENCE;
  const input = { RoleName: name, Description: description, MaxSessionDuration: maxSessionDuration };
  return { details, adding: [{ operation: 'UpdateRole', input }] };
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}

function permissionCalls(RoleName: string): PermissionCalls {
  return {
    attach: (PolicyArn) => ({ operation: 'AttachRolePolicy', input: { RoleName, PolicyArn } }),
    detach: (PolicyArn) => ({ operation: 'DetachRolePolicy', input: { RoleName, PolicyArn } }),
    put: (PolicyName, PolicyDocument) => ({
      operation: 'PutRolePolicy',
      input: { RoleName, PolicyName, PolicyDocument },
    }),
    remove: (PolicyName) => ({ operation: 'DeleteRolePolicy', input: { RoleName, PolicyName } }),
    bound: (arn) => ({ operation: 'PutRolePermissionsBoundary', input: { RoleName, PermissionsBoundary: arn } }),
    unbound: () => ({ operation: 'DeleteRolePermissionsBoundary', input: { RoleName } }),
  };
}
