import { dirname } from 'node:path';
import { principalOf } from '../aws/arn';
import { ActionError, asActionError } from '../errors/action-error';
import { messageOf, visible } from '../errors/message';
import { readPatiently } from '../files/busy';
import { LockedError, takeLock, type Lock } from '../files/lock';
import { replaceFile } from '../files/replace';
import { Inputs } from '../inputs/inputs';
import { inTime } from '../network/deadline';
import { Ledger } from '../runner/ledger';
import { MaskedSecrets } from '../runner/masked-secrets';
import type { Runner } from '../runner/runner';
import { silentRunner } from '../runner/silent-runner';
import type { Step } from '../runner/step';
import { environmentFile, type ProfileSession } from './keep-sessions';
import { returnTo } from './kept-environment';
import { noteWarning } from './renewal-warnings';
import { keptSession, readSession, whyUnreadable, type KeptSession } from './session-file';
import { isFresh, isValid, thisMoment } from './when-due';

type Environment = Readonly<Record<string, string>>;

/** The process that was asked for a session. */
export type Asked = Pick<Step, 'env' | 'clock'>;

/**
 * How long a renewal may take in all, its retries included, in milliseconds: while the old session works, and after. Nobody
 * waits long for what is not needed yet. The SDK for Rust waits 5 seconds for credentials, those for Go and Kotlin a minute.
 */
const BUDGET_MS = { working: 4_000, ended: 50_000 };
/** The age at which a lock counts as left behind by a process that was killed, in milliseconds. */
const STALE_MS = 10_000;
/** After a renewal that failed, how long there is no other attempt, in milliseconds: while the old session works, and after. */
const PAUSE_MS = { working: 30_000, ended: 5_000 };

/**
 * Obtains the session of a profile once more, by the way of the step.
 *
 * @param until no attempt is started later, in milliseconds of the step's clock
 */
type Obtain = (profile: string, step: Step, until: number) => Promise<ProfileSession>;

/**
 * Renews a session as its step obtained it. Of many processes that find it due, one does so, and the others take what it
 * got. While the old one works nobody waits for that, and whatever fails is only noted, for the post step to report.
 *
 * @param path the session's file
 * @returns the best session that can be had, even if it could not be stored
 * @throws Error when the old session has ended and no new one can be obtained
 */
export async function renewSession(path: string, { env, clock }: Asked, obtain: Obtain): Promise<KeptSession> {
  const called = Date.now();
  const kept = readSession(path);
  // One that ends during an attempt helps nobody who waits for that.
  const works = isValid(kept, thisMoment(), BUDGET_MS.working);
  const budget = works ? BUDGET_MS.working : BUDGET_MS.ended;
  const until = clock.now() + budget;
  try {
    const environment = readEnvironment(environmentFile(dirname(path)));
    const lock = await lockOf(path, environment, works ? 0 : performance.now() + budget);
    try {
      return await renewOnce(path, kept, called, () => {
        returnToStep(environment, env);
        const ledger = new Ledger(env, () => undefined);
        return withoutSecrets(async (runner) => {
          const step = { env, runner, clock, ledger };
          const late = () => notInTime(kept.profile, budget);
          const obtained = inTime(obtain(kept.profile, step, until), until - clock.now(), clock, late);
          return requireSame(await obtained, kept);
        });
      });
    } finally {
      await lock?.release();
    }
  } catch (error) {
    const latest = latestOf(path, kept);
    // Another process renews it right now.
    const isElsewhere = error instanceof LockedError;
    if (isElsewhere && isValid(latest)) return latest;
    return inSpiteOf(isElsewhere ? 'Another process is still renewing it.' : messageOf(error), path, latest);
  }
}

function readEnvironment(path: string): Environment {
  try {
    const kept = JSON.parse(readPatiently(path)) as unknown;
    if (typeof kept !== 'object' || kept === null) throw new Error('It does not hold them');
    return kept as Environment;
  } catch (error) {
    throw new Error(`Could not read the variables of its step, in ${path}. ${whyUnreadable(error)}`, { cause: error });
  }
}

/**
 * The lock of a session. A code of an MFA device is good once: with MFA, all profiles of a step wait for each other.
 * Where no lock can be made, as on a full disk, each process renews for itself.
 *
 * @param deadline until when to wait for it, in milliseconds of `performance.now()`
 * @throws LockedError when another process has it for too long
 */
async function lockOf(path: string, environment: Environment, deadline: number): Promise<Lock | undefined> {
  const locked = new Inputs(environment).has('mfa-secret') ? environmentFile(dirname(path)) : path;
  try {
    return await takeLock(locked, { deadline, stale: STALE_MS });
  } catch (error) {
    if (error instanceof LockedError) throw error;
    return undefined;
  }
}

