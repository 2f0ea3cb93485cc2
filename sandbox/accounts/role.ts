import type { PolicyDocument } from '../policy/document';
import { Entity, type EntitySettings } from './identity';
import { newUniqueId } from './keys';
import type { AccountResources } from './resources';
import { keptTrust, shownTrust, type FindEntity } from './trusted-principals';

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

  constructor(
    account: AccountResources,
    name: string,
    settings: RoleSettings,
    private readonly findEntity: FindEntity,
  ) {
    super(account, name, settings);
    this.#trust = keptTrust(settings.trust, account.partition, findEntity);
    this.description = settings.description;
    this.maxSessionDuration = settings.maxSessionDuration ?? 3600;
  }

  /** Who may assume it, as things are now: whoever was deleted since is named by a unique ID that nobody has. */
  get trust(): PolicyDocument {
    return shownTrust(this.#trust, this.findEntity);
  }

  set trust(trust: PolicyDocument) {
    this.#trust = keptTrust(trust, this.account.partition, this.findEntity);
  }
}
