import { dirname } from 'node:path';
import type { Credentials } from '../aws/credentials';
import { asActionError } from '../errors/action-error';
import { messageOf, visible } from '../errors/message';
import { readPatiently } from '../files/busy';
import { LockedError, takeLock, type Lock } from '../files/lock';
import { replaceFile } from '../files/replace';
import { Inputs } from '../inputs/inputs';
import { trustCertificatesIn, trustSystem } from '../network/certificates';
import { systemClock } from '../network/clock';
import { Ledger } from '../runner/ledger';
import { Masks } from '../runner/printable';
import type { Runner } from '../runner/runner';
import type { Step } from '../runner/step';
import { environmentFile } from './keep-sessions';
import { returnTo } from './kept-environment';
import { isFresh, isValid, keptSession, noteWarning, readSession, type KeptSession } from './session-file';

type Environment = Readonly<Record<string, string>>;

/** How long a renewal may take in another process, in milliseconds: its retries, and some more. */
const WAIT_MS = 180_000;
/** The age at which a lock counts as left behind by a process that was killed, in milliseconds. */
const STALE_MS = 10_000;
/** After a renewal that failed, how long there is no other attempt, in milliseconds: while the old session works, and after. */
const PAUSE_MS = { working: 30_000, ended: 5_000 };

/**
 * Renews a session as its step obtained it. Of many processes that find it due, one does so, and the others take what it
 * got. While the old one works nobody waits for that, and whatever fails is only noted, for the post step to report.
 *
 * @param path the session's file
 * @param obtain obtains the session of a profile once more, by the way of the step
 * @returns the best session that can be had, even if it could not be stored
 * @throws Error when the old session has ended and no new one can be obtained
 */
export async function renewSession(
  path: string,
  env: NodeJS.ProcessEnv,
  obtain: (profile: string, step: Step) => Promise<Credentials>,
): Promise<KeptSession> {
  const called = Date.now();
  const kept = readSession(path);
  try {
    const environment = JSON.parse(readPatiently(environmentFile(dirname(path)))) as Environment;
    const lock = await lockOf(path, environment, isValid(kept, called) ? 0 : WAIT_MS);
    try {
      return await renewOnce(path, kept, called, () => {
        returnToStep(environment, env);
        const ledger = new Ledger(env, () => undefined);
        return withoutSecrets((runner) => obtain(kept.profile, { env, runner, clock: systemClock, ledger }));
      });
    } finally {
      await lock?.release();
    }
  } catch (error) {
    const latest = latestOf(path, kept);
    // Another process renews it right now.
    if (error instanceof LockedError && isValid(latest, Date.now())) return latest;
    return inSpiteOf(messageOf(error), path, latest);
  }
}

/**
 * The lock of a session. A code of an MFA device is good once: with MFA, all profiles of a step wait for each other.
 * Where no lock can be made, as on a full disk, each process renews for itself.
 *
 * @throws LockedError when another process has it for too long
 */
async function lockOf(path: string, environment: Environment, wait: number): Promise<Lock | undefined> {
  const locked = new Inputs(environment).has('mfa-secret') ? environmentFile(dirname(path)) : path;
  try {
    return await takeLock(locked, { deadline: performance.now() + wait, stale: STALE_MS });
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
  obtain: () => Promise<Credentials>,
): Promise<KeptSession> {
  const old = latestOf(path, kept);
  if (isFresh(old, Date.now())) return old;
  const { failure } = old;
  // What this process waited for failed, or another attempt did just before. One in the future is of a wrong clock.
  const pause = isValid(old, called) ? PAUSE_MS.working : PAUSE_MS.ended;
  if (failure && failure.at >= called - pause && failure.at <= Date.now()) throw new Error(failure.message);
  try {
    const renewed = keptSession(old.profile, await obtain(), Date.now());
    store(path, renewed);
    return renewed;
  } catch (error) {
    store(path, { ...old, failure: { at: Date.now(), message: messageOf(error) } });
    throw error;
  }
}

/** The session as it is stored now; as it was read before, where it cannot be read any more. */
function latestOf(path: string, before: KeptSession): KeptSession {
  try {
    return readSession(path);
  } catch {
    return before;
  }
}

/** Stores a session for those who ask later. Whoever asked now gets it all the same. */
function store(path: string, session: KeptSession): void {
  try {
    replaceFile(path, JSON.stringify(session), { durable: false });
    noteWarning(path, undefined);
  } catch (error) {
    noteWarning(path, `The session of the profile ${session.profile} could not be stored: ${messageOf(error)}`);
  }
}

function inSpiteOf(message: string, path: string, old: KeptSession): KeptSession {
  const { profile, credentials } = old;
  const end = credentials.Expiration ?? 'an unknown time';
  if (!isValid(old, Date.now())) throw new Error(`The session of the profile ${profile} ended at ${end}. ${message}`);
  noteWarning(path, `The profile ${profile} could not be renewed. Its session works until ${end}. ${message}`);
  return old;
}

/** Node has read these variables already, when this process started. */
function returnToStep(environment: Environment, env: NodeJS.ProcessEnv): void {
  const { NODE_EXTRA_CA_CERTS: before, NODE_USE_SYSTEM_CA: systemBefore } = env;
  returnTo(environment, env);
  const { NODE_EXTRA_CA_CERTS: certificates, NODE_USE_SYSTEM_CA: system } = env;
  if (certificates && certificates !== before) trustCertificatesIn(certificates);
  if (system === '1' && systemBefore !== '1') trustSystem();
}

/** @throws Error in the words of what failed, in which no runner would hide the secrets that a server repeats */
async function withoutSecrets<T>(work: (runner: Runner) => Promise<T>): Promise<T> {
  const masks = new Masks();
  const mask = (secret: string) => void masks.add(secret);
  try {
    return await work({ ...silentRunner, mask });
  } catch (error) {
    throw new Error(masks.hide(visible(asActionError(error).message)), { cause: error });
  }
}

/**
 * No runner reads what this process prints: whoever asked for the credentials does, and takes it for them. So nothing
 * is printed.
 */
const silentRunner: Omit<Runner, 'mask'> = {
  exportVariable: () => undefined,
  setOutput: () => undefined,
  saveState: () => undefined,
  info: () => undefined,
  group: () => undefined,
  notice: () => undefined,
  warning: () => undefined,
  fail: () => undefined,
  summarize: () => Promise.resolve(),
};
