import { ActionError } from '../../errors/action-error';
import { describeSecret, keepersOf } from '../../identities/stored-secret';
import type { AccountAccess } from '../changes/account-access';
import { makeCalls } from '../changes/apply';
import { sameRun } from '../run';
import { lastingPlaces, placeDigests, secretsIn, storedHalves, versionedIn } from './destinations';
import { asSeen, NOT_KNOWN } from './drift';
import { HalfWriter, type Overwriting } from './half-writer';
import type { KeyHolder } from './key-holder';
import { graceOf, outdatedRecords, SETTLE_MS, TAKEOVER_MS } from './key-life';
import { untilNothingIsLate } from './late-requests';
import { ageOf, idOf, record, type MadeKey } from './make-key';
import { readMarks, versionsOf, type Marks, type RecordedVersions } from './marks';
import { readKeysAgain, readKeysOnceRecorded } from './read-key-holder';
import {
  announcementTag,
  deliveredTags,
  readRecords,
  recordTags,
  tagNames,
  untagCalls,
  type KeyRecord,
} from './record';

/** A key that its places were written with, as far as this run did. */
export interface WrittenKey {
  readonly made: MadeKey;
  readonly writer: HalfWriter;
  /** When it was recorded that its delivery begins, by the step's clock. */
  readonly recordedAt: number;
  /** Called when it turns out that no place holds the key. */
  readonly mayBeHeld: (mayBe: boolean) => void;
}

/**
 * Writes a key to its places, checks that they hold it, and records that it is delivered.
 *
 * @param mayBeHeld called before a place may hold a part of the key, and when it turned out that none does
 * @throws ActionError as `writeKey` and `confirmDelivery` do
 */
export async function deliverKey(
  made: MadeKey,
  access: AccountAccess,
  mayBeHeld: (mayBe: boolean) => void,
): Promise<void> {
  await confirmDelivery(await writeKey(made, access, mayBeHeld), access);
}

/**
 * Writes a key to its places, half by half.
 *
 * @param mayBeHeld called before a place may hold a part of the key, and when it turned out that none does
 * @throws ActionError `delivery-incomplete` when only a part could be written
 */
export async function writeKey(
  made: MadeKey,
  access: AccountAccess,
  mayBeHeld: (mayBe: boolean) => void,
): Promise<WrittenKey> {
  const { destinations } = made.plan;
  const { run, iam } = access;
  const versions = await versionsBefore(made, access);
  const delivering = { run, at: iam.time(), places: placeDigests(destinations), versions };
  await record(made, recordTags(idOf(made), { delivering }), access);
  const recordedAt = access.clock.now();
  mayBeHeld(true);
  const writer = new HalfWriter(made, access, mayBeHeld);
  await writer.write(storedHalves(destinations));
  return { made, writer, recordedAt, mayBeHeld };
}

/**
 * The versions that the places' secrets had before anything of a key was written there, of stores that tell versions: by
 * these, later runs know which nobody has written since. Where main had begun, they are those of main.
 */
async function versionsBefore(made: MadeKey, { stores }: AccountAccess): Promise<RecordedVersions | undefined> {
  const { delivering } = recordOf(made, made.plan.holder);
  if (delivering) return delivering.versions;
  const versioned = versionedIn(made.plan.destinations);
  return versionsOf(versioned, await readMarks(versioned, stores));
}

/**
 * Checks that its places hold a key, once nothing can arrive there any more, and records that it is delivered.
 *
 * @throws ActionError `delivery-overtaken` when something else has changed meanwhile
 */
