import { uptime } from 'node:os';

/** The longest before its end that a session is renewed, in milliseconds: the AWS CLI asks 15 minutes before, SDKs 5. */
const LONGEST_MARGIN_MS = 20 * 60_000;
/** Of a short session, which part of it is the margin. */
const MARGIN_OF_LENGTH = 1 / 3;

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

/** What a session says of its time. */
interface Expiring {
  readonly credentials: { readonly Expiration: string | undefined };
  /** When it was obtained, by AWS's clock as far as that is known. */
  readonly obtained: Moment;
}

/** Whether it can be used as it is, without renewing it. */
export function isFresh(session: Expiring, now = thisMoment()): boolean {
  const left = timeLeft(session, now);
  const length = timeLeft(session, session.obtained);
  return left > Math.min(LONGEST_MARGIN_MS, (length > 0 ? length : Infinity) * MARGIN_OF_LENGTH);
}

/** Whether AWS still accepts it, and will for so many milliseconds. */
export function isValid(session: Expiring, now = thisMoment(), ms = 0): boolean {
  return timeLeft(session, now) > ms;
}

/**
 * How long AWS accepts it from then on, in milliseconds. AWS's clock has gone on by as much as this machine has run since
 * it was obtained; after a restart, only the time of day tells.
 */
function timeLeft({ credentials: { Expiration }, obtained }: Expiring, then: Moment): number {
  if (Expiration === undefined) return Infinity;
  const passed = then.uptime - obtained.uptime;
  const awsTime = passed >= 0 ? obtained.time + passed * 1000 : then.time;
  return Date.parse(Expiration) - awsTime;
}
