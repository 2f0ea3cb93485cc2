import type { PolicyDocument } from '../policy/document';
import { awsManagedPolicies } from '../policy/managed';
import type { EntitySettings } from './entity';
import { Group } from './group';
import type { IdentitySettings } from './identity';
import { InstanceProfile, type InstanceProfileSettings } from './instance-profile';
import { ManagedPolicy, type ManagedPolicySettings } from './managed-policy';
import { MfaDevice, type MfaDeviceSettings } from './mfa-device';
import { Role, type RoleSettings } from './role';
import { User } from './user';
import type { World } from './world';

export type { Group, InstanceProfile, Role, RoleSettings, User };
export type { AccessKey } from './user';

/** Tags by key. */
export type Tags = Readonly<Record<string, string>>;

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
  readonly groups = new Map<string, Group>();
  readonly roles = new Map<string, Role>();
  readonly instanceProfiles = new Map<string, InstanceProfile>();
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
      const now = world.clock.now();
      const made = { createdAt: now, writableAt: now };
      this.managedPolicies.set(arn, new ManagedPolicy(arn, name, made, { path: '/', policy }));
    }
  }

  arn(service: 'iam' | 'sts', resource: string): string {
    return `arn:${this.partition}:${service}::${this.id}:${resource}`;
  }

  createUser(name: string, settings: EntitySettings = {}): User {
    const user = new User(this, name, settings);
    this.users.set(name, user);
    return user;
  }

  /** Gives a user another name and path; what it has, and the trust in it, stay. */
  renameUser(user: User, name: string, path: string): void {
    this.users.delete(user.name);
    user.name = name;
    user.path = path;
    this.users.set(name, user);
  }

  createGroup(name: string, settings: IdentitySettings = {}): Group {
    const group = new Group(this, name, settings);
    this.groups.set(name, group);
    return group;
  }

  createRole(name: string, settings: RoleSettings): Role {
    const role = new Role(this, name, settings);
    this.roles.set(name, role);
    return role;
  }

  createInstanceProfile(name: string, settings: InstanceProfileSettings = {}): InstanceProfile {
    const profile = new InstanceProfile(this, name, settings);
    this.instanceProfiles.set(name, profile);
    return profile;
  }

  createManagedPolicy(name: string, settings: ManagedPolicySettings): ManagedPolicy {
    const arn = this.arn('iam', `policy${settings.path}${name}`);
    const made = { createdAt: this.world.clock.now(), writableAt: this.world.writableAt() };
    const policy = new ManagedPolicy(arn, name, made, settings);
    this.managedPolicies.set(arn, policy);
    return policy;
  }

  createOidcProvider({ url, clientIds, thumbprints = [], tags = {} }: OidcProviderSettings): OidcProvider {
    const arn = this.arn('iam', `oidc-provider/${url.replace('https://', '')}`);
    const { world } = this;
    const made = { createdAt: world.clock.now(), writableAt: world.writableAt() };
    const provider = { arn, url, clientIds, thumbprints, tags, ...made };
    this.oidcProviders.set(url, provider);
    return provider;
  }

  /** Makes a virtual MFA device that no user has enabled yet. */
  createMfaDevice(path: string, settings: MfaDeviceSettings = {}): MfaDevice {
    const serialNumber = this.arn('iam', `mfa/${path}`);
    const device = new MfaDevice(serialNumber, this.world.clock.now(), `${path}@${this.id}`, {
      ...settings,
      writableAt: this.world.writableAt(),
    });
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

export interface OidcProvider {
  readonly arn: string;
  /** The issuer, with `https://`. */
  readonly url: string;
  readonly createdAt: Date;
  /** From when on IAM's writes may refer to it. */
  readonly writableAt: Date;
  readonly thumbprints: readonly string[];
  clientIds: readonly string[];
  tags: Tags;
}
