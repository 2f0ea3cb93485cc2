import { MAX_TAG_VALUE_LENGTH } from '../../aws/tags';
import type { Write } from '../../iam/connect';
import { tagList } from '../../iam/tags';
import type { Tags } from '../../identities/declaration';
import { RECORD_PREFIX } from '../../identities/own-tags';
import { readRun, writeRun, type Run } from '../run';
import type { RecordedVersions } from './marks';
import { readDigests, writeDigests, type RecordedDigests } from './recorded-digests';

/**
 * What is recorded of a user's access keys, in tags of the user: a key's secret is shown once and then known only to those
 * it was delivered to, so the records say to other runs what a run does, or did before it died. Each stage of each key has
 * a tag of its own, so that a tag that is written late, or twice, hides no other. All times are AWS's.
 */
export interface KeyRecords {
  /** Keys that runs were about to make. */
  readonly announcements: readonly Announcement[];
  /** By the ID of the key. */
  readonly keys: ReadonlyMap<string, KeyRecord>;
}

/** Written before a key is made: what is made after it, and has no record, may be a key whose answer was lost. */
export interface Announcement {
  readonly tag: string;
  readonly run: Run;
  readonly at: number;
  /** IDs of the keys that were there before. */
  readonly known: readonly string[];
}

/** The stages of one key, as far as each was reached. */
export interface KeyRecord {
  /** It was made, and nobody has it. */
  readonly made?: { readonly run: Run; readonly at: number; readonly replaces: string | undefined };
  /** It is being written to places that last. */
  readonly delivering?: {
    readonly run: Run;
    readonly at: number;
    readonly places: RecordedDigests;
    /** Those that its secrets had before, of stores that tell versions. */
    readonly versions?: RecordedVersions | undefined;
  };
  /** It is where it was to be delivered. */
  readonly delivered?: DeliveredRecord;
  /** No place is to hold it any more: another was delivered instead, or somebody else has written there. */
  readonly replaced?: ReplacedRecord;
  /** It may come from a lost answer. */
  readonly suspect?: { readonly at: number };
  /** It ends with the job that it was made for, which can last until then. */
  readonly job?: { readonly run: Run; readonly until: number };
  /** It was replaced, and deactivated since. */
  readonly deactivated?: { readonly at: number };
}

export interface ReplacedRecord {
  readonly at: number;
  /** How long it was to work from then on, in milliseconds; undefined in records of earlier versions. */
  readonly grace?: number | undefined;
}

export interface DeliveredRecord {
  readonly at: number;
  /** When its places were last written, by their own clock; undefined where that is not known. */
  readonly written: number | undefined;
  readonly replaces: string | undefined;
  /** Whether only some of its places hold it. */
  readonly torn: boolean;
  /** The places that it was for; undefined where they are not known. */
  readonly places?: RecordedDigests | undefined;
  /** Those that its secrets got, of stores that tell versions; undefined where they are not known. */
  readonly versions?: RecordedVersions | undefined;
}

export type Stage = keyof KeyRecord;

/** As long as AWS takes them; of whatever a tag can hold, as other vendors make them of more than capital letters. */
const KEY_ID = /^[\w.:/=+@-]{16,96}$/;
export const STAGES: readonly Stage[] = [
  'made',
  'delivering',
  'delivered',
  'replaced',
  'suspect',
  'job',
  'deactivated',
];
const ANNOUNCEMENT = 'making';

/** The records in a user's tags. What someone has spoiled is none. */
export function readRecords(tags: Tags): KeyRecords {
  const announcements: Announcement[] = [];
  const keys = new Map<string, KeyRecord>();
  for (const [tag, value] of Object.entries(tags)) {
    const { stage, id } = partsOf(tag);
    const words = wordsIn(value);
    const { run, at, known } = words;
    if (stage === ANNOUNCEMENT && run && at !== undefined) announcements.push({ tag, run, at, known });
    const read = STAGES.find((one) => one === stage);
    const record = read && KEY_ID.test(id) ? STAGE_READERS[read](words) : undefined;
    if (record) keys.set(id, { ...keys.get(id), ...record });
  }
  return { announcements, keys };
}

