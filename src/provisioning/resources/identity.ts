import type { Role, Tag, User } from '@aws-sdk/client-iam';
import type { Iam } from '../../iam/connect';
import type { Input, Operation } from '../../iam/sdk';
import { tagsIn } from '../../iam/tags';
import type { DeclaredPolicy, DeclaredRole, DeclaredUser, PolicyReference, Tags } from '../../identities/declaration';
import { difference } from '../../policy/difference';
import { sameMeaning } from '../../policy/meaning';
import { listOf, parsePolicyText, policyText, type PolicyDocument } from '../../policy/policy-document';
import { broadGrants } from '../../policy/widenings';
import { isMapping } from '../../text/value';
import {
  changeOf,
  indented,
  membersDifference,
  newSettings,
  NO_DIFFERENCE,
  type Difference,
  type Obstacle,
  type Planned,
  type PlannedCall,
} from '../changes/change';
import { concurrently } from '../changes/concurrently';
import {
  boundaryWidenings,
  knownTexts,
  newGrants,
  policyEffects,
  type Held,
  type Holding,
  type KnownTexts,
} from './managed-policies';
import { isOwn, notOurs, takenOver, withMarkOf, type Rules } from './ownership';
import { referredArn } from './policy';
import { newTags, tagChanges, tagsToMake } from './tags';

/** What users and roles have in common: they carry policies. */
export interface ExistingIdentity {
  readonly arn: string;
  /** AWS gives it to no other, also not to one of the same name that is made later. */
  readonly id: string | undefined;
  readonly path: string;
  readonly tags: Tags;
  /** ARN of a managed policy. */
  readonly permissionsBoundary: string | undefined;
  /** ARNs. */
  readonly attachedPolicies: readonly string[];
  readonly inlinePolicies: Readonly<Record<string, PolicyDocument>>;
}

/** The calls that AWS has alike for users and roles, as `AttachUserPolicy` and `AttachRolePolicy`, for one of them. */
export function identityCalls(kind: 'user' | 'role', name: string) {
  const noun = kind === 'user' ? 'User' : 'Role';
  const identity = kind === 'user' ? { UserName: name } : { RoleName: name };
  // The compiler cannot see that an operation and its input belong together.
  const write = <O extends Operation>(operation: O, input: Input<O>) => ({ operation, input }) as PlannedCall;
  return {
    listAttached: (iam: Iam) => iam.list(`ListAttached${noun}Policies`, identity, (page) => page.AttachedPolicies),
    attach: (PolicyArn: string) => ({
      ...write(`Attach${noun}Policy`, { ...identity, PolicyArn }),
      refersTo: [PolicyArn],
    }),
    detach: (PolicyArn: string) => write(`Detach${noun}Policy`, { ...identity, PolicyArn }),
    listInline: (iam: Iam) => iam.list(`List${noun}Policies`, identity, (page) => page.PolicyNames),
    getInline: (PolicyName: string, iam: Iam) => iam.ask(`Get${noun}Policy`, { ...identity, PolicyName }),
    putInline: (PolicyName: string, policy: PolicyDocument) =>
      write(`Put${noun}Policy`, { ...identity, PolicyName, PolicyDocument: policyText(policy) }),
    deleteInline: (PolicyName: string) => write(`Delete${noun}Policy`, { ...identity, PolicyName }),
    putBoundary: (PermissionsBoundary: string) => ({
      ...write(`Put${noun}PermissionsBoundary`, { ...identity, PermissionsBoundary }),
      refersTo: [PermissionsBoundary],
    }),
    deleteBoundary: () => write(`Delete${noun}PermissionsBoundary`, identity),
    tag: (Tags: Tag[]) => write(`Tag${noun}`, { ...identity, Tags }),
    untag: (TagKeys: string[]) => write(`Untag${noun}`, { ...identity, TagKeys }),
  };
}

export type IdentityCalls = ReturnType<typeof identityCalls>;

