import { ActionError } from '../../errors/action-error';
import { messageOf } from '../../errors/message';
import { describeSecret } from '../../identities/declaration';
import type { AccountAccess } from '../changes/account-access';
import { makeCalls } from '../changes/apply';
import { sameRun } from '../run';
import {
  lastingPlaces,
  placesWord,
  readSecretTimes,
  storedHalves,
  type SecretTimes,
  type StoredHalf,
} from './destinations';
import { readKeysAgain, type KeyHolder } from './key-holder';
import { FENCE_MS, TAKEOVER_MS } from './key-life';
import { untilNothingIsLate } from './late-requests';
import { idOf, record, type MadeKey } from './make-key';
import { announcementTag, outdatedTags, readRecords, recordTags, tagNames, untagCalls } from './record';

/** GitHub's times are whole seconds. */
const CLOCK_MARGIN_MS = 1_000;

/**
 * Writes a key to its places, half by half, checks that they hold it, and records that it is delivered.
 *
 * @param mayBeHeld called before a place may hold a part of the key, and when it turned out that none does
 * @throws ActionError `delivery-incomplete` when only a part could be written, or something else has changed meanwhile
 */
export async function deliverKey(
  made: MadeKey,
  access: AccountAccess,
  mayBeHeld: (mayBe: boolean) => void,
): Promise<void> {
  const { user, destinations } = made.plan;
  const { run, iam, log } = access;
  const id = idOf(made);
  const delivering = { run, at: iam.time(), places: placesWord(destinations) };
  await record(made, recordTags(id, { delivering }), access);
  mayBeHeld(true);
  const writing = await writeHalves(made, access, mayBeHeld);
  if (writing.lastUnanswered !== undefined) await untilNothingIsLate(writing.lastUnanswered, access);
  const holder = await readKeysAgain(made.plan.holder, access);
  const times = access.secrets && (await readSecretTimes(destinations, access.secrets));
  const why = whyNoLongerOurs(made, holder, access);
  if (why !== undefined) throw notDelivered(made, why);
  const { replaces } = made.plan.make;
  const recordDelivered = (torn: boolean) => {
    const written = times && !torn ? Math.max(...[...times.values()].map((time) => time ?? 0)) : undefined;
    return record(made, recordTags(id, { delivered: { at: iam.time(), written, replaces, torn } }), access);
  };
  const overwritten = overwrittenSince(times, writing);
  if (overwritten.size > 0) {
    const isStillHeld = lastingPlaces(destinations).some((place) =>
      place.halves.every(({ secret }) => !overwritten.has(describeSecret(secret))),
    );
    // Else the next run would see every half written since the key was made, and take it for delivered.
    if (isStillHeld) await recordDelivered(true);
    else mayBeHeld(false);
    throw notDelivered(made, whoWas(overwritten));
  }
  await recordDelivered(false);
  await forget(made, holder, access);
  const secrets = storedHalves(destinations).map(({ secret }) => describeSecret(secret));
  log(`Delivered the key of ${user} to GitHub: ${secrets.join('; ')}.`);
  const unexpected = unexpectedKeys(made, holder);
  if (unexpected.length > 0) {
    const others = unexpected.join(' and ');
    access.warn(
      `The user ${user} has also the access key ${others}, which came meanwhile. The next run says whose it is.`,
    );
  }
}

/** What became of the writing of a key's halves. */
interface Writing {
  /** When each was written, by GitHub's clock; undefined where the answer had no time. */
  readonly times: ReadonlyMap<string, number | undefined>;
  /** When the last request left that got no answer, by the step's clock; undefined where all were answered. */
  readonly lastUnanswered: number | undefined;
}

async function writeHalves(
  made: MadeKey,
  access: AccountAccess,
  mayBeHeld: (mayBe: boolean) => void,
): Promise<Writing> {
  const { clock, secrets } = access;
  const times = new Map<string, number | undefined>();
  let lastUnanswered: number | undefined;
  const isUntouched = () => times.size === 0 && lastUnanswered === undefined;

  /** Those that are not written. What nobody has written anything of can still be taken back: then no other is tried. */
  async function write(halves: readonly StoredHalf[]): Promise<RefusedHalf[]> {
    const refused: RefusedHalf[] = [];
    for (const stored of halves) {
      const { half, secret } = stored;
      try {
        if (ageOf(made, access) >= FENCE_MS) throw tooLate(made);
        access.remember({ kind: 'GitHub secret', secret, user: made.plan.user, at: access.iam.time() });
        const at = await secrets?.put(secret, made.credentials[half], () => (lastUnanswered = clock.now()));
        times.set(describeSecret(secret), at?.getTime());
      } catch (error) {
        refused.push({ stored, error });
        if (isUntouched()) break;
      }
    }
    return refused;
  }

  let refused = await write(storedHalves(made.plan.destinations));
  // One half in a place spoils what it held: the other is worth another try.
  if (!isUntouched() && refused.length > 0) refused = await write(refused.map(({ stored }) => stored));
  const [first] = refused;
  if (!first) return { times, lastUnanswered };
  const isWritten = ({ secret }: StoredHalf) => times.has(describeSecret(secret));
  const isSomewhere = lastingPlaces(made.plan.destinations).some(({ halves }) => halves.every(isWritten));
  // What is nowhere whole, nobody has: it is taken back, also where a place then holds halves of two keys.
  if (!isSomewhere && lastUnanswered === undefined) mayBeHeld(false);
  throw isUntouched() ? first.error : incomplete(made, [...times.keys()], first);
}

