import type { Iam, Write } from '../iam/connect';
import type { Change, Place } from './plan';
import { readAccessKeys, tagsIn } from './read-account';
import { gone, leftAlone, staged } from './removal';

/**
 * Plans the removal of a user with everything for which AWS would refuse to delete it.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html names what must go first.
 */
export async function planUserRemoval(UserName: string, iam: Iam, place: Place): Promise<Change> {
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