export async function confirmDelivery(
  { made, writer, recordedAt, mayBeHeld }: WrittenKey,
  access: AccountAccess,
): Promise<void> {
  const { user, destinations } = made.plan;
  const { iam, log } = access;
  const id = idOf(made);
  const halves = storedHalves(destinations);
  let { holder, marks } = await lookAgain(made, recordedAt, writer, access);
  // A request that got no answer may have come after the one that was sent again: no store tells whose it was.
  for (let doubtful = writer.doubtfulOf(halves, marks); doubtful.length > 0;) {
    await writer.writeAgain(doubtful);
    ({ holder, marks } = await lookAgain(made, recordedAt, writer, access));
    doubtful = writer.doubtfulOf(doubtful, marks);
  }
  const { replaces, held } = made.plan.make;
  const listed = holder.existing?.accessKeys.map((key) => key.id) ?? [];
  const recordDelivered = (torn: boolean) => {
    const places = placeDigests(destinations);
    const delivered = { at: iam.time(), replaces, torn, places, ...(torn ? NOT_KNOWN : asSeen(destinations, marks)) };
    // Where only some places got it, others may hold what they held before.
    const before = { listed, held: torn ? [] : held, grace: graceOf(holder) };
    return record(made, deliveredTags(id, delivered, before), access);
  };
  const overwritten = writer.othersIn(marks);
  if (overwritten.size > 0) {
    const isStillHeld = lastingPlaces(destinations).some((place) =>
      place.halves.every(({ secret }) => !overwritten.has(describeSecret(secret))),
    );
    // Else the next run would see every half written since the key was made, and take it for delivered.
    if (isStillHeld) await recordDelivered(true);
    // A run that took it over has recorded that before it wrote, so long that every read shows it: jobs may have the key.
    else if (!whyNoLongerOurs(made, await readKeysAgain(made.plan.holder, access), access)) mayBeHeld(false);
    throw notDelivered(made, whoWas(overwritten));
  }
  await recordDelivered(false);
  await forget(made, holder, access);
  const secrets = secretsIn(destinations);
  log(`Delivered the key of ${user} to ${keepersOf(secrets)}: ${secrets.map(describeSecret).join('; ')}.`);
  const unexpected = unexpectedKeys(made, holder);
  if (unexpected.length > 0) {
    const others = unexpected.join(' and ');
    access.warn(
      `The user ${user} has also the access key ${others}, which came meanwhile. The next run says whose it is.`,
    );
  }
}

/**
 * Looks at the key and its places, once nothing can arrive there any more.
 *
 * @param recordedAt when it was recorded that the delivery begins, by the step's clock
 * @throws ActionError `delivery-overtaken` when it is no longer this run's to deliver
 */
async function lookAgain(
  made: MadeKey,
  recordedAt: number,
  writer: HalfWriter,
  access: AccountAccess,
): Promise<{ readonly holder: KeyHolder; readonly marks: Marks | undefined }> {
  const { lastUnanswered } = writer;
  const keepers = keepersOf(secretsIn(made.plan.destinations));
  if (lastUnanswered !== undefined) await untilNothingIsLate(lastUnanswered, keepers, access);
  const isEnough = (seen: KeyHolder) => !isActive(made, seen) || isBegun(recordOf(made, seen));
  let holder = await readKeysOnceRecorded(made.plan.holder, recordedAt, isEnough, access);
  // Another run may have taken it for left just now, and deleted it: reads need not show that yet.
  if (isActive(made, holder) && ageOf(made, access) >= TAKEOVER_MS) {
    await access.clock.sleep(SETTLE_MS);
    holder = await readKeysAgain(made.plan.holder, access);
  }
  const marks = await writer.readMarks();
  const why = whyNoLongerOurs(made, holder, access);
  if (why !== undefined) throw notDelivered(made, why);
  return { holder, marks };
}

/** Why what was written cannot be recorded as delivered, for people. */
function whyNoLongerOurs(made: MadeKey, holder: KeyHolder, { run }: AccountAccess): string | undefined {
  const id = idOf(made);
  if (!isActive(made, holder)) return `AWS does not list the key ${id} as active any more`;
  const { delivering, delivered } = recordOf(made, holder);
  if (delivered || (delivering && !sameRun(delivering.run, run))) return `another run has taken the key ${id} over`;
  return delivering ? undefined : `someone has removed what was recorded of the key ${id} in tags of the user`;
}

function isActive(made: MadeKey, { existing }: KeyHolder): boolean {
  return existing?.accessKeys.some(({ id, active }) => id === idOf(made) && active) === true;
}

function isBegun({ delivering, delivered }: KeyRecord): boolean {
  return delivering !== undefined || delivered !== undefined;
}

function recordOf(made: MadeKey, { existing }: KeyHolder): KeyRecord {
  return readRecords(existing?.tags ?? {}).keys.get(idOf(made)) ?? {};
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
  const isExpected = unexpectedKeys(made, holder).length === 0;
  const names = [
    ...tagNames(idOf(made), ['made', 'delivering']),
    ...(isExpected ? [announcementTag(access.run)] : []),
    ...outdatedRecords(holder, access.iam.time()),
  ];
  await makeCalls([untagCalls(made.plan.user, [...new Set(names)])], access);
}

function unexpectedKeys(made: MadeKey, { existing }: KeyHolder): string[] {
  const expected = [idOf(made), ...made.plan.make.known];
  return (existing?.accessKeys ?? []).flatMap(({ id }) => (expected.includes(id) ? [] : id));
}

function notDelivered(made: MadeKey, why: string): ActionError {
  return new ActionError({
    code: 'delivery-overtaken',
    tried: `deliver the new access key of ${made.plan.user}`,
    why: `Meanwhile, ${why}. Its places may hold halves of two keys.`,
    fix: 'Run the step again when no other run is at work: it looks at what the places hold, and makes a new key if it must.',
  });
}
