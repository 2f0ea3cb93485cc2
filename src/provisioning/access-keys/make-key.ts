import { isPlain, type Credentials } from '../../aws/credentials';
import { isRefusal, mayBeMade } from '../../aws/failure';
import { ActionError, reasonOf } from '../../errors/action-error';
import { messageOf } from '../../errors/message';
import { unusualAnswerOfIam } from '../../iam/explain';
import { tagsIn } from '../../iam/tags';
import type { AccountAccess } from '../changes/account-access';
import { makeCall, makeCalls } from '../changes/apply';
import { concurrently } from '../changes/concurrently';
import { readAsOne } from '../changes/read-as-one';
import { deleteKey, readAccessKeys, type ExistingKey } from './access-key';
import { outlastsJob } from './destinations';
import { MAX_KEYS } from './full-user';
import type { KeyHolder } from './key-holder';
import { FRESH_MS, livesOf, outdatedRecords, SETTLE_MS } from './key-life';
import type { KeyPlan, NewKey } from './plan-key';
import { readKeysAgain } from './read-key-holder';
import {
  announcementTag,
  announcementTags,
  readRecords,
  recordTags,
  STAGES,
  tagCalls,
  tagNames,
  untagCalls,
} from './record';

export type KeyToMake = Pick<KeyPlan, 'user' | 'destinations' | 'holder'> & { readonly make: NewKey };

/** A key that was made and tested, and that nobody has yet. */
export interface MadeKey {
  readonly plan: KeyToMake;
  readonly credentials: Credentials;
  /** By AWS's clock. */
  readonly created: Date;
  /** When it was asked for, by this machine's two clocks. */
  readonly sent: { readonly now: number; readonly time: number };
}

/** A key that was made, and recorded. */
export interface RecordedKey extends MadeKey {
  /** The user's keys, with this one; undefined where they were not asked for, or that read was older than the key. */
  readonly listed: readonly ExistingKey[] | undefined;
}

/** How often AWS must know a key before it counts as known: one success does not prove the next. */
const TESTS = 3;
const HOUR_MS = 3_600_000;
/** https://docs.github.com/en/actions/reference/limits */
const LONGEST_JOB_MS = { hosted: 6 * HOUR_MS, selfHosted: 5 * 24 * HOUR_MS };

/**
 * Announces a key and makes it. Where the answer is lost, so that it is not known whether there is one, the announcement
 * stays for later runs.
 *
 * @param mayBeThere called before it is asked for, and when AWS has refused it
 * @throws ActionError when it cannot be made, or may have been
 */
export async function makeKey(
  plan: KeyToMake,
  access: AccountAccess,
  mayBeThere: (mayBe: boolean) => void,
): Promise<MadeKey> {
  const { user, make, holder } = plan;
  const { iam, run, clock } = access;
  // A user that this run has made was made with its announcement.
  if (holder.existing || iam.time() - holder.now > FRESH_MS) {
    await makeCalls([tagCalls(user, announcementTags(run, iam.time(), make.known))], access, () => [user]);
  }
  mayBeThere(true);
  const sent = { now: clock.now(), time: clock.time() };
  const answer = await iam
    .change('CreateAccessKey', { UserName: user }, { fresh: [user], once: true })
    .catch(async (error: unknown) => {
      if (mayBeMade(error)) throw answerLost(user, error);
      mayBeThere(false);
      const listed = await listedByNow(plan, error, access);
      await makeCalls([untagCalls(user, await doneAnnouncement(user, undefined, listed, access))], access);
      throw isRefusal(error, 'LimitExceeded') ? anotherWasFirst(user, error) : error;
    });
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, CreateDate } = answer?.AccessKey ?? {};
  if (!isPlain(accessKeyId) || !isPlain(secretAccessKey)) {
    throw unusualAnswerOfIam(`make an access key for ${user}`, 'access key');
  }
  access.mask(accessKeyId);
  access.mask(secretAccessKey);
  access.log(`Made an access key for ${user}. Testing it.`);
  return { plan, credentials: { accessKeyId, secretAccessKey }, created: CreateDate ?? new Date(iam.time()), sent };
}

/**
 * Records a key that was made, before it is used for anything: one that was used passes for somebody's where nothing is
 * recorded of it, and would stay for ever. Meanwhile, where it ends with the job, it is asked which keys
 * the user has.
 */
