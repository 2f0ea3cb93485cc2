import type { ActionError } from '../../errors/action-error';
import { firstLine } from '../../errors/message';
import type { KeyDestination, Tags } from '../../identities/declaration';
import { tokensFor } from '../../identities/stored-secret';
import { withoutCalls, type Action, type Change, type Obstacle } from '../changes/change';
import { describeRun } from '../run';
import type { ExistingKey } from './access-key';
import { describePlaces, destinationOf, outlastsJob, placeWords, secretsIn } from './destinations';
import { asSeen, NOT_KNOWN } from './drift';
import { describeFullUser, MAX_KEYS } from './full-user';
import { describeGiven, placesWith, whyHeld } from './held-places';
import type { KeyHolder } from './key-holder';
import {
  SUSPECTED_MS,
  graceOf,
  livesOf,
  TAKEOVER_MS,
  twinOf,
  type CurrentKey,
  type KeyInWork,
  type KeyLives,
  type ReplacedKey,
} from './key-life';
import { deliveredTags, readRecords, recordTags } from './record';
import { arePlacesOf, countPlaces } from './recorded-places';
import { atMinute, daysOrHours } from './time-words';
import { placesOfOthersWith, undeclaredPlaces } from './unrenewed-places';

/** What is to become of a user's access keys. */
export interface KeyPlan {
  readonly user: string;
  readonly destinations: readonly KeyDestination[];
  /** How the plan is shown. Its calls come to be when it is carried out: each looks again. */
  readonly change: Change;
  /** What is recorded first, of what earlier runs left. */
  readonly records: Tags;
  /** Keys that end then. */
  readonly endings: readonly KeyEnding[];
  /** The key to make then, if one is to be made. */
  readonly make: NewKey | undefined;
  /** What a reader of the log should not miss. */
  readonly notices: readonly string[];
  /** What it was planned from, and how it is planned again. */
  readonly holder: KeyHolder;
  readonly planner: KeyPlanner;
}

/** What stands in the way of a user's new key, of no other user's, and what was found of its keys all the same. */
export interface KeyObstacle extends Obstacle {
  readonly user: string;
  /** Records that do not wait until nothing is in the way: the times by which keys end begin with them. */
  readonly found?: Pick<KeyPlan, 'user' | 'records' | 'notices'> | undefined;
}

/** @returns what stands in the way, where something does */
export type KeyPlanner = (holder: KeyHolder) => KeyPlan | KeyObstacle;

/** A key that this run did not make, and that goes. */
export interface KeyEnding {
  readonly id: string;
  readonly how: 'delete' | 'deactivate';
  /** For people. */
  readonly why: string;
  /** Whether nobody has it as far as the records say: they are looked at twice, until no read can be that old. */
  readonly isUndelivered?: boolean;
}

export interface NewKey {
  /** The keys that are there already. */
  readonly known: readonly string[];
  /** The key in use, in whose place it is delivered; it may be gone. */
  readonly replaces: string | undefined;
  /** Whether that ends at once, and not after its grace. */
  readonly endsOld: boolean;
  /** Keys that were replaced before, and that places may hold until it is delivered there: their grace begins then. */
  readonly held: readonly string[];
}

/** What a rotation replaces, and how. */
export interface Rotation {
  /** Whether keys are replaced that are not due yet. */
  readonly now: boolean;
  /** Whether keys that are replaced end at once: somebody else may have them. */
  readonly deleteOld: boolean;
}

