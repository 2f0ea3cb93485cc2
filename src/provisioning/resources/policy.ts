import type { Policy } from '@aws-sdk/client-iam';
import { iamArn } from '../../aws/arn';
import { isRefusal } from '../../aws/failure';
import type { Iam, Write } from '../../iam/connect';
import { tagList, tagsIn } from '../../iam/tags';
import type { DeclaredPolicy, PolicyReference, Tags } from '../../identities/declaration';
import { difference } from '../../policy/difference';
import { sameMeaning } from '../../policy/meaning';
import { parsePolicyText, policyText, type PolicyDocument } from '../../policy/policy-document';
import { lostDenials, widenings } from '../../policy/widenings';
import type { AccountAccess, TargetAccount } from '../changes/account-access';
import {
  changeOf,
  indented,
  newSettings,
  NO_DIFFERENCE,
  removalOf,
  withoutCalls,
  type Change,
  type Difference,
  type Obstacle,
  type Planned,
  type PlannedCall,
} from '../changes/change';
import { concurrently } from '../changes/concurrently';
import { readEphemeralOf } from '../ephemeral';
import { nothingToRemove, notOurs, takenOver, withMarkOf, type Rules } from './ownership';
import { newTags, tagChanges, tagsToMake } from './tags';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html */
const MAX_VERSIONS = 5;

/** A customer managed policy. */
export interface ExistingPolicy {
  readonly arn: string;
  /** AWS gives it to no other, also not to one of the same name that is made later. */
  readonly id: string | undefined;
  readonly description: string;
  readonly document: PolicyDocument;
  readonly tags: Tags;
  /** How many users, groups and roles have it, also as their boundary. Undefined where that is not known. */
  readonly uses: number | undefined;
  /** From the oldest to the newest. */
  readonly versions: readonly { readonly id: string; readonly isDefault: boolean }[];
}

export function policyArn({ name, path }: Pick<DeclaredPolicy, 'name' | 'path'>, account: TargetAccount): string {
  return iamArn(account, `policy${path}${name}`);
}

/** The ARN of a policy that is referred to, which may be one of the same document. */
export function referredArn(
  reference: PolicyReference,
  policies: readonly DeclaredPolicy[],
  account: TargetAccount,
): string {
  if ('arn' in reference) return reference.arn;
  const declared = policies.find(({ name }) => name === reference.declared);
  return policyArn(declared ?? { name: reference.declared, path: '/' }, account);
}

export async function readPolicy(arn: string, iam: Iam): Promise<ExistingPolicy | undefined> {
  const { Policy } = (await iam.find('GetPolicy', { PolicyArn: arn })) ?? {};
  if (!Policy) return undefined;
  const [versions, document] = await Promise.all([
    iam.list('ListPolicyVersions', { PolicyArn: arn }, ({ Versions }) => Versions),
    readDocument(Policy, iam),
  ]);
  return {
    arn,
    id: Policy.PolicyId,
    description: Policy.Description ?? '',
    document,
    tags: tagsIn(Policy.Tags),
    uses: usesOf(Policy),
    versions: versions
      .map(({ VersionId = '', IsDefaultVersion = false }) => ({ id: VersionId, isDefault: IsDefaultVersion }))
      // `v12` is newer than `v9`.
      .sort((one, other) => Number(one.id.slice(1)) - Number(other.id.slice(1))),
  };
}

function usesOf({ AttachmentCount, PermissionsBoundaryUsageCount }: Policy): number | undefined {
  if (AttachmentCount === undefined || PermissionsBoundaryUsageCount === undefined) return undefined;
  return AttachmentCount + PermissionsBoundaryUsageCount;
}

/** What a policy says in the version that is in force. */
async function readDocument({ Arn, DefaultVersionId }: Policy, iam: Iam): Promise<PolicyDocument> {
  const { PolicyVersion } = await iam.ask('GetPolicyVersion', { PolicyArn: Arn, VersionId: DefaultVersionId });
  return parsePolicyText(PolicyVersion?.Document ?? '');
}

/** What a policy says that no document need declare. Undefined where the step may not read it, as it need not, or it is gone. */
export async function readDocumentIfAllowed(PolicyArn: string, iam: Iam): Promise<PolicyDocument | undefined> {
  return ifAllowed(async () => {
    const { Policy } = (await iam.find('GetPolicy', { PolicyArn })) ?? {};
    return Policy && (await readDocument(Policy, iam));
  });
}

