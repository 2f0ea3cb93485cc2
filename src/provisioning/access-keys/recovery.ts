import type { Write } from '../../iam/connect';
import { KEY_RECORD } from '../../identities/own-tags';
import { deactivateKey, deleteKey, type ExistingKey } from './access-key';
import type { Arrival } from './destinations';
import type { KeyHolder } from './key-holder';
import {
  deliveredRecord,
  NO_RECORD,
  readKeyRecord,
  recordCall,
  sameRecord,
  type ClosedRecord,
  type KeyRecord,
} from './key-record';

/** What a run that died left of a user's access keys, and how they are recovered. */
export interface Recovery {
  readonly record: ClosedRecord;
  /** Keys that nobody has. */
  readonly orphans: readonly string[];
}

/** Decides which keys nobody has, and which one stays in use. */
export function recoveryOf(record: KeyRecord, keys: readonly ExistingKey[], arrival: Arrival): Recovery {
  const there = (id: string | undefined): id is string => keys.some((key) => key.id === id);
  const ifThere = (id: string | undefined) => (there(id) ? id : undefined);
  const backTo = (id: string | undefined) => (there(id) ? deliveredRecord(id) : NO_RECORD);
  switch (record.progress) {
    case 'none':
      return { record, orphans: [] };
    case 'creating': {
      const known = [record.after, record.other];
      return { record: backTo(record.after), orphans: keys.map(({ id }) => id).filter((id) => !known.includes(id)) };
    }
    case 'delivering': {
      const { key, after } = record;
      if (there(key) && arrival === 'all') {
        return { record: { ...deliveredRecord(key), retiring: ifThere(after) }, orphans: [] };
      }
      const isSpoiled = arrival !== 'none' && there(after);
      return {
        record: isSpoiled ? { progress: 'incomplete', after } : backTo(after),
        orphans: there(key) ? [key] : [],
      };
    }
    case 'delivered': {
      const { key, retiring, retired } = record;
      const kept = { ...record, retiring: ifThere(retiring), retired: ifThere(retired) };
      return { record: there(key) ? kept : NO_RECORD, orphans: [] };
    }
    case 'incomplete':
      return { record: there(record.after) ? record : NO_RECORD, orphans: [] };
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
  const before = readKeyRecord(tags[KEY_RECORD]);
  const { record, orphans } = recoveryOf(before, accessKeys, arrival);
  const retiring = record.progress === 'delivered' && record.retiring !== undefined ? [record.retiring] : [];
  const ended =
    record.progress === 'delivered' && retiring[0] ? { ...record, retiring: undefined, retired: retiring[0] } : record;
  const left = accessKeys.filter(({ id }) => !orphans.includes(id));
  return {
    record: ended,
    keys: left.map((key) => (retiring.includes(key.id) ? { ...key, active: false } : key)),
    calls: [...orphans.map((id) => deleteKey(user.name, id)), ...retiring.map((id) => deactivateKey(user.name, id))],
    recording: sameRecord(before, ended) ? [] : [recordCall(user.name, ended)],
    details: [
      ...orphans.map((id) => `${id}, which a run that failed left and nobody has, is deleted`),
      ...retiring.map((id) => `${id}, which was replaced, is deactivated`),
    ],
  };
}