/** Reads the policies of a user or role that was found. */
export async function readWithPolicies(found: User | Role, calls: IdentityCalls, iam: Iam): Promise<ExistingIdentity> {
  const [attachedPolicies, names] = await Promise.all([readAttachedPolicies(calls, iam), calls.listInline(iam)]);
  const inlinePolicies = await concurrently(names, async (name) => {
    const { PolicyDocument = '' } = await calls.getInline(name, iam);
    return [name, parsePolicyText(PolicyDocument)] as const;
  });
  return {
    arn: found.Arn ?? '',
    id: 'UserId' in found ? found.UserId : 'RoleId' in found ? found.RoleId : undefined,
    path: found.Path ?? '/',
    tags: tagsIn(found.Tags),
    permissionsBoundary: found.PermissionsBoundary?.PermissionsBoundaryArn,
    attachedPolicies,
    inlinePolicies: Object.fromEntries(inlinePolicies),
  };
}

/** ARNs. */
export async function readAttachedPolicies(calls: IdentityCalls, iam: Iam): Promise<string[]> {
  return (await calls.listAttached(iam)).map(({ PolicyArn = '' }) => PolicyArn);
}

/** A declared user or role: what both have, and what only its kind has. */
export interface IdentityPlan {
  readonly kind: 'user' | 'role';
  readonly declared: DeclaredUser | DeclaredRole;
  /** As declared. */
  readonly arn: string;
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
  /** How that is wider than one would think. */
  readonly newWidenings: readonly string[];
  /** What else it would lose, were it the one as which the step works: `trusts nobody any more`. */
  readonly losses?: readonly string[];
  /** How one that is there differs. */
  readonly differences: readonly Difference[];
}

/** Makes a user or role as declared. What a new one may do comes later: nothing waits for that. */
export function planIdentity(
  existing: ExistingIdentity | undefined,
  policies: readonly DeclaredPolicy[],
  rules: Rules,
  plan: IdentityPlan,
): Planned {
  const { kind, declared, arn } = plan;
  const { name, path, tags } = declared;
  const calls = identityCalls(kind, name);
  const wanted = wantedBy(declared, policies, rules);
  const { attached, boundary } = wanted;
  const before = existing ?? { attachedPolicies: [], inlinePolicies: {} };
  const granting = [
    inlineChanges(declared.inlinePolicies, before, calls),
    membersDifference('policy', before.attachedPolicies, attached, { add: calls.attach, remove: calls.detach }),
  ];
  if (existing) {
    const texts = knownTexts(policies, rules);
    const holding = { before: heldBy(existing), after: wanted };
    return (
      notOurs(kind, existing.arn, existing.tags, rules) ??
      otherPath(kind, existing, path) ??
      ownLoss(plan, existing, { policies: attached, boundary }, rules) ??
      takenOver(
        changeOf(kind, name, [
          ...plan.differences,
          boundaryChanges(holding, texts, calls),
          ...granting,
          policyEffects(holding, texts),
          tagChanges(existing.tags, tags, withMarkOf(existing, rules), calls),
        ]),
        { kind, name, arn },
        existing.tags,
        rules,
      )
    );
  }
  const granted = changeOf(kind, name, granting);
  const create = plan.create({ Path: path, PermissionsBoundary: boundary, tags: tagsToMake(tags, rules) });
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
    widenings: [...plan.newWidenings, ...broadGrants(wanted.inline), ...newGrants(attached, policies, rules)],
    stages: [[{ ...create, refersTo }]],
    later: granted.stages,
    creates: { kind, name, arn },
  };
}

/** The policies that a user or role has. */
export function heldBy({ attachedPolicies, inlinePolicies, permissionsBoundary }: ExistingIdentity): Held {
  return { attached: attachedPolicies, inline: Object.values(inlinePolicies), boundary: permissionsBoundary };
}