/** Whether anything is recorded of a user's keys. */
export function hasRecords(tags: Tags): boolean {
  const { announcements, keys } = readRecords(tags);
  return announcements.length > 0 || keys.size > 0;
}

type Words = ReturnType<typeof wordsIn>;

const STAGE_READERS: Readonly<Record<Stage, (words: Words) => KeyRecord | undefined>> = {
  made: ({ run, at, replaces }) => (run && at !== undefined ? { made: { run, at, replaces } } : undefined),
  delivering: ({ run, at, places = [], versions }) =>
    run && at !== undefined ? { delivering: { run, at, places, versions } } : undefined,
  delivered: ({ at, written, replaces, torn, places, versions }) =>
    at === undefined ? undefined : { delivered: { at, written, replaces, torn, places, versions } },
  replaced: ({ at, grace }) => (at === undefined ? undefined : { replaced: { at, grace } }),
  suspect: ({ at }) => (at === undefined ? undefined : { suspect: { at } }),
  job: ({ run, until }) => (run && until !== undefined ? { job: { run, until } } : undefined),
  deactivated: ({ at }) => (at === undefined ? undefined : { deactivated: { at } }),
};

/** The tag of an announcement; a run that makes keys of several users announces each. */
export function announcementTag({ id, random }: Run): string {
  return `${RECORD_PREFIX}${ANNOUNCEMENT}:${id}.${random}`;
}

export function announcementTags(run: Run, at: number, known: readonly string[]): Tags {
  return {
    [announcementTag(run)]: write({ run: writeRun(run), at: writeTime(at), known }),
  };
}

/** The tags that record stages of a key. */
export function recordTags(id: string, record: KeyRecord): Tags {
  const { made, delivering, delivered, replaced, suspect, job, deactivated } = record;
  const values: Readonly<Record<Stage, string | undefined>> = {
    made: made && write({ run: writeRun(made.run), at: writeTime(made.at), replaces: made.replaces }),
    delivering:
      delivering && writeWithPlaces({ run: writeRun(delivering.run), at: writeTime(delivering.at) }, delivering),
    delivered:
      delivered &&
      writeWithPlaces(
        {
          at: writeTime(delivered.at),
          written: delivered.written === undefined ? undefined : writeTime(delivered.written),
          replaces: delivered.replaces,
          torn: delivered.torn ? 'yes' : undefined,
        },
        delivered,
      ),
    replaced: replaced && write({ at: writeTime(replaced.at), grace: replaced.grace?.toString() }),
    suspect: suspect && write({ at: writeTime(suspect.at) }),
    job: job && write({ run: writeRun(job.run), until: writeTime(job.until) }),
    deactivated: deactivated && write({ at: writeTime(deactivated.at) }),
  };
  return Object.fromEntries(
    STAGES.flatMap((stage) => {
      const value = values[stage];
      return value === undefined ? [] : tagNames(id, [stage]).map((name) => [name, value] as const);
    }),
  );
}

/**
 * The tags that record that a key is delivered, and that the one before it is replaced, if it is there: that must be known
 * for as long as it is, also when the new key is gone.
 *
 * @param before IDs of the keys that are there; of those that were replaced before, and that places may have held until
 *   now; and how long one that is replaced is to work, in milliseconds
 */
export function deliveredTags(
  id: string,
  delivered: DeliveredRecord,
  before: { readonly listed: readonly string[]; readonly held: readonly string[]; readonly grace: number },
): Tags {
  const { listed, held, grace } = before;
  const { at, replaces } = delivered;
  const replaced = [...(replaces === undefined ? [] : [replaces]), ...held].filter((other) => listed.includes(other));
  const tags = replaced.map((other) => recordTags(other, { replaced: { at, grace } }));
  return Object.assign(recordTags(id, { delivered }), ...tags) as Tags;
}