/** Gives a user a key that its places hold, unless it has one; and where the key ends with the job, a key of its own. */
export const planKey: KeyPlanner = (holder) => {
  const { user } = holder;
  if (!user.accessKey) return planWithoutKey(holder, planKey, { deleteOld: false });
  const lasts = outlastsJob(user.accessKey.deliver);
  const [busy] = livesOf(holder).inWork;
  if (busy) return planBesideOthers(holder, planKey, busy, lasts ? whyKeptForSure(holder) : undefined);
  const survey = withOthers(holder, surveyOf(holder, { deleteOld: false }));
  const { lives } = survey;
  if (!lasts) return planKeyOfJob(holder, withUndeclared(holder, survey));
  const { current } = lives;
  if (!current) {
    return planNewKey(holder, survey, planKey, { details: madeFor(holder), endsOld: false });
  }
  if (current.drift === undefined) {
    return keptPlan(holder, survey, planKey, whyKept(holder, current));
  }
  const details = [`${current.id} is replaced: ${current.drift}`, ...madeFor(holder)];
  return planNewKey(holder, survey, planKey, { details, why: current.drift, endsOld: false });
};

/** What runs made for a user, which is to have no key any more, ends as it would; and what does not is named. */
function planWithoutKey(holder: KeyHolder, planner: KeyPlanner, rotation: Pick<Rotation, 'deleteOld'>): KeyPlan {
  const why = 'the document gives the user none';
  const [busy] = livesOf(holder).inWork;
  if (busy) return unchanged(holder, planner, 'leave', why, describeInWork(holder, busy));
  const survey = withUndeclared(holder, withOthers(holder, surveyOf(holder, rotation)));
  return keptPlan(holder, survey, planner, why, 'leave');
}

function whyKept({ user, marks, unread }: KeyHolder, { id }: Pick<CurrentKey, 'id'>): string {
  const tokens = tokensFor(secretsIn(user.accessKey?.deliver ?? []));
  const unseen = (marks ?? unread) ? '' : `; whether its places still hold it, only a run with ${tokens} can tell`;
  return `${id} is delivered${unseen}`;
}

/** Why the key in use is kept, for people; undefined where it is not, or nobody can tell that its places hold it. */
function whyKeptForSure(holder: KeyHolder, why: (...of: [KeyHolder, CurrentKey]) => string | undefined = whyKept) {
  const { current } = livesOf(holder);
  return holder.marks && current && current.drift === undefined ? why(holder, current) : undefined;
}

/**
 * What becomes of a user's keys while another run may be making one: a key that is kept is kept, and nothing is begun.
 *
 * @param kept why the key in use is kept; undefined where it is not
 */
function planBesideOthers(
  holder: KeyHolder,
  planner: KeyPlanner,
  busy: KeyInWork,
  kept: string | undefined,
): KeyPlan | KeyObstacle {
  const { user, isDryRun } = holder;
  if (kept !== undefined) return unchanged(holder, planner, 'keep', kept, describeInWork(holder, busy));
  if (!isDryRun) return anotherRun(holder, busy);
  const waits = `a run would wait up to a minute, and then fail: ${describeInWork(holder, busy)}`;
  return {
    ...unchanged(holder, planner, 'leave', waits),
    notices: [`What becomes of the keys of the user ${user.name} is not known yet: ${waits}.`],
  };
}

/** Replaces the key that a user has, if it is due; of one that is to have none, what runs made ends as with provision. */
export function planKeyRotation(rotation: Rotation): KeyPlanner {
  const planner: KeyPlanner = (holder) => {
    const { user, existing } = holder;
    if (!existing) return unchanged(holder, planner, 'leave', 'the user is not there: provision makes it');
    if (!user.accessKey) return planWithoutKey(holder, planner, rotation);
    const [busy] = livesOf(holder).inWork;
    if (!outlastsJob(user.accessKey.deliver)) {
      const why = 'each run of provision makes its own, and its post step removes it';
      if (busy) return unchanged(holder, planner, 'leave', why, describeInWork(holder, busy));
      const left = withUndeclared(holder, withOthers(holder, surveyOf(holder, rotation)));
      return keptPlan(holder, left, planner, why, 'leave');
    }
    if (busy) {
      return planBesideOthers(holder, planner, busy, rotation.now ? undefined : whyKeptForSure(holder, whyNotDue));
    }
    const surveyed = surveyOf(holder, rotation);
    const { lives, records } = surveyed;
    // Nothing is recorded of a user that was taken over. Its only key is the one in use.
    const isAdopted = !lives.current && Object.keys(records).length === 0 && existing.accessKeys.length === 1;
    const current = lives.current ?? (isAdopted ? adopted(lives.others[0]) : undefined);
    const survey = withOthers(holder, surveyed, current?.id);
    if (!current) {
      const why = 'there is no key to replace: provision makes one';
      return keptPlan(holder, survey, planner, why, 'leave');
    }
    const wait = current.drift === undefined && !rotation.now ? whyNotDue(holder, current) : undefined;
    if (wait !== undefined) return keptPlan(holder, survey, planner, wait);
    const notices = [...survey.notices, ...stayingForOthers(holder, current, rotation)];
    return planNewKey(holder, { ...survey, notices, replaces: current.id }, planner, {
      details: [replacementOf(holder, current, rotation)],
      why: current.drift ?? whyDue(holder, current),
      endsOld: endsAtOnce(holder, current, rotation),
    });
  };
  return planner;
}

