import type { Credentials } from '../aws/credentials';
import { codeOf, messageOf } from '../errors/message';
import { readPatiently } from '../files/busy';
import { thisMoment, type Moment } from './when-due';

/*
 * What the program behind a profile answers from, in a file of mode 0600 for each profile. Nothing but Node is loaded
 * to read it: most calls are answered from it, in the time of an empty process.
 */

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
