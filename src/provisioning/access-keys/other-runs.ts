import type { AccountAccess } from '../changes/account-access';
import { concurrently } from '../changes/concurrently';
import { describeRun, sameRun, sameWorkflowRun, writeRun, type Run } from '../run';
import type { KeyHolder } from './key-holder';
import { announcedKeysToCome, LATE_MS, livesOf, SETTLE_MS, type KeyInWork } from './key-life';
import { describeInWork } from './plan-key';
import { readKeyHolderAgain, readKeysAgain } from './read-key-holder';

/** How long a run that is making a key of the same user is waited for. */
const WAIT_MS = 60_000;
const LOOK_EVERY_MS = 10_000;

/** How users are waited for whose keys other runs may be making. */
interface Waiting {
  /** The key that hinders what is to become of a user's keys; undefined where none does. */
  readonly hinders: (holder: KeyHolder) => KeyInWork | undefined;
  /** Whether keys of the user are made or changed then: it matters whose keys are of no use to anyone any more. */
  readonly changesKeys: (holder: KeyHolder) => boolean;
  /** When the wait began, by the step's clock, where others began it: all users of a step are waited for at once. */
  readonly since?: number;
  /** How a user is read again. */
  readonly again?: typeof readKeyHolderAgain;
}

/**
 * Waits for other runs that are making keys of users: for a while, for all of them at once, and no longer than they last,
 * where GitHub says that. What still hinders then, the plan says. A dry run waits for nobody.
 */
export async function awaitOtherRuns(
  holders: readonly KeyHolder[],
  access: AccountAccess,
  { hinders, changesKeys, again = readKeyHolderAgain, since = access.clock.now() }: Waiting,
): Promise<KeyHolder[]> {
  const { clock, log, isDryRun } = access;
  let current = await concurrently(holders, (holder) => withOverRuns(holder, access, changesKeys));
  for (;;) {
    const hindered = current.filter((holder) => hinders(holder) !== undefined);
    if (hindered.length === 0 || isDryRun || clock.now() - since >= WAIT_MS) return current;
    for (const holder of hindered) {
      const busy = hinders(holder);
      if (busy) {
        log(`Waiting: ${describeInWork(holder, busy)}. Looking again in 10 s.`);
      }
    }
    await clock.sleep(LOOK_EVERY_MS);
    current = await concurrently(current, async (holder) =>
      hindered.includes(holder) ? withOverRuns(await again(holder, access), access, changesKeys) : holder,
    );
  }
}

/** Keys that other runs may be making. What main has left of its own, its post step ends. */
export function keysOfOtherRuns(holder: KeyHolder, access: AccountAccess): KeyInWork[] {
  const isOwn = (run: Run) => sameRun(run, access.run);
  return livesOf(holder).inWork.filter(({ runs }) => runs.length === 0 || !runs.every(isOwn));
}

/** A key that another run has announced, and that may come yet. */
export interface KeyToCome {
  /** For how long, in milliseconds. */
  readonly forMs: number;
  /** For people. */
  readonly text: string;
}

/** Of the keys of a user that other runs have announced, the one that may come last; undefined where none may. */
export async function keyToCome({ user, existing }: KeyHolder, access: AccountAccess): Promise<KeyToCome | undefined> {
  const { run, iam } = access;
  const others = existing ? announcedKeysToCome(existing, iam.time()).filter((one) => !sameRun(one.run, run)) : [];
  const over = await runsThatAreOver(
    others.map((one) => one.run),
    LATE_MS + SETTLE_MS,
    access,
  );
  const open = others.filter((one) => !over.has(writeRun(one.run)));
  const [last] = open.sort((one, other) => other.until - one.until);
  if (!last) return undefined;
  const forMs = last.until - iam.time();
  const who = describeRun(last.run, run);
  return {
    forMs,
    text: `${Math.ceil(forMs / 1000)} s: ${who} has announced an access key of the user ${user.name}, which may come until then`,
  };
}

/** Waits until a key that was announced can no longer come: a user of that name that is made soon would get it. */
export async function awaitKeyToCome(
  holder: KeyHolder,
  { forMs, text }: KeyToCome,
  access: AccountAccess,
): Promise<KeyHolder> {
  access.log(`Waiting ${text}.`);
  await access.clock.sleep(forMs);
  return readKeysAgain(holder, access);
}

/** With those runs of which GitHub says that they are over. Where nothing depends on it, nobody is asked. */
async function withOverRuns(
  holder: KeyHolder,
  access: AccountAccess,
  changesKeys: Waiting['changesKeys'],
): Promise<KeyHolder> {
  const { inWork } = livesOf({ ...holder, overRuns: new Set() });
  const makers = inWork.flatMap(({ runs }) => runs);
  const before = { ...holder, overRuns: await runsThatAreOver(makers, LATE_MS + SETTLE_MS, access) };
  const isFull = (holder.existing?.accessKeys.length ?? 0) > 1;
  if (!isFull && !changesKeys(before)) return before;
  const { ofJobs } = livesOf(before);
  const ofOthers = ofJobs.flatMap(({ run, isOver }) => (isOver || sameWorkflowRun(run, access.run) ? [] : run));
  // The key of a job that is over is of no use to anyone, however short ago that was.
  const jobs = await runsThatAreOver(ofOthers, 0, access);
  return { ...before, overRuns: new Set([...before.overRuns, ...jobs]) };
}

/** Of these runs, those that GitHub says have been over for so long, in milliseconds. */
async function runsThatAreOver(runs: readonly Run[], sinceMs: number, access: AccountAccess): Promise<Set<string>> {
  const over = await concurrently(runs, async (run) =>
    (await isOverSince(run, sinceMs, access)) ? writeRun(run) : [],
  );
  return new Set(over.flat());
}

/** Whether GitHub says that another run has been over for so long, in milliseconds. */
export async function isOverSince(run: Run, sinceMs: number, access: AccountAccess): Promise<boolean> {
  if (sameRun(run, access.run)) return false;
  const { repository, id, attempt } = run;
  const ms = await access.runs?.overForMs({ repository, runId: id, attempt });
  return ms !== undefined && ms >= sinceMs;
}
