import type { PolicyDocument } from '../policy/document';
import { Entity } from './entity';
import type { Group } from './group';
import { newAccessKeyId, newCertificateId, newSecretAccessKey, newUniqueId } from './keys';
import type { MfaDevice, MfaDeviceSettings } from './mfa-device';
import type { LoginProfile, ServiceSpecificCredential, SigningCertificate, SshPublicKey } from './user-credentials';

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly user: User;
  readonly createdAt: Date;
  /** From when on the rest of AWS knows it. */
  readonly propagatedAt: Date;
  status: 'Active' | 'Inactive';
  lastUsed?: { readonly at: Date; readonly service: string; readonly region: string };
}

export class User extends Entity {
  readonly type = 'User';
  readonly id = newUniqueId('AIDA');
  /** By serial number. */
  readonly mfaDevices = new Map<string, MfaDevice>();
  loginProfile: LoginProfile | undefined;
  /** By id, as the credentials below. */
  readonly signingCertificates = new Map<string, SigningCertificate>();
  readonly sshPublicKeys = new Map<string, SshPublicKey>();
  readonly serviceSpecificCredentials = new Map<string, ServiceSpecificCredential>();
  #serviceUserNames = 0;

  get accessKeys(): AccessKey[] {
    return [...this.account.world.accessKeys.values()].filter(({ user }) => user === this);
  }

  get groups(): Group[] {
    return [...this.account.groups.values()].filter(({ members }) => members.has(this));
  }

  /** Its own, and those of its groups. */
  override get identityPolicies(): readonly PolicyDocument[] {
    return [...super.identityPolicies, ...this.groups.flatMap((group) => group.identityPolicies)];
  }

  /** Makes an active key: a new one, or the one given. */
  createAccessKey(fixed?: { readonly accessKeyId: string; readonly secretAccessKey: string }): AccessKey {
    const { world } = this.account;
    const key: AccessKey = {
      accessKeyId: fixed?.accessKeyId ?? newAccessKeyId('AKIA'),
      secretAccessKey: fixed?.secretAccessKey ?? newSecretAccessKey(world.settings.secretAlphabet),
      user: this,
      createdAt: world.clock.now(),
      propagatedAt: world.propagatedAt(),
      status: 'Active',
    };
    world.accessKeys.set(key.accessKeyId, key);
    return key;
  }

  /** Makes a virtual MFA device and enables it for this user. */
  createMfaDevice(name: string, settings: MfaDeviceSettings = {}): MfaDevice {
    const device = this.account.createMfaDevice(name, settings);
    this.mfaDevices.set(device.serialNumber, device);
    return device;
  }

  createLoginProfile(passwordResetRequired = false): LoginProfile {
    this.loginProfile = { createdAt: this.account.world.clock.now(), passwordResetRequired };
    return this.loginProfile;
  }

  /** Adds an active certificate. */
  uploadSigningCertificate(body: string): SigningCertificate {
    const uploadedAt = this.account.world.clock.now();
    const certificate: SigningCertificate = { id: newCertificateId(), body, uploadedAt, status: 'Active' };
    this.signingCertificates.set(certificate.id, certificate);
    return certificate;
  }

  uploadSshPublicKey(body: string): SshPublicKey {
    const key = { id: newUniqueId('APKA'), body, uploadedAt: this.account.world.clock.now() };
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
      createdAt: this.account.world.clock.now(),
    };
    this.serviceSpecificCredentials.set(credential.id, credential);
    return credential;
  }
}