/** @throws Error in the words of what failed, which is noted for other processes */
async function renewOnce(
  path: string,
  kept: KeptSession,
  called: number,
  obtain: () => Promise<ProfileSession>,
): Promise<KeptSession> {
  const old = latestOf(path, kept);
  if (isFresh(old)) return old;
  const failure = recentFailure(old, called);
  if (failure !== undefined) throw new Error(failure);
  try {
    // Whoever waits for this process may lose patience and kill it: then the next must not wait as long.
    store(path, { ...old, attempt: { at: Date.now(), failure: undefined } });
    const { credentials, arn = old.arn } = await obtain();
    const renewed = { ...keptSession(old.profile, credentials), arn };
    const problem = store(path, renewed);
    noteWarning(path, problem && `The session of the profile ${old.profile} could not be stored: ${problem}`);
    return renewed;
  } catch (error) {
    store(path, { ...old, attempt: { at: Date.now(), failure: messageOf(error) } });
    throw error;
  }
}

/**
 * A later step may have left others for the step's source to find, in a profile or a file.
 *
 * @throws Error when the new session is of another user or role: tools would go on in its account, and nobody notice
 */
function requireSame(renewed: ProfileSession, { arn }: KeptSession): ProfileSession {
  if (arn === undefined || renewed.arn === undefined) return renewed;
  const [before, now] = [principalOf(arn), principalOf(renewed.arn)];
  if (now === before) return renewed;
  throw new Error(
    `The inputs of the step lead to ${now} now, and the profile is for ${before}: a later step has changed where the ` +
      "step's own credentials come from. Put that back.",
  );
}

/**
 * Why there is no attempt now: what this process waited for failed, or another attempt did just before. One that was
 * killed stops nobody who needs the new session at once.
 */
function recentFailure(old: KeptSession, called: number): string | undefined {
  const { attempt } = old;
  const works = isValid(old);
  const pause = works ? PAUSE_MS.working : PAUSE_MS.ended;
  // One in the future is of a wrong clock.
  if (!attempt || attempt.at < called - pause || attempt.at > Date.now()) return undefined;
  return attempt.failure ?? (works ? 'The last attempt was ended before it had an answer.' : undefined);
}

/** The session as it is stored now; as it was read before, where it cannot be read any more. */
function latestOf(path: string, before: KeptSession): KeptSession {
  try {
    return readSession(path);
  } catch {
    return before;
  }
}

/**
 * Stores a session for those who ask later. Whoever asked now gets it all the same.
 *
 * @returns why it could not be stored, if so
 */
function store(path: string, session: KeptSession): string | undefined {
  try {
    replaceFile(path, JSON.stringify(session), { durable: false });
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** @throws Error when the old session has ended */
function inSpiteOf(message: string, path: string, old: KeptSession): KeptSession {
  const { profile, credentials } = old;
  const end = credentials.Expiration ?? 'an unknown time';
  const works = isValid(old);
  const state = works ? `Its session works until ${end}` : `Its session ended at ${end}`;
  noteWarning(path, `The profile ${profile} could not be renewed. ${state}. ${message}`);
  if (!works) throw new Error(`The session of the profile ${profile} ended at ${end}. ${message}`);
  return old;
}

function notInTime(profile: string, ms: number): ActionError {
  return new ActionError({
    code: 'no-answer',
    tried: `renew the session of the profile ${profile} within ${ms / 1000} s`,
    why: 'AWS, the issuer of the OIDC token, or a proxy in between did not answer in that time, or asked for more time than that.',
    fix: 'The next call tries again. If it fails again, check what is between the runner and AWS.',
  });
}

/** Back to the step's folder and variables. */
function returnToStep(environment: Environment, env: NodeJS.ProcessEnv): void {
  if (environment.PWD !== undefined) enter(environment.PWD);
  returnTo(environment, env);
}

/** Where the folder is gone, so is what is relative to it: whatever needs that says so. */
function enter(folder: string): void {
  try {
    process.chdir(folder);
  } catch {
    return;
  }
}

/**
 * Whoever asked for the credentials reads what this process prints, and takes it for them. So nothing is printed.
 *
 * @throws Error in the words of what failed, in which no runner would hide the secrets that a server repeats
 */
async function withoutSecrets<T>(work: (runner: Runner) => Promise<T>): Promise<T> {
  const masks = new MaskedSecrets();
  const mask = (secret: string) => void masks.add(secret);
  try {
    return await work({ ...silentRunner, mask });
  } catch (error) {
    throw new Error(masks.hide(visible(asActionError(error).message)), { cause: error });
  }
}
