import { atMinute, daysOrHours } from '../../text/time-words';
import { describeRun } from '../run';
import type { ExistingKey } from './access-key';
import { describePlaces, lastingPlaces, outlastsJob, versionedIn } from './destinations';
import { describeGiven, placesWith, whyHeld, type HeldPlaces } from './held-places';
import type { KeyHolder } from './key-holder';
import { SUSPECTED_MS, graceOf, unusedSince, type KeyLives, type ReplacedKey } from './key-life';
import { placesOfOthersWith, undeclaredPlaces } from './unrenewed-places';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const MAX_KEYS = 2;

/** A user that is to have a new key, and has as many as AWS allows. */
export interface FullUser {
  readonly holder: KeyHolder;
  readonly lives: KeyLives;
  /** The keys that are left when those that may go are gone. */
  readonly keys: readonly ExistingKey[];
  /** Why the key in use is to be replaced, for people; undefined where it is not. */
  readonly why: string | undefined;
}

/** What is asked of people where it applies; undefined where it does not. */
type WayOut = (full: FullUser) => string | undefined;

/** The first that applies is what is asked: of two, the one that costs less comes first. */
const WAYS_OUT: readonly WayOut[] = [
  deleteDeactivated,
  deleteUndeclared,
  letJobEnd,
  workWithAnother,
  awaitReplaced,
  awaitSuspect,
  serveOthers,
  deleteUnheld,
  chooseHeld,
  deleteUndelivered,
  deleteUnused,
];

/** Says which keys a user has, and the one step by which there is room for another, for people. */
export function describeFullUser(full: FullUser): string {
  const { holder, keys, lives, why } = full;
  const keysThere = keys.map((key) => describeKey(key, full)).join(' and ');
  const need = why !== undefined && lives.current ? `${lives.current.id} is to be replaced: ${why}. ` : '';
  const [step = ''] = WAYS_OUT.flatMap((wayOut) => wayOut(full) ?? []);
  return `the user ${holder.user.name} has two access keys already, as many as AWS allows: ${keysThere}. ${need}${step}`;
}

function describeKey(key: ExistingKey, { holder, lives }: FullUser): string {
  const { lastUsed, now, run, signingKey } = holder;
  const { id, active, created } = key;
  const use = lastUsed.get(id);
  const used = !use
    ? 'use not known'
    : use.at
      ? `last used ${daysOrHours(now - use.at.getTime())} ago (${use.where})`
      : 'never used';
  const job = lives.ofJobs.find((one) => one.key.id === id);
  const held = placesWith(holder, key);
  return `${id} (${[
    active ? 'active' : 'inactive',
    `${daysOrHours(now - created.getTime())} old`,
    ...(job ? [`for ${describeRun(job.run, run)}`] : [used, ...(held ? [describeHeld(held)] : [])]),
    ...(id === signingKey ? ['this step works with it'] : []),
  ].join(', ')})`;
}

function describeHeld({ whole, perhaps, unknown, untold }: HeldPlaces): string {
  const where = [
    ...(whole.length > 0 ? [`in ${describePlaces(whole)}`] : []),
    ...(perhaps.length > 0 ? [`perhaps in ${describePlaces(perhaps)}, which somebody else has written since`] : []),
    ...(unknown.length > 0 ? [`perhaps in ${describePlaces(unknown)}, with which a run did not come to its end`] : []),
    ...(untold.length > 0 ? [`perhaps in ${describePlaces(untold)}, of which nobody can tell`] : []),
  ];
  return where.join(' and ') || 'whole in no place of the document';
}

/**
 * Only a person ends a key that a person has deactivated, also where no place is of use without another: whoever did it
 * may be finding out whether something needs it, and activate it again.
 */
function deleteDeactivated({ holder, lives: { current, replaced } }: FullUser): string | undefined {
  if (!isLasting(holder)) return undefined;
  const held = replaced.find(({ key }) => !key.active && whyHeld(holder, key) !== undefined);
  const inactive = current?.key?.active === false ? current.key : held?.key;
  if (!inactive) return undefined;
  const { id } = inactive;
  const fails = placesWith(holder, inactive)?.whole.length === 0 ? '' : 'what reads it from its places fails, and ';
  return (
    `While ${id} is inactive, ${fails}nobody can use it. Delete it and run the step again, which delivers a new one: ` +
    `${deletion(holder, id)}; or, if it was deactivated by mistake, activate it again: aws iam update-access-key ` +
    `--user-name ${holder.user.name} --access-key-id ${id} --status Active`
  );
}

