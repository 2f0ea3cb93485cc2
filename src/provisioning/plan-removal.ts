import type { Tags } from '../identities/declaration';
import type { Iam, Write } from './iam-calls';
import { ownerOf } from './ownership';
import type { Change, Kind, Obstacle, Place } from './plan';
import { readAccessKeys, tagsIn } from './read-account';
import { sideBySide } from './side-by-side';

/** What is to be removed, where it is there and this repository's. */
export interface Targets {
  /** Names. */
  readonly users: readonly string[];
  readonly roles: readonly string[];
  /** ARNs. */
  readonly policies: readonly string[];
  readonly oidcProviders: readonly string[];
  /** Virtual ones, with the users that they were made for. */
  readonly mfaDevices: readonly { readonly user: string; readonly serial: string }[];
}

/**
 * Plans the removal of everything that AWS would refuse to delete a thing for, and then of the thing. What is gone
 * already is done; what is not this repository's is left.
 *
 * @returns phases: users and roles before the policies that they have
 */
export async function planRemoval(targets: Targets, iam: Iam, place: Place): Promise<Change[][]> {
  const [users, roles] = await Promise.all([
    sideBySide(targets.users, (name) => planUser(name, iam, place)),
    sideBySide(targets.roles, (name) => planRole(name, iam, place)),
  ]);
  const identities = [...users, ...roles];
  const leaving = new Set(identities.filter(({ action }) => action === 'delete').map(({ kind, name }) => kind + name));
  // A device that goes with its user is not gone twice.
  const removed = new Set<unknown>(
    users.flatMap(({ stages }) => stages.flat()).map(({ input }) => Reflect.get(input, 'SerialNumber') as unknown),
  );
  const left = usersLeft([users]);
  const [devices, policies, providers] = await Promise.all([
    sideBySide(targets.mfaDevices, async (device) =>
      left.has(device.user) ? leftWithUser(device.serial) : planMfaDevice(device, iam, place),
    ),
    sideBySide(targets.policies, (arn) => planPolicy(arn, leaving, iam, place)),
    sideBySide(targets.oidcProviders, (arn) => planOidcProvider(arn, iam, place)),
  ]);
  return [
    [...identities, ...devices.filter(({ name }) => !removed.has(name))],
    [...policies, ...providers],
  ];
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html names what must go first. */
async function planUser(UserName: string, iam: Iam, place: Place): Promise<Change> {
  const { User } = (await iam.find('GetUser', { UserName })) ?? {};
  if (User?.UserName !== UserName) return gone('user', UserName);
  const left = leftAlone('user', UserName, tagsIn(User.Tags), place);
  if (left) return left;
  const input = { UserName };
  const [keys, login, certificates, sshKeys, credentials, devices, inline, attached, groups] = await Promise.all([
    readAccessKeys(UserName, iam),
    iam.find('GetLoginProfile', input),
    iam.list('ListSigningCertificates', input, (page) => page.Certificates),
    iam.list('ListSSHPublicKeys', input, (page) => page.SSHPublicKeys),
    iam.ask('ListServiceSpecificCredentials', input),
    iam.list('ListMFADevices', input, (page) => page.MFADevices),
    iam.list('ListUserPolicies', input, (page) => page.PolicyNames),
    iam.list('ListAttachedUserPolicies', input, (page) => page.AttachedPolicies),
    iam.list('ListGroupsForUser', input, (page) => page.Groups),
  ]);
  const virtual = devices
    .flatMap(({ SerialNumber }) => SerialNumber ?? [])
    .filter((serial) => serial.includes(':mfa/'));
  const blocking: Write[] = [
    ...(login ? [{ operation: 'DeleteLoginProfile', input } as const] : []),
    ...certificates.map(({ CertificateId }): Write => ({
      operation: 'DeleteSigningCertificate',
      input: { UserName, CertificateId },
    })),
    ...sshKeys.map(({ SSHPublicKeyId }): Write => ({
      operation: 'DeleteSSHPublicKey',
      input: { UserName, SSHPublicKeyId },
    })),
    ...(credentials.ServiceSpecificCredentials ?? []).map(({ ServiceSpecificCredentialId }): Write => ({
      operation: 'DeleteServiceSpecificCredential',
      input: { UserName, ServiceSpecificCredentialId },
    })),
    ...devices.map(({ SerialNumber }): Write => ({
      operation: 'DeactivateMFADevice',
      input: { UserName, SerialNumber },
    })),
    ...inline.map((PolicyName): Write => ({ operation: 'DeleteUserPolicy', input: { UserName, PolicyName } })),
    ...attached.map(({ PolicyArn }): Write => ({ operation: 'DetachUserPolicy', input: { UserName, PolicyArn } })),
    ...groups.map(({ GroupName }): Write => ({ operation: 'RemoveUserFromGroup', input: { UserName, GroupName } })),
  ];
  return {
    action: 'delete',
    kind: 'user',
    name: UserName,
    details: [
      ...keys.map(({ id }) => `- access key ${id}`),
      ...(login ? ['- password'] : []),
      ...certificates.map(({ CertificateId = '' }) => `- signing certificate ${CertificateId}`),
      ...sshKeys.map(({ SSHPublicKeyId = '' }) => `- SSH key ${SSHPublicKeyId}`),
      ...(credentials.ServiceSpecificCredentials ?? []).map(
        ({ ServiceName = '', ServiceSpecificCredentialId = '' }) =>
          `- credential ${ServiceSpecificCredentialId} for ${ServiceName}`,
      ),
      ...devices.map(({ SerialNumber = '' }) => `- MFA device ${SerialNumber}`),
      ...inline.map((name) => `- inline policy ${name}`),
      ...attached.map(({ PolicyArn = '' }) => `- policy ${PolicyArn}`),
      ...groups.map(({ GroupName = '' }) => `- member of ${GroupName}`),
    ],
    stages: staged([
      // Whoever has a key can do nothing more while the rest is taken down.
      keys.map(({ id }) => ({ operation: 'DeleteAccessKey', input: { UserName, AccessKeyId: id } })),
      blocking,
      virtual.map((SerialNumber) => ({ operation: 'DeleteVirtualMFADevice', input: { SerialNumber } })),
      [{ operation: 'DeleteUser', input }],
    ]),
  };
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html */
async function planRole(RoleName: string, iam: Iam, place: Place): Promise<Change> {
  const { Role } = (await iam.find('GetRole', { RoleName })) ?? {};
  if (Role?.RoleName !== RoleName) return gone('role', RoleName);
  const left = leftAlone('role', RoleName, tagsIn(Role.Tags), place);
  if (left) return left;
  const input = { RoleName };
  const [inline, attached, profiles] = await Promise.all([
    iam.list('ListRolePolicies', input, (page) => page.PolicyNames),
    iam.list('ListAttachedRolePolicies', input, (page) => page.AttachedPolicies),
    iam.list('ListInstanceProfilesForRole', input, (page) => page.InstanceProfiles),
  ]);
  return {
    action: 'delete',
    kind: 'role',
    name: RoleName,
    details: [
      ...inline.map((name) => `- inline policy ${name}`),
      ...attached.map(({ PolicyArn = '' }) => `- policy ${PolicyArn}`),
      ...profiles.map(({ InstanceProfileName = '' }) => `- instance profile ${InstanceProfileName}`),
    ],
    stages: staged([
      [
        ...inline.map((PolicyName): Write => ({ operation: 'DeleteRolePolicy', input: { RoleName, PolicyName } })),
        ...attached.map(({ PolicyArn }): Write => ({ operation: 'DetachRolePolicy', input: { RoleName, PolicyArn } })),
        ...profiles.map(({ InstanceProfileName }): Write => ({
          operation: 'RemoveRoleFromInstanceProfile',
          input: { RoleName, InstanceProfileName },
        })),
      ],
      [{ operation: 'DeleteRole', input }],
    ]),
  };
}

/**
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
 *
 * @param leaving users and roles that go before, with what is attached to them
 */
async function planPolicy(PolicyArn: string, leaving: ReadonlySet<string>, iam: Iam, place: Place): Promise<Change> {
  const name = policyName(PolicyArn);
  const { Policy } = (await iam.find('GetPolicy', { PolicyArn })) ?? {};
  if (!Policy) return gone('policy', name);
  const left = leftAlone('policy', name, tagsIn(Policy.Tags), place);
  if (left) return left;
  const asPolicy = { PolicyArn, PolicyUsageFilter: 'PermissionsPolicy' } as const;
  const [versions, users, roles, groups] = await Promise.all([
    iam.list('ListPolicyVersions', { PolicyArn }, (page) => page.Versions),
    iam.list('ListEntitiesForPolicy', { ...asPolicy, EntityFilter: 'User' }, (page) => page.PolicyUsers),
    iam.list('ListEntitiesForPolicy', { ...asPolicy, EntityFilter: 'Role' }, (page) => page.PolicyRoles),
    iam.list('ListEntitiesForPolicy', { ...asPolicy, EntityFilter: 'Group' }, (page) => page.PolicyGroups),
  ]);
  const others = versions.filter(({ IsDefaultVersion }) => !IsDefaultVersion);
  const attached: { readonly to: string; readonly write: Write }[] = [
    ...users
      .filter(({ UserName = '' }) => !leaving.has(`user${UserName}`))
      .map(({ UserName = '' }) => ({
        to: `user ${UserName}`,
        write: { operation: 'DetachUserPolicy', input: { UserName, PolicyArn } } as const,
      })),
    ...roles
      .filter(({ RoleName = '' }) => !leaving.has(`role${RoleName}`))
      .map(({ RoleName = '' }) => ({
        to: `role ${RoleName}`,
        write: { operation: 'DetachRolePolicy', input: { RoleName, PolicyArn } } as const,
      })),
    ...groups.map(({ GroupName = '' }) => ({
      to: `group ${GroupName}`,
      write: { operation: 'DetachGroupPolicy', input: { GroupName, PolicyArn } } as const,
    })),
  ];
  return {
    action: 'delete',
    kind: 'policy',
    name,
    details: attached.map(({ to }) => `- from ${to}`),
    stages: staged([
      [
        ...attached.map(({ write }) => write),
        ...others.map(({ VersionId }): Write => ({
          operation: 'DeletePolicyVersion',
          input: { PolicyArn, VersionId },
        })),
      ],
      [{ operation: 'DeletePolicy', input: { PolicyArn } }],
    ]),
  };
}

async function planOidcProvider(OpenIDConnectProviderArn: string, iam: Iam, place: Place): Promise<Change> {
  const kind = 'OIDC provider';
  const name = OpenIDConnectProviderArn.slice(OpenIDConnectProviderArn.indexOf('/') + 1);
  const provider = await iam.find('GetOpenIDConnectProvider', { OpenIDConnectProviderArn });
  if (!provider) return gone(kind, name);
  const stages = [[{ operation: 'DeleteOpenIDConnectProvider', input: { OpenIDConnectProviderArn } } as const]];
  return leftAlone(kind, name, tagsIn(provider.Tags), place) ?? { action: 'delete', kind, name, details: [], stages };
}

async function planMfaDevice({ user, serial }: Targets['mfaDevices'][number], iam: Iam, place: Place): Promise<Change> {
  const kind = 'MFA device';
  const { Tags } = (await iam.find('ListMFADeviceTags', { SerialNumber: serial })) ?? {};
  if (!Tags) return gone(kind, serial);
  const left = leftAlone(kind, serial, tagsIn(Tags), place);
  if (left) return left;
  return {
    action: 'delete',
    kind,
    name: serial,
    details: [],
    stages: [
      [{ operation: 'DeactivateMFADevice', input: { UserName: user, SerialNumber: serial } }],
      [{ operation: 'DeleteVirtualMFADevice', input: { SerialNumber: serial } }],
    ],
  };
}

/** Names of users that are not this repository's. */
export function usersLeft(phases: readonly (readonly Change[])[]): Set<string> {
  const left = phases.flat().filter(({ action, kind }) => action === 'leave' && kind === 'user');
  return new Set(left.map(({ name }) => name));
}

/**
 * Policies that are to go, but are permissions boundaries of users and roles that stay. AWS would say so only once all
 * the rest is gone.
 */
export async function boundariesInUse(
  phases: readonly (readonly Change[])[],
  policies: readonly string[],
  iam: Iam,
): Promise<Obstacle[]> {
  const deleted = phases.flat().filter(({ action }) => action === 'delete');
  const going = new Set(deleted.map(({ kind, name }) => kind + name));
  const found = await sideBySide(
    policies.filter((arn) => going.has(`policy${policyName(arn)}`)),
    async (PolicyArn) => {
      const bounded = await iam.list(
        'ListEntitiesForPolicy',
        { PolicyArn, PolicyUsageFilter: 'PermissionsBoundary' },
        ({ PolicyUsers = [], PolicyRoles = [] }) => [
          ...PolicyUsers.map(({ UserName = '' }) => ({ kind: 'user', name: UserName })),
          ...PolicyRoles.map(({ RoleName = '' }) => ({ kind: 'role', name: RoleName })),
        ],
      );
      const others = bounded.filter(({ kind, name }) => !going.has(kind + name));
      return others.length > 0 ? boundaryInUse(PolicyArn, others) : [];
    },
  );
  return found.flat();
}

function boundaryInUse(arn: string, bounded: readonly { readonly kind: string; readonly name: string }[]): Obstacle {
  const whose = bounded.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  return {
    code: 'delete-conflict',
    text: `the policy ${arn} is the permissions boundary of ${whose}, which this step leaves. Give them another boundary, or none`,
  };
}

function policyName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

function leftWithUser(serial: string): Change {
  return { action: 'leave', kind: 'MFA device', name: serial, details: ['left as it is: so is its user'], stages: [] };
}

function gone(kind: Kind, name: string): Change {
  return { action: 'keep', kind, name, details: ['is not there'], stages: [] };
}

function leftAlone(kind: Kind, name: string, tags: Tags, { repository }: Place): Change | undefined {
  const owner = ownerOf(tags, repository);
  if (owner === 'this repository') return undefined;
  const whose = owner === 'nobody' ? 'this action did not make it' : `it is managed by ${owner.repository}`;
  return { action: 'leave', kind, name, details: [`left as it is: ${whose}`], stages: [] };
}

function staged(stages: readonly (readonly Write[])[]): (readonly Write[])[] {
  return stages.filter((stage) => stage.length > 0);
}
