import type { User } from '@aws-sdk/client-iam';
import { iamArn } from '../../aws/arn';
import type { Iam } from '../../iam/connect';
import type { DeclaredPolicy, DeclaredUser } from '../../identities/declaration';
import { REQUIRE_MFA_POLICY_NAME, requireMfaPolicy } from '../../policy/require-mfa';
import { deleteKey, readAccessKeys, type ExistingKey } from '../access-keys/access-key';
import { FIRST_RECORD } from '../access-keys/key-record';
import type { AccountAccess, TargetAccount } from '../changes/account-access';
import { removalOf, type Change, type Planned, type PlannedCall } from '../changes/change';
import { readEphemeral } from '../ephemeral';
import { identityCalls, planIdentity, policyRemoval, readWithPolicies, type ExistingIdentity } from './identity';
import { deactivateDevice, deleteDevice, readDevices, type EnabledDevice } from './mfa-device';
import { nothingToRemove, type Rules } from './ownership';
import { tagList, tagsIn } from './tags';

export interface ExistingUser extends ExistingIdentity {
  /** Read if the document gives it a key. */
  readonly accessKeys: readonly ExistingKey[];
  /** Those enabled; read if the document gives it a device. */
  readonly mfaDevices: readonly EnabledDevice[];
}

export function userArn({ name, path }: Pick<DeclaredUser, 'name' | 'path'>, account: TargetAccount): string {
  return iamArn(account, `user${path}${name}`);
}

/** The user of just this name: AWS finds it whatever the case. */
export async function findUser(name: string, iam: Iam): Promise<User | undefined> {
  const { User } = (await iam.find('GetUser', { UserName: name })) ?? {};
  return User?.UserName === name ? User : undefined;
}

/** Reads a user: what of it the document declares, and no more, as documents may have hundreds of users. */
export async function readUser(declared: DeclaredUser, iam: Iam): Promise<ExistingUser | undefined> {
  const { name, accessKey, mfaDevice } = declared;
  const user = await findUser(name, iam);
  if (!user) return undefined;
  const [identity, accessKeys, mfaDevices] = await Promise.all([
    readWithPolicies(user, identityCalls('user', name), iam),
    accessKey ? readAccessKeys(name, iam) : [],
    mfaDevice ? readDevices(name, iam) : [],
  ]);
  return { ...identity, accessKeys, mfaDevices };
}

/** Makes a user as declared, but for its access key and its MFA device. */
export function planUser(
  declared: DeclaredUser,
  existing: ExistingUser | undefined,
  policies: readonly DeclaredPolicy[],
  rules: Rules,
): Planned {
  const UserName = declared.name;
  const arn = userArn(declared, rules.account);
  // A user that is made with its record needs no call for it before its key is made.
  const record = declared.accessKey ? FIRST_RECORD : {};
  const mfaPolicy: DeclaredUser['inlinePolicies'] = declared.requireMfa
    ? { [REQUIRE_MFA_POLICY_NAME]: requireMfaPolicy(arn) }
    : {};
  return planIdentity(existing, policies, rules, {
    kind: 'user',
    declared,
    arn,
    inlinePolicies: { ...declared.inlinePolicies, ...mfaPolicy },
    create: ({ tags, ...common }) => ({
      operation: 'CreateUser',
      input: { UserName, ...common, Tags: tagList({ ...tags, ...record }) },
    }),
    settings: {},
    newDetails: [],
    differences: [],
  });
}

/** A user that is deleted, and the MFA devices that are deleted with it. */
export interface UserRemoval {
  readonly change: Change;
  /** Serial numbers. */
  readonly devices: readonly string[];
}

/**
 * Plans the removal of a user with everything for which AWS would refuse to delete it.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html names what must go first.
 */
export async function planUserRemoval(UserName: string, { iam, account }: AccountAccess): Promise<UserRemoval> {
  const user = await findUser(UserName, iam);
  const tags = tagsIn(user?.Tags);
  const nothing = nothingToRemove('user', UserName, user && tags, account);
  if (nothing) return { change: nothing, devices: [] };
  const [keys, signIn, devices, policies, groups] = await Promise.all([
    readAccessKeys(UserName, iam),
    signInRemoval(UserName, iam),
    readDevices(UserName, iam),
    policyRemoval(identityCalls('user', UserName), iam),
    groupRemoval(UserName, iam),
  ]);
  const serials = devices.map(({ serial }) => serial);
  const virtual = serials.filter((serial) => serial.includes(':mfa/'));
  const change = removalOf(
    'user',
    UserName,
    [
      // Whoever has a key can do nothing more while the rest is removed.
      keys.map(({ id }) => ({ detail: `- access key ${id}`, ...deleteKey(UserName, id) })),
      [
        ...signIn,
        ...serials.map((serial) => ({ detail: `- MFA device ${serial}`, ...deactivateDevice(UserName, serial) })),
        ...policies,
        ...groups,
      ],
      virtual.map(deleteDevice),
      [{ operation: 'DeleteUser', input: { UserName } }],
    ],
    readEphemeral(tags),
  );
  return { change, devices: virtual };
}

/** Removes what a user signs in with, other than access keys and MFA devices. */
async function signInRemoval(UserName: string, iam: Iam): Promise<PlannedCall[]> {
  const input = { UserName };
  const [login, certificates, sshKeys, { ServiceSpecificCredentials = [] } = {}] = await Promise.all([
    iam.find('GetLoginProfile', input),
    iam.list('ListSigningCertificates', input, (page) => page.Certificates),
    iam.list('ListSSHPublicKeys', input, (page) => page.SSHPublicKeys),
    iam.find('ListServiceSpecificCredentials', input),
  ]);
  return [
    ...(login ? [{ detail: '- password', operation: 'DeleteLoginProfile', input } as const] : []),
    ...certificates.map(({ CertificateId = '' }): PlannedCall => ({
      detail: `- signing certificate ${CertificateId}`,
      operation: 'DeleteSigningCertificate',
      input: { UserName, CertificateId },
    })),
    ...sshKeys.map(({ SSHPublicKeyId = '' }): PlannedCall => ({
      detail: `- SSH key ${SSHPublicKeyId}`,
      operation: 'DeleteSSHPublicKey',
      input: { UserName, SSHPublicKeyId },
    })),
    ...ServiceSpecificCredentials.map(({ ServiceName = '', ServiceSpecificCredentialId = '' }): PlannedCall => ({
      detail: `- credential ${ServiceSpecificCredentialId} for ${ServiceName}`,
      operation: 'DeleteServiceSpecificCredential',
      input: { UserName, ServiceSpecificCredentialId },
    })),
  ];
}

async function groupRemoval(UserName: string, iam: Iam): Promise<PlannedCall[]> {
  const groups = await iam.list('ListGroupsForUser', { UserName }, (page) => page.Groups);
  return groups.map(({ GroupName = '' }) => ({
    detail: `- member of ${GroupName}`,
    operation: 'RemoveUserFromGroup',
    input: { UserName, GroupName },
  }));
}
