import type { Role, User } from '@aws-sdk/client-iam';
import type { Iam } from '../../iam/connect';
import type { DeclaredPolicy, DeclaredRole, DeclaredUser, PolicyReference, Tags } from '../../identities/declaration';
import { parsePolicyText, type PolicyDocument } from '../../policy/policy-document';
import {
  changeOf,
  newSettings,
  type Difference,
  type Obstacle,
  type Planned,
  type PlannedCall,
} from '../changes/change';
import { concurrently } from '../changes/concurrently';
import { notOurs, type Rules } from './ownership';
import {
  attachmentChanges,
  boundaryChanges,
  identityCalls,
  inlineChanges,
  NO_PERMISSIONS,
  readAttachedPolicies,
  type IdentityCalls,
  type Permissions,
} from './permissions';
import { referredArn } from './policy';
import { newTags, tagChanges, tagsIn, wantedTags } from './tags';

/** What users and roles have in common: they carry policies. */
export interface ExistingIdentity extends Permissions {
  readonly arn: string;
  readonly path: string;
  readonly tags: Tags;
}

/** Reads the policies of a user or role that was found. */
export async function readIdentity(found: User | Role, calls: IdentityCalls, iam: Iam): Promise<ExistingIdentity> {
  const [attachedPolicies, names] = await Promise.all([readAttachedPolicies(calls, iam), calls.listInline(iam)]);
  const inlinePolicies = await concurrently(names, async (name) => {
    const { PolicyDocument = '' } = await calls.getInline(name, iam);
    return [name, parsePolicyText(PolicyDocument)] as const;
  });
  return {
    arn: found.Arn ?? '',
    path: found.Path ?? '/',
    tags: tagsIn(found.Tags),
    permissionsBoundary: found.PermissionsBoundary?.PermissionsBoundaryArn,
    attachedPolicies,
    inlinePolicies: Object.fromEntries(inlinePolicies),
  };
}

/** A declared user or role: what both have, and what only its kind has. */
export interface IdentityPlan {
  readonly kind: 'user' | 'role';
  readonly declared: DeclaredUser | DeclaredRole;
  /** As declared. */
  readonly arn: string;
  readonly inlinePolicies: Readonly<Record<string, PolicyDocument>>;
  /** The call that makes a new one, with what both are made with. */
  readonly create: (common: {
    readonly Path: string;
    readonly PermissionsBoundary: string | undefined;
    readonly tags: Tags;
  }) => PlannedCall;
  /** Settings of a new one, as `newSettings` takes them. */
  readonly settings: Readonly<Record<string, string | undefined>>;
  /** What else a new one is made with, for people. */
  readonly newDetails: readonly string[];
  /** How one that is there differs. */
  readonly differences: readonly Difference[];
}

/** Makes a user or role as declared. What a new one may do comes later: nothing waits for that. */
export function planIdentity(
  plan: IdentityPlan,
  existing: ExistingIdentity | undefined,
  policies: readonly DeclaredPolicy[],
  rules: Rules,
): Planned {
  const { kind, declared, arn } = plan;
  const { name, path, tags, permissionsBoundary } = declared;
  const calls = identityCalls(kind, name);
  const arnOf = (reference: PolicyReference) => referredArn(reference, policies, rules.account);
  const boundary = permissionsBoundary && arnOf(permissionsBoundary);
  const before = existing ?? NO_PERMISSIONS;
  const granting = [
    inlineChanges(plan.inlinePolicies, before, calls),
    attachmentChanges(declared.policies.map(arnOf), before, calls),
  ];
  if (existing) {
    return (
      notOurs(kind, existing.arn, existing.tags, rules) ??
      otherPath(kind, existing, path) ??
      changeOf(kind, name, [
        ...plan.differences,
        boundaryChanges(boundary, existing, calls),
        ...granting,
        tagChanges(existing.tags, tags, rules, calls),
      ])
    );
  }
  const granted = changeOf(kind, name, granting);
  const create = plan.create({ Path: path, PermissionsBoundary: boundary, tags: wantedTags(tags, rules) });
  const refersTo = [create.refersTo ?? [], boundary ?? []].flat();
  return {
    ...granted,
    action: 'create',
    details: [
      ...newSettings(path, { ...plan.settings, 'permissions boundary': boundary }),
      ...plan.newDetails,
      ...granted.details,
      ...newTags(tags, rules),
    ],
    stages: [[{ ...create, refersTo }]],
    later: granted.stages,
    creates: { kind, name, arn },
  };
}

/** AWS gives things their paths when they are made. */
function otherPath(kind: 'user' | 'role', { arn, path }: ExistingIdentity, wanted: string): Obstacle | undefined {
  if (path === wanted) return undefined;
  return {
    code: 'path-differs',
    text: `the ${kind} ${arn} has the path ${path}, and the document says ${wanted}. Paths, and with them ARNs, stay as they are: declare path: ${path}, or remove the ${kind} first`,
  };
}
