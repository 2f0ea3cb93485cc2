import type { Tag } from '@aws-sdk/client-iam';
import type { Declaration, Tags } from '../identities/declaration';
import { parsePolicyText, type PolicyDocument } from '../policy/policy-document';
import type {
  Existing,
  ExistingKey,
  ExistingOidcProvider,
  ExistingPolicy,
  ExistingRole,
  ExistingUser,
  Namesake,
} from './account';
import { oidcProviderArn, policyArn } from './arns';
import { isRefusal } from '../aws/failure';
import type { Iam } from '../iam/connect';
import type { Place } from './plan';
import { sideBySide } from './side-by-side';

/** Reads what the account has of what the document declares. Changes nothing. */
export async function readAccount(declaration: Declaration, iam: Iam, place: Place): Promise<Existing> {
  const { oidcProviders, policies, users, roles } = declaration;
  const [foundProviders, foundPolicies, foundUsers, foundRoles] = await Promise.all([
    sideBySide(
      oidcProviders,
      async ({ url }) => [url, await readOidcProvider(oidcProviderArn(url, place), iam)] as const,
    ),
    sideBySide(policies, async (policy) => [policy.name, await readPolicy(policyArn(policy, place), iam)] as const),
    sideBySide(users, async ({ name }) => [name, await readUser(name, iam)] as const),
    sideBySide(roles, async ({ name }) => [name, await readRole(name, iam)] as const),
  ]);
  const existing = {
    oidcProviders: present(foundProviders),
    policies: present(foundPolicies),
    users: present(foundUsers),
    roles: present(foundRoles),
  };
  return { ...existing, namesakes: await readNamesakes(declaration, existing, iam) };
}

export async function readOidcProvider(arn: string, iam: Iam): Promise<ExistingOidcProvider | undefined> {
  const provider = await iam.find('GetOpenIDConnectProvider', { OpenIDConnectProviderArn: arn });
  return provider && { arn, audiences: provider.ClientIDList ?? [], tags: tagsIn(provider.Tags) };
}

export async function readPolicy(arn: string, iam: Iam): Promise<ExistingPolicy | undefined> {
  const { Policy } = (await iam.find('GetPolicy', { PolicyArn: arn })) ?? {};
  if (!Policy) return undefined;
  const [versions, { PolicyVersion }] = await Promise.all([
    iam.list('ListPolicyVersions', { PolicyArn: arn }, ({ Versions }) => Versions),
    iam.ask('GetPolicyVersion', { PolicyArn: arn, VersionId: Policy.DefaultVersionId }),
  ]);
  return {
    arn,
    description: Policy.Description ?? '',
    document: parsePolicyText(PolicyVersion?.Document ?? ''),
    tags: tagsIn(Policy.Tags),
    versions: versions
      .map(({ VersionId = '', IsDefaultVersion = false }) => ({ id: VersionId, isDefault: IsDefaultVersion }))
      .sort((one, other) => numberOf(one.id) - numberOf(other.id)),
  };
}

export async function readUser(name: string, iam: Iam): Promise<ExistingUser | undefined> {
  const { User } = (await iam.find('GetUser', { UserName: name })) ?? {};
  if (User?.UserName !== name) return undefined;
  const UserName = name;
  const [attachedPolicies, inlineNames, accessKeys, mfaDevices] = await Promise.all([
    iam.list('ListAttachedUserPolicies', { UserName }, ({ AttachedPolicies }) => AttachedPolicies),
    iam.list('ListUserPolicies', { UserName }, ({ PolicyNames }) => PolicyNames),
    readAccessKeys(name, iam),
    iam.list('ListMFADevices', { UserName }, ({ MFADevices }) => MFADevices),
  ]);
  const inlinePolicies = await readEach(inlineNames, (PolicyName) =>
    iam.ask('GetUserPolicy', { UserName, PolicyName }),
  );
  return {
    arn: User.Arn ?? '',
    path: User.Path ?? '/',
    tags: tagsIn(User.Tags),
    permissionsBoundary: User.PermissionsBoundary?.PermissionsBoundaryArn,
    attachedPolicies: attachedPolicies.map(({ PolicyArn = '' }) => PolicyArn),
    inlinePolicies,
    accessKeys,
    mfaDevices: mfaDevices.map(({ SerialNumber = '' }) => SerialNumber),
  };
}

