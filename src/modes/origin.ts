import type { RoleArn, RoleName } from '../aws/arn';
import type { SessionSettings, SignedSessionSettings } from '../inputs/request';
import type { AssumedRole } from '../delivery/outcome';

/** One role to assume, and what its session is to be like. */
export interface Hop {
  readonly role: RoleArn | RoleName;
  readonly session: SessionSettings;
  /** What only a signed request can ask for. */
  readonly signed: SignedSessionSettings;
  /** Where the role is in its chain, for messages: ` (2 of 3)`; empty where it is alone. */
  readonly place: string;
}

/** What roles are assumed from: a web identity, or credentials. */
export interface Origin {
  /** @throws ActionError that names the role */
  assume(hop: Hop): Promise<AssumedRole>;
}
