/** A door that opens with a token: what an identity provider says of the job, for STS to read. */
export interface IdentityToken {
  /** For messages, after "with": "GitHub's OIDC token". */
  readonly name: string;
  /** Asks for a token. */
  readonly obtain: () => ObtainedToken;
  /** Whether another token can be had when one is over. */
  readonly renewable: boolean;
}

/** The token, and when there is nothing left to do but to wait for it. */
export interface ObtainedToken {
  readonly token: Promise<string>;
  readonly sent: Promise<unknown>;
}