/** The oldest first. */
export async function readAccessKeys(user: string, iam: Iam): Promise<ExistingKey[]> {
  const keys = await iam.list('ListAccessKeys', { UserName: user }, ({ AccessKeyMetadata }) => AccessKeyMetadata);
  return keys
    .map(({ AccessKeyId = '', Status, CreateDate = new Date(0) }) => ({
      id: AccessKeyId,
      active: Status === 'Active',
      created: CreateDate,
    }))
    .sort((one, other) => one.created.getTime() - other.created.getTime());
}

export async function readRole(name: string, iam: Iam): Promise<ExistingRole | undefined> {
  const { Role } = (await iam.find('GetRole', { RoleName: name })) ?? {};
  if (Role?.RoleName !== name) return undefined;
  const RoleName = name;
  const [attachedPolicies, inlineNames] = await Promise.all([
    iam.list('ListAttachedRolePolicies', { RoleName }, ({ AttachedPolicies }) => AttachedPolicies),
    iam.list('ListRolePolicies', { RoleName }, ({ PolicyNames }) => PolicyNames),
  ]);
  const inlinePolicies = await readEach(inlineNames, (PolicyName) =>
    iam.ask('GetRolePolicy', { RoleName, PolicyName }),
  );
  return {
    arn: Role.Arn ?? '',
    path: Role.Path ?? '/',
    tags: tagsIn(Role.Tags),
    permissionsBoundary: Role.PermissionsBoundary?.PermissionsBoundaryArn,
    attachedPolicies: attachedPolicies.map(({ PolicyArn = '' }) => PolicyArn),
    inlinePolicies,
    description: Role.Description ?? '',
    trust: parsePolicyText(Role.AssumeRolePolicyDocument ?? ''),
    maxSessionDuration: Role.MaxSessionDuration ?? 3600,
  };
}

/**
 * Names are unique whatever their case and path, which only a list of all can tell. Who may not list them learns it
 * from AWS when the thing is to be made.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
async function readNamesakes(
  { policies, users, roles }: Declaration,
  existing: Omit<Existing, 'namesakes'>,
  iam: Iam,
): Promise<Namesake[]> {
  const missing = (declared: readonly { readonly name: string }[], found: ReadonlyMap<string, unknown>) =>
    declared.map(({ name }) => name).filter((name) => !found.has(name));
  const lookUp = async (
    kind: Namesake['kind'],
    names: readonly string[],
    list: () => Promise<readonly { readonly name: string | undefined; readonly arn: string | undefined }[]>,
  ) => {
    if (names.length === 0) return [];
    const all = await list().catch((error: unknown) => {
      if (isRefusal(error, 'AccessDenied')) return [];
      throw error;
    });
    const arns = new Map(all.map(({ name = '', arn = '' }) => [name.toLowerCase(), arn]));
    return names.flatMap((name) => {
      const arn = arns.get(name.toLowerCase());
      return arn === undefined ? [] : { kind, name, arn };
    });
  };
  const found = await Promise.all([
    lookUp('policy', missing(policies, existing.policies), () =>
      iam.list('ListPolicies', { Scope: 'Local' }, ({ Policies }) =>
        Policies?.map(({ PolicyName, Arn }) => ({ name: PolicyName, arn: Arn })),
      ),
    ),
    lookUp('user', missing(users, existing.users), () =>
      iam.list('ListUsers', {}, ({ Users }) => Users?.map(({ UserName, Arn }) => ({ name: UserName, arn: Arn }))),
    ),
    lookUp('role', missing(roles, existing.roles), () =>
      iam.list('ListRoles', {}, ({ Roles }) => Roles?.map(({ RoleName, Arn }) => ({ name: RoleName, arn: Arn }))),
    ),
  ]);
  return found.flat();
}

async function readEach(
  names: readonly string[],
  read: (name: string) => Promise<{ readonly PolicyDocument?: string | undefined }>,
): Promise<Record<string, PolicyDocument>> {
  const policies = await sideBySide(
    names,
    async (name) => [name, parsePolicyText((await read(name)).PolicyDocument ?? '')] as const,
  );
  return Object.fromEntries(policies);
}

export function tagsIn(tags: readonly Tag[] = []): Tags {
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

function present<T>(entries: readonly (readonly [string, T | undefined])[]): Map<string, T> {
  return new Map(entries.filter((entry): entry is readonly [string, T] => entry[1] !== undefined));
}

/** `v12` is newer than `v9`. */
function numberOf(version: string): number {
  return Number(version.slice(1));
}
