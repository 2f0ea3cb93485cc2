import type { PolicyDocument } from '../policy/policy-document';
import type { Tags } from '../identities/declaration';

/** What an account has of what a document declares. */
export interface Existing {
  readonly oidcProviders: ReadonlyMap<string, ExistingOidcProvider>;
  /** By declared name. */
  readonly policies: ReadonlyMap<string, ExistingPolicy>;
  readonly users: ReadonlyMap<string, ExistingUser>;
  readonly roles: ReadonlyMap<string, ExistingRole>;
  /** Things of the same kind and name but for its case or its path, of which AWS allows none beside them. */
  readonly namesakes: readonly Namesake[];
}

export interface Namesake {
  readonly kind: 'policy' | 'user' | 'role';
  /** As declared. */
  readonly name: string;
  readonly arn: string;
}

export interface ExistingOidcProvider {
  readonly arn: string;
  readonly audiences: readonly string[];
  readonly tags: Tags;
}

export interface ExistingPolicy {
  readonly arn: string;
  readonly description: string;
  readonly document: PolicyDocument;
  readonly tags: Tags;
  /** From the oldest to the newest. */
  readonly versions: readonly { readonly id: string; readonly isDefault: boolean }[];
}

interface ExistingIdentity {
  readonly arn: string;
  readonly path: string;
  readonly tags: Tags;
  /** ARN of a managed policy. */
  readonly permissionsBoundary: string | undefined;
  /** ARNs. */
  readonly attachedPolicies: readonly string[];
  readonly inlinePolicies: Readonly<Record<string, PolicyDocument>>;
}

export interface ExistingUser extends ExistingIdentity {
  readonly accessKeys: readonly ExistingKey[];
  /** Serial numbers of those enabled. */
  readonly mfaDevices: readonly string[];
}

export interface ExistingKey {
  readonly id: string;
  readonly active: boolean;
  readonly created: Date;
}

export interface ExistingRole extends ExistingIdentity {
  readonly description: string;
  readonly trust: PolicyDocument;
  /** Seconds. */
  readonly maxSessionDuration: number;
}