/** The policies that it is to have. */
export function wantedBy(
  declared: DeclaredUser | DeclaredRole,
  policies: readonly DeclaredPolicy[],
  { account }: Pick<Rules, 'account'>,
): Held {
  const arnOf = (reference: PolicyReference) => referredArn(reference, policies, account);
  return {
    attached: declared.policies.map(arnOf),
    inline: Object.values(declared.inlinePolicies),
    boundary: declared.permissionsBoundary && arnOf(declared.permissionsBoundary),
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

/**
 * What stands in the way of taking from the user or role as which the step works what it may do: AWS could refuse the rest
 * half-way, and no later run as the same could go on. What a policy that stays allows is changed all the same.
 */
function ownLoss(
  { kind, declared: { name, inlinePolicies }, losses: others = [] }: IdentityPlan,
  existing: ExistingIdentity,
  wanted: { readonly policies: readonly string[]; readonly boundary: string | undefined },
  rules: Rules,
): Obstacle | undefined {
  if (!isOwn(kind, name, rules)) return undefined;
  const lost = [
    ...existing.attachedPolicies.filter((arn) => !wanted.policies.includes(arn)),
    ...Object.entries(existing.inlinePolicies)
      .filter(([policy, document]) => !(policy in inlinePolicies) && hasEffect('Allow', document))
      .map(([policy]) => `the inline policy ${policy}`),
  ];
  const { boundary } = wanted;
  const narrowed = boundary !== undefined && boundary !== existing.permissionsBoundary;
  const losses = [
    ...(lost.length > 0 ? [`takes ${lost.join(' and ')} from it`] : []),
    ...(narrowed ? [`gives it the permissions boundary ${boundary}`] : []),
  ];
  const all = [
    ...(losses.length > 0
      ? [`the document ${losses.join(', and ')}: AWS could refuse the rest as soon as its rights are gone`]
      : []),
    ...others,
  ];
  if (all.length === 0) return undefined;
  return {
    code: 'removes-itself',
    text:
      `the ${kind} ${name} is the one as which this step works, and ${all.join('. Also, ')}. ` +
      'Let the step work as another user or role; or declare what it has',
  };
}

function hasEffect(effect: 'Allow' | 'Deny', { Statement }: PolicyDocument): boolean {
  return listOf(Statement).some((statement) => isMapping(statement) && statement.Effect === effect);
}

/** Inline policies: the declared ones and no others. */
function inlineChanges(
  wanted: Readonly<Record<string, PolicyDocument>>,
  { inlinePolicies }: Pick<ExistingIdentity, 'inlinePolicies'>,
  calls: IdentityCalls,
): Difference {
  const extra = Object.keys(inlinePolicies).filter((name) => !(name in wanted));
  const wrong = Object.entries(wanted).filter(([name, policy]) => {
    const before = inlinePolicies[name];
    return before === undefined || !sameMeaning(before, policy);
  });
  return {
    details: [
      ...extra.flatMap((name) => [`- inline policy ${name}`, ...indented(difference(inlinePolicies[name] ?? {}, {}))]),
      ...wrong.flatMap(([name, policy]) => {
        const before = inlinePolicies[name];
        return [
          `${before === undefined ? '+' : '~'} inline policy ${name}`,
          ...indented(difference(before ?? {}, policy)),
        ];
      }),
    ],
    removing: extra.map(calls.deleteInline),
    adding: wrong.map(([name, policy]) => calls.putInline(name, policy)),
  };
}

function boundaryChanges(holding: Holding, texts: KnownTexts, calls: IdentityCalls): Difference {
  const [old, wanted] = [holding.before.boundary, holding.after.boundary];
  if (wanted === old) return NO_DIFFERENCE;
  const difference = {
    ...NO_DIFFERENCE,
    details: [`~ permissions boundary ${old ?? 'none'} → ${wanted ?? 'none'}`],
    widenings: boundaryWidenings(holding, texts),
  };
  // A boundary narrows: it is there before anything else is granted.
  return wanted === undefined
    ? { ...difference, adding: [calls.deleteBoundary()] }
    : { ...difference, removing: [calls.putBoundary(wanted)] };
}

/** Takes from a user or role all its policies. */
export async function policyRemoval(calls: IdentityCalls, iam: Iam): Promise<PlannedCall[]> {
  const [inline, attached] = await Promise.all([calls.listInline(iam), readAttachedPolicies(calls, iam)]);
  return [
    ...inline.map((name) => ({ detail: `- inline policy ${name}`, ...calls.deleteInline(name) })),
    ...attached.map((arn) => ({ detail: `- policy ${arn}`, ...calls.detach(arn) })),
  ];
}