export async function recordMade(made: MadeKey, access: AccountAccess): Promise<RecordedKey> {
  const { plan, created } = made;
  const { run, isHosted } = access;
  const at = created.getTime();
  const until = at + (isHosted ? LONGEST_JOB_MS.hosted : LONGEST_JOB_MS.selfHosted);
  const stage = lasts(made) ? { made: { run, at, replaces: plan.make.replaces } } : { job: { run, until } };
  let listed: RecordedKey['listed'];
  const list = async () => {
    listed = await listedWith(plan.user, idOf(made), access);
  };
  const recording = () => record(made, recordTags(idOf(made), stage), access);
  await concurrently(lasts(made) ? [recording] : [recording, list], (work) => work());
  return { ...made, listed };
}

/** A user's keys, or undefined where the read is older than the key that was made. */
async function listedWith(user: string, id: string, access: AccountAccess): Promise<RecordedKey['listed']> {
  const listed = await readAccessKeys(user, access).catch((error: unknown) => {
    if (isRefusal(error, 'NoSuchEntity')) return [];
    throw error;
  });
  return listed.some((key) => key.id === id) ? listed : undefined;
}

/** A user's keys where AWS has refused another, or undefined where the read is older than that: as many as it says are not listed. */
async function listedByNow(
  { user, make, holder }: KeyToMake,
  refusal: unknown,
  access: AccountAccess,
): Promise<RecordedKey['listed']> {
  // Of a user that was made just now, a read may not know yet.
  const listed = await readAsOne(() => readAccessKeys(user, access), access);
  if (!isRefusal(refusal, 'LimitExceeded')) return listed;
  const ended = (holder.existing?.accessKeys ?? []).flatMap(({ id }) => (make.known.includes(id) ? [] : id));
  return listed.filter(({ id }) => !ended.includes(id)).length >= MAX_KEYS ? listed : undefined;
}

/**
 * Tests keys until AWS knows them, and makes sure that no other run was first: each new key is a ticket, to which AWS
 * gives its own time. That shows when every read must show the keys; they are all waited for at once, and tested meanwhile.
 * Nobody waits for a key that ends with the job: other jobs have others. With its announcement goes what earlier runs left.
 *
 * @returns of the keys that end with the job, those whose announcement stays until then: no read shows that it may go
 * @throws ActionError when AWS does not learn of a key, or another run was first; the keys are then to be taken back
 */
export async function makeSure(keys: readonly RecordedKey[], access: AccountAccess): Promise<ReadonlySet<string>> {
  const announced = new Set<string>();
  const lasting = keys.filter(lasts);
  const ofJob = keys.filter((made) => !lasts(made));
  const wait = lasting.length > 0 ? [() => access.clock.sleep(SETTLE_MS)] : [];
  const tests = () => concurrently(keys, (made) => testKey(made, access));
  // What is recorded of the key itself has taken the place of its announcement.
  const removals = ofJob.map((made) => async () => {
    const { user, holder } = made.plan;
    const announcement = await doneAnnouncement(user, idOf(made), made.listed, access);
    if (announcement.length === 0) announced.add(idOf(made));
    await makeCalls([untagCalls(user, [...announcement, ...outdatedRecords(holder, access.iam.time())])], access);
  });
  await concurrently([...wait, tests, ...removals], async (work) => {
    await work();
  });
  await concurrently(lasting, (made) => requireFirst(made, access));
  return announced;
}

/**
 * The tag of a key's announcement, to be removed: none if there is, or may be, a key of which nothing else is recorded. A
 * request that arrives twice, as a proxy sends it again, makes two, and only one of them is answered. By the announcement,
 * the next run finds that the other may be such a key.
 *
 * @param own the ID of the key that was announced; undefined where AWS has refused it
 * @param listed the user's keys; undefined where no read is known to be younger than what AWS has answered
 */
async function doneAnnouncement(
  user: string,
  own: string | undefined,
  listed: RecordedKey['listed'],
  { iam, run, log }: AccountAccess,
): Promise<string[]> {
  if (!listed) return [];
  const others = listed.filter(({ id }) => id !== own);
  const found = others.length > 0 ? await iam.find('GetUser', { UserName: user }) : undefined;
  const records = readRecords(tagsIn(found?.User?.Tags));
  const { known = [] } = records.announcements.find(({ tag }) => tag === announcementTag(run)) ?? {};
  const unknown = others.flatMap(({ id }) => (records.keys.has(id) || known.includes(id) ? [] : id));
  if (unknown.length === 0) return [announcementTag(run)];
  log(`The user ${user} has also the access key ${unknown.join(' and ')}. The next run says whose it is.`);
  return [];
}

