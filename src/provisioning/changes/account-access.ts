import type { Identity } from '../../aws/arn';
import type { Credentials } from '../../aws/credentials';
import type { GithubSecrets } from '../../github/secrets';
import type { Iam } from '../../iam/connect';
import type { Clock } from '../../network/clock';
import type { Created } from '../../runner/ledger';
import type { TargetAccount } from './target-account';

/** How the changes to an account are reported, and what of them is kept for the post step. */
export interface Reporter {
  readonly log: (line: string) => void;
  readonly warn: (text: string) => void;
  readonly mask: (secret: string) => void;
  /** Notes what is about to be made. */
  readonly remember: (created: Created) => void;
}

/** What it takes to change an account. */
export interface AccountAccess extends Reporter {
  readonly iam: Iam;
  readonly account: TargetAccount;
  /** GitHub's secrets, where there is a token for them. */
  readonly secrets: GithubSecrets | undefined;
  readonly clock: Clock;
  /** Asks AWS whose an access key is, until AWS knows it. */
  readonly testKey: (credentials: Credentials) => Promise<Identity>;
}