interface RefusedHalf {
  readonly stored: StoredHalf;
  readonly error: unknown;
}

/** By all clocks there are: nobody writes a key that others take for left. */
function ageOf({ created, sent }: MadeKey, { iam, clock }: AccountAccess): number {
  return Math.max(iam.time() - created.getTime(), clock.now() - sent.now, clock.time() - sent.time);
}

/** Why what was written cannot be recorded as delivered, for people. */
function whyNoLongerOurs(made: MadeKey, holder: KeyHolder, { run }: AccountAccess): string | undefined {
  const id = idOf(made);
  if (!holder.existing?.accessKeys.some((key) => key.id === id && key.active)) {
    return `AWS does not list the key ${id} as active any more`;
  }
  const { delivering, delivered } = readRecords(holder.existing.tags).keys.get(id) ?? {};
  if (delivered || (delivering && !sameRun(delivering.run, run))) return `another run has taken the key ${id} over`;
  return delivering ? undefined : `someone has removed what was recorded of the key ${id} in tags of the user`;
}

type Overwriting = 'written' | 'removed';

/** The secrets that someone else has written or removed since. */
function overwrittenSince(times: SecretTimes | undefined, writing: Writing): ReadonlyMap<string, Overwriting> {
  const others = [...(times ?? [])].flatMap(([secret, time]): (readonly [string, Overwriting])[] => {
    if (time === undefined) return [[secret, 'removed']];
    const own = writing.times.get(secret);
    return own !== undefined && Math.abs(time - own) > CLOCK_MARGIN_MS ? [[secret, 'written']] : [];
  });
  return new Map(others);
}

/** For people: that someone else has written these secrets, or removed them. */
function whoWas(overwritten: ReadonlyMap<string, Overwriting>): string {
  const said = (['written', 'removed'] as const).flatMap((how) => {
    const secrets = [...overwritten].flatMap(([secret, other]) => (other === how ? [secret] : []));
    return secrets.length === 0 ? [] : [`${how} ${secrets.join(' and ')}`];
  });
  return `someone else has ${said.join(', and ')}`;
}

/** Removes what was recorded on the way, and of keys that are gone. What came meanwhile is judged by the announcement. */
async function forget(made: MadeKey, holder: KeyHolder, access: AccountAccess): Promise<void> {
  const { existing } = holder;
  const listed = existing?.accessKeys.map(({ id }) => id) ?? [];
  const isExpected = unexpectedKeys(made, holder).length === 0;
  const names = [
    ...tagNames(idOf(made), ['made', 'delivering']),
    ...(isExpected ? [announcementTag(access.run)] : []),
    ...outdatedTags(existing?.tags ?? {}, listed, access.iam.time() - TAKEOVER_MS),
  ];
  await makeCalls([untagCalls(made.plan.user, [...new Set(names)])], access);
}

function unexpectedKeys(made: MadeKey, { existing }: KeyHolder): string[] {
  const expected = [idOf(made), ...made.plan.make.known];
  return (existing?.accessKeys ?? []).flatMap(({ id }) => (expected.includes(id) ? [] : id));
}

function tooLate(made: MadeKey): ActionError {
  return new ActionError({
    code: 'delivery-overtaken',
    tried: `deliver the new access key of ${made.plan.user}`,
    why: `More than ${FENCE_MS / 60_000} minutes have passed since it was made: another run may take it for left by now.`,
    fix: 'Run the step again. If it stays slow, see in the log what it waits for.',
  });
}

function notDelivered(made: MadeKey, why: string): ActionError {
  return new ActionError({
    code: 'delivery-overtaken',
    tried: `deliver the new access key of ${made.plan.user}`,
    why: `Meanwhile, ${why}. Its places may hold halves of two keys.`,
    fix: 'Run the step again when no other run is at work: it looks at what the places hold, and makes a new key if it must.',
  });
}

function incomplete(made: MadeKey, written: readonly string[], { stored, error }: RefusedHalf): ActionError {
  const secret = describeSecret(stored.secret);
  return new ActionError({
    code: 'delivery-incomplete',
    tried: `deliver the new access key of ${made.plan.user} whole`,
    answer: messageOf(error),
    why:
      `GitHub took ${written.join(', ') || 'none for certain'}, and did not take ${secret}: what the places hold need not ` +
      'belong together now. Secrets are written one by one, and the earlier ones cannot be read to be put back.',
    fix: 'Run this step again: it looks at what was written, and makes a new key. Until then, what uses these secrets may fail.',
    cause: error,
  });
}
