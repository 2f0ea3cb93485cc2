import type { ActionError } from '../../errors/action-error';
import { firstLine } from '../../errors/message';
import type { Tags } from '../../identities/declaration';
import { atMinute, daysOrHours } from '../../text/time-words';
import { describeRun } from '../run';
import type { ExistingKey } from './access-key';
import { describePlaces, outlastsJob, placeDigests } from './destinations';
import { asSeen, NOT_KNOWN } from './drift';
import { placesWith, whyHeld } from './held-places';
import type { KeyHolder } from './key-holder';
import { graceOf, livesOf, SUSPECTED_MS, twinOf, unusedSince, type KeyLives, type ReplacedKey } from './key-life';
import { deliveredTags, readRecords, recordTags } from './record';
import { areDigestsOf, countDigests } from './recorded-digests';
import { undeclaredPlaces } from './unrenewed-places';

/** A key that this run did not make, and that goes. */
export interface KeyEnding {
  readonly id: string;
  readonly how: 'delete' | 'deactivate';
  /** For people. */
  readonly why: string;
  /** Whether nobody has it as far as the records say: they are looked at twice, until no read can be that old. */
  readonly isUndelivered?: boolean;
}

/** A user's keys once what earlier runs left is ended and recorded. */
export interface Survey {
  readonly lives: KeyLives;
  readonly records: Tags;
  /** The key in use, where it is recorded as that only now. */
  readonly arrived: string | undefined;
  readonly endings: readonly KeyEnding[];
  /** The keys that are left. */
  readonly keys: readonly ExistingKey[];
  readonly replaces: string | undefined;
  /** What becomes of the keys that are there, for people. */
  readonly details: readonly string[];
  readonly notices: readonly string[];
}

/** Looks at what earlier runs left. */
export function surveyOf(holder: KeyHolder, { deleteOld }: { readonly deleteOld: boolean }): Survey {
  const before = livesOf(holder);
  const records = recordsOfLeft(holder, before);
  const lives = livesOf(withTags(holder, records));
  const judged = [
    ...lives.suspects.map((suspect) => judgedSuspect(holder, suspect)),
    ...lives.replaced.map((one) => judgedReplaced(holder, one, deleteOld)),
  ];
  const endings = [...endingsOfDead(lives), ...judged.flatMap(({ end }) => end ?? [])];
  const deleted = endings.filter(({ how }) => how === 'delete').map(({ id }) => id);
  return {
    lives,
    records,
    arrived: before.arrived.find(({ key, torn }) => !torn && key.id === lives.current?.id)?.key.id,
    endings,
    keys: (holder.existing?.accessKeys ?? []).filter(({ id }) => !deleted.includes(id)),
    replaces: lives.current?.id,
    details: [
      ...detailsOfDead(holder, before),
      ...endings.map(describeEnding),
      ...judged.flatMap(({ stays }) => stays ?? []),
      ...lives.ofJobs.flatMap(({ key, run, isOver }) =>
        isOver ? [] : `${key.id} is for ${describeRun(run, holder.run)}`,
      ),
    ],
    notices: [
      ...judged.flatMap(({ notice }) => notice ?? []),
      ...placesLeft(holder, lives),
      ...placesNotKnown(holder, before),
    ],
  };
}

/** Keys of runs that are over, which nobody holds. */
function endingsOfDead({ undelivered, ofJobs }: KeyLives): KeyEnding[] {
  const over = ofJobs.filter(({ isOver }) => isOver);
  return [
    ...undelivered.map(({ id }) => ({
      ...ending(id, 'delete', 'a run that is over made it, and no place holds it'),
      isUndelivered: true,
    })),
    ...over.map(({ key }) => ending(key.id, 'delete', 'the job that it was for is over')),
  ];
}

function describeEnding({ id, how, why }: KeyEnding): string {
  return `${how === 'delete' ? '-' : '~'} ${id} is ${how}d: ${why}`;
}

function isAbout(id: string, detail: string): boolean {
  return detail.replace(/^[~-] /, '').startsWith(id);
}

/** What became of keys whose runs are over, for people. */
function detailsOfDead(holder: KeyHolder, { overwritten, elsewhere, ...lives }: KeyLives): string[] {
  const { unread } = holder;
  const arrived = canJudge(holder) ? lives.arrived : [];
  // What a store does not say stops a run that would record it: this is the plan of a dry run.
  const isWhere = unread ? 'may be in its places' : 'is recorded as delivered';
  return [
    ...(unread ? [notKnown(unread)] : []),
    ...arrived.map(({ key }) => `${key.id}, which a run that is over made, ${isWhere}`),
    ...overwritten.map(
      ({ id }) => `${id}, which a run that is over made, is in no place any more: somebody else has written there`,
    ),
    ...elsewhere.map(
      ({ id }) => `${id}, which a run that is over made for other places, is in none that the document names`,
    ),
  ];
}

/** That places which are not in the document may hold keys that end, for people. */
function placesLeft(holder: KeyHolder, { replaced, current }: KeyLives): string[] {
  return [
    ...replaced.flatMap(({ key }) => [
      ...leftPlaces(holder, key.id, ', which is replaced,'),
      ...begunElsewhere(holder, key.id),
    ]),
    ...(current && canJudge(holder) ? leftPlaces(holder, current.id) : []),
  ];
}

