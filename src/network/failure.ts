import { codeOf } from '../errors/message';
import { AnswerTooLongError } from './answer-size';
import { NoAnswerError } from './deadline';
import { ProxyError } from './proxy-error';
import type { Retry } from './retry';

/** An answer that says it succeeded but lacks what it must hold: as a rule, not from the service that was asked. */
export class UnusualAnswerError extends Error {
  constructor(missing: string) {
    super(`the answer has no ${missing}`);
    this.name = 'UnusualAnswerError';
  }
}

/** Request Timeout, Too Early. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 425]);
const TRANSIENT_CONNECTION_ERRORS = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
]);
/** As a rule, a name that is misspelt, or an address that is wrong: worth one more attempt, but no minute. */
const UNANSWERED_CONNECTION_ERRORS = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'ENOTFOUND']);

/** Whether the connection broke, so that it may not break the next time. */
export function isBrokenConnection(error: unknown): boolean {
  return TRANSIENT_CONNECTION_ERRORS.has(codeOf(error) ?? '');
}

/** Whether the connection was not opened, or the request not answered, in time. */
export function isNoAnswer(error: unknown): boolean {
  if (error instanceof NoAnswerError) return true;
  const code = codeOf(error);
  // The name is the SDK's.
  return code === 'ETIMEDOUT' || (error instanceof Error && error.name === 'TimeoutError' && code === undefined);
}

/** Whether a status says that the server cannot do its work now. */
export function isOutageStatus(status: number): boolean {
  return status >= 500 || TRANSIENT_STATUSES.has(status);
}

/** Whether a request that was answered with this status, which is no success, can succeed when it is made again. */
export function retryOfStatus(status: number): Retry {
  if (status === 429) return 'throttled';
  // What a server has not implemented now, it has not a second later.
  if (status === 501) return 'final';
  return isOutageStatus(status) ? 'transient' : 'final';
}

/** Whether a request to which there is no answer of the server's can succeed when it is made again. */
export function retryOfUnanswered(error: unknown): Retry {
  if (error instanceof AnswerTooLongError) return 'final';
  if (error instanceof ProxyError && error.status !== undefined) return retryOfStatus(error.status);
  if (isNoAnswer(error)) return 'unanswered';
  if (isBrokenConnection(error)) return 'transient';
  return UNANSWERED_CONNECTION_ERRORS.has(codeOf(error) ?? '') ? 'unanswered' : 'final';
}
