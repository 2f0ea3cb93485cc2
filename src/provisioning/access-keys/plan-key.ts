import type { KeyDestination, Tags } from '../../identities/declaration';
import { tokensFor } from '../../identities/stored-secret';
import { atMinute, daysOrHours } from '../../text/time-words';
import { withoutCalls, type Action, type Change, type Obstacle } from '../changes/change';
import { describeRun } from '../run';
import type { ExistingKey } from './access-key';
import { destinationOf, outlastsJob, secretsIn } from './destinations';
import { describeFullUser, MAX_KEYS } from './full-user';
import { describeGiven, whyHeld } from './held-places';
import type { KeyHolder } from './key-holder';
import { graceOf, livesOf, TAKEOVER_MS, type CurrentKey, type KeyInWork } from './key-life';
import { breaksWhat, surveyOf, withOthers, withRoom, withUndeclared, type KeyEnding, type Survey } from './survey-keys';
import { placesOfOthersWith } from './unrenewed-places';

/** What is to become of a user's access keys. */
export interface KeyPlan {
  readonly user: string;
  readonly destinations: readonly KeyDestination[];
  /** How the plan is shown. Its calls come to be when it is carried out: each looks again. */
  readonly change: Change;
  /** What is recorded first, of what earlier runs left. */
  readonly records: Tags;
  /** The key that is recorded as delivered then, and kept, though a run that is over made it. */
  readonly arrived: string | undefined;
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
  const details = [`~ ${current.id} is replaced: ${current.drift}`, ...madeFor(holder)];
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
    const endsOld = endsAtOnce(holder, current, rotation);
    const notices = [
      ...survey.notices,
      ...stayingForOthers(holder, current, rotation),
      ...(isAdopted ? [endOfAdopted(user.name, current.id, endsOld)] : []),
    ];
    return planNewKey(holder, { ...survey, notices, replaces: current.id }, planner, {
      details: [replacementOf(holder, current, rotation)],
      why: current.drift ?? whyDue(holder, current),
      endsOld,
    });
  };
  return planner;
}

function adopted(key: ExistingKey | undefined): CurrentKey | undefined {
  return key && { id: key.id, key, drift: key.active ? undefined : 'somebody has deactivated it' };
}

/** That a key ends which may be in places that nobody has recorded, for people. */
function endOfAdopted(user: string, id: string, atOnce: boolean): string {
  return (
    `No run has made the access key ${id} of ${user}. As the user has no other, it is replaced as the one in use, and ` +
    `${atOnce ? 'then' : 'later'} deleted: whatever else uses it needs the new one.`
  );
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
  if (!key) return `~ ${id} is replaced: it is gone`;
  const age = daysOrHours(holder.now - key.created.getTime());
  const grace = daysOrHours(graceOf(holder, id));
  const byGrace = key.active ? `works for ${grace} more` : `is deleted when it was inactive for ${grace}`;
  const end = endsAtOnce(holder, current, rotation) ? `then deleted${breaksWhat(holder, key)}` : byGrace;
  const why = drift === undefined ? '' : ` (${drift})`;
  return `~ ${id}, ${age} old, is replaced${why}, and ${end}`;
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
  const { records, endings, notices, arrived } = survey;
  const { user } = holder;
  return {
    user: user.name,
    destinations: user.accessKey?.deliver ?? [],
    change: changeFor(holder, survey, action, details),
    records,
    arrived: make ? undefined : arrived,
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
    arrived: undefined,
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
  return [`+ for: ${destinations.join('; ')}`];
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
