import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '../aws/credentials';
import { codeOf, messageOf } from '../errors/message';
import { readPatiently } from '../files/busy';

/*
 * What the program behind a profile answers from, in a file of mode 0600 for each profile. Nothing but Node is loaded
 * to read it: most calls are answered from it, in the time of an empty process.
 */

/** The longest before its end that a session is renewed, in milliseconds: the AWS CLI asks 15 minutes before, SDKs 5. */
const LONGEST_MARGIN_MS = 20 * 60_000;
/** Of a short session, which part of it is the margin. */
const MARGIN_OF_LENGTH = 1 / 3;
/** Added to the name of a session's file, that of a warning about it. */
const WARNING = '.warning';

/** The session of a profile. */
export interface KeptSession {
  readonly profile: string;
  /** Whose it is, where that is known. */
  readonly arn?: string | undefined;
  /** As AWS's tools read them from a `credential_process`.
   * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html */
  readonly credentials: {
    readonly Version: 1;
    readonly AccessKeyId: string;
    readonly SecretAccessKey: string;
    readonly SessionToken: string | undefined;
    /** As 2026-01-31T12:00:00.000Z. */
    readonly Expiration: string | undefined;
  };
  /** When it was obtained, by AWS's clock as far as that is known. */
  readonly obtained: Moment;
  /** The last attempt to renew it, unless that succeeded. */
  readonly attempt: RenewalAttempt | undefined;
}

/** A time in two ways, as a clock may be wrong, or set. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Seconds since this machine was started. */
  readonly uptime: number;
}

/** Now, by this machine's clock. */
export function thisMoment(): Moment {
  return { time: Date.now(), uptime: uptime() };
}

export interface RenewalAttempt {
  /** When it failed, or else began, in milliseconds since 1970. */
  readonly at: number;
  /** Why it failed, free of secrets; nothing while it goes on, and where its process was killed. */
  readonly failure: string | undefined;
}

/** A session that was obtained just now. */
export function keptSession(profile: string, credentials: Credentials, now = thisMoment()): KeptSession {
  const { accessKeyId, secretAccessKey, sessionToken, expiration, clockAhead = 0 } = credentials;
  return {
    profile,
    credentials: {
      Version: 1,
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: expiration?.toISOString(),
    },
    obtained: { time: now.time - clockAhead, uptime: now.uptime },
    attempt: undefined,
  };
}

/** @throws Error when there is no such session, as when the job has ended, or it cannot be read */
export function readSession(path: string): KeptSession {
  try {
    const kept = JSON.parse(readPatiently(path)) as unknown;
    if (!isSession(kept)) throw new Error('It holds no session');
    return kept;
  } catch (error) {
    throw new Error(`Could not read the session that this profile renews, in ${path}. ${whyUnreadable(error)}`, {
      cause: error,
    });
  }
}

/** Why a file that a renewal needs could not be read, and what to do. */
export function whyUnreadable(error: unknown): string {
  return REASONS[codeOf(error) ?? ''] ?? `${messageOf(error)}. Run the step with refresh-credentials again.`;
}

const OF_ANOTHER_USER =
  'It is open only to the user that the step with refresh-credentials ran as, and this is another. Run the tool as that ' +
  'user, or give it credentials in the environment.';

/** By the code of the system's error. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT:
    'It is gone: the post step of its job removes it, or a step of the job emptied RUNNER_TEMP. Run this in the job, after ' +
    'the step with refresh-credentials, or without the profile.',
  EACCES: OF_ANOTHER_USER,
  // So Windows says it, and the next of a file that another process has open.
  EPERM: OF_ANOTHER_USER,
  EBUSY: 'Another program has it open and lets nobody read it, such as a virus scanner. The next call tries again.',
};

function isSession(kept: unknown): kept is KeptSession {
  const { profile, credentials } = (kept ?? {}) as Partial<KeptSession>;
  return typeof profile === 'string' && typeof credentials?.AccessKeyId === 'string';
}

/** Whether it can be used as it is, without renewing it. */
export function isFresh(session: KeptSession, now = thisMoment()): boolean {
  const left = timeLeft(session, now);
  const length = timeLeft(session, session.obtained);
  return left > Math.min(LONGEST_MARGIN_MS, (length > 0 ? length : Infinity) * MARGIN_OF_LENGTH);
}

/** Whether AWS still accepts it, and will for so many milliseconds. */
export function isValid(session: KeptSession, now = thisMoment(), ms = 0): boolean {
  return timeLeft(session, now) > ms;
}

/**
 * How long AWS accepts it from then on, in milliseconds. AWS's clock has gone on by as much as this machine has run since
 * it was obtained; after a restart, only the time of day tells.
 */
function timeLeft({ credentials: { Expiration }, obtained }: KeptSession, then: Moment): number {
  if (Expiration === undefined) return Infinity;
  const passed = then.uptime - obtained.uptime;
  const awsTime = passed >= 0 ? obtained.time + passed * 1000 : then.time;
  return Date.parse(Expiration) - awsTime;
}

/**
 * Writes down, for the post step, what would be a warning on stderr. Whoever is given credentials gets nothing there: some
 * tools, such as those with the SDK for C++, read it together with the answer. Where it cannot be written, nobody learns
 * of it, and the credentials matter more.
 *
 * @param path the session's file
 * @param text none when all is well again
 */
export function noteWarning(path: string, text: string | undefined): void {
  try {
    if (text === undefined) rmSync(`${path}${WARNING}`, { force: true });
    else writeFileSync(`${path}${WARNING}`, text, { mode: 0o600 });
  } catch {
    return;
  }
}

/** The warnings about sessions that are kept in a folder; none if it keeps no sessions. */
export function warningsIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(WARNING));
    return names.map((name) => readFileSync(join(folder, name), 'utf8'));
  } catch {
    return [];
  }
}
