import type { ExistingKey } from './access-key';
import type { Arrival } from './destinations';
import { deliveredRecord, writeKeyRecord, type ClosedRecord, type KeyRecord } from './key-record';

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