/** The names of the tags that record stages of a key. */
export function tagNames(id: string, stages: readonly Stage[]): string[] {
  return stages.map((stage) => `${RECORD_PREFIX}${stage}:${id}`);
}

/**
 * The names of tags that are about keys which are no longer there, and of announcements after which none can come any more.
 *
 * @param before tags about keys that are older may go, and announcements that are: milliseconds since 1970
 */
export function outdatedTags(
  tags: Tags,
  listed: readonly string[],
  before: { readonly ofKeys: number; readonly announcements: number },
): string[] {
  return Object.entries(tags).flatMap(([tag, value]) => {
    const { stage, id } = partsOf(tag);
    const { at, until } = wordsIn(value);
    const isOld = (until ?? at ?? 0) < (stage === ANNOUNCEMENT ? before.announcements : before.ofKeys);
    return stage !== '' && isOld && !listed.includes(id) ? [tag] : [];
  });
}

/** The call that records; none where there is nothing to record. */
export function tagCalls(UserName: string, tags: Tags): Write[] {
  const Tags = tagList(tags);
  return Tags.length === 0 ? [] : [{ operation: 'TagUser', input: { UserName, Tags } }];
}

/** The call that removes records; none where there are none. */
export function untagCalls(UserName: string, TagKeys: string[]): Write[] {
  return TagKeys.length === 0 ? [] : [{ operation: 'UntagUser', input: { UserName, TagKeys } }];
}

function partsOf(tag: string): { readonly stage: string; readonly id: string } {
  const [, stage = '', id = ''] = tag.startsWith(RECORD_PREFIX)
    ? (/^([a-z]+):(.+)$/.exec(tag.slice(RECORD_PREFIX.length)) ?? [])
    : [];
  return { stage, id };
}

function wordsIn(value: string) {
  const words = value.split(' ').map((word) => [word.split('=', 1)[0], word.split('=').slice(1).join('=')] as const);
  const all = (name: string) => words.flatMap(([other, text]) => (other === name ? [text] : []));
  const timeIn = (name: string) => {
    const read = Date.parse(all(name)[0] ?? '');
    return Number.isNaN(read) ? undefined : read;
  };
  const isKey = (id: string) => KEY_ID.test(id);
  return {
    run: readRun(all('run')[0]),
    at: timeIn('at'),
    until: timeIn('until'),
    written: timeIn('written'),
    known: all('known').filter(isKey),
    replaces: all('replaces').find(isKey),
    places: all('places').map(readDigests)[0],
    versions: all('versions').map(readDigests)[0],
    torn: all('torn').includes('yes'),
    grace: all('grace').flatMap((ms) => (/^\d{1,15}$/.test(ms) ? Number(ms) : []))[0],
  };
}

/** The same, with places, and the versions of their secrets, in the room that is left: each has as much of it. */
function writeWithPlaces(
  words: Parameters<typeof write>[0],
  { places = [], versions = [] }: Pick<DeliveredRecord, 'places' | 'versions'>,
): string {
  const alone = write(words);
  const lists = Object.entries({ places, versions }).filter(([, list]) => list.length > 0);
  const count = places.length + versions.length;
  const room = MAX_TAG_VALUE_LENGTH - alone.length - lists.reduce((sum, [name]) => sum + ` ${name}=`.length, 0);
  const written = lists.map(
    ([name, list]) => ` ${name}=${writeDigests(list, Math.floor((room * list.length) / count))}`,
  );
  return `${alone}${written.join('')}`;
}

/** Words as `name=word`, once for each of several. */
function write(words: Readonly<Record<string, string | readonly string[] | undefined>>): string {
  return Object.entries(words)
    .flatMap(([name, given = []]) => [given].flat().map((word) => `${name}=${word}`))
    .join(' ');
}

/** To the second, as AWS and GitHub tell the time. */
export function writeTime(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}