/** That nobody can tell what places hold, for people. */
function placesNotKnown(holder: KeyHolder, { arrived }: KeyLives): string[] {
  const { unread, user } = holder;
  if (unread) return [`Of the access keys of ${user.name}, ${notKnown(unread)}.`];
  const torn = canJudge(holder) ? arrived.filter((one) => one.torn) : [];
  return torn.map(
    ({ key }) => `Of the places that the access key ${key.id} of ${user.name} is for, not all hold it for certain.`,
  );
}

function notKnown(unread: ActionError): string {
  return `what the places hold is not known: ${inOneLine(unread)}`;
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
  const known = delivered ? (delivered.places ?? delivering.places) : placeDigests(user.accessKey?.deliver ?? []);
  if (areDigestsOf(delivering.places, known)) return [];
  return [
    `The access key ${id} of ${user.name} may be in places that the document does not name, or not any more: a run died ` +
      'that was to deliver it there. What reads it from there fails when it ends.',
  ];
}

/** Says which keys are there, too, that no run of this action has made, but for one that is taken for the one in use. */
export function withOthers(holder: KeyHolder, survey: Survey, inUse?: string): Survey {
  const { user } = holder;
  const others = survey.lives.others.filter(({ id }) => id !== inUse);
  const active = others.filter((key) => key.active);
  return {
    ...survey,
    details: [...survey.details, ...others.map(({ id }) => `${id} is there as well, and none of ours: it stays`)],
    notices: [
      ...survey.notices,
      ...active.map((key) => {
        const twin = twinOf(holder, key);
        const origin = twin ? ` AWS may have made it by the request for ${twin}, if that arrived twice.` : '';
        return `The user ${user.name} has also the active access key ${key.id}, which no run has made: it stays.${origin} ${remedyOf(holder, key)}`;
      }),
    ],
  };
}

/** What people do about an active key that is none of ours, which places may hold. */
function remedyOf(holder: KeyHolder, key: ExistingKey): string {
  const { perhaps = [], unknown = [] } = placesWith(holder, key) ?? {};
  const places = [...perhaps, ...unknown];
  return places.length > 0
    ? `It may be in ${describePlaces(places)}, which somebody else has written since it was made.`
    : 'If nobody knows it, deactivate it: aws iam update-access-key --user-name ' +
        `${holder.user.name} --access-key-id ${key.id} --status Inactive`;
}

/**
 * Says which keys are at places that last, where the document has none for them any more. What reads them from there may
 * work with them, and no newer one comes there: so they stay, until a person ends them.
 */
export function withUndeclared(holder: KeyHolder, survey: Survey): Survey {
  const { user, existing, signingKey } = holder;
  const { delivered, arrived } = survey.lives;
  const { keys } = readRecords(existing?.tags ?? {});
  const undeclared = [...delivered, ...arrived.map(({ key }) => key)].map((key) => {
    const record = keys.get(key.id)?.delivered;
    const count = record?.places && countDigests(record.places);
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
      const places = torn ? delivering?.places : placeDigests(user.accessKey?.deliver ?? []);
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

function judgedReplaced(holder: KeyHolder, replaced: ReplacedKey, deleteOld: boolean): Judgement {
  const { key, since, deactivatedAt } = replaced;
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
    const deleteAt = Math.max(deactivatedAt ?? now, unusedSince(holder, replaced)) + grace;
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
  if (use?.at) {
    const said =
      `The user ${user.name} has also the access key ${key.id}, which may come from an answer that a run lost, and which ` +
      `somebody uses: it was last used at ${atMinute(use.at.getTime())} (${use.where}), and stays. ${remedyOf(holder, key)}`;
    return { stays: `${key.id} is in use, and none of ours: it stays`, ...(key.active && { notice: said }) };
  }
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

/** A replaced key that no place holds, and that nobody can use or nobody uses, goes when there is no room for a new one. */
export function withRoom(holder: KeyHolder, survey: Survey): Survey | undefined {
  const deactivated = survey.endings.filter(({ how }) => how === 'deactivate').map(({ id }) => id);
  const going = survey.lives.replaced.find((one) => {
    const { key } = one;
    return key.active
      ? deactivated.includes(key.id)
      : holder.now >= unusedSince(holder, one) + graceOf(holder, key.id) && whyHeld(holder, key) === undefined;
  });
  if (!going || going.key.id === survey.replaces) return undefined;
  const { id } = going.key;
  const deleted = ending(id, 'delete', 'it was replaced, and its place is needed');
  return {
    ...survey,
    endings: [...survey.endings.filter((one) => one.id !== id), deleted],
    keys: survey.keys.filter((key) => key.id !== id),
    details: [...survey.details.filter((line) => !isAbout(id, line)), describeEnding(deleted)],
  };
}

/** That a key which ends at once may be in use, for people. */
export function breaksWhat({ lastUsed }: KeyHolder, { id, active }: ExistingKey): string {
  if (!active) return '';
  const use = lastUsed.get(id);
  const used = !use
    ? 'AWS does not say when it was last used'
    : use.at
      ? `it was last used at ${atMinute(use.at.getTime())} (${use.where})`
      : 'it was never used, as far as AWS knows';
  return `; ${used}: jobs that still work with it fail`;
}