async function requireFirst(made: MadeKey, access: AccountAccess): Promise<void> {
  const why = whyNotFirst(made, await readKeysAgain(made.plan.holder, access));
  if (why !== undefined) throw anotherWasFirst(made.plan.user, undefined, why);
}

function lasts({ plan }: MadeKey): boolean {
  return outlastsJob(plan.destinations);
}

/** What has changed since the plan was made, for people; undefined where it holds. */
export function whyNotFirst({ plan, credentials, created }: MadeKey, holder: KeyHolder): string | undefined {
  const { known, replaces } = plan.make;
  const own = credentials.accessKeyId;
  const listed = holder.existing?.accessKeys ?? [];
  if (!listed.some(({ id, active }) => id === own && active)) return `AWS does not list the new key ${own} as active`;
  const wasThere = replaces !== undefined && known.includes(replaces);
  if (wasThere && !listed.some(({ id }) => id === replaces)) return `the key ${replaces}, which it replaces, is gone`;
  const { current } = livesOf(holder);
  const isAsPlanned = current?.id === replaces || (!current && wasThere);
  if (!isAsPlanned) return `the key ${current?.id ?? replaces} was delivered, or is no longer in use`;
  const first = listed.find(
    (other) => other.id !== own && !known.includes(other.id) && isOlder(other, { id: own, created }),
  );
  return first && `the key ${first.id} was made before it`;
}

function isOlder(one: KeyOrder, other: KeyOrder): boolean {
  const [time, otherTime] = [one.created.getTime(), other.created.getTime()];
  return time === otherTime ? one.id < other.id : time < otherTime;
}

interface KeyOrder {
  readonly id: string;
  readonly created: Date;
}

async function testKey({ plan, credentials }: MadeKey, { testKey: test }: AccountAccess): Promise<void> {
  await concurrently(Array.from({ length: TESTS }), () => test(credentials, plan.user));
}

/** A user that was made just now may not be known everywhere. */
export async function record({ plan: { user } }: MadeKey, tags: Parameters<typeof tagCalls>[1], access: AccountAccess) {
  await makeCalls([tagCalls(user, tags)], access, () => [user]);
}

/**
 * Deletes a key that this run made, and what is recorded of it. What is recorded of a key that is gone misleads nobody: if
 * it cannot be removed, a later run does.
 *
 * @param isAnnounced whether its announcement may be there yet
 */
export async function takeBack(
  user: string,
  id: string,
  access: AccountAccess,
  { isAnnounced }: { readonly isAnnounced: boolean },
): Promise<void> {
  const { log } = access;
  // Once the key is gone, no read tells by it how old it is.
  const listed = isAnnounced ? await listedWith(user, id, access).catch(() => undefined) : undefined;
  const isDone = await makeCall(deleteKey(user, id), access);
  const which = `the access key ${id} of ${user}, which this step had made`;
  log(isDone ? `Deleted ${which}.` : `Gone already is ${which}.`);
  try {
    const announcement = await doneAnnouncement(user, id, listed, access);
    await makeCalls([untagCalls(user, [...tagNames(id, STAGES), ...announcement])], access);
  } catch (error) {
    log(`What is recorded of it stays until a later run removes it. ${messageOf(error)}`);
  }
}

export function idOf({ credentials }: MadeKey): string {
  return credentials.accessKeyId;
}

/** By all clocks there are: nobody goes on with a key that others take for left. */
export function ageOf({ created, sent }: MadeKey, { iam, clock }: AccountAccess): number {
  return Math.max(iam.time() - created.getTime(), clock.now() - sent.now, clock.time() - sent.time);
}

function anotherWasFirst(user: string, cause: unknown, why?: string): ActionError {
  return new ActionError({
    code: 'another-run',
    tried: `give the user ${user} a new access key`,
    answer: cause === undefined ? undefined : reasonOf(cause).answer,
    why: why === undefined ? 'Another run, or someone, has made a key of this user meanwhile.' : `Meanwhile, ${why}.`,
    fix:
      'Nothing was delivered, and the key in use stays. Run the step again when the other run is over; `concurrency:` in ' +
      'the workflow lets them run one after the other.',
    cause,
  });
}

function answerLost(user: string, cause: unknown): ActionError {
  return new ActionError({
    code: 'access-key-unknown',
    tried: `make an access key for ${user}`,
    answer: reasonOf(cause).answer,
    why: 'AWS may have made a key that nobody knows: its answer, with the key in it, was lost.',
    fix:
      'Run the step again. If there is such a key, that run says so; it is deleted when nobody has used it for a day. If ' +
      'it takes the place of another key before: delete it by hand.',
    cause,
  });
}
