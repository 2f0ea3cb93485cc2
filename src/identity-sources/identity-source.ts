import type { Identity, RoleArn, RoleName } from '../aws/arn';
import type { Credentials } from '../aws/credentials';
import type { SessionSettings, SignedSessionSettings } from '../inputs/request';
import type { StsSession } from '../sts/answer';

/** Credentials that sign requests: of a source, or of a role on the way to another. */
export interface Signer {
  readonly credentials: Credentials;
  /** For messages, after "with": "the access keys given". */
  readonly name: string;
  /** Whose they are, where that is known without asking. */
  readonly identity: Identity | undefined;
}

/** A token of an identity provider, which says of the job what STS is to read. */
export interface IdentityToken {
  /** For messages, after "with": "GitHub's OIDC token". */
  readonly name: string;
  /** Asks for a token. `sent` is when there is nothing left to do but to wait for it. */
  readonly obtain: () => { readonly token: Promise<string>; readonly sent: Promise<unknown> };
  /** Whether another token can be had when one has expired. */
  readonly renewable: boolean;
  /** The same for another audience, to try where AWS does not accept that of this one. */
  readonly otherwise: IdentityToken | undefined;
}

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
  /** Whether no other role follows. */
  readonly isLast: boolean;
  /** Where the role is in its chain, for messages: ` (role 2 of 3)`; empty where it is alone. */
  readonly inChain: string;
}

/** A role, and the session of it that was obtained. */
export interface AssumedRole {
  readonly role: RoleArn;
  readonly session: StsSession;
}
