import type { Write } from '../../iam/connect';
import type { Tags } from '../../identities/declaration';
import { KEY_RECORD } from '../../identities/own-tags';

/**
 * What becomes of a user's access key, kept in a tag of the user, as a key's secret is shown once and then known only to
 * those it was delivered to. Written before each step, it says to the next run what a run that died on the way left:
 *
 * - `creating`: any key but those named was made by that run, and nobody has it;
 * - `delivering`: the key was made and tested, and is, perhaps, where it was to be delivered;
 * - `delivered`: the key is where it was to be delivered;
 * - `incomplete`: a part of a key reached destinations that outlast the job, and spoiled the one that was there. A new
 *   one must be made.
 */
export type KeyRecord =
  | { readonly progress: 'none' }
  | {
      readonly progress: 'creating';
      /** The key in use that the new one is to replace. */
      readonly after: string | undefined;
      /** A key that is there as well, and none of ours. */
      readonly other: string | undefined;
    }
  | { readonly progress: 'delivering'; readonly key: string; readonly after: string | undefined }
  | {
      readonly progress: 'delivered';
      readonly key: string;
      /** The key that it replaced, if that still is to be deactivated. */
      readonly retiring: string | undefined;
      /** The key that it replaced, which was deactivated and is deleted at the next rotation. */
      readonly retired: string | undefined;
    }
  | { readonly progress: 'incomplete'; readonly after: string | undefined };

/** A record that no run has open. */
export type ClosedRecord = Extract<KeyRecord, { readonly progress: 'none' | 'delivered' | 'incomplete' }>;

/** As long as AWS takes them; of whatever a tag can hold, as other vendors make them of more than capital letters. */
const KEY_ID = /^[\w.:/=+@-]{16,128}$/;

export const NO_RECORD = { progress: 'none' } as const;

/** The record of a user that is made together with it, as its first key is made next. */
export const FIRST_RECORD: Tags = { [KEY_RECORD]: words('creating', {}) };

/** The record of a key that is where it was to be delivered, with nothing left of the one before. */
export function deliveredRecord(key: string) {
  return { progress: 'delivered', key, retiring: undefined, retired: undefined } as const;
}

/** A record as the tag's value: `delivered=AKIA… retired=AKIA…`. Undefined where there is nothing to record. */
export function writeKeyRecord(record: KeyRecord): string | undefined {
  switch (record.progress) {
    case 'none':
      return undefined;
    case 'creating':
      return words('creating', { after: record.after, beside: record.other });
    case 'delivering':
      return words(`delivering=${record.key}`, { after: record.after });
    case 'delivered':
      return words(`delivered=${record.key}`, { retiring: record.retiring, retired: record.retired });
    case 'incomplete':
      return words('incomplete', { after: record.after });
  }
}

/** The record in a tag's value. One that someone has spoiled is none. */
export function readKeyRecord(value = ''): KeyRecord {
  const fields = new Map(value.split(' ').map((word) => [word.split('=', 1)[0], word.split('=').slice(1).join('=')]));
  const keyIn = (name: string) => {
    const id = fields.get(name);
    return id !== undefined && KEY_ID.test(id) ? id : undefined;
  };
  if (fields.has('creating')) return { progress: 'creating', after: keyIn('after'), other: keyIn('beside') };
  if (fields.has('incomplete')) return { progress: 'incomplete', after: keyIn('after') };
  const delivering = keyIn('delivering');
  if (delivering !== undefined) return { progress: 'delivering', key: delivering, after: keyIn('after') };
  const delivered = keyIn('delivered');
  if (delivered === undefined) return { progress: 'none' };
  return { progress: 'delivered', key: delivered, retiring: keyIn('retiring'), retired: keyIn('retired') };
}

export function sameRecord(one: KeyRecord, other: KeyRecord): boolean {
  return writeKeyRecord(one) === writeKeyRecord(other);
}

/** The call that puts a record into the user's tag. */
export function recordCall(UserName: string, record: KeyRecord): Write {
  const Value = writeKeyRecord(record);
  return Value === undefined
    ? { operation: 'UntagUser', input: { UserName, TagKeys: [KEY_RECORD] } }
    : { operation: 'TagUser', input: { UserName, Tags: [{ Key: KEY_RECORD, Value }] } };
}

function words(first: string, others: Readonly<Record<string, string | undefined>>): string {
  const rest = Object.entries(others).flatMap(([name, id]) => (id === undefined ? [] : [`${name}=${id}`]));
  return [first, ...rest].join(' ');
}
