import type { EntitySettings, IdentitySettings } from './identity';
import { InstanceProfile, type InstanceProfileSettings } from './instance-profile';
import { AccountResources } from './resources';
import { Role, type RoleSettings } from './role';
import type { Settings } from './settings';
import type { FindEntity } from './trusted-principals';
import { Group, User } from './user';

export type { Group, InstanceProfile, Role, RoleSettings, User };
export type { AccessKey } from './access-key';
export type { VendorName } from './settings';

/** One AWS account with what lives in it. */
export class Account extends AccountResources {
  readonly users = new Map<string, User>();
  readonly groups = new Map<string, Group>();
  readonly roles = new Map<string, Role>();
  readonly instanceProfiles = new Map<string, InstanceProfile>();
  /** Names of its S3 buckets. */
  readonly buckets = new Set<string>();
  /** Regions in which the account has switched STS off. */
  readonly disabledRegions = new Set<string>();

  constructor(
    id: string,
    partition: string,
    settings: Settings,
    private readonly findEntity: FindEntity,
  ) {
    super(id, partition, settings);
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

  membersOf(group: Group): User[] {
    return [...this.users.values()].filter(({ groups }) => groups.has(group));
  }

  createRole(name: string, settings: RoleSettings): Role {
    const role = new Role(this, name, settings, this.findEntity);
    this.roles.set(name, role);
    return role;
  }

  createInstanceProfile(name: string, settings: InstanceProfileSettings = {}): InstanceProfile {
    const profile = new InstanceProfile(this, name, settings);
    this.instanceProfiles.set(name, profile);
    return profile;
  }

  instanceProfilesOf(role: Role): InstanceProfile[] {
    return [...this.instanceProfiles.values()].filter((profile) => profile.role === role);
  }

  /** Whether this user or role still exists. */
  has(identity: User | Role): boolean {
    const named = identity.type === 'User' ? this.users.get(identity.name) : this.roles.get(identity.name);
    return named === identity;
  }
}
