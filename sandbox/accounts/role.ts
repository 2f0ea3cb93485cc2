import type { PolicyDocument } from '../policy/document';
import type { Account } from './account';
import { Entity, type EntitySettings } from './entity';
import type { InstanceProfile } from './instance-profile';
import { newUniqueId } from './keys';
import { keptTrust, shownTrust } from './trusted-principals';

export interface RoleSettings extends EntitySettings {
  readonly trust: PolicyDocument;
  readonly description?: string | undefined;
  /** Seconds; by default 3600. */
  readonly maxSessionDuration?: number;
}

export class Role extends Entity {
  readonly type = 'Role';
  readonly id = newUniqueId('AROA');
  #trust: PolicyDocument;
  description: string | undefined;
  /** Seconds. */
  maxSessionDuration: number;

  constructor(account: Account, name: string, settings: RoleSettings) {
    super(account, name, settings);
    this.#trust = keptTrust(settings.trust, account);
    this.description = settings.description;
    this.maxSessionDuration = settings.maxSessionDuration ?? 3600;
  }

  /** Who may assume it, as things are now: whoever was deleted since is named by a unique ID that nobody has. */
  get trust(): PolicyDocument {
    return shownTrust(this.#trust, this.account);
  }

  set trust(trust: PolicyDocument) {
    this.#trust = keptTrust(trust, this.account);
  }

  get instanceProfiles(): InstanceProfile[] {
    return [...this.account.instanceProfiles.values()].filter(({ role }) => role === this);
  }
}
