import type { Created } from '../runner/ledger';
import type { Write } from '../iam/connect';

/** The account that is changed, for whose repository. */
export interface Place {
  readonly partition: string;
  /** 12 digits. */
  readonly account: string;
  /** `owner/name` */
  readonly repository: string;
}

export type Kind = 'OIDC provider' | 'policy' | 'user' | 'role' | 'access key' | 'MFA device' | 'GitHub secret';

/**
 * What is to become of one thing. `leave` is for what is not this repository's; `keep` for what is as declared.
 */
export type Action = 'create' | 'change' | 'delete' | 'keep' | 'leave';

/** What is to become of one thing, and the calls that make it so. */
export interface Change {
  readonly action: Action;
  readonly kind: Kind;
  readonly name: string;
  /** What differs or is special about it, for people. One line each. */
  readonly details: readonly string[];
  /** Stages of calls: those of one stage side by side, one stage after the other. */
  readonly stages: readonly (readonly Write[])[];
  /** Further stages, for which nothing else of the plan waits. */
  readonly later?: readonly (readonly Write[])[];
  /** What comes into being when the first stage is done, as post needs to know it. */
  readonly creates?: Created;
}

/** Why the document cannot be applied to the account as it is. */
export interface Obstacle {
  readonly code: 'access-keys-full' | 'delete-conflict' | 'name-taken' | 'not-ours' | 'path-differs';
  /** What is in the way, and what to do about it. */
  readonly text: string;
}

/** What is planned for one thing, or what stands in the way. */
export type Planned = { readonly change: Change } | { readonly obstacle: Obstacle };
