import type { DeclaredUser, Tags } from '../../identities/declaration';
import { KEY_RECORD } from '../../identities/own-tags';
import type { AccountAccess } from '../changes/account-access';
import { concurrently } from '../changes/concurrently';
import type { ExistingKey } from './access-key';
import { arrivalOf, type Arrival } from './destinations';
import { readKeyRecord } from './key-record';

/** A user as far as its keys go. */
export interface KeyHolder {
  readonly user: DeclaredUser;
  /** undefined where the user is not there. */
  readonly existing: { readonly tags: Tags; readonly accessKeys: readonly ExistingKey[] } | undefined;
  /** What became of a key whose delivery an earlier run began. */
  readonly arrival: Arrival;
  /** When each of its keys was last used, where that is known. */
  readonly lastUsed: ReadonlyMap<string, Date>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Reads what else a plan must know of a user's keys. */
export async function readKeyHolder(
  user: DeclaredUser,
  existing: KeyHolder['existing'],
  { iam, secrets, clock }: AccountAccess,
): Promise<KeyHolder> {
  const now = clock.time();
  const record = readKeyRecord(existing?.tags[KEY_RECORD]);
  const keys = existing?.accessKeys ?? [];
  const arrival = await arrivalOf(record, keys, user.accessKey?.deliver ?? [], secrets);
  const several = keys.length > 1 ? keys : [];
  const used = await concurrently(several, async ({ id }) => {
    // Only said in a message: not knowing it stops nothing.
    const answer = await iam.ask('GetAccessKeyLastUsed', { AccessKeyId: id }).catch(() => undefined);
    return [id, answer?.AccessKeyLastUsed?.LastUsedDate] as const;
  });
  const lastUsed = new Map(used.filter((entry): entry is readonly [string, Date] => entry[1] !== undefined));
  return { user, existing, arrival, lastUsed, now };
}
