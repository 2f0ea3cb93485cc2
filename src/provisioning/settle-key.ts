import type { ExistingKey } from './account';
import type { Write } from '../iam/connect';
import { writeKeyRecord, type KeyRecord, type SettledRecord } from './key-record';
import { KEY_RECORD } from '../identities/own-tags';

/** What a run that died on the way left of a user's access keys, and how it is set right. */
export interface Settlement {
  readonly record: SettledRecord;
  /** Keys that nobody has. */
  readonly orphans: readonly string[];
  /** Whether the record in the tag must be changed. */
  readonly changed: boolean;
}

/** How much of a key is where it was to be delivered, of the places that outlast the job. */
export type Arrival = 'all' | 'some' | 'none';

/** Decides which keys nobody has, and which one the user goes on with. */
export function settle(record: KeyRecord, keys: readonly ExistingKey[], arrival: Arrival): Settlement {
  const there = (id: string | undefined): id is string => keys.some((key) => key.id === id);
  const backTo = (after: string | undefined): SettledRecord =>
    there(after) ? { stage: 'delivered', key: after } : { stage: 'none' };
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
      const spoiled: SettledRecord = there(after) ? { stage: 'incomplete', after } : { stage: 'none' };
      if (!there(key)) return { record: arrival === 'none' ? backTo(after) : spoiled, orphans: [], changed: true };
      if (arrival !== 'all') {
        return { record: arrival === 'none' ? backTo(after) : spoiled, orphans: [key], changed: true };
      }
      const delivered: SettledRecord = { stage: 'delivered', key, ...(there(after) && { retiring: after }) };
      return { record: delivered, orphans: [], changed: true };
    }
    case 'delivered': {
      const { key, retiring, retired } = record;
      if (!there(key)) return { record: { stage: 'none' }, orphans: [], changed: true };
      const kept: SettledRecord = {
        stage: 'delivered',
        key,
        ...(there(retiring) && { retiring }),
        ...(there(retired) && { retired }),
      };
      return { record: kept, orphans: [], changed: writeKeyRecord(kept) !== writeKeyRecord(record) };
    }
    case 'incomplete': {
      const kept: SettledRecord = there(record.after) ? record : { stage: 'none' };
      return { record: kept, orphans: [], changed: kept.stage === 'none' };
    }
  }
}

/** The call that puts a record into the user's tag. */
export function recordCall(UserName: string, record: KeyRecord): Write {
  const Value = writeKeyRecord(record);
  return Value === undefined
    ? { operation: 'UntagUser', input: { UserName, TagKeys: [KEY_RECORD] } }
    : { operation: 'TagUser', input: { UserName, Tags: [{ Key: KEY_RECORD, Value }] } };
}
