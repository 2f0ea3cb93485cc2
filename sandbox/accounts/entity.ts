import type { PolicyDocument } from '../policy/document';
import type { Account, Tags } from './account';
import { Identity, type IdentitySettings } from './identity';

export interface EntitySettings extends IdentitySettings {
  readonly tags?: Tags;
  /** ARN of a managed policy. */
  readonly permissionsBoundary?: string | undefined;
}

/** What users and roles have in common: they can sign requests, groups cannot. */
export abstract class Entity extends Identity {
  /** From when on the rest of AWS knows it. */
  readonly propagatedAt: Date;
  tags: Tags;
  /** ARN of a managed policy. */
  permissionsBoundary: string | undefined;

  constructor(account: Account, name: string, settings: EntitySettings) {
    super(account, name, settings);
    this.tags = settings.tags ?? {};
    this.permissionsBoundary = settings.permissionsBoundary;
    this.propagatedAt = account.world.propagatedAt();
  }

  /** What its permissions boundary lets through; undefined when it has none. */
  get boundaryPolicies(): readonly PolicyDocument[] | undefined {
    const { permissionsBoundary } = this;
    return permissionsBoundary === undefined ? undefined : this.account.managedPolicyDocuments(permissionsBoundary);
  }
}
