import {
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  ListAccessKeysCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupsCommand,
  ListMFADevicesCommand,
  ListOpenIDConnectProvidersCommand,
  ListPoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  ListVirtualMFADevicesCommand,
  type IAMClient,
  type Tag,
} from '@aws-sdk/client-iam';

/**
 * What IAM keeps of an account, as its list and get operations show it: without what AWS makes up again each time (IDs
 * and times), and without the tags by which the action knows its own.
 */
export async function iamState(iam: IAMClient) {
  const { Users = [] } = await iam.send(new ListUsersCommand({}));
  const { Roles = [] } = await iam.send(new ListRolesCommand({}));
  const { Policies = [] } = await iam.send(new ListPoliciesCommand({ Scope: 'Local' }));
  const { Groups = [] } = await iam.send(new ListGroupsCommand({}));
  const { VirtualMFADevices = [] } = await iam.send(new ListVirtualMFADevicesCommand({}));
  const { OpenIDConnectProviderList = [] } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
  return {
    users: await each(Users, ({ UserName }) => user(iam, UserName)),
    roles: await each(Roles, ({ RoleName }) => role(iam, RoleName)),
    policies: await each(Policies, ({ Arn }) => policy(iam, Arn)),
    groups: Groups.map(({ Arn }) => Arn),
    mfaDevices: VirtualMFADevices.map(({ SerialNumber, User }) => ({ SerialNumber, user: User?.Arn })),
    oidcProviders: await each(OpenIDConnectProviderList, ({ Arn }) => oidcProvider(iam, Arn)),
  };
}

async function user(iam: IAMClient, UserName: string | undefined) {
  const { User } = await iam.send(new GetUserCommand({ UserName }));
  const { AttachedPolicies } = await iam.send(new ListAttachedUserPoliciesCommand({ UserName }));
  const { PolicyNames = [] } = await iam.send(new ListUserPoliciesCommand({ UserName }));
  const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
  const { MFADevices = [] } = await iam.send(new ListMFADevicesCommand({ UserName }));
  return {
    arn: User?.Arn,
    tags: tags(User?.Tags),
    boundary: User?.PermissionsBoundary?.PermissionsBoundaryArn,
    attached: arns(AttachedPolicies),
    inline: await each(PolicyNames, async (PolicyName) => {
      const { PolicyDocument } = await iam.send(new GetUserPolicyCommand({ UserName, PolicyName }));
      return { PolicyName, document: document(PolicyDocument) };
    }),
    accessKeys: AccessKeyMetadata.map(({ Status }) => Status),
    mfaDevices: MFADevices.map(({ SerialNumber }) => SerialNumber),
  };
}

async function role(iam: IAMClient, RoleName: string | undefined) {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  return {
    arn: Role?.Arn,
    tags: tags(Role?.Tags),
    trust: document(Role?.AssumeRolePolicyDocument),
    description: Role?.Description,
    maxSessionDuration: Role?.MaxSessionDuration,
    boundary: Role?.PermissionsBoundary?.PermissionsBoundaryArn,
    attached: arns(AttachedPolicies),
    inline: await each(PolicyNames, async (PolicyName) => {
      const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      return { PolicyName, document: document(PolicyDocument) };
    }),
  };
}

async function policy(iam: IAMClient, PolicyArn: string | undefined) {
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const VersionId = Policy?.DefaultVersionId;
  const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
  return {
    arn: Policy?.Arn,
    tags: tags(Policy?.Tags),
    description: Policy?.Description,
    document: document(PolicyVersion?.Document),
    attachments: Policy?.AttachmentCount,
  };
}

async function oidcProvider(iam: IAMClient, OpenIDConnectProviderArn: string | undefined) {
  const provider = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
  return { arn: OpenIDConnectProviderArn, clientIds: provider.ClientIDList, tags: tags(provider.Tags) };
}

/** Tags that the account's people see, by key. */
function tags(all: readonly Tag[] = []): Record<string, string | undefined> {
  const others = all.filter(({ Key = '' }) => !/^(managed-by|aws-identity-action:)/.test(Key));
  return Object.fromEntries(others.map(({ Key = '', Value }) => [Key, Value]));
}

function arns(attached: readonly { readonly PolicyArn?: string | undefined }[] = []): (string | undefined)[] {
  return attached.map(({ PolicyArn }) => PolicyArn).sort();
}

/** Policies are sent back URL-encoded. */
function document(text = 'null'): unknown {
  return JSON.parse(decodeURIComponent(text));
}

/** One after the other, in the order of what describes them. */
async function each<Item, Kept>(items: readonly Item[], keep: (item: Item) => Promise<Kept>): Promise<Kept[]> {
  const kept: Kept[] = [];
  for (const item of items) kept.push(await keep(item));
  return kept.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