async function ifAllowed<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isRefusal(error, 'AccessDenied')) return undefined;
    throw error;
  }
}

/** Makes a managed policy say what is declared. */
export function planPolicy(declared: DeclaredPolicy, existing: ExistingPolicy | undefined, rules: Rules): Planned {
  const arn = policyArn(declared, rules.account);
  if (!existing) return newPolicy(declared, arn, rules);
  return (
    notOurs('policy', arn, existing.tags, rules) ??
    takenOver(
      changeOf('policy', declared.name, [
        documentChanges(declared, existing),
        tagChanges(existing.tags, declared.tags, withMarkOf(existing, rules), {
          tag: (Tags) => ({ operation: 'TagPolicy', input: { PolicyArn: arn, Tags } }),
          untag: (TagKeys) => ({ operation: 'UntagPolicy', input: { PolicyArn: arn, TagKeys } }),
        }),
        descriptionNote(declared, existing),
      ]),
      { kind: 'policy', arn },
      existing.tags,
      rules,
    )
  );
}

function newPolicy({ name, path, description, document, tags }: DeclaredPolicy, arn: string, rules: Rules): Change {
  const input = {
    PolicyName: name,
    Path: path,
    PolicyDocument: policyText(document),
    Description: description,
    Tags: tagList(tagsToMake(tags, rules)),
  };
  const details = [
    ...newSettings(path, { description: description === undefined ? undefined : JSON.stringify(description) }),
    '+ document',
    ...indented(difference({}, document)),
    ...newTags(tags, rules),
  ];
  return {
    ...withoutCalls('create', 'policy', name, ...details),
    stages: [[{ operation: 'CreatePolicy', input }]],
    creates: { kind: 'policy', arn },
  };
}

function documentChanges(
  { document }: DeclaredPolicy,
  { arn, document: before, versions }: ExistingPolicy,
): Difference {
  if (sameMeaning(before, document)) return NO_DIFFERENCE;
  const oldest = versions.find(({ isDefault }) => !isDefault);
  const full = versions.length >= MAX_VERSIONS && oldest;
  return {
    details: [
      '~ document',
      ...indented(difference(before, document)),
      ...(full ? [`- version ${oldest.id}, the oldest of ${MAX_VERSIONS}`] : []),
    ],
    widenings: widenings([before], [document]),
    removing: full ? [{ operation: 'DeletePolicyVersion', input: { PolicyArn: arn, VersionId: oldest.id } }] : [],
    adding: [newVersion(arn, document)],
  };
}

function newVersion(PolicyArn: string, document: PolicyDocument): PlannedCall {
  return {
    operation: 'CreatePolicyVersion',
    input: { PolicyArn, PolicyDocument: policyText(document), SetAsDefault: true },
    async doneAnyway(error, iam) {
      // The version that an attempt made whose answer was lost took the last place.
      if (!isRefusal(error, 'LimitExceeded')) return false;
      const policy = await readPolicy(PolicyArn, iam);
      return policy !== undefined && sameMeaning(policy.document, document);
    },
  };
}

/** A policy has its description for life. */
function descriptionNote({ description = '' }: DeclaredPolicy, existing: ExistingPolicy): Difference {
  if (description === existing.description) return NO_DIFFERENCE;
  const details = [`the description stays ${JSON.stringify(existing.description)}: AWS does not change it`];
  return { ...NO_DIFFERENCE, details };
}

/**
 * Plans the removal of a policy, from whom it is attached to as well.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
 *
 * @param leaving changes, some of which delete what the policy is attached to
 */
