import { refusalOf, retryOf, statusOfAnswer } from '../../src/aws/failure';
import { AnswerTooLongError } from '../../src/network/answer-size';
import { NoAnswerError } from '../../src/network/deadline';
import type { Retry } from '../../src/network/retry';
import { brokenOff, connectionError, pageFor, sdkError, sdkTimeout, unreadable } from './sdk-error';

const date = new Date('2026-08-01T12:00:00Z');

describe('the refusal in an error', () => {
  test("has AWS's words, status and time", () => {
    expect(refusalOf(sdkError('AccessDenied', 'not you', { status: 403, date }))).toEqual({
      code: 'AccessDenied',
      message: 'not you',
      status: 403,
      date,
    });
  });

  test.each([
    ['ExpiredTokenException', 'ExpiredToken'],
    ['PackedPolicyTooLargeException', 'PackedPolicyTooLarge'],
    ['ExceptionalCase', 'ExceptionalCase'],
  ])('has the code of %s without what the SDK adds: %s', (name, code) => {
    expect(refusalOf(sdkError(name))?.code).toBe(code);
  });

  test('is none where a page came in the place of an error of AWS', () => {
    expect(refusalOf(pageFor(502))).toBeUndefined();
  });

  test.each([
    ['no Date header', {}],
    ['a Date header that is none', { date: 'yesterday' }],
  ])('has no time with %s', (_, headers) => {
    expect(refusalOf({ name: 'X', $fault: 'client', $response: { statusCode: 400, headers } })).toMatchObject({
      date: undefined,
    });
  });

  test.each([
    [{ $metadata: { httpStatusCode: 403 }, $response: { statusCode: 500 } }, 403],
    [{ $response: { statusCode: 403 } }, 403],
    [{ $metadata: { httpStatusCode: 'x' } }, 0],
    [{}, 0],
  ])('has the status of %j: %d', (parts, status) => {
    expect(refusalOf({ name: 'X', $fault: 'client', ...parts })).toEqual({ code: 'X', message: '', status });
  });

  test.each<[what: string, error: unknown]>([
    ['a connection that failed', connectionError('ECONNRESET')],
    ['an answer that could not be read', unreadable(200)],
    ['no answer', new NoAnswerError()],
    ['a text', 'AccessDenied'],
    ['nothing', undefined],
    ['null', null],
    ['a name that is none', { name: 1, $fault: 'client' }],
    ['an answer that names no code', pageFor(403)],
    ['an answer that names no code, which the SDK calls NotFound', pageFor(404)],
  ])('is none in %s', (_, error) => {
    expect(refusalOf(error)).toBeUndefined();
  });
});

