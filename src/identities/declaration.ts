import type { PolicyDocument } from '../policy/policy-document';
import type { Trust } from '../policy/trust-policy';
import type { GithubSecret, SecretLocation, TerraformWorkspace } from './stored-secret';

/** What an identity document declares: checked, whole, with paths resolved and durations as numbers. */
export interface Declaration {
  readonly oidcProviders: readonly DeclaredOidcProvider[];
  readonly policies: readonly DeclaredPolicy[];
  readonly users: readonly DeclaredUser[];
  readonly roles: readonly DeclaredRole[];
}

export type Tags = Readonly<Record<string, string>>;

export interface DeclaredOidcProvider {
  /** The issuer, with `https://` and without a slash at its end. */
  readonly url: string;
  /** Those of the document, else the audience of the region's partition: see `defaultAudience`. */
  readonly audiences: readonly string[];
  readonly tags: Tags;
}

/** A customer managed policy. */
export interface DeclaredPolicy {
  readonly name: string;
  /** From and to `/`. */
  readonly path: string;
  readonly description: string | undefined;
  readonly document: PolicyDocument;
  readonly tags: Tags;
}

/** A managed policy: one of the same document, by name, or any by its ARN. */
export type PolicyReference = { readonly declared: string } | { readonly arn: string };

interface DeclaredIdentity {
  readonly name: string;
  /** From and to `/`. */
  readonly path: string;
  readonly tags: Tags;
  readonly policies: readonly PolicyReference[];
  /** By name. */
  readonly inlinePolicies: Readonly<Record<string, PolicyDocument>>;
  readonly permissionsBoundary: PolicyReference | undefined;
}

export interface DeclaredUser extends DeclaredIdentity {
  /** Whether the user may do nothing without MFA. */
  readonly requireMfa: boolean;
  readonly mfaDevice: DeclaredMfaDevice | undefined;
  readonly accessKey: DeclaredAccessKey | undefined;
}

export interface DeclaredMfaDevice {
  readonly name: string;
  /** From and to `/`; a device has the path of its user. */
  readonly path: string;
  /** At least one destination, as AWS shows the seed only once. */
  readonly deliver: readonly GithubSecret[];
}

/** How long a key that was replaced still works, unless the document says otherwise, in milliseconds. */
export const DEFAULT_GRACE_MS = 24 * 3_600_000;

export interface DeclaredAccessKey {
  /** Milliseconds after which `rotate` replaces the key. */
  readonly maxAge: number | undefined;
  /** Milliseconds for which a key that was replaced still works; `DEFAULT_GRACE_MS` if omitted. */
  readonly grace: number | undefined;
  /** At least one destination, as AWS shows the secret only once. */
  readonly deliver: readonly KeyDestination[];
}

export type KeyDestination =
  | { readonly to: 'environment' }
  | { readonly to: 'outputs' }
  | { readonly to: 'profile'; readonly profile: string }
  /** Two secrets: `<prefix>AWS_ACCESS_KEY_ID` and `<prefix>AWS_SECRET_ACCESS_KEY`. */
  | { readonly to: GithubSecret['store']; readonly prefix: string; readonly location: SecretLocation }
  /** Two environment variables of a workspace, `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`. */
  | { readonly to: 'terraform-cloud'; readonly workspace: TerraformWorkspace };

export interface DeclaredRole extends DeclaredIdentity {
  readonly description: string | undefined;
  readonly trust: Trust;
  /** Seconds. AWS's default is 3600. */
  readonly maxSessionDuration: number;
}
