import type { DeclaredAccessKey, Tags } from '../../../src/identities/declaration';
import type { ExistingKey } from '../../../src/provisioning/access-keys/access-key';
import type { KeyHolder } from '../../../src/provisioning/access-keys/key-holder';
import { announcementTags, recordTags, type KeyRecord } from '../../../src/provisioning/access-keys/record';
import type { Run } from '../../../src/provisioning/run';
import { existingKey, OURS, TO_GITHUB } from '../declared';

export const NEW = 'AKIAIOSFODNN7EXAMPLE';
export const OLD = 'AKIAI44QH8DHBEXAMPLE';
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const NOW = Date.parse('2026-04-11T12:00:00Z');
export const RUN: Run = { repository: 'octo/app', id: '123456', attempt: '1', random: '0a1b2c3d' };

const SECRETS = ['CI_AWS_ACCESS_KEY_ID of octo/app', 'CI_AWS_SECRET_ACCESS_KEY of octo/app'] as const;

/** A user's keys, each with its age and what is recorded of it. Ages and times are milliseconds before now. */
export interface Situation {
  readonly keys?: Readonly<Record<string, { readonly age: number; readonly inactive?: true } & KeyRecord>>;
  /** What is recorded of keys that are gone. */
  readonly gone?: Readonly<Record<string, KeyRecord>>;
  /** When a key was announced. */
  readonly announced?: number;
  /** When the two secrets were written; `missing` for one that is not there. If omitted, that is not known. */
  readonly written?: readonly [id: number | 'missing', secret: number | 'missing'];
  readonly lastUsed?: Readonly<Record<string, number | 'never'>>;
  readonly accessKey?: Partial<DeclaredAccessKey>;
  readonly more?: Partial<KeyHolder>;
}

export function holderIn(situation: Situation): KeyHolder {
  const { keys = {}, gone = {}, announced, written, lastUsed = {}, accessKey, more } = situation;
  const accessKeys = Object.entries(keys).map(([id, { age, inactive }]): ExistingKey =>
    existingKey(id, { active: !inactive, created: new Date(NOW - age) }),
  );
  const records = Object.entries({ ...gone, ...keys }).map(([id, record]) => recordTags(id, record));
  const announcement = announced === undefined ? {} : announcementTags(RUN, NOW - announced, []);
  const tags: Tags = Object.assign({}, OURS, announcement, ...records);
  const markOf = (ago: number | 'missing') => (ago === 'missing' ? undefined : { time: NOW - ago });
  return {
    user: {
      name: 'pulumi',
      accessKey: { maxAge: 90 * DAY, grace: undefined, deliver: [TO_GITHUB], ...accessKey },
    },
    existing: { tags, accessKeys },
    marks: written && new Map(SECRETS.map((secret, index) => [secret, markOf(written[index] ?? 'missing')])),
    unread: undefined,
    lastUsed: new Map(
      Object.entries(lastUsed).map(([id, ago]) => [
        id,
        { at: ago === 'never' ? undefined : new Date(NOW - ago), where: 's3 in eu-central-1' },
      ]),
    ),
    placesOfOthers: [],
    others: [],
    overRuns: new Set(),
    run: { ...RUN, random: 'ffffffff', id: '7' },
    isDryRun: false,
    signingKey: 'AKIASIGNINGKEYEXAMPLE',
    now: NOW,
    ...more,
  };
}

/** Delivered so long ago, in place of another if one is named. */
export function delivered(ago: number, replaces?: string, torn = false): Pick<KeyRecord, 'delivered'> {
  return { delivered: { at: NOW - ago, written: torn ? undefined : NOW - ago, replaces, torn } };
}

/** Made so long ago by a run. */
export function made(ago: number, replaces?: string): Pick<KeyRecord, 'made'> {
  return { made: { run: RUN, at: NOW - ago, replaces } };
}
