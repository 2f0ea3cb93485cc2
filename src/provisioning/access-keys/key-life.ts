import { DEFAULT_GRACE_MS } from '../../identities/declaration';
import { writeRun, type Run } from '../run';
import type { ExistingKey } from './access-key';
import { arrivalOf, type Arrival } from './arrival';
import { outlastsJob, placeDigests } from './destinations';
import { driftOf } from './drift';
import type { KeyHolder, KeyOwner } from './key-holder';
import { outdatedTags, readRecords, type KeyRecord, type KeyRecords } from './record';
import { areDigestsOf, digestsNotIn } from './recorded-digests';
import { givenAwaySince, unrenewedPlaces } from './unrenewed-places';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** AWS's clock and GitHub's may differ this much, in milliseconds, and nobody's key or secret is lost by it. */
export const CLOCKS_DIFFER_MS = MINUTE_MS;

/** The longest that a read of IAM is taken to be old. A run that made a key waits that long, and looks again. */
export const SETTLE_MS = 30 * SECOND_MS;
/** A run writes a key to no place when the key is older: then every other run can tell by its age that it is left. */
export const FENCE_MS = 5 * MINUTE_MS;
/** How late a request may arrive that got no answer: its time-out, and a proxy on the way. */
export const LATE_MS = 2 * MINUTE_MS;
/** How long after a key was made a secret may say that its run has written it. */
export const LATEST_WRITING_MS = FENCE_MS + LATE_MS + CLOCKS_DIFFER_MS;
/** A key that is younger, and not delivered, may have a run that is alive. */
export const TAKEOVER_MS = 10 * MINUTE_MS;
/** A run that is about to ask for a key announces it again where it did so longer ago. */
export const FRESH_MS = MINUTE_MS;
/** AWS refuses a request whose signature is older: a key comes no later after its announcement. */
const LATEST_CREATION_MS = 15 * MINUTE_MS;
/** How long an announcement stays at least: then every read shows a key that came late. */
const ANNOUNCED_MS = 2 * LATEST_CREATION_MS;
/** How long a suspect stays at least. */
export const SUSPECTED_MS = 24 * 60 * MINUTE_MS;

/** A key that a run may be making: nobody else changes keys of the user meanwhile. */
export interface KeyInWork {
  readonly id: string;
  readonly since: Date;
  /** Those that may be at it; none where nothing is recorded. */
  readonly runs: readonly Run[];
}

/** A key that was delivered, and then another in its place. */
export interface ReplacedKey {
  readonly key: ExistingKey;
  readonly since: number;
  readonly deactivatedAt: number | undefined;
}

export interface KeyOfJob {
  readonly key: ExistingKey;
  readonly run: Run;
  /** Until when the job can last, in milliseconds since 1970. */
  readonly until: number;
  readonly isOver: boolean;
}

/** The key in use: it was delivered, and no other in its place. */
export interface CurrentKey {
  readonly id: string;
  /** undefined where it is not listed. */
  readonly key: ExistingKey | undefined;
  /** What is wrong with it, for people; undefined where it is active and its places hold it, as far as can be known. */
  readonly drift: string | undefined;
}

/** What each of a user's keys is, by what was recorded. */
export interface KeyLives {
  readonly inWork: readonly KeyInWork[];
  /** Their runs are over, and no place holds one whole: nobody has them. */
  readonly undelivered: readonly ExistingKey[];
  /** Their runs are over, and somebody else has written the places that may have held them: jobs may have them yet. */
  readonly overwritten: readonly ExistingKey[];
  /** Their runs are over, and were to write other places; those of the document hold none of them. */
  readonly elsewhere: readonly ExistingKey[];
  /** Their runs are over, and some places hold them. */
  readonly arrived: readonly { readonly key: ExistingKey; readonly torn: boolean }[];
  readonly current: CurrentKey | undefined;
  /**
   * They were delivered to places that last, and not replaced: the one in use, where the document has places for it. Where
   * it has none, no place gets a newer key, and those that may be in one yet are not replaced, either.
   */
  readonly delivered: readonly ExistingKey[];
  readonly replaced: readonly ReplacedKey[];
  readonly ofJobs: readonly KeyOfJob[];
  /** They may come from lost answers, and this was not recorded yet. */
  readonly newSuspects: readonly ExistingKey[];
  readonly suspects: readonly { readonly key: ExistingKey; readonly since: number }[];
  /** Nothing is recorded of them: they are a person's. */
  readonly others: readonly ExistingKey[];
}

type Mutable<Lives> = {
  -readonly [Name in keyof Lives]: Lives[Name] extends readonly (infer One)[] ? One[] : Lives[Name];
};