function adopted(key: ExistingKey | undefined): CurrentKey | undefined {
  return key && { id: key.id, key, drift: key.active ? undefined : 'somebody has deactivated it' };
}

/** Whether the key in use ends as soon as a new one is delivered: not while places of other users hold it, too. */
function endsAtOnce(holder: KeyHolder, { id, key }: CurrentKey, { deleteOld }: Rotation): boolean {
  return deleteOld && key !== undefined && placesOfOthersWith(holder, id).length === 0;
}

/** That a key stays which was to end at once, for people. */
function stayingForOthers(holder: KeyHolder, { id, key }: CurrentKey, { deleteOld }: Rotation): string[] {
  const given = deleteOld && key ? placesOfOthersWith(holder, id) : [];
  if (given.length === 0) return [];
  return [
    `The access key ${id} of ${holder.user.name} does not end yet, although delete-old-keys is true: ` +
      `${describeGiven(given)} may hold it, and no newer one. Run the step again when they have a newer one.`,
  ];
}

/** What becomes of the key in use when a rotation replaces it, for people. */
function replacementOf(holder: KeyHolder, current: CurrentKey, rotation: Rotation): string {
  const { id, key, drift } = current;
  if (!key) return `${id} is replaced: it is gone`;
  const age = daysOrHours(holder.now - key.created.getTime());
  const grace = daysOrHours(graceOf(holder, id));
  const byGrace = key.active ? `works for ${grace} more` : `is deleted when it was inactive for ${grace}`;
  const end = endsAtOnce(holder, current, rotation) ? `then deleted${breaksWhat(holder, key)}` : byGrace;
  const why = drift === undefined ? '' : ` (${drift})`;
  return `${id}, ${age} old, is replaced${why}, and ${end}`;
}

/** That a key which ends at once may be in use, for people. */
function breaksWhat({ lastUsed }: KeyHolder, { id, active }: ExistingKey): string {
  if (!active) return '';
  const use = lastUsed.get(id);
  const used = !use
    ? 'AWS does not say when it was last used'
    : use.at
      ? `it was last used at ${atMinute(use.at.getTime())} (${use.where})`
      : 'it was never used, as far as AWS knows';
  return `; ${used}: jobs that still work with it fail`;
}

/** A user's keys once what earlier runs left is ended and recorded. */
interface Survey {
  readonly lives: KeyLives;
  readonly records: Tags;
  readonly endings: readonly KeyEnding[];
  /** The keys that are left. */
  readonly keys: readonly ExistingKey[];
  readonly replaces: string | undefined;
  /** What becomes of the keys that are there, for people. */
  readonly details: readonly string[];
  readonly notices: readonly string[];
}

