import type { Write } from '../../iam/connect';
import type { DeclaredPolicy, DeclaredRole, DeclaredUser, Tags } from '../../identities/declaration';
import type { PolicyDocument } from '../../policy/policy-document';
import {
  changeOf,
  newSettings,
  pathSetting,
  type Change,
  type Difference,
  type Obstacle,
  type Planned,
} from '../changes/change';
import { notOurs, type Rules } from './ownership';
import {
  attachmentChanges,
  boundaryChanges,
  inlineChanges,
  NO_PERMISSIONS,
  type PermissionCalls,
  type Permissions,
} from './permissions';
import { referredArn } from './policy';
import { newTags, tagChanges, wantedTags, type TagCalls } from './tags';

/** What users and roles have in common: they carry policies. */
export interface ExistingIdentity extends Permissions {
  readonly arn: string;
  readonly path: string;
  readonly tags: Tags;
}

/** The calls in which users and roles differ, for one of them. */
export type IdentityCalls = PermissionCalls & TagCalls;

/** A declared user or role: what both have, and what only its kind has. */
export interface IdentityPlan<Existing extends ExistingIdentity> {
  readonly kind: 'user' | 'role';
  readonly declared: DeclaredUser | DeclaredRole;
  /** As declared. */
  readonly arn: string;
  readonly inlinePolicies: Readonly<Record<string, PolicyDocument>>;
  readonly calls: IdentityCalls;
  /** The call that makes a new one. */
  readonly create: (common: NewIdentity) => Write;
  /** ARNs of those whom a new one trusts. */
  readonly trusted: readonly string[];
  /** Settings of a new one, as `newSettings` takes them. */
  readonly settings: Readonly<Record<string, string | undefined>>;
  /** What else a new one is made with, for people. */
  readonly newDetails: readonly string[];
  /** How one that is there differs. */
  readonly differences: (existing: Existing) => readonly Difference[];
}

/** What both are made with. */
interface NewIdentity {
  readonly Path: string;
  readonly PermissionsBoundary: string | undefined;
  readonly tags: Tags;
}

/** The managed policies that are declared, by their ARNs. */
interface DeclaredArns {
  readonly attached: readonly string[];
  readonly boundary: string | undefined;
}

/** Makes a user or role as declared. */
export function planIdentity<Existing extends ExistingIdentity>(
  plan: IdentityPlan<Existing>,
  existing: Existing | undefined,
  policies: readonly DeclaredPolicy[],
  rules: Rules,
): Planned {
  const { kind, declared, inlinePolicies, calls } = plan;
  const { name, path, tags, permissionsBoundary } = declared;
  const attached = declared.policies.map((reference) => referredArn(reference, policies, rules.account));
  const boundary = permissionsBoundary && referredArn(permissionsBoundary, policies, rules.account);
  if (!existing) return { plan: planNew(plan, { attached, boundary }, rules) };
  const obstacle = notOurs(kind, existing.arn, existing.tags, rules) ?? otherPath(kind, existing, path);
  if (obstacle) return { obstacle };
  const change = changeOf(kind, name, [
    ...plan.differences(existing),
    boundaryChanges(boundary, existing, calls),
    inlineChanges(inlinePolicies, existing, calls),
    attachmentChanges(attached, existing, calls),
    tagChanges(existing.tags, tags, rules, calls),
  ]);
  return { plan: change };
}

/** Makes one that is not there. What it may do comes later: nothing waits for that. */
function planNew<Existing extends ExistingIdentity>(
  plan: IdentityPlan<Existing>,
  { attached, boundary }: DeclaredArns,
  rules: Rules,
): Change {
  const { kind, declared, arn, inlinePolicies, calls } = plan;
  const { name, path, tags } = declared;
  const granted = changeOf(kind, name, [
    inlineChanges(inlinePolicies, NO_PERMISSIONS, calls),
    attachmentChanges(attached, NO_PERMISSIONS, calls),
  ]);
  const create = plan.create({ Path: path, PermissionsBoundary: boundary, tags: wantedTags(tags, rules) });
  const refersTo = [...plan.trusted, ...(boundary === undefined ? [] : [boundary])];
  return {
    ...granted,
    action: 'create',
    details: [
      ...newSettings({ path: pathSetting(path), ...plan.settings, 'permissions boundary': boundary }),
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
