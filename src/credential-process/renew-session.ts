import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Credentials } from '../aws/credentials';
import { asActionError } from '../errors/action-error';
import { LockedError, takeLock, type Lock } from '../files/lock';
import { replaceFile } from '../files/replace';
import { Inputs } from '../inputs/inputs';
import { trustCertificatesIn } from '../network/certificates';
import { systemClock } from '../network/clock';
import { Ledger } from '../runner/ledger';
import type { Runner } from '../runner/runner';
import type { Step } from '../runner/step';
import { environmentFile } from './keep-sessions';
import { returnTo } from './kept-environment';
import { isFresh, isValid, keptSession, readSession, type KeptSession } from './session-file';

type Environment = Readonly<Record<string, string>>;

/** How long a renewal may take in another process, in milliseconds: its retries, and some more. */
const WAIT_MS = 120_000;
/** The age at which a lock counts as left behind by a process that was killed, in milliseconds. */
const STALE_MS = 10_000;
/** After a renewal that failed, how long there is no other attempt, in milliseconds: while the old session works, and after. */
const PAUSE_MS = { working: 30_000, ended: 5_000 };

/**
 * Renews a session as its step obtained it. Of many processes that find it due, one does so, and the others take what it
 * got. While the old one works nobody waits for that, and a failure is only warned of.
 *
 * @param path the session's file
 * @param obtain obtains the session of a profile once more, by the way of the step
 * @throws Error when the old session has ended and no new one can be obtained
 */
export async function renewSession(
  path: string,
  env: NodeJS.ProcessEnv,
  obtain: (profile: string, step: Step) => Promise<Credentials>,
): Promise<KeptSession> {
  const called = Date.now();
  const kept = readSession(path);
  const environment = JSON.parse(readFileSync(environmentFile(dirname(path)), 'utf8')) as Environment;
  const lock = await lockOf(path, environment, isValid(kept, called) ? called : called + WAIT_MS);
  // Another process renews it right now.
  if (!lock) return kept;
  try {
    return await renewOnce(path, called, () => {
      returnToStep(environment, env);
      const ledger = new Ledger(env, () => undefined);
      return obtain(kept.profile, { env, runner: silentRunner, clock: systemClock, ledger });
    });
  } finally {
    await lock.release();
  }
}

/** A code of an MFA device is good once: with MFA, all profiles of a step wait for each other. */
async function lockOf(path: string, environment: Environment, deadline: number): Promise<Lock | undefined> {
  const locked = new Inputs(environment).has('mfa-secret') ? environmentFile(dirname(path)) : path;
  try {
    return await takeLock(locked, { deadline, stale: STALE_MS });
  } catch (error) {
    if (error instanceof LockedError && isValid(readSession(path), Date.now())) return undefined;
    throw error;
  }
}

async function renewOnce(path: string, called: number, obtain: () => Promise<Credentials>): Promise<KeptSession> {
  const old = readSession(path);
  if (isFresh(old, Date.now())) return old;
  const { failure } = old;
  // What this process waited for failed, or another attempt did just before.
  const pause = isValid(old, called) ? PAUSE_MS.working : PAUSE_MS.ended;
  if (failure && failure.at >= called - pause) return inSpiteOf(failure.message, old);
  try {
    const renewed = keptSession(old.profile, await obtain(), Date.now());
    await replaceFile(path, JSON.stringify(renewed));
    return renewed;
  } catch (error) {
    const { message } = asActionError(error);
    await replaceFile(path, JSON.stringify({ ...old, failure: { at: Date.now(), message } }));
    return inSpiteOf(message, old);
  }
}

function inSpiteOf(message: string, old: KeptSession): KeptSession {
  const { profile, credentials } = old;
  const end = credentials.Expiration ?? 'an unknown time';
  if (!isValid(old, Date.now())) throw new Error(`The session of the profile ${profile} ended at ${end}. ${message}`);
  warn(`The profile ${profile} could not be renewed. Its session works until ${end}. ${message}`);
  return old;
}

function returnToStep(environment: Environment, env: NodeJS.ProcessEnv): void {
  const atStart = env.NODE_EXTRA_CA_CERTS;
  returnTo(environment, env);
  const { NODE_EXTRA_CA_CERTS: certificates } = env;
  if (certificates && certificates !== atStart) trustCertificatesIn(certificates);
}

/**
 * No runner reads what this process prints: whoever asked for the credentials does, and takes stdout for them. So
 * nothing can be masked, nothing else is printed, and only what matters goes to stderr.
 */
const silentRunner: Runner = {
  mask: () => undefined,
  exportVariable: () => undefined,
  setOutput: () => undefined,
  saveState: () => undefined,
  info: () => undefined,
  group: () => undefined,
  notice: () => undefined,
  warning: warn,
  fail: warn,
  summarize: () => Promise.resolve(),
};

function warn(text: string): void {
  process.stderr.write(`${text}\n`);
}