/** Looks at what earlier runs left. */
function surveyOf(holder: KeyHolder, { deleteOld }: Pick<Rotation, 'deleteOld'>): Survey {
  const before = livesOf(holder);
  const records = recordsOfLeft(holder, before);
  const lives = livesOf(withTags(holder, records));
  const suspects = lives.suspects.map((suspect) => judgedSuspect(holder, suspect));
  const replaced = lives.replaced.map((one) => judgedReplaced(holder, one, deleteOld));
  const judged = [...suspects, ...replaced];
  const staying = judged.flatMap(({ stays }) => stays ?? []);
  const endings: KeyEnding[] = [
    ...lives.undelivered.map(({ id }) => ({
      ...ending(id, 'delete', 'a run that is over made it, and no place holds it'),
      isUndelivered: true,
    })),
    ...lives.ofJobs.flatMap(({ key, isOver }) =>
      isOver ? ending(key.id, 'delete', 'the job that it was for is over') : [],
    ),
    ...judged.flatMap(({ end }) => end ?? []),
  ];
  const deleted = endings.filter(({ how }) => how === 'delete').map(({ id }) => id);
  const left = (holder.existing?.accessKeys ?? []).filter(({ id }) => !deleted.includes(id));
  const arrived = canJudge(holder) ? before.arrived : [];
  const torn = arrived.filter((one) => one.torn).map(({ key }) => key.id);
  // What a store does not say stops a run that would record it.
  const { unread } = holder;
  const isWhere = unread ? 'may be in its places' : 'is recorded as delivered';
  const notKnown = unread ? [`what the places hold is not known: ${inOneLine(unread)}`] : [];
  return {
    lives,
    records,
    endings,
    keys: left,
    replaces: lives.current?.id,
    details: [
      ...notKnown,
      ...arrived.map(({ key }) => `${key.id}, which a run that is over made, ${isWhere}`),
      ...before.overwritten.map(
        ({ id }) => `${id}, which a run that is over made, is in no place any more: somebody else has written there`,
      ),
      ...before.elsewhere.map(
        ({ id }) => `${id}, which a run that is over made for other places, is in none that the document names`,
      ),
      ...endings.map(({ id, how, why }) => `${id} is ${how}d: ${why}`),
      ...staying,
      ...lives.ofJobs.flatMap(({ key, run, isOver }) =>
        isOver ? [] : `${key.id} is for ${describeRun(run, holder.run)}`,
      ),
    ],
    notices: [
      ...judged.flatMap(({ notice }) => notice ?? []),
      ...lives.replaced.flatMap(({ key }) => [
        ...leftPlaces(holder, key.id, ', which is replaced,'),
        ...begunElsewhere(holder, key.id),
      ]),
      ...(lives.current && canJudge(holder) ? leftPlaces(holder, lives.current.id) : []),
      ...notKnown.map((text) => `Of the access keys of ${holder.user.name}, ${text}.`),
      ...(unread ? [] : torn).map(
        (id) => `Of the places that the access key ${id} of ${holder.user.name} is for, not all hold it for certain.`,
      ),
    ],
  };
}

/** Whether the document has places for a key: only by theirs can a run tell what the places of another run hold. */
function canJudge({ user }: KeyHolder): boolean {
  return outlastsJob(user.accessKey?.deliver ?? []);
}

/** That places which are not in the document may hold a key that ends, for people. */
function leftPlaces(holder: KeyHolder, id: string, which = ''): string[] {
  const { user, existing } = holder;
  const left = undeclaredPlaces(holder, id);
  if (left === 0) return [];
  const where =
    left === 1 ? 'a place that the document does not name' : `${left} places that the document does not name`;
  const { at = 0, torn } = readRecords(existing?.tags ?? {}).keys.get(id)?.delivered ?? {};
  const isThere = existing?.accessKeys.some((key) => key.id === id);
  return [
    `The access key ${id} of ${user.name}${which} was ${torn ? 'to be ' : ''}` +
      `delivered to ${where}, or not any more: the document of ${atMinute(at)} does. What reads it from there fails` +
      `${isThere ? ' when it ends' : ''}: let that read a place that the document names. Then remove the secrets there, ` +
      'unless somebody else’s key is in them by now.',
  ];
}

