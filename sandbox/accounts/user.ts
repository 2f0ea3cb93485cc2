import type { PolicyDocument } from '../policy/document';
import { AccessKey } from './access-key';
import { History } from './history';
import { Entity, Identity } from './identity';
import { newCertificateId, newUniqueId } from './keys';
import type { MfaDevice, MfaDeviceSettings } from './mfa-device';
import type { LoginProfile, ServiceSpecificCredential, SigningCertificate, SshPublicKey } from './user-credentials';

/** A group of users, who have its policies as well as their own. */
export class Group extends Identity {
  readonly type = 'Group';
  readonly id = newUniqueId('AGPA');
}

export class User extends Entity {
  readonly type = 'User';
  readonly id = newUniqueId('AIDA');
  readonly groups = new Set<Group>();
  readonly #accessKeys = new History<readonly AccessKey[]>(this.account.settings.clock, []);
  /** By serial number. */
  readonly mfaDevices = new Map<string, MfaDevice>();
  loginProfile: LoginProfile | undefined;
  /** By id, as the credentials below. */
  readonly signingCertificates = new Map<string, SigningCertificate>();
  readonly sshPublicKeys = new Map<string, SshPublicKey>();
  readonly serviceSpecificCredentials = new Map<string, ServiceSpecificCredential>();
  #serviceUserNames = 0;

  get accessKeys(): AccessKey[] {
    return [...this.#accessKeys.value];
  }

  /** As a read of that time shows them. */
  accessKeysAt(time: Date): AccessKey[] {
    return [...this.#accessKeys.at(time)];
  }

  /** Its own, and those of its groups. */
  override get identityPolicies(): readonly PolicyDocument[] {
    return [...super.identityPolicies, ...[...this.groups].flatMap((group) => group.identityPolicies)];
  }

  /** Makes an active key: a new one, or the one given. */
  createAccessKey(fixed?: { readonly accessKeyId: string; readonly secretAccessKey: string }): AccessKey {
    const key = new AccessKey(this.account.settings, fixed);
    this.#accessKeys.value = [...this.#accessKeys.value, key];
    return key;
  }

  deleteAccessKey(accessKeyId: string): void {
    this.#accessKeys.value = this.#accessKeys.value.filter((key) => key.accessKeyId !== accessKeyId);
  }

  /** Makes a virtual MFA device and enables it for this user. */
  createMfaDevice(name: string, settings: MfaDeviceSettings = {}): MfaDevice {
    const device = this.account.createMfaDevice(name, settings);
    this.mfaDevices.set(device.serialNumber, device);
    return device;
  }

  createLoginProfile(passwordResetRequired = false): LoginProfile {
    this.loginProfile = { createdAt: this.account.settings.clock.now(), passwordResetRequired };
    return this.loginProfile;
  }

  /** Adds an active certificate. */
  uploadSigningCertificate(body: string): SigningCertificate {
    const uploadedAt = this.account.settings.clock.now();
    const certificate: SigningCertificate = { id: newCertificateId(), body, uploadedAt, status: 'Active' };
    this.signingCertificates.set(certificate.id, certificate);
    return certificate;
  }

  uploadSshPublicKey(body: string): SshPublicKey {
    const key = { id: newUniqueId('APKA'), body, uploadedAt: this.account.settings.clock.now() };
    this.sshPublicKeys.set(key.id, key);
    return key;
  }

  createServiceSpecificCredential(serviceName: string): ServiceSpecificCredential {
    const suffix = this.#serviceUserNames === 0 ? '' : `+${this.#serviceUserNames}`;
    this.#serviceUserNames += 1;
    const credential = {
      id: newUniqueId('ACCA'),
      serviceName,
      serviceUserName: `${this.name}${suffix}-at-${this.account.id}`,
      createdAt: this.account.settings.clock.now(),
    };
    this.serviceSpecificCredentials.set(credential.id, credential);
    return credential;
  }
}