/** Which keys are for places that the document does not name any more, and nobody can tell whether these are of use. */
function deleteUndeclared({ holder, lives: { delivered, arrived, ofJobs } }: FullUser): string | undefined {
  const ids = [...delivered, ...arrived.map(({ key }) => key)].map(({ id }) => id);
  if (ids.length === 0 || isLasting(holder)) return undefined;
  const [only, other] = ids;
  const stays =
    other === undefined
      ? `${only ?? ''} is for places that last, and the document names none any more. It stays, as what reads it from there ` +
        `may work with it. When nothing needs it, delete it: ${deletion(holder, only)}`
      : `${ids.join(' and ')} are for places that last, and the document names none any more. They stay, as what reads them ` +
        `from there may work with them. When nothing needs one of them, delete that: ${deletion(holder)}`;
  return ofJobs.length === 0 ? stays : `${stays}; or let that job end: its post step deletes its key`;
}

function letJobEnd({ lives }: FullUser): string | undefined {
  const jobs = lives.ofJobs.filter(({ isOver }) => !isOver);
  if (jobs.length === 0) return undefined;
  const first = atMinute(Math.min(...jobs.map(({ until }) => until)));
  const [which, isLost, whose] =
    jobs.length > 1 ? ['one of those jobs', 'none is', 'their runs are'] : ['that job', 'it is not', 'its run is'];
  return (
    `Let ${which} end: its post step deletes its key. If ${isLost} running any more, as a machine was lost, run the step ` +
    `again after ${first}; or at once, with a github-token that may read whether ${whose} over (Actions: read)`
  );
}

/** What works with a key cannot end it. The log has no ID of it: it is masked as an input. */
function workWithAnother({ holder, lives: { current, replaced } }: FullUser): string | undefined {
  const signing = replaced.find(({ key }) => key.id === holder.signingKey);
  if (!signing || whyHeld(holder, signing.key) !== undefined) return undefined;
  const stays = `This step works with the key that was replaced at ${atMinute(signing.since)}, and so cannot end it`;
  if (current?.key?.active && current.drift === undefined) {
    return (
      `${stays}. Give it the new key as aws-access-key-id and aws-secret-access-key: ${current.id}, which is in ` +
      `${whereDelivered(holder)}. With that, run it again when nobody has used the old one for ` +
      `${daysOrHours(graceOf(holder, signing.key.id))}, or at once in mode: rotate with delete-old-keys: true`
    );
  }
  const others = current?.key?.active ? `, or with ${current.id},` : '';
  return (
    `${stays}, and its places do not hold the new one. Run the step once with other credentials, such as an ` +
    'administrator’s, in mode: rotate with delete-old-keys: true, which ends the old key and delivers a new one; jobs ' +
    `that still work with the old one${others} fail`
  );
}

/** The key that was replaced, and that no place may hold, goes by itself: when, and what it takes to end it sooner. */
function awaitReplaced(full: FullUser): string | undefined {
  const { holder, lives } = full;
  const replaced = lives.replaced.find(({ key }) => whyHeld(holder, key) === undefined);
  return replaced && `${endOf(replaced, holder)}; ${soonerEndOf(replaced, full)}`;
}