/** That a key which ends may be in places that the document does not name, as a run died that had begun with them, for people. */
function begunElsewhere({ user, existing }: KeyHolder, id: string): string[] {
  const { delivering, delivered } = readRecords(existing?.tags ?? {}).keys.get(id) ?? {};
  if (!delivering) return [];
  const known = delivered ? (delivered.places ?? delivering.places) : placeWords(user.accessKey?.deliver ?? []);
  if (arePlacesOf(delivering.places, known)) return [];
  return [
    `The access key ${id} of ${user.name} may be in places that the document does not name, or not any more: a run died ` +
      'that was to deliver it there. What reads it from there fails when it ends.',
  ];
}

/** Says which keys are there, too, that no run of this action has made, but for one that is taken for the one in use. */
function withOthers(holder: KeyHolder, survey: Survey, inUse?: string): Survey {
  const { user } = holder;
  const others = survey.lives.others.filter(({ id }) => id !== inUse);
  const active = others.filter((key) => key.active);
  return {
    ...survey,
    details: [...survey.details, ...others.map(({ id }) => `${id} is there as well, and none of ours: it stays`)],
    notices: [
      ...survey.notices,
      ...active.map((key) => {
        const { perhaps = [], unknown = [] } = placesWith(holder, key) ?? {};
        const places = [...perhaps, ...unknown];
        const twin = twinOf(holder, key);
        const origin = twin ? ` AWS may have made it by the request for ${twin}, if that arrived twice.` : '';
        const remedy =
          places.length > 0
            ? `It may be in ${describePlaces(places)}, which somebody else has written since it was made.`
            : 'If nobody knows it, deactivate it: aws iam update-access-key --user-name ' +
              `${user.name} --access-key-id ${key.id} --status Inactive`;
        return `The user ${user.name} has also the active access key ${key.id}, which no run has made: it stays.${origin} ${remedy}`;
      }),
    ],
  };
}

/**
 * Says which keys are at places that last, where the document has none for them any more. What reads them from there may
 * work with them, and no newer one comes there: so they stay, until a person ends them.
 */
function withUndeclared(holder: KeyHolder, survey: Survey): Survey {
  const { user, existing, signingKey } = holder;
  const { delivered, arrived } = survey.lives;
  const { keys } = readRecords(existing?.tags ?? {});
  const undeclared = [...delivered, ...arrived.map(({ key }) => key)].map((key) => {
    const record = keys.get(key.id)?.delivered;
    const count = record?.places && countPlaces(record.places);
    const where =
      count === undefined ? 'places that last' : count === 1 ? 'a place that lasts' : `${count} places that last`;
    return {
      ...key,
      at: record
        ? `was ${record.torn ? 'to be ' : ''}delivered to ${where} at ${atMinute(record.at)}`
        : 'may be in places that last',
    };
  });
  return {
    ...survey,
    details: [...survey.details, ...undeclared.map(({ id, at }) => `${id} ${at}, and the document has none: it stays`)],
    notices: [
      ...survey.notices,
      ...undeclared.map(
        ({ id, active, at }) =>
          `The access key ${id} of ${user.name}${active ? '' : ', which is inactive,'} ${at}, and the document has none ` +
          'for it any more. It stays, as what reads it from there may work with it, and counts as one of the two keys of ' +
          `the user.${id === signingKey ? ' This step works with it.' : ''} When nothing needs it any more, delete it: ` +
          `aws iam delete-access-key --user-name ${user.name} --access-key-id ${id}`,
      ),
    ],
  };
}

