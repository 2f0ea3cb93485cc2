import type { PolicyDocument } from '../policy/document';
import { awsManagedPolicies } from '../policy/managed';
import { Identity } from './identity';
import { newAccessKeyId, newSecretAccessKey, newUniqueId } from './keys';
import { ManagedPolicy, type ManagedPolicySettings } from './managed-policy';
import { MfaDevice, type MfaDeviceSettings } from './mfa-device';
import type { World } from './world';

/** Tags by key. */
export type Tags = Readonly<Record<string, string>>;

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

export interface UserSettings {
  /** From and to `/`; by default `/`. */
  readonly path?: string;
  readonly policies?: readonly PolicyDocument[];
  readonly tags?: Tags;
  /** ARN of a managed policy. */
  readonly permissionsBoundary?: string | undefined;
}

export interface RoleSettings extends UserSettings {
  readonly trust: PolicyDocument;
  readonly description?: string | undefined;
  /** Seconds; by default 3600. */
  readonly maxSessionDuration?: number;
}

export interface OidcProviderSettings {
  /** The issuer, with `https://`. */
  readonly url: string;
  readonly clientIds: readonly string[];
  readonly thumbprints?: readonly string[];
  readonly tags?: Tags;
}

/** One AWS account with what lives in it. */
export class Account {
  readonly users = new Map<string, User>();
  readonly roles = new Map<string, Role>();
  /** By ARN, those of AWS first. */
  readonly managedPolicies = new Map<string, ManagedPolicy>();
  /** By serial number, also those that no user has enabled. */
  readonly virtualMfaDevices = new Map<string, MfaDevice>();
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
  ) {
    for (const [name, document] of Object.entries(awsManagedPolicies)) {
      const arn = `arn:${partition}:iam::aws:policy/${name}`;
      const policy = { text: JSON.stringify(document), document };
      this.managedPolicies.set(arn, new ManagedPolicy(arn, name, world.clock.now(), { path: '/', policy }));
    }
  }

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

  createManagedPolicy(name: string, settings: ManagedPolicySettings): ManagedPolicy {
    const arn = this.arn('iam', `policy${settings.path}${name}`);
    const policy = new ManagedPolicy(arn, name, this.world.clock.now(), settings);
    this.managedPolicies.set(arn, policy);
    return policy;
  }

  createOidcProvider({ url, clientIds, thumbprints = [], tags = {} }: OidcProviderSettings): OidcProvider {
    const arn = this.arn('iam', `oidc-provider/${url.replace('https://', '')}`);
    const provider = { arn, url, clientIds, thumbprints, tags, createdAt: this.world.clock.now() };
    this.oidcProviders.set(url, provider);
    return provider;
  }

  /** Makes a virtual MFA device that no user has enabled yet. */
  createMfaDevice(path: string, settings: MfaDeviceSettings = {}): MfaDevice {
    const serialNumber = this.arn('iam', `mfa/${path}`);
    const device = new MfaDevice(serialNumber, this.world.clock.now(), `${path}@${this.id}`, settings);
    this.virtualMfaDevices.set(serialNumber, device);
    return device;
  }

  /** What the managed policy with this ARN says: nothing when there is none. */
  managedPolicyDocuments(arn: string): readonly PolicyDocument[] {
    const policy = this.managedPolicies.get(arn);
    return policy ? [policy.defaultVersion.document] : [];
  }

  /** Whether this user or role still exists. */
  has(identity: User | Role): boolean {
    const named = identity.type === 'User' ? this.users.get(identity.name) : this.roles.get(identity.name);
    return named === identity;
  }
}

export class User extends Identity {
  readonly type = 'User';
  readonly id = newUniqueId('AIDA');
  /** By serial number. */
  readonly mfaDevices = new Map<string, MfaDevice>();

  constructor(account: Account, name: string, settings: UserSettings) {
    super(account, name, 'user', settings);
  }

  get accessKeys(): AccessKey[] {
    return [...this.account.world.accessKeys.values()].filter(({ user }) => user === this);
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
}

export class Role extends Identity {
  readonly type = 'Role';
  readonly id = newUniqueId('AROA');
  trust: PolicyDocument;
  description: string | undefined;
  /** Seconds. */
  maxSessionDuration: number;

  constructor(account: Account, name: string, settings: RoleSettings) {
    super(account, name, 'role', settings);
    this.trust = settings.trust;
    this.description = settings.description;
    this.maxSessionDuration = settings.maxSessionDuration ?? 3600;
  }
}

export interface OidcProvider {
  readonly arn: string;
  /** The issuer, with `https://`. */
  readonly url: string;
  readonly createdAt: Date;
  readonly thumbprints: readonly string[];
  clientIds: readonly string[];
  tags: Tags;
}