test.each<[what: string, error: unknown, retry: Retry]>([
  ...[
    'Throttling',
    'ThrottlingException',
    'ThrottledException',
    'RequestLimitExceeded',
    'TooManyRequestsException',
    'SlowDown',
    'RequestThrottled',
    'RequestThrottledException',
    'RateExceeded',
    'RateLimitExceeded',
    'RateLimitExceededException',
    'throttling',
    'slowdown',
    'PriorRequestNotComplete',
    'EC2ThrottledException',
    'BandwidthLimitExceeded',
    'ProvisionedThroughputExceededException',
    'TransactionInProgressException',
  ].map((code): [string, unknown, Retry] => [code, sdkError(code), 'throttled']),
  ['a refusal with status 429', sdkError('Other', 'no', { status: 429 }), 'throttled'],
  ['an unreadable answer with status 429', unreadable(429), 'throttled'],
  ['throttling with status 503', sdkError('Throttling', 'no', { status: 503 }), 'throttled'],
  ...[
    'Rate exceeded',
    'Throttling: Rate exceeded',
    'Too many requests',
    'Request limit exceeded.',
    'API rate limit exceeded for 192.0.2.1.',
  ].map((words): [string, unknown, Retry] => [`"${words}" under another code`, sdkError('Sender', words), 'throttled']),
  ['the name of something that is refused', sdkError('AccessDenied', 'on resource: role/too-many-requests'), 'final'],
  ['words on something else', sdkError('LimitExceeded', 'Cannot exceed quota for UsersPerAccount'), 'final'],
  ...[
    'ServiceUnavailable',
    'InternalFailure',
    'InternalError',
    'InternalServerError',
    'InternalServerErrorException',
    'InternalServiceException',
    'RequestTimeout',
    'RequestTimeoutException',
    'XMinioRequestTimedout',
  ].map((code): [string, unknown, Retry] => [code, sdkError(code), 'transient']),
  ['ServiceUnavailableException', sdkError('ServiceUnavailableException'), 'transient'],
  ['a refusal with status 500', sdkError('Other', 'no', { status: 500 }), 'transient'],
  ...[408, 425].flatMap((status): [string, unknown, Retry][] => [
    [`a refusal with status ${status}`, sdkError('Other', 'no', { status }), 'transient'],
    [`a page with status ${status}`, pageFor(status), 'transient'],
    [`an unreadable answer with status ${status}`, unreadable(status), 'transient'],
  ]),
  ['an unreadable answer with status 502', unreadable(502), 'transient'],
  ['a page with status 502', pageFor(502), 'transient'],
  ['a page with status 403', pageFor(403), 'final'],
  ...['AccessDenied', 'ExpiredTokenException', 'ValidationError', 'InvalidIdentityToken', 'NotThrottling'].map(
    (code): [string, unknown, Retry] => [code, sdkError(code), 'final'],
  ),
  ...['IDPCommunicationError', 'IDPCommunicationErrorException', 'OpenIdIdpCommunicationErrorException'].map(
    (code): [string, unknown, Retry] => [code, sdkError(code), 'transient'],
  ),
  [
    'keys that AWS could not fetch',
    sdkError('InvalidIdentityTokenException', "Couldn't retrieve verification key from your identity provider, please"),
    'transient',
  ],
  ['a token that AWS does not accept', sdkError('InvalidIdentityToken', 'Incorrect token audience'), 'final'],
  ['such words with another code', sdkError('ValidationError', "Couldn't retrieve verification key"), 'final'],
  ['an unreadable answer with status 200', unreadable(200), 'final'],
  ['an unreadable answer with status 407', unreadable(407), 'final'],
  [
    'an answer that is too long, whatever its status',
    Object.assign(new AnswerTooLongError(), unreadable(503)),
    'final',
  ],
  ...['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'EAI_AGAIN', 'ERR_STREAM_PREMATURE_CLOSE'].map(
    (code): [string, unknown, Retry] => [code, connectionError(code), 'transient'],
  ),
  ['an answer that broke off', brokenOff(200), 'transient'],
  ['an error that broke off', brokenOff(403), 'transient'],
  ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'ENOTFOUND', 'ETIMEDOUT'].map(
    (code): [string, unknown, Retry] => [code, connectionError(code), 'unanswered'],
  ),
  ['a deadline that passed', new NoAnswerError(), 'unanswered'],
  ["the SDK's time-out", sdkTimeout(), 'unanswered'],
  ...['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_INVALID_URL'].map((code): [string, unknown, Retry] => [
    code,
    connectionError(code),
    'final',
  ]),
  ['a mistake', new TypeError('x is not a function'), 'final'],
  ['a text', 'Throttling', 'final'],
  ['nothing', undefined, 'final'],
])('%s', (_, error, retry) => {
  expect(retryOf(error)).toBe(retry);
});

test.each<[what: string, error: unknown, status: number | undefined]>([
  ['an unreadable answer', unreadable(502), 502],
  ['a page', pageFor(502), 502],
  ['an answer known by its metadata alone', { $metadata: { httpStatusCode: 404 } }, 404],
  ['a connection that failed', connectionError('ECONNRESET'), undefined],
  ['an answer that broke off', brokenOff(200), undefined],
  ['a status that is none', { $response: { statusCode: 'x' } }, undefined],
  ['null', null, undefined],
])('the status of %s', (_, error, status) => {
  expect(statusOfAnswer(error)).toBe(status);
});