function endOf(replacedKey: ReplacedKey, holder: KeyHolder): string {
  const { key, since } = replacedKey;
  const { id, active } = key;
  const grace = graceOf(holder, id);
  const end = since + grace;
  const replaced = `${id}, replaced at ${atMinute(since)}`;
  if (!active) {
    const goes = atMinute(unusedSince(holder, replacedKey) + grace);
    return `${replaced} and inactive, goes when a place is needed after ${goes}. Run the step again then`;
  }
  const use = holder.lastUsed.get(id);
  if (!use) {
    const when = holder.now < end ? ` after ${atMinute(end)}` : '';
    return (
      `${replaced}, stays, as AWS does not say whether it is in use. Allow the step iam:GetAccessKeyLastUsed, and run it ` +
      `again${when}`
    );
  }
  const used = use.at?.getTime() ?? 0;
  if (used <= since) return `${replaced}, works until ${atMinute(end)}. Run the step again then`;
  const stays = `${replaced}, stays while it is used: it was last at ${atMinute(used)} (${use.where})`;
  return (
    `${stays}. Let what uses it take the new one. Run the step again when nobody has used it for ${daysOrHours(grace)}, ` +
    `after ${atMinute(used + grace)}`
  );
}

function soonerEndOf({ key }: ReplacedKey, { holder, lives: { current } }: FullUser): string {
  const { id } = key;
  if (!isLasting(holder)) return `or, if nothing needs it, delete it now: ${deletion(holder, id)}`;
  const failing = activeIds([key, current?.key]);
  return (
    'or end it now, as one that leaked: mode: rotate with delete-old-keys: true' +
    (failing.length > 0 ? `; jobs that still work with ${described(failing)} fail` : '')
  );
}

/** A key that may come from a lost answer goes by itself, unless somebody uses it. */
function awaitSuspect({ holder, lives }: FullUser): string | undefined {
  const suspect = lives.suspects.find(({ key }) => !holder.lastUsed.get(key.id)?.at);
  if (!suspect) return undefined;
  const { id } = suspect.key;
  const until = atMinute(suspect.since + Math.max(SUSPECTED_MS, graceOf(holder)));
  const use = holder.lastUsed.get(id);
  const end = use
    ? `it is deleted after ${until}, unless it is used. Run the step again then`
    : `it stays, as AWS does not say whether it is in use. Allow the step iam:GetAccessKeyLastUsed, and run it again after ${until}`;
  return `${id} may come from an answer that a run lost: ${end}; or, if you know that nobody has it, delete it now: ${deletion(holder, id)}`;
}

/** A key that was replaced, and that places of other users may hold, goes by itself when those have keys of their own. */
function serveOthers({ holder, lives }: FullUser): string | undefined {
  const [held] = lives.replaced.flatMap(({ key }) => {
    const given = placesOfOthersWith(holder, key.id);
    return given.length > 0 ? [{ key, given }] : [];
  });
  return (
    held &&
    `${held.key.id} may be in ${describeGiven(held.given)} and no newer one. Let a run of mode: provision deliver one ` +
      `there; ${held.key.id} then works for ${daysOrHours(graceOf(holder, held.key.id))} more. Run the step again after that`
  );
}

/** Of a key that a place may hold and one that none holds, the other may go, if nothing uses it. */
function deleteUnheld({ holder, keys, lives }: FullUser): string | undefined {
  const isSeen = areTold(holder, keys);
  const [kept, ...more] = keys.filter((key) => isHeld(holder, key) || (!isSeen && key.id === lives.current?.id));
  const other = keys.find(({ id }) => id !== kept?.id);
  if (!kept || !other || more.length > 0 || !isLasting(holder)) return undefined;
  const places = whereDelivered(holder);
  const { length } = lastingPlaces(holder.user.accessKey?.deliver ?? []);
  const holdIt = placesWith(holder, kept)?.whole.length === length ? `hold ${kept.id}, and not` : 'do not hold';
  const known = isSeen
    ? `${byWhat(holder)}, ${places} ${holdIt} ${other.id}`
    : `By what is recorded, ${kept.id} was delivered, and ${other.id} was not`;
  const elsewhere =
    undeclaredPlaces(holder, other.id) > 0 ? ' It was delivered to places that the document does not name.' : '';
  return `${known}.${elsewhere} ${deletionOf(other, kept, holder)}`;
}

/**
 * Of two keys that places may hold, only a person can say which may go: AWS allows no third, to take the place of both. Who
 * has written a place, or what works with the key there, tells which it is.
 */
