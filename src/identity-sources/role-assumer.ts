import type { RoleArn, RoleName } from '../aws/arn';
import type { SessionSettings, SignedSessionSettings } from '../inputs/request';
import type { StsSession } from '../sts/answer';

/** What roles are assumed from: a token of an identity provider, or credentials that sign. */
export interface RoleAssumer {
  /** @throws ActionError that names the role */
  assume(role: RoleToAssume): Promise<AssumedRole>;
}

/** One role of a chain, and what its session is to be like. */
export interface RoleToAssume {
  readonly role: RoleArn | RoleName;
  readonly session: SessionSettings;
  /** What only a signed request can ask for. */
  readonly signed: SignedSessionSettings;
  /** Where the role is in its chain, for messages: ` (role 2 of 3)`; empty where it is alone. */
  readonly position: string;
}

/** A role, and the session of it that was obtained. */
export interface AssumedRole {
  readonly role: RoleArn;
  readonly session: StsSession;
}
