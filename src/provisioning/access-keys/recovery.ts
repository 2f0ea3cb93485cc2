import type { Write } from '../../iam/connect';
import { KEY_RECORD } from '../../identities/own-tags';
import { deactivateKey, deleteKey, type ExistingKey } from './access-key';
import type { Arrival } from './destinations';
import type { KeyHolder } from './key-holder';
import {
  deliveredRecord,
  readKeyRecord,
  recordCall,
  writeKeyRecord,
  type ClosedRecord,
  type KeyRecord,
} from './key-record';

/** What a run that died left of a user's access keys, and how they are recovered. */
export interface Recovery {
  readonly record: ClosedRecord;
  /** Keys that nobody has. */
  readonly orphans: readonly string[];
  /** Whether the record in the tag must be changed. */
  readonly changed: boolean;
}

/** Decides which keys nobody has, and which one stays in use. */
export function recoveryOf(record: KeyRecord, keys: readonly ExistingKey[], arrival: Arrival): Recovery {
  const there = (id: string | undefined): id is string => keys.some((key) => key.id === id);
  const ifThere = (id: string | undefined) => (there(id) ? id : undefined);
  const backTo = (after: string | undefined): ClosedRecord =>
    there(after) ? deliveredRecord(after) : { stage: 'none' };
  switch (record.stage) {
    case 'none':
      return { record, orphans: [], changed: false };
    case 'creating': {
      const known = [record.after, record.beside];
      const orphans = keys.map(({ id }) => id).filter((id) => !known.includes(id));
      return { record: backTo(record.after), orphans, changed: true };
    }
    case 'delivering': {
      const { key, after } = record;
      if (there(key) && arrival === 'all') {
        return { record: { ...deliveredRecord(key), retiring: ifThere(after) }, orphans: [], changed: true };
      }
      const spoiled: ClosedRecord = there(after) ? { stage: 'incomplete', after } : { stage: 'none' };
      const orphans = there(key) ? [key] : [];
      return { record: arrival === 'none' ? backTo(after) : spoiled, orphans, changed: true };
    }
    case 'delivered': {
      const { key, retiring, retired } = record;
      if (!there(key)) return { record: { stage: 'none' }, orphans: [], changed: true };
      const kept: ClosedRecord = { ...record, retiring: ifThere(retiring), retired: ifThere(retired) };
      return { record: kept, orphans: [], changed: writeKeyRecord(kept) !== writeKeyRecord(record) };
    }
    case 'incomplete': {
      const kept: ClosedRecord = there(record.after) ? record : { stage: 'none' };
      return { record: kept, orphans: [], changed: kept.stage === 'none' };
    }
  }
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
