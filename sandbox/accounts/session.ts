import type { PolicyDocument } from '../policy/document';
import type { Role } from './role';
import type { Tags } from './tags';
import type { User } from './user';

/** What STS remembers with the temporary credentials that it issues. */
export interface SessionSettings {
  /** How it came about; `UserSession` is what GetSessionToken makes. */
  readonly kind: 'AssumedRole' | 'UserSession' | 'FederatedUser';
  /** Whose permissions the session has. */
  readonly principal: User | Role;
  readonly arn: string;
  readonly userId: string;
  readonly durationSeconds: number;
  /** The policies passed when it was made, which narrow it; undefined when none were. */
  readonly sessionPolicies: readonly PolicyDocument[] | undefined;
  readonly tags: Tags;
  /** Keys of those tags that go on to sessions made from this one. */
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
  /** When the session was authenticated with MFA; undefined when it was not. */
  readonly mfaAt: Date | undefined;
}

/** A session with its temporary credentials. */
export interface Session extends SessionSettings {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly issuedAt: Date;
  readonly expiration: Date;
}