export async function planPolicyRemoval(
  PolicyArn: string,
  leaving: readonly Change[],
  { iam, account }: AccountAccess,
): Promise<Change> {
  const name = nameIn(PolicyArn);
  const { Policy } = (await iam.find('GetPolicy', { PolicyArn })) ?? {};
  const tags = tagsIn(Policy?.Tags);
  const nothing = nothingToRemove('policy', name, Policy && tags, account);
  if (nothing) return nothing;
  const [versions, detachments] = await Promise.all([
    iam.list('ListPolicyVersions', { PolicyArn }, (page) => page.Versions),
    readDetachments(PolicyArn, leaving, iam),
  ]);
  const others = versions.filter(({ IsDefaultVersion }) => !IsDefaultVersion);
  const removal = removalOf(
    'policy',
    name,
    [
      [
        ...detachments,
        ...others.map(
          ({ VersionId }) => ({ operation: 'DeletePolicyVersion', input: { PolicyArn, VersionId } }) as const,
        ),
      ],
      [{ operation: 'DeletePolicy', input: { PolicyArn } }],
    ],
    readEphemeralOf(Policy?.PolicyId, tags),
  );
  // What stays may do what only this policy denied it.
  if (!Policy || detachments.length === 0) return removal;
  const document = await ifAllowed(() => readDocument(Policy, iam));
  return document
    ? { ...removal, widenings: lostDenials([document], []) }
    : { ...removal, details: [...removal.details, mayDeny(PolicyArn)] };
}

/** Of a policy that goes from what stays, and that the step may not read, for people. */
export function mayDeny(arn: string): string {
  return `! what ${arn} denies is not known: the step may not read it`;
}

/** Detaches a policy from all that have it and stay. */
async function readDetachments(PolicyArn: string, leaving: readonly Change[], iam: Iam): Promise<PlannedCall[]> {
  const asPolicy = { PolicyArn, PolicyUsageFilter: 'PermissionsPolicy' } as const;
  const [users, roles, groups] = await Promise.all([
    iam.list('ListEntitiesForPolicy', { ...asPolicy, EntityFilter: 'User' }, (page) => page.PolicyUsers),
    iam.list('ListEntitiesForPolicy', { ...asPolicy, EntityFilter: 'Role' }, (page) => page.PolicyRoles),
    iam.list('ListEntitiesForPolicy', { ...asPolicy, EntityFilter: 'Group' }, (page) => page.PolicyGroups),
  ]);
  const from = (kind: string, name: string, call: Write): PlannedCall[] =>
    isDeleted(kind, name, leaving) ? [] : [{ detail: `- from ${kind} ${name}`, ...call }];
  return [
    ...users.flatMap(({ UserName = '' }) =>
      from('user', UserName, { operation: 'DetachUserPolicy', input: { UserName, PolicyArn } }),
    ),
    ...roles.flatMap(({ RoleName = '' }) =>
      from('role', RoleName, { operation: 'DetachRolePolicy', input: { RoleName, PolicyArn } }),
    ),
    ...groups.flatMap(({ GroupName = '' }) =>
      from('group', GroupName, { operation: 'DetachGroupPolicy', input: { GroupName, PolicyArn } }),
    ),
  ];
}

/**
 * Policies that are to be deleted, but are permissions boundaries of users and roles that stay. AWS would say so only
 * once all the rest is deleted.
 */
export async function boundariesInUse(
  changes: readonly Change[],
  policies: readonly string[],
  { iam }: AccountAccess,
): Promise<Obstacle[]> {
  const going = policies.filter((arn) => isDeleted('policy', nameIn(arn), changes));
  const found = await concurrently(going, async (PolicyArn): Promise<readonly Obstacle[]> => {
    const bounded = await iam.list(
      'ListEntitiesForPolicy',
      { PolicyArn, PolicyUsageFilter: 'PermissionsBoundary' },
      ({ PolicyUsers = [], PolicyRoles = [] }) => [
        ...PolicyUsers.map(({ UserName = '' }) => ({ kind: 'user', name: UserName })),
        ...PolicyRoles.map(({ RoleName = '' }) => ({ kind: 'role', name: RoleName })),
      ],
    );
    const others = bounded.filter(({ kind, name }) => !isDeleted(kind, name, changes));
    if (others.length === 0) return [];
    const whose = others.map(({ kind, name }) => `${kind} ${name}`).join(', ');
    const text = `the policy ${PolicyArn} is the permissions boundary of ${whose}, which this step leaves. Give them another boundary, or none`;
    return [{ code: 'delete-conflict', text }];
  });
  return found.flat();
}

function isDeleted(kind: string, name: string, changes: readonly Change[]): boolean {
  return changes.some((change) => change.action === 'delete' && change.kind === kind && change.name === name);
}

function nameIn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
