import type { KeyRecord } from '../../../src/provisioning/access-keys/key-record';

/** A record in which what is undefined need not be written. */
export type Brief = BriefOf<KeyRecord>;

type BriefOf<T extends KeyRecord> = T extends { readonly key: string }
  ? Partial<T> & Pick<T, 'progress' | 'key'>
  : Partial<T> & Pick<T, 'progress'>;

export function whole(record: Brief): KeyRecord {
  switch (record.progress) {
    case 'none':
      return record;
    case 'creating':
      return { after: undefined, other: undefined, ...record };
    case 'delivering':
    case 'incomplete':
      return { after: undefined, ...record };
    case 'delivered':
      return { retiring: undefined, retired: undefined, ...record };
  }
}
