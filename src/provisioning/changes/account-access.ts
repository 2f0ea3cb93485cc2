import type { Credentials } from '../../aws/credentials';
import type { WorkflowRuns } from '../../github/runs';
import type { Iam } from '../../iam/connect';
import type { Clock } from '../../network/clock';
import type { Created } from '../../runner/ledger';
import type { Run } from '../run';
import type { Stores } from '../stores/stores';

/** The account that is changed, and for whose repository. */
export interface TargetAccount {
  readonly partition: string;
  /** 12 digits; another vendor's have other forms, or none. */
  readonly account: string;
  /** `owner/name` */
  readonly repository: string;
}

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
  /** The ARN of those whose credentials sign the calls. */
  readonly caller: string | undefined;
  /** Where keys and seeds are kept that outlast the job, as far as there are tokens for it. */
  readonly stores: Stores;
  /** GitHub's workflow runs, where there is a token that may see them. */
  readonly runs: WorkflowRuns | undefined;
  readonly clock: Clock;
  /** The run that makes the changes. */
  readonly run: Run;
  /** Whether the job runs on a machine of GitHub's, where jobs end sooner than on others. */
  readonly isHosted: boolean;
  /** Whether nothing is changed: then nobody is waited for, and what a run would wait for stands in no plan's way. */
  readonly isDryRun: boolean;
  /** IDs of the keys that were deleted by calls of this access: a list that is some seconds old may still show them. */
  readonly deletedKeys: Set<string>;
  /** The ID of the key that signs the calls. */
  readonly signingKey: string;
  /** IAM, with calls that other credentials sign. */
  readonly iamAs: (credentials: Credentials) => Promise<Iam>;
  /** Waits until AWS knows an access key. */
  readonly testKey: (credentials: Credentials, user: string) => Promise<void>;
}