/** Tells what each key of a user is. */
export function livesOf(holder: KeyHolder): KeyLives {
  const { tags, accessKeys } = holder.existing ?? ({ tags: {}, accessKeys: [] } satisfies KeyOwner);
  const records = readRecords(tags);
  const replacements = replacementsIn(records);
  const lasts = outlastsJob(holder.user.accessKey?.deliver ?? []);
  const lives: Mutable<KeyLives> = {
    inWork: [],
    undelivered: [],
    overwritten: [],
    elsewhere: [],
    arrived: [],
    current: currentOf(holder, records),
    delivered: [],
    replaced: [],
    ofJobs: [],
    newSuspects: [],
    suspects: [],
    others: [],
  };
  for (const key of accessKeys) {
    const record = records.keys.get(key.id) ?? {};
    const { made, delivering, delivered, suspect, job, deactivated } = record;
    const replaced = replacements.get(key.id);
    const isUndeclared = () => !lasts && key.active && unrenewedPlaces(holder, key.id).length > 0;
    const mayBeAtIt = runsAt(key, record, records).filter((run) => !holder.overRuns.has(writeRun(run)));
    const isYoung = holder.now - key.created.getTime() < TAKEOVER_MS;
    const runIsOver = mayBeAtIt.length === 0 && isAttributed(holder, key, record, records);
    if (replaced !== undefined && !isUndeclared()) {
      const since = Math.max(replaced, givenAwaySince(holder, key.id));
      lives.replaced.push({ key, since, deactivatedAt: deactivated?.at });
    } else if (delivered !== undefined || replaced !== undefined) lives.delivered.push(key);
    else if (job) {
      const isOver = holder.now > job.until || holder.overRuns.has(writeRun(job.run));
      lives.ofJobs.push({ key, run: job.run, until: job.until, isOver });
    } else if (suspect) lives.suspects.push({ key, since: suspect.at });
    else if (isYoung && !runIsOver) lives.inWork.push({ id: key.id, since: key.created, runs: mayBeAtIt });
    else if (delivering) {
      const arrival = arrivalIn(holder, key, delivering);
      const isUnused = arrival === 'overwritten' && isUnusedSince(holder, key, delivering.at);
      if (arrival === 'none' || isUnused) lives.undelivered.push(key);
      else if (arrival === 'overwritten') lives.overwritten.push(key);
      else if (arrival === 'elsewhere') lives.elsewhere.push(key);
      else lives.arrived.push({ key, torn: arrival !== 'all' });
    } else if (made) lives.undelivered.push(key);
    else if (announcementsOf(key, records).length > 0) lives.newSuspects.push(key);
    else lives.others.push(key);
  }
  return lives;
}

/** The key by whose request another may have been made that has no record, as it may have arrived twice, and once later. */
export function twinOf({ existing }: Pick<KeyHolder, 'existing'>, { created }: ExistingKey): string | undefined {
  const { keys } = readRecords(existing?.tags ?? {});
  const twin = existing?.accessKeys.find((one) => {
    const after = created.getTime() - one.created.getTime();
    return keys.has(one.id) && after >= 0 && after <= LATEST_CREATION_MS;
  });
  return twin?.id;
}

/** Whether a run of this action made one of a user's keys, or may have. */
export function hasOwnKeys(owner: KeyOwner | undefined): boolean {
  const records = readRecords(owner?.tags ?? {});
  const isOwn = (key: ExistingKey) => records.keys.has(key.id) || announcementsOf(key, records).length > 0;
  return owner?.accessKeys.some(isOwn) ?? false;
}

/** Of the runs that have announced keys of a user, those whose request may come yet, though it got no answer. */
export function announcedKeysToCome({ tags }: KeyOwner, now: number): { readonly run: Run; readonly until: number }[] {
  return readRecords(tags).announcements.flatMap(({ run, at }) => {
    const until = at + FRESH_MS + LATE_MS + SETTLE_MS;
    return until > now ? [{ run, until }] : [];
  });
}

/**
 * The keys of which it matters whether they are used, as they may go: those whose grace is over, and those whose delivery
 * was begun, or which may come from a lost answer.
 */
export function keysJudgedByUse(holder: Pick<KeyHolder, 'user' | 'existing' | 'now'>): ExistingKey[] {
  const { tags, accessKeys } = holder.existing ?? ({ tags: {}, accessKeys: [] } satisfies KeyOwner);
  const records = readRecords(tags);
  const replacements = replacementsIn(records);
  return accessKeys.filter((key) => {
    const { made, delivering, delivered, suspect, job } = records.keys.get(key.id) ?? {};
    const since = replacements.get(key.id);
    if (since !== undefined) return holder.now >= since + graceOf(holder, key.id);
    if (delivered ?? job) return false;
    return (suspect ?? delivering) !== undefined || (!made && announcementsOf(key, records).length > 0);
  });
}

/**
 * Since when nobody has needed a key that was replaced, as far as AWS says, in milliseconds since 1970: each use begins its
 * grace again, also that of one which somebody had activated for a while.
 */
export function unusedSince({ lastUsed }: Pick<KeyHolder, 'lastUsed'>, { key, since }: ReplacedKey): number {
  return Math.max(since, lastUsed.get(key.id)?.at?.getTime() ?? 0);
}

/**
 * How long a key of a user still works when it was replaced, in milliseconds: as the document declares it; where that gives
 * the user no key that lasts, as it was declared when the key was replaced.
 *
 * @param id undefined for a key that no run has delivered
 */
