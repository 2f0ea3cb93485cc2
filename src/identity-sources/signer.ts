import type { Identity } from '../aws/arn';
import type { Credentials } from '../aws/credentials';

/** Credentials that sign requests: of a source, or of a role on the way to another. */
export interface Signer {
  readonly credentials: Credentials;
  /** For messages, after "with": "the access keys given". */
  readonly name: string;
  /** Whose they are, where that is known without asking. */
  readonly identity: Identity | undefined;
}