function chooseHeld({ holder, keys }: FullUser): string | undefined {
  if (!keys.every((key) => isHeld(holder, key))) return undefined;
  const held = keys.map((key) => placesWith(holder, key));
  const again = `run the step again, which delivers a new one to all places: ${deletion(holder)}`;
  const decide = 'decide which place may fail for a moment, and delete the key that it holds';
  if (held.every((places) => places && places.whole.length > 0)) {
    return `Each is in a place that has no newer one, and so neither ends by itself: ${decide}. Then ${again}`;
  }
  const namesOf = (how: 'perhaps' | 'unknown') => [
    ...new Map(held.flatMap((places) => places?.[how] ?? []).map((place) => [describePlaces([place]), place])).values(),
  ];
  const [perhaps, unknown] = [namesOf('perhaps'), namesOf('unknown')];
  const asked = [
    ...(perhaps.length > 0
      ? [
          `Somebody else has written ${describePlaces(perhaps)} since, and which key is there, nobody else can tell: ask ` +
            'who did it.',
        ]
      : []),
    ...(unknown.length > 0
      ? [
          `A run did not come to its end with ${describePlaces(unknown)}, and which key is there, nobody can tell: see from ` +
            'their last use which one is needed.',
        ]
      : []),
  ].join(' ');
  const isInOne = perhaps.length + unknown.length === 1 && held.every((places) => places?.whole.length === 0);
  return isInOne
    ? `${asked} Delete the key that is in no place, and ${again}`
    : `${asked} If one of the keys is in no place, delete that; else ${decide}. Then ${again}`;
}

/** Of two keys that no place of the document holds, one that others do not hold either may go, if nothing uses it. */
function deleteUndelivered({ holder, keys }: FullUser): string | undefined {
  const [kept, ...more] = keys.filter(({ id }) => undeclaredPlaces(holder, id) > 0);
  const other = keys.find(({ id }) => id !== kept?.id);
  if (!kept || !other || more.length > 0 || !areTold(holder, keys)) return undefined;
  return (
    `${whereDelivered(holder)} hold neither. ${kept.id} was delivered to places that the document does not name, and ` +
    `${other.id} is in no place that is recorded. ${deletionOf(other, kept, holder)}`
  );
}

function deleteUnused({ holder, keys }: FullUser): string {
  const where = whereDelivered(holder);
  const known = areTold(holder, keys) ? `${where} hold neither. ` : `Which of them ${where} hold, nobody can tell. `;
  return `${isLasting(holder) ? known : ''}Delete the one that is not in use: ${deletion(holder)}`;
}

/** By what it is known which key places hold, for people. */
function byWhat({ user }: KeyHolder): string {
  return versionedIn(user.accessKey?.deliver ?? []).length > 0
    ? 'By what their stores say'
    : 'By the times at which they were written';
}

function isLasting({ user }: KeyHolder): boolean {
  return outlastsJob(user.accessKey?.deliver ?? []);
}

function whereDelivered({ user }: KeyHolder): string {
  return describePlaces(lastingPlaces(user.accessKey?.deliver ?? []));
}

/** Whether it is known of every place of the document whether it may hold one of these keys. */
function areTold(holder: KeyHolder, keys: readonly ExistingKey[]): boolean {
  return keys.every((key) => placesWith(holder, key)?.untold.length === 0);
}

/** Whether a place of the document may hold a key. */
function isHeld(holder: KeyHolder, key: ExistingKey): boolean {
  const { whole = [], perhaps = [], unknown = [] } = placesWith(holder, key) ?? {};
  return whole.length + perhaps.length + unknown.length > 0;
}

function activeIds(keys: readonly (ExistingKey | undefined)[]): string[] {
  return keys.flatMap((key) => (key?.active ? key.id : []));
}

function described(ids: readonly string[]): string {
  return ids.join(' or ');
}

/** What is asked where one of two keys is to go, and the other is to stay. */
function deletionOf({ id }: ExistingKey, kept: ExistingKey, holder: KeyHolder): string {
  const first = id === holder.signingKey ? `let this step work with ${kept.id}; then ` : '';
  return `If nothing uses ${id}, ${first}delete it, and run the step again: ${deletion(holder, id)}`;
}

function deletion({ user }: KeyHolder, id = '…'): string {
  return `aws iam delete-access-key --user-name ${user.name} --access-key-id ${id}`;
}