export function graceOf({ user, existing }: Pick<KeyHolder, 'user' | 'existing'>, id?: string): number {
  const { deliver = [], grace } = user.accessKey ?? {};
  const recorded = id === undefined ? undefined : readRecords(existing?.tags ?? {}).keys.get(id)?.replaced?.grace;
  return (outlastsJob(deliver) ? grace : recorded) ?? DEFAULT_GRACE_MS;
}

/**
 * Names of tags that nobody needs any more: of keys that are gone, and of announcements after which none can come, and by
 * which none that has come is still to be judged.
 */
export function outdatedRecords({ existing, now: readAt }: KeyHolder, now: number): string[] {
  const { tags, accessKeys } = existing ?? ({ tags: {}, accessKeys: [] } satisfies KeyOwner);
  const records = readRecords(tags);
  const unrecorded = accessKeys.filter(({ id }) => !records.keys.has(id));
  const needed = unrecorded.flatMap((key) => announcementsOf(key, records)).map(({ tag }) => tag);
  const before = { ofKeys: now - TAKEOVER_MS, announcements: readAt - ANNOUNCED_MS };
  const listed = accessKeys.map(({ id }) => id);
  return outdatedTags(tags, listed, before).filter((tag) => !needed.includes(tag));
}

/** When each key was replaced, by its ID: as its own record has it, or that of the key which replaced it. */
function replacementsIn({ keys }: KeyRecords): Map<string, number> {
  const byOthers = [...keys.values()].flatMap(({ delivered }) =>
    delivered?.replaces === undefined ? [] : [[delivered.replaces, delivered.at] as const],
  );
  const own = [...keys].flatMap(([id, { replaced }]) => (replaced ? [[id, replaced.at] as const] : []));
  return new Map([...byOthers, ...own]);
}

/**
 * The delivered key that no other delivered one replaces; of several, the last of those that are there: a record that came
 * late may be about a key of an earlier user of that name.
 */
function currentOf(holder: KeyHolder, records: KeyRecords): CurrentKey | undefined {
  const replacements = replacementsIn(records);
  const listed = new Map((holder.existing?.accessKeys ?? []).map((key) => [key.id, key]));
  const [last] = [...records.keys]
    .flatMap(([id, { delivered }]) => (delivered && !replacements.has(id) ? [{ id, delivered }] : []))
    .sort((one, other) => other.delivered.at - one.delivered.at)
    .sort((one, other) => Number(listed.has(other.id)) - Number(listed.has(one.id)));
  if (!last) return undefined;
  const { id, delivered } = last;
  const key = listed.get(id);
  const deliver = holder.user.accessKey?.deliver ?? [];
  const wrong = (): string | undefined => {
    if (!key) return 'it is gone';
    if (!key.active) return 'somebody has deactivated it';
    const drift = driftOf(key.created, delivered, deliver, holder.marks);
    return drift ?? (delivered.torn ? 'not all of its places hold it for certain' : undefined);
  };
  return { id, key, drift: wrong() };
}

/**
 * How far a key got whose delivery was begun, as to the places of the document. What its run wrote to others, nobody can
 * tell.
 */
function arrivalIn(
  { user, marks }: KeyHolder,
  { created }: ExistingKey,
  { places, versions }: NonNullable<KeyRecord['delivering']>,
): Arrival | 'elsewhere' {
  const deliver = user.accessKey?.deliver ?? [];
  const arrival = arrivalOf({ created, latest: created.getTime() + LATEST_WRITING_MS, versions }, deliver, marks);
  const digests = placeDigests(deliver);
  if (areDigestsOf(places, digests)) return arrival;
  if (arrival === 'none' || arrival === 'overwritten') return 'elsewhere';
  return arrival === 'all' && digestsNotIn(places, digests)?.length === 0 ? 'all' : 'unknown';
}

/** Whether AWS says that nobody has used a key since its delivery was begun: its run had tested it before. */
function isUnusedSince({ lastUsed }: KeyHolder, { id }: ExistingKey, begun: number): boolean {
  const use = lastUsed.get(id);
  return use !== undefined && (use.at?.getTime() ?? 0) <= begun;
}

/** The runs that may be at work on a key that is not delivered. */
function runsAt(key: ExistingKey, { made, delivering }: KeyRecord, records: KeyRecords): Run[] {
  const recorded = (delivering ?? made)?.run;
  return recorded ? [recorded] : announcementsOf(key, records).map(({ run }) => run);
}

/**
 * Whether the runs that may be at work on a key are known: its own record names one; or all that may have announced it are,
 * as every read shows an announcement when the key is so old.
 */
function isAttributed(
  { now }: KeyHolder,
  key: ExistingKey,
  { made, delivering }: KeyRecord,
  records: KeyRecords,
): boolean {
  if ((delivering ?? made) !== undefined) return true;
  return now - key.created.getTime() >= SETTLE_MS && announcementsOf(key, records).length > 0;
}

/** Announcements that a key of which nothing else is recorded may have followed. */
function announcementsOf({ id, created }: ExistingKey, { announcements }: KeyRecords) {
  return announcements.filter(({ at, known }) => {
    if (known.includes(id)) return false;
    const after = created.getTime() - at;
    return after > -SECOND_MS && after <= LATEST_CREATION_MS;
  });
}
