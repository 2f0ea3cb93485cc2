import type { ActionError } from '../../errors/action-error';
import type { DeclaredUser, Tags } from '../../identities/declaration';
import type { AccountAccess } from '../changes/account-access';
import type { Run } from '../run';
import type { ExistingKey } from './access-key';
import type { Destination } from './destinations';
import type { Marks } from './marks';

/** When and for what a key was last used, as far as AWS knows: it learns of it some minutes late. */
export interface LastUse {
  /** undefined where it was never used. */
  readonly at: Date | undefined;
  /** Such as `s3 in eu-central-1`. */
  readonly where: string;
}

/** What of a declared user matters to its keys. */
export type KeyUser = Pick<DeclaredUser, 'name' | 'accessKey'>;

/** A place that lasts, and that the document gives to a user. */
export interface GivenPlace {
  readonly user: string;
  readonly place: Destination;
  /** Tells it from other places. */
  readonly digest: string;
  /** When keys of that user were delivered there, as far as is recorded, in milliseconds since 1970. */
  readonly delivered: readonly number[];
}

/** A user as far as its keys go. */
export interface KeyHolder {
  readonly user: KeyUser;
  /** undefined where the user is not there. */
  readonly existing: KeyOwner | undefined;
  /** What the document gives to other users: what is there is theirs, once it was delivered. */
  readonly placesOfOthers: readonly GivenPlace[];
  /** The other users of the document: keys of theirs may have been delivered to its places, before it got these. */
  readonly others: readonly KeyOwner[];
  /** What the stores say of its places that last; undefined where it has none, or that cannot be known, or does not matter. */
  readonly marks: Marks | undefined;
  /** Why a store did not say that; undefined where all did, or were not asked. */
  readonly unread: ActionError | undefined;
  /** Of each key that may be about to go, where AWS says it. */
  readonly lastUsed: ReadonlyMap<string, LastUse>;
  /** Runs that are over, as `writeRun` has them: what they had begun, nobody goes on with. */
  readonly overRuns: ReadonlySet<string>;
  /** The run that asks. */
  readonly run: Run;
  /** Whether nothing is changed. */
  readonly isDryRun: boolean;
  /** The key that signs the calls of this step. */
  readonly signingKey: string;
  /** Milliseconds since 1970 by AWS's clock. */
  readonly now: number;
}

/** What IAM has of a user. */
export interface KeyOwner {
  readonly tags: Tags;
  readonly accessKeys: readonly ExistingKey[];
}

/** A user's keys by what IAM has of them alone. */
export function keyHolderOf(
  user: KeyUser,
  existing: KeyOwner | undefined,
  { signingKey, isDryRun, run, iam }: AccountAccess,
): KeyHolder {
  const [marks, unread, lastUsed, overRuns] = [undefined, undefined, new Map(), new Set<string>()];
  const placesOfOthers: readonly GivenPlace[] = [];
  const others: readonly KeyOwner[] = [];
  return {
    user,
    existing,
    placesOfOthers,
    others,
    marks,
    unread,
    lastUsed,
    overRuns,
    run,
    isDryRun,
    signingKey,
    now: iam.time(),
  };
}
