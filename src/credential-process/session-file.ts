import { readFileSync } from 'node:fs';
import type { Credentials } from '../aws/credentials';

/*
 * What the program behind a profile answers from, in a file of mode 0600 for each profile. Nothing but Node is loaded
 * to read it: most calls are answered from it, in the time of an empty process.
 */

/** The longest before its end that a session is renewed, in milliseconds: the AWS CLI asks 15 minutes before, SDKs 5. */
const LONGEST_MARGIN_MS = 20 * 60_000;
/** Of a short session, which part of it is the margin. */
const MARGIN_OF_LENGTH = 1 / 3;

/** The session of a profile. */
export interface KeptSession {
  readonly profile: string;
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
  /** From when on who asks for it renews it, in milliseconds since 1970; never where there is none. */
  readonly renewFrom: number | undefined;
  /** The last attempt to renew it, if it failed: when, in milliseconds since 1970, and why, free of secrets. */
  readonly failure: { readonly at: number; readonly message: string } | undefined;
}

/** A session that was obtained now, in milliseconds since 1970. */
export function keptSession(profile: string, credentials: Credentials, now: number): KeptSession {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
  const end = expiration?.getTime();
  return {
    profile,
    credentials: {
      Version: 1,
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: expiration?.toISOString(),
    },
    renewFrom: end === undefined ? undefined : end - Math.min(LONGEST_MARGIN_MS, (end - now) * MARGIN_OF_LENGTH),
    failure: undefined,
  };
}

/** @throws Error when there is no such session, as when the job has ended */
export function readSession(path: string): KeptSession {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as KeptSession;
  } catch (error) {
    throw new Error(
      `Could not read the session that this profile renews, in ${path}. The step with refresh-credentials that made ` +
        'it is cleaned up when its job ends: run this in the job, or without the profile.',
      { cause: error },
    );
  }
}

/** Whether it can be used as it is, without renewing it, at a time in milliseconds since 1970. */
export function isFresh({ renewFrom }: KeptSession, time: number): boolean {
  return renewFrom === undefined || time < renewFrom;
}

/** Whether AWS still accepts it, at a time in milliseconds since 1970. */
export function isValid({ credentials: { Expiration } }: KeptSession, time: number): boolean {
  return Expiration === undefined || time < Date.parse(Expiration);
}
