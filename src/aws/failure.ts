import { firstLine, wordsOf } from '../errors/message';
import { AnswerTooLongError } from '../network/answer-size';
import { isBrokenConnection, isOutageStatus, retryOfStatus, retryOfUnanswered } from '../network/failure';
import { ProxyError } from '../network/proxy-error';
import { retryAfterIn, waitIn, type Failures, type Retry } from '../network/retry';

/** AWS's refusal, as it was answered. */
export interface Refusal {
  /** AWS's error code without the `Exception` that the SDK adds to some: `AccessDenied`, `ExpiredToken`, … */
  readonly code: string;
  readonly message: string;
  readonly status: number;
  /** AWS's own clock: from the answer's Date header, else from its words. */
  readonly date: Date | undefined;
}

/** What an error of the SDK may carry; nothing of it can be relied on. */
interface SdkError {
  readonly name?: unknown;
  readonly message?: unknown;
  /** What the answer itself says. */
  readonly Error?: { readonly Code?: unknown };
  readonly $fault?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown };
  readonly $response?: { readonly statusCode?: unknown; readonly headers?: Readonly<Record<string, unknown>> };
}

/** AWS's codes, and those of services that speak its protocol. */
const THROTTLING =
  /^((ec2|request)?thrott|toomanyrequests|slowdown|(request|rate|bandwidth)(limit)?exceeded|provisionedthroughputexceeded|priorrequestnotcomplete|transactioninprogress)/i;
/** What AWS also says with a code that stands for something else, or for nothing. */
const THROTTLING_WORDS = /\b(rate|request) (limit )?exceeded|\btoo many requests\b/i;
const TRANSIENT_CODES = new Set([
  'ServiceUnavailable',
  'InternalFailure',
  'InternalError',
  'InternalServerError',
  'InternalServiceError',
  'InternalService',
  // The request did not arrive whole in time: the connection was slow, or broke off.
  'RequestTimeout',
  'XMinioRequestTimedout',
]);
/** STS's words when an identity provider did not give it the keys that check a token. */
export const KEYS_NOT_FETCHED = /retrieve verification key/i;
/**
 * Refusals because of a third party that AWS asked, and that may answer the next time: by code, and by words where the
 * code stands for what lasts, too. Nothing was done.
 */
const THIRD_PARTY_SILENT: Readonly<Record<string, RegExp>> = {
  IDPCommunicationError: /(?:)/,
  OpenIdIdpCommunicationError: /(?:)/,
  InvalidIdentityToken: KEYS_NOT_FETCHED,
};
/** Method Not Allowed, Not Implemented. */
const NOT_IMPLEMENTED: ReadonlySet<number> = new Set([405, 501]);
const NO_SUCH_OPERATION = /^(InvalidAction|NotImplemented|UnknownOperation|UnsupportedOperation|MethodNotAllowed)$/;
/** The SDK's names for an error whose answer names none: the second one with status 404. */
const NO_CODE = /^(Unknown|NotFound)$/;

/** The refusal in an error of the SDK, or undefined when AWS did not answer with one. */
export function refusalOf(error: unknown): Refusal | undefined {
  const { name, message, Error: answered, $fault, $metadata, $response } = asSdkError(error);
  if ($fault === undefined || typeof name !== 'string') return undefined;
  if (NO_CODE.test(name) && answered?.Code === undefined) return undefined;
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  const words = typeof message === 'string' ? message : '';
  const header = $response?.headers?.date;
  const date = new Date(typeof header === 'string' ? header : timeIn(words));
  return {
    code: name.replace(/Exception$/, ''),
    message: words,
    status: typeof status === 'number' ? status : 0,
    date: Number.isNaN(date.getTime()) ? undefined : date,
  };
}