/** What is recorded of keys whose runs are over. */
function recordsOfLeft(holder: KeyHolder, lives: KeyLives): Tags {
  const { existing, user, marks, now } = holder;
  const { overwritten, elsewhere, newSuspects, replaced } = lives;
  const arrived = canJudge(holder) ? lives.arrived : [];
  const { keys } = readRecords(existing?.tags ?? {});
  const before = { listed: (existing?.accessKeys ?? []).map(({ id }) => id), grace: graceOf(holder) };
  const seen = asSeen(user.accessKey?.deliver ?? [], marks);
  const all = [
    ...arrived.map(({ key, torn }) => {
      const { made, delivering } = keys.get(key.id) ?? {};
      // Where only some hold it, these need not be those of the document: what reads it from there must not be forgotten.
      const places = torn ? delivering?.places : placeWords(user.accessKey?.deliver ?? []);
      const delivered = { at: now, replaces: made?.replaces, torn, places, ...(torn ? NOT_KNOWN : seen) };
      return deliveredTags(key.id, delivered, { ...before, held: torn ? [] : replaced.map((one) => one.key.id) });
    }),
    ...[...overwritten, ...elsewhere].map(({ id }) => recordTags(id, { replaced: { at: now, grace: before.grace } })),
    ...newSuspects.map(({ id }) => recordTags(id, { suspect: { at: now } })),
    // Someone has deactivated it.
    ...replaced.flatMap(({ key, deactivatedAt }) =>
      key.active || deactivatedAt !== undefined ? [] : [recordTags(key.id, { deactivated: { at: now } })],
    ),
  ];
  return Object.fromEntries(all.flatMap((tags) => Object.entries(tags)));
}

/** What was tried, and the answer. */
function inOneLine({ message, answer }: ActionError): string {
  return `${firstLine(message)} ${answer.replaceAll('\n', ' ')}`;
}

function withTags(holder: KeyHolder, tags: Tags): KeyHolder {
  if (!holder.existing) return holder;
  return { ...holder, existing: { ...holder.existing, tags: { ...holder.existing.tags, ...tags } } };
}

/** What becomes of a key that may go. */
interface Judgement {
  readonly end?: KeyEnding;
  readonly stays?: string;
  readonly notice?: string;
}

function judgedReplaced(holder: KeyHolder, { key, since, deactivatedAt }: ReplacedKey, deleteOld: boolean): Judgement {
  const { now, signingKey, lastUsed, user } = holder;
  const { id, active } = key;
  const grace = graceOf(holder, id);
  const because = `it was replaced at ${atMinute(since)}`;
  const stays = (why: string, remedy: string): Judgement => ({
    stays: `${id} stays: ${why}`,
    notice: `The access key ${id} of ${user.name} was replaced at ${atMinute(since)}, and stays: ${why}. ${remedy}`,
  });
  const takeNew = 'Let what uses it take the new one.';
  // What signs with a key that goes could do nothing after it.
  if (id === signingKey && (deleteOld || now >= since + grace)) return stays('this step works with it', takeNew);
  const held = whyHeld(holder, key);
  // Else no run could repair its place if GitHub refused the next key, too.
  if (held !== undefined) return stays(held, 'It does not end before they have a newer one.');
  if (deleteOld) return { end: ending(id, 'delete', `${because}${breaksWhat(holder, key)}`) };
  if (!active) {
    const deleteAt = (deactivatedAt ?? now) + grace;
    if (now >= deleteAt) {
      return { end: ending(id, 'delete', `${because}, and has been inactive for ${daysOrHours(grace)}`) };
    }
    return { stays: `${id}, replaced and inactive, is deleted after ${atMinute(deleteAt)}` };
  }
  if (now < since + grace) {
    return { stays: `${id}, replaced at ${atMinute(since)}, works until ${atMinute(since + grace)}` };
  }
  const use = lastUsed.get(id);
  if (!use) return stays('AWS does not say whether it is in use', 'The step needs iam:GetAccessKeyLastUsed to ask.');
  // The jobs that were under way when it was replaced used it after that: its grace begins again with each use.
  if (use.at && now < use.at.getTime() + grace) {
    return stays(`it was last used at ${atMinute(use.at.getTime())} (${use.where})`, takeNew);
  }
  return { end: ending(id, 'deactivate', `${because}, and nobody has used it for ${daysOrHours(grace)}`) };
}

