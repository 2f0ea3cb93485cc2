import type { PolicyDocument } from '../policy/document';
import { newAccessKeyId, newSecretAccessKey, newUniqueId } from './keys';
import { MfaDevice, type MfaDeviceSettings } from './mfa-device';
import type { World } from './world';

/** Tags by key. */
export type Tags = Readonly<Record<string, string>>;

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly user: User;
  status: 'Active' | 'Inactive';
}

export interface UserSettings {
  /** From and to `/`; by default `/`. */
  readonly path?: string;
  readonly policies?: readonly PolicyDocument[];
  readonly tags?: Tags;
}

export interface RoleSettings extends UserSettings {
  readonly trust: PolicyDocument;
  /** Seconds; by default 3600. */
  readonly maxSessionDuration?: number;
}

export interface OidcProviderSettings {
  /** The issuer, with `https://`. */
  readonly url: string;
  readonly clientIds: readonly string[];
}

/** One AWS account with what lives in it. */
export class Account {
  readonly users = new Map<string, User>();
  readonly roles = new Map<string, Role>();
  /** By issuer URL. */
  readonly oidcProviders = new Map<string, OidcProvider>();
  /** Names of its S3 buckets. */
  readonly buckets = new Set<string>();
  /** Regions in which the account has switched STS off. */
  readonly disabledRegions = new Set<string>();

  constructor(
    readonly world: World,
    readonly id: string,
    readonly partition: string,
  ) {}

  arn(service: 'iam' | 'sts', resource: string): string {
    return `arn:${this.partition}:${service}::${this.id}:${resource}`;
  }

  createUser(name: string, settings: UserSettings = {}): User {
    const user = new User(this, name, settings);
    this.users.set(name, user);
    return user;
  }

  createRole(name: string, settings: RoleSettings): Role {
    const role = new Role(this, name, settings);
    this.roles.set(name, role);
    return role;
  }

  createOidcProvider({ url, clientIds }: OidcProviderSettings): OidcProvider {
    const arn = this.arn('iam', `oidc-provider/${url.replace('https://', '')}`);
    const provider = { arn, url, clientIds };
    this.oidcProviders.set(url, provider);
    return provider;
  }
}

export class User {
  readonly type = 'User';
  readonly id = newUniqueId('AIDA');
  readonly arn: string;
  readonly path: string;
  policies: readonly PolicyDocument[];
  readonly tags: Tags;
  readonly createdAt: Date;
  /** By serial number. */
  readonly mfaDevices = new Map<string, MfaDevice>();

  constructor(
    readonly account: Account,
    readonly name: string,
    { path = '/', policies = [], tags = {} }: UserSettings,
  ) {
    this.arn = account.arn('iam', `user${path}${name}`);
    this.path = path;
    this.policies = policies;
    this.tags = tags;
    this.createdAt = account.world.clock.now();
  }

  /** Makes an active key: a new one, or the one given. */
  createAccessKey(fixed?: { readonly accessKeyId: string; readonly secretAccessKey: string }): AccessKey {
    const { world } = this.account;
    const accessKeyId = fixed?.accessKeyId ?? newAccessKeyId('AKIA');
    const secretAccessKey = fixed?.secretAccessKey ?? newSecretAccessKey(world.settings.secretAlphabet);
    const key: AccessKey = { accessKeyId, secretAccessKey, user: this, status: 'Active' };
    world.accessKeys.set(accessKeyId, key);
    return key;
  }

  /** Makes a virtual MFA device and enables it for this user. */
  createMfaDevice(name: string, settings: MfaDeviceSettings = {}): MfaDevice {
    const { account } = this;
    const serialNumber = account.arn('iam', `mfa/${name}`);
    const device = new MfaDevice(serialNumber, account.world.clock.now(), `${name}@${account.id}`, settings);
    this.mfaDevices.set(serialNumber, device);
    return device;
  }
}

export class Role {
  readonly type = 'Role';
  readonly id = newUniqueId('AROA');
  readonly arn: string;
  readonly trust: PolicyDocument;
  policies: readonly PolicyDocument[];
  readonly tags: Tags;
  /** Seconds. */
  readonly maxSessionDuration: number;

  constructor(
    readonly account: Account,
    readonly name: string,
    { trust, path = '/', policies = [], tags = {}, maxSessionDuration = 3600 }: RoleSettings,
  ) {
    this.arn = account.arn('iam', `role${path}${name}`);
    this.trust = trust;
    this.policies = policies;
    this.tags = tags;
    this.maxSessionDuration = maxSessionDuration;
  }
}

export interface OidcProvider {
  readonly arn: string;
  /** The issuer, with `https://`. */
  readonly url: string;
  readonly clientIds: readonly string[];
}