/** AWS's time in its words on a signature: `… is now earlier than 20260801T120100Z (20260801T120600Z - 5 min.)`. */
function timeIn(words: string): string {
  const [, time = ''] = /\((\d{8}T\d{6}Z) [-+] \d+ min/.exec(words) ?? [];
  return time.replace(/(..)(..)T(..)(..)/, '-$1-$2T$3:$4:');
}

/** How far this machine's clock is ahead of AWS's, in milliseconds, by the Date of AWS's refusal; 0 if it has none. */
export function skewIn({ date }: Refusal): number {
  return date ? Date.now() - date.getTime() : 0;
}

/** The refusal that an ActionError explains, if it does. */
export function refusalBehind(error: unknown): Refusal | undefined {
  return error instanceof Error ? refusalOf(error.cause) : undefined;
}

/** Whether an ActionError explains that AWS refused a call with this code. */
export function isRefusal(error: unknown, code: string): boolean {
  return refusalBehind(error)?.code === code;
}

/** Whether AWS refused an MFA code. */
export function isMfaCodeRefusal({ code, message }: Refusal): boolean {
  return code === 'AccessDenied' && message.includes('invalid MFA one time pass code');
}

/** In words: that, or that it takes a call of IAM for one of STS, which alone it has, or one of STS for a change of its IAM. */
const LACKS_OPERATION = /unsupported action|invalid sts api version|iam write operations are disabled/i;

/**
 * Whether a refusal says that the service has no such operation. AWS has all of them; of those that speak its protocol,
 * some lack what they have no use for, and say so in various words.
 */
export function isOperationLacking({ code, message, status }: Refusal): boolean {
  return NO_SUCH_OPERATION.test(code) || LACKS_OPERATION.test(message) || NOT_IMPLEMENTED.has(status);
}

/** Whether an ActionError explains that the service has no such operation. */
export function lacksOperation(error: unknown): boolean {
  const refusal = refusalBehind(error);
  if (refusal) return isOperationLacking(refusal);
  return error instanceof Error && NOT_IMPLEMENTED.has(statusOfAnswer(error.cause) ?? 0);
}

/** Whether a change that failed for good, as an ActionError explains, may have been made all the same. */
export function mayBeMade(error: unknown): boolean {
  return error instanceof Error && error.cause !== undefined && mayHaveActed(error.cause);
}

/** Whether a failed call may have been carried out all the same: its answer was lost, or is no answer to the call. */
export function mayHaveActed(error: unknown): boolean {
  const refusal = refusalOf(error);
  return refusal === undefined || (retryOf(error) === 'transient' && !isThirdPartySilent(refusal));
}

/**
 * The HTTP status of an answer that could not be understood, or undefined when there was none, or the connection broke
 * before its end.
 */
export function statusOfAnswer(error: unknown): number | undefined {
  if (error instanceof ProxyError) return error.status;
  const { $metadata, $response } = asSdkError(error);
  if (isBrokenConnection(error)) return undefined;
  const status = $response?.statusCode ?? $metadata?.httpStatusCode;
  return typeof status === 'number' ? status : undefined;
}

/** Whether a failed AWS call can succeed when it is made again. */
export function retryOf(error: unknown): Retry {
  if (error instanceof AnswerTooLongError) return 'final';
  const refusal = refusalOf(error);
  if (refusal) return retryOfRefusal(refusal);
  const status = statusOfAnswer(error);
  return status === undefined ? retryOfUnanswered(error) : retryOfStatus(status);
}

function retryOfRefusal(refusal: Refusal): Retry {
  if (isThrottling(refusal)) return 'throttled';
  const byStatus = retryOfStatus(refusal.status);
  // Some services give what they have not implemented the code of an outage.
  if (byStatus !== 'final' || refusal.status === 501) return byStatus;
  return TRANSIENT_CODES.has(refusal.code) || isThirdPartySilent(refusal) ? 'transient' : 'final';
}

/** Whether the service says that it cannot do its work now. */
export function isOutage({ code, status }: Refusal): boolean {
  return TRANSIENT_CODES.has(code) || isOutageStatus(status);
}

function isThrottling({ code, message }: Refusal): boolean {
  return THROTTLING.test(code) || THROTTLING_WORDS.test(message);
}

function isThirdPartySilent({ code, message }: Refusal): boolean {
  return THIRD_PARTY_SILENT[code]?.test(message) ?? false;
}

/** What every service of AWS has in common in its failures. */
export const AWS_FAILURES: Failures = { retryOf, waitAskedIn, answerIn };

/** The SDK's words for a time that has not the form of AWS's. Its other words on what it cannot read may quote secrets. */
const NO_TIME = 'Invalid RFC3339 timestamp format';

/** AWS's words, or the status of a page that is not AWS's: of that, the SDK only says how it failed to read it. */
export function answerIn(error: unknown): string {
  const refusal = refusalOf(error);
  if (refusal) return `${refusal.code}: ${refusal.message}`;
  const status = error instanceof ProxyError ? undefined : statusOfAnswer(error);
  const words = firstLine(wordsOf(error));
  if (status === undefined) return words;
  return words.startsWith(NO_TIME) ? `HTTP ${status}: ${words}` : `HTTP ${status}`;
}

/** How long the answer asks to wait before the call is made again, in milliseconds. */
export function waitAskedIn(error: unknown): number | undefined {
  const headers = asSdkError(error).$response?.headers ?? {};
  // Milliseconds, in AWS's own header.
  return waitIn(Number(headers['x-amz-retry-after']), headers) ?? retryAfterIn(headers);
}

function asSdkError(error: unknown): SdkError {
  return typeof error === 'object' && error !== null ? error : {};
}