/** A key that may come from a lost answer, or may be a person's. */
function judgedSuspect(
  holder: KeyHolder,
  { key, since }: { readonly key: ExistingKey; readonly since: number },
): Judgement {
  const { now, lastUsed, user } = holder;
  const until = since + Math.max(SUSPECTED_MS, graceOf(holder));
  const use = lastUsed.get(key.id);
  if (use?.at) return { stays: `${key.id} is in use, and none of ours: it stays` };
  if (use && now >= until) {
    return { end: ending(key.id, 'delete', 'a run that lost an answer may have made it, and nobody has used it') };
  }
  const known = use
    ? `it is deleted after ${atMinute(until)}, unless it is used`
    : 'it stays, as AWS does not say whether it is in use: the step needs iam:GetAccessKeyLastUsed to ask';
  const stays = `${key.id} may come from an answer that a run lost: ${known}`;
  return { stays, notice: `Of the user ${user.name}, the access key ${stays}.` };
}

function ending(id: string, how: KeyEnding['how'], why: string): KeyEnding {
  return { id, how, why };
}

/** A key for this job alone: other jobs have theirs. */
function planKeyOfJob(holder: KeyHolder, survey: Survey): KeyPlan | KeyObstacle {
  const roomy = survey.keys.length < MAX_KEYS ? survey : withRoom(holder, survey);
  if (!roomy) return noRoom(holder, survey);
  const make = { known: roomy.keys.map(({ id }) => id), replaces: undefined, endsOld: false, held: [] };
  return planOf(holder, roomy, planKey, { action: 'create', details: madeFor(holder), make });
}

interface NewKeyParts {
  readonly details: readonly string[];
  /** Why the key in use is replaced, for people. */
  readonly why?: string;
  readonly endsOld: boolean;
}

function planNewKey(
  holder: KeyHolder,
  survey: Survey,
  planner: KeyPlanner,
  { details, why, endsOld }: NewKeyParts,
): KeyPlan | KeyObstacle {
  const roomy = survey.keys.length < MAX_KEYS ? survey : withRoom(holder, survey);
  if (!roomy) return noRoom(holder, survey, why);
  const { replaces, keys } = roomy;
  const held = roomy.lives.replaced.flatMap(({ key }) => (whyHeld(holder, key) === undefined ? [] : key.id));
  const make = { known: keys.map(({ id }) => id), replaces, endsOld, held };
  return planOf(holder, roomy, planner, {
    action: replaces === undefined ? 'create' : 'change',
    details: [...details, ...stayingElsewhere(holder, keys, replaces)],
    make,
  });
}

/** That the key in use does not end, as places of other users may hold it, for people. */
function stayingElsewhere(holder: KeyHolder, keys: readonly ExistingKey[], replaces: string | undefined): string[] {
  const given = keys.flatMap(({ id }) => (id === replaces ? placesOfOthersWith(holder, id) : []));
  if (given.length === 0) return [];
  return [`${replaces} does not end before ${describeGiven(given)} have a newer key`];
}

/** A replaced key that no place holds, and that nobody can use or nobody uses, goes when there is no room for a new one. */
function withRoom(holder: KeyHolder, survey: Survey): Survey | undefined {
  const deactivated = survey.endings.filter(({ how }) => how === 'deactivate').map(({ id }) => id);
  const going = survey.lives.replaced.find(({ key, since }) =>
    key.active
      ? deactivated.includes(key.id)
      : holder.now >= since + graceOf(holder, key.id) && whyHeld(holder, key) === undefined,
  );
  if (!going || going.key.id === survey.replaces) return undefined;
  const { id } = going.key;
  const deleted = ending(id, 'delete', 'it was replaced, and its place is needed');
  return {
    ...survey,
    endings: [...survey.endings.filter((one) => one.id !== id), deleted],
    keys: survey.keys.filter((key) => key.id !== id),
    details: [...survey.details.filter((line) => !line.startsWith(id)), `${id} is deleted: ${deleted.why}`],
  };
}

interface KeyPlanParts {
  readonly action: Action;
  readonly details: readonly string[];
  readonly make?: NewKey;
}

