import type { PolicyDocument } from '../policy/document';
import { newUniqueId } from './keys';
import type { Tags } from './tags';

/** A policy as it was sent, and what it means. */
export interface PolicyText {
  readonly text: string;
  readonly document: PolicyDocument;
}

export interface PolicyVersion extends PolicyText {
  /** `v1` and so on. */
  readonly id: string;
  readonly createdAt: Date;
}

export interface ManagedPolicySettings {
  readonly path: string;
  readonly policy: PolicyText;
  readonly description?: string | undefined;
  readonly tags?: Tags;
}

/** A policy with a life of its own, which users, groups and roles have attached. */
export class ManagedPolicy {
  readonly id = newUniqueId('ANPA');
  readonly path: string;
  readonly createdAt: Date;
  /** From when on IAM's writes may refer to it. */
  readonly writableAt: Date;
  readonly description: string | undefined;
  tags: Tags;
  /** By id, oldest first. */
  readonly versions = new Map<string, PolicyVersion>();
  defaultVersion: PolicyVersion;
  updatedAt: Date;
  #made = 0;

  constructor(
    readonly arn: string,
    readonly name: string,
    { createdAt, writableAt }: { readonly createdAt: Date; readonly writableAt: Date },
    { path, policy, description, tags = {} }: ManagedPolicySettings,
  ) {
    this.path = path;
    this.createdAt = createdAt;
    this.writableAt = writableAt;
    this.description = description;
    this.tags = tags;
    this.updatedAt = createdAt;
    this.defaultVersion = this.addVersion(policy, createdAt);
  }

  /** Adds a version, which is not yet the default one. */
  addVersion(policy: PolicyText, createdAt: Date): PolicyVersion {
    this.#made += 1;
    const version = { ...policy, id: `v${this.#made}`, createdAt };
    this.versions.set(version.id, version);
    this.updatedAt = createdAt;
    return version;
  }
}
