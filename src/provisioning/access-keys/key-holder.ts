import type { Write } from '../../iam/connect';
import type { DeclaredUser, Tags } from '../../identities/declaration';
import { KEY_RECORD } from '../../identities/own-tags';
import type { AccountAccess } from '../changes/account-access';
import { concurrently } from '../changes/concurrently';
import { deactivateKey, deleteKey, type ExistingKey } from './access-key';
import { arrivalOf, type Arrival } from './destinations';
import { readKeyRecord, recordCall, type ClosedRecord } from './key-record';
import { recoveryOf } from './recovery';

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
  const key = record.stage === 'delivering' && existing?.accessKeys.find(({ id }) => id === record.key);
  const arrival = key ? await arrivalOf(key.created, user.accessKey?.deliver ?? [], secrets) : 'none';
  const several = existing && existing.accessKeys.length > 1 ? existing.accessKeys : [];
  const used = await concurrently(several, async ({ id }) => {
    // Only said in a message: not knowing it stops nothing.
    const answer = await iam.ask('GetAccessKeyLastUsed', { AccessKeyId: id }).catch(() => undefined);
    return [id, answer?.AccessKeyLastUsed?.LastUsedDate] as const;
  });
  const lastUsed = new Map(used.filter((entry): entry is readonly [string, Date] => entry[1] !== undefined));
  return { user, existing, arrival, lastUsed, now };
}

/** A user's keys as they are once recovered from an earlier run that failed. */
export interface RecoveredKeys {
  readonly record: ClosedRecord;
  readonly keys: readonly ExistingKey[];
  /** The calls of the recovery. */
  readonly calls: readonly Write[];
  /** The call that records it, where the record changes. */
  readonly recording: readonly Write[];
  readonly details: readonly string[];
}

/** Keys that nobody has are deleted, and a rotation that only lacked its last step is completed. */
export function keysAfterRecovery(
  { user, arrival }: KeyHolder,
  { tags, accessKeys }: NonNullable<KeyHolder['existing']>,
): RecoveredKeys {
  const { record, orphans, changed } = recoveryOf(readKeyRecord(tags[KEY_RECORD]), accessKeys, arrival);
  const retiring = record.stage === 'delivered' ? record.retiring : undefined;
  const ended =
    record.stage === 'delivered' && retiring !== undefined
      ? ({ ...record, retiring: undefined, retired: retiring } as const)
      : record;
  const left = accessKeys.filter(({ id }) => !orphans.includes(id));
  return {
    record: ended,
    keys: left.map((key) => (key.id === retiring ? { ...key, active: false } : key)),
    calls: [
      ...orphans.map((id) => deleteKey(user.name, id)),
      ...(retiring === undefined ? [] : [deactivateKey(user.name, retiring)]),
    ],
    recording: changed || retiring !== undefined ? [recordCall(user.name, ended)] : [],
    details: [
      ...orphans.map((id) => `${id}, which a run that failed left and nobody has, is deleted`),
      ...(retiring === undefined ? [] : [`${retiring}, which was replaced, is deactivated`]),
    ],
  };
}