function planOf(
  holder: KeyHolder,
  survey: Survey,
  planner: KeyPlanner,
  { action, details, make }: KeyPlanParts,
): KeyPlan {
  const { records, endings, notices } = survey;
  const { user } = holder;
  return {
    user: user.name,
    destinations: user.accessKey?.deliver ?? [],
    change: changeFor(holder, survey, action, details),
    records,
    endings,
    make,
    notices,
    holder,
    planner,
  };
}

/** The key in use stays; others may go, or be recorded. */
function keptPlan(
  holder: KeyHolder,
  survey: Survey,
  planner: KeyPlanner,
  why: string,
  action: Action = 'keep',
): KeyPlan {
  const isChanged = survey.endings.length > 0 || Object.keys(survey.records).length > 0;
  return planOf(holder, survey, planner, { action: isChanged ? 'change' : action, details: [why] });
}

function unchanged(holder: KeyHolder, planner: KeyPlanner, action: Action, ...details: readonly string[]): KeyPlan {
  const nothing: Survey = {
    lives: livesOf({ ...holder, existing: undefined }),
    records: {},
    endings: [],
    keys: [],
    replaces: undefined,
    details: [],
    notices: [],
  };
  return planOf(holder, nothing, planner, { action, details });
}

function changeFor({ user }: KeyHolder, survey: Survey, action: Action, details: readonly string[]): Change {
  return withoutCalls(action, 'access key', user.name, ...details, ...survey.details);
}

function madeFor({ user }: KeyHolder): string[] {
  const destinations = user.accessKey?.deliver.map((declared) => destinationOf(declared).description) ?? [];
  return [`+ for: ${destinations.join(', ')}`];
}

/** Why a key is not replaced yet; undefined when it is due. */
function whyNotDue({ user, now }: KeyHolder, { id, key }: Pick<CurrentKey, 'id' | 'key'>): string | undefined {
  const maxAge = user.accessKey?.maxAge;
  const age = key ? now - key.created.getTime() : 0;
  if (maxAge !== undefined && age > maxAge) return undefined;
  const when = maxAge === undefined ? 'no max-age is declared' : `to be replaced when it is ${daysOrHours(maxAge)} old`;
  return `${id} is ${daysOrHours(age)} old; ${when}`;
}

/** Why a key that nothing is wrong with is replaced. */
function whyDue({ user, now }: KeyHolder, { key }: CurrentKey): string {
  const age = key ? now - key.created.getTime() : 0;
  const { maxAge } = user.accessKey ?? {};
  const isDue = maxAge !== undefined && age > maxAge;
  return `it is ${daysOrHours(age)} old, and ${isDue ? `max-age is ${daysOrHours(maxAge)}` : 'rotate-now is true'}`;
}

/** What is in the way where a run is making a key of the user. */
export function anotherRun(holder: KeyHolder, busy: KeyInWork): KeyObstacle {
  return {
    user: holder.user.name,
    code: 'another-run',
    text:
      `${describeInWork(holder, busy)}. Run the step again when that run is over; if it died, after ` +
      `${atMinute(busy.since.getTime() + TAKEOVER_MS)}. With \`concurrency:\` in the workflow, runs that give the same ` +
      'user keys wait for each other',
  };
}

/** A key that another run may be making, for people. */
export function describeInWork({ user, run }: Pick<KeyHolder, 'user' | 'run'>, { id, since, runs }: KeyInWork): string {
  const [key, at] = [`the access key ${id} of the user ${user.name}`, atMinute(since.getTime())];
  const makers = runs.map((one) => describeRun(one, run)).join(' or ');
  return runs.length === 0
    ? `${key} was made at ${at}, by another run or a person, and nothing is recorded of it yet`
    : `${key} is being made by ${makers}, since ${at}`;
}

function noRoom(holder: KeyHolder, { keys, lives, records, notices }: Survey, why?: string): KeyObstacle {
  return {
    code: 'access-keys-full',
    user: holder.user.name,
    text: describeFullUser({ holder, lives, keys, why }),
    found: { user: holder.user.name, records, notices },
  };
}
