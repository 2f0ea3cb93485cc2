import { explainFailure, unusualAnswer, type RefusalRule, type FailedCall } from '../../src/aws/explain';
import { ActionError, type ErrorCode } from '../../src/errors/action-error';
import { NoAnswerError } from '../../src/network/deadline';
import { UnusualAnswerError } from '../../src/network/failure';
import { ProxyError } from '../../src/network/proxy-error';
import { expectWhole } from '../errors/whole';
import { brokenOff, connectionError, pageFor, sdkError, sdkTimeout, unreadable } from './sdk-error';

const CALL: FailedCall = { tried: 'ask the service', region: 'eu-central-1' };
const explained = (error: unknown, rules: readonly RefusalRule<FailedCall>[] = []) =>
  explainFailure(error, CALL, { endpoint: 'its-endpoint', rules });

const NOW = Date.parse('2026-08-01T12:00:00Z');
beforeEach(() => jest.useFakeTimers({ now: NOW }));
afterEach(() => jest.useRealTimers());

function minutesAgo(minutes: number): Date {
  return new Date(NOW - minutes * 60_000);
}

/** What failed at a proxy, and what is said of it. */
const PROXY_FAILURES: readonly [failure: unknown, proxy: string, names: readonly string[]][] = [
  [connectionError('ENOTFOUND'), 'http://u:S3cret@no.example:3128', ['the proxy no.example:3128', 'no such host']],
  [connectionError('ECONNREFUSED'), 'http://p:3128', ['Nothing listens', 'the proxy p:3128', 'http-proxy']],
  [connectionError('EPROTO'), 'https://p:3128', ['The proxy p:3128 does not speak TLS', 'http://']],
  [connectionError('ERR_SSL_WRONG_VERSION_NUMBER'), 'https://p:3128', ['does not speak TLS']],
  [connectionError('SELF_SIGNED_CERT_IN_CHAIN'), 'https://p', ['the proxy p', 'NODE_EXTRA_CA_CERTS']],
  [new Error('Proxy connection ended before receiving CONNECT response'), 'http://p:443', ['speaks TLS', 'https://']],
  [400, 'http://p:443', ['HTTP 400 to CONNECT sts.example:443', 'speaks TLS']],
  [403, 'http://p:3128', ['HTTP 403', 'no tunnel to sts.example:443', 'no-proxy']],
  [407, 'http://p:3128', ['HTTP 407', 'user name and a password']],
  [502, 'http://p:3128', ['HTTP 502', 'no tunnel to sts.example:443']],
];

type Case = [what: string, error: unknown, code: ErrorCode, names: readonly string[]];

const refusals: Case[] = [
  ['throttling', sdkError('Throttling', 'Rate exceeded'), 'throttled', ['retry-max-attempts']],
  [
    'session credentials that are over',
    sdkError('ExpiredToken'),
    'source-credentials-expired',
    ['role-duration-seconds', 'role-to-assume'],
  ],
  [
    'a signature that is over',
    sdkError('SignatureDoesNotMatch', 'Signature expired: …', { date: minutesAgo(6) }),
    'clock-skew',
    ['6 minutes ahead', 'NTP'],
  ],
  [
    'a signature of the future',
    sdkError('SignatureDoesNotMatch', 'Signature not yet current: …', { date: minutesAgo(-10) }),
    'clock-skew',
    ['10 minutes behind'],
  ],
  [
    'a signature that is over, with a clock that is right',
    sdkError('SignatureDoesNotMatch', 'Signature expired: …', { date: minutesAgo(0.1) }),
    'clock-skew',
    ["This machine's clock is right now", 'held back or repeated', 'http-proxy'],
  ],
  [
    'a signature that is over, by the time in the words',
    sdkError(
      'SignatureDoesNotMatch',
      'Signature expired: 20260801T114000Z is now earlier than 20260801T114500Z (20260801T115000Z - 5 min.)',
    ),
    'clock-skew',
    ['10 minutes ahead', 'NTP'],
  ],
  [
    'a signature of the future, by the time in the words',
    sdkError(
      'SignatureDoesNotMatch',
      'Signature not yet current: 20260801T120000Z is still later than 20260801T115500Z (20260801T115000Z + 5 min.)',
    ),
    'clock-skew',
    ['10 minutes ahead', 'NTP'],
  ],
  [
    'a request that is over',
    sdkError('RequestExpired'),
    'clock-skew',
    ['5 minutes', 'clock is off; or the request was'],
  ],
  ['a request too far off', sdkError('RequestTimeTooSkewed'), 'clock-skew', ['5 minutes']],
  [
    'a signature that does not match, with a clock far off',
    sdkError('SignatureDoesNotMatch', 'no', { date: minutesAgo(5) }),
    'clock-skew',
    ['5 minutes ahead'],
  ],
  [
    'a signature that does not match',
    sdkError('SignatureDoesNotMatch', 'no', { date: minutesAgo(3) }),
    'invalid-credentials',
    ['secret access key does not belong'],
  ],
  ...['InvalidClientTokenId', 'InvalidAccessKeyId', 'UnrecognizedClientException'].map((code): Case => [
    code,
    sdkError(code),
    'invalid-credentials',
    ['does not know the access key ID'],
  ]),
  [
    'a signature for another region',
    sdkError('SignatureDoesNotMatch', "Credential should be scoped to a valid region, not 'eu-central-1'."),
    'unusual-answer',
    ['signed for eu-central-1', 'the endpoint is that of another region', 'Set aws-region'],
  ],
  [
    'a signature that got lost',
    sdkError('MissingAuthenticationToken', 'Request is missing Authentication Token'),
    'unusual-answer',
    ['came without its signature', 'http-proxy'],
  ],
  ['a session token that AWS cannot read', sdkError('InvalidToken'), 'invalid-credentials', ['the session token']],
  ['a session token that must be renewed', sdkError('TokenRefreshRequired'), 'source-credentials-expired', ['expired']],
  [
    'keys that another vendor does not know',
    sdkError('Unauthorized', 'No.', { status: 401 }),
    'invalid-credentials',
    ['does not know'],
  ],
  ...['OptInRequired', 'SubscriptionRequiredException'].map((code): Case => [
    code,
    sdkError(code, 'The AWS Access Key Id needs a subscription for the service'),
    'access-denied',
    ['is not active', 'Finish'],
  ]),
  ...['Unauthorized', 'NotAuthorized', 'UnauthorizedOperation', 'Forbidden'].flatMap((code): Case[] => [
    [
      `${code}, as another code for AccessDenied`,
      sdkError(code),
      'access-denied',
      ['A policy denies', `Answer: ${code}`],
    ],
    [
      `${code}, with a policy in its words`,
      sdkError(code, 'x with an explicit deny in a service control policy'),
      'access-denied',
      ['A service control policy denies the call'],
    ],
  ]),
  ['a signature in pieces', sdkError('IncompleteSignature'), 'invalid-credentials', ['cannot read the signature']],
  ['a call that policies refuse', sdkError('AccessDenied'), 'access-denied', ['docs/permissions.md']],
  [
    'a call that a policy refuses, by the words',
    sdkError('AccessDenied', 'x with an explicit deny in a VPC endpoint policy'),
    'access-denied',
    ['A VPC endpoint policy denies the call', 'the VPC endpoint through which the runner reaches AWS'],
  ],
  [
    'words on policies next to another code',
    sdkError('Other', 'x with an explicit deny in a VPC endpoint policy'),
    'unexpected',
    ["Look AWS's words up"],
  ],
  ['a region not enabled', sdkError('RegionDisabledException'), 'region-disabled', ['eu-central-1', 'aws-region']],
  ...[
    sdkError('ServiceUnavailable', 'Service is unavailable', { status: 503 }),
    sdkError('InternalFailure', 'Internal', { status: 500 }),
    sdkError('Other', 'Something new', { status: 500 }),
    sdkError('ServiceUnavailable', 'Please try later'),
  ].map((error): Case => [
    `an outage: ${error.$metadata.httpStatusCode} ${error.name}`,
    error,
    'service-unavailable',
    ['its-endpoint', 'status page'],
  ]),
  [
    'an operation that the service lacks, with status 501',
    sdkError('NotImplemented', 'no', { status: 501 }),
    'unusual-answer',
    ['does not have this operation'],
  ],
  [
    'an operation of IAM, at a service that has STS only',
    sdkError('MissingParameter', 'Invalid STS API version 2010-05-08, expecting 2011-06-15'),
    'unusual-answer',
    ['does not have this operation'],
  ],
  ['a refusal that nobody knows', sdkError('Other', 'Something new'), 'unexpected', ['Other: Something new']],
  [
    'a refusal that nobody knows, with a clock far off',
    sdkError('Other', 'Something new', { date: minutesAgo(60) }),
    'unexpected',
    ['Other: Something new'],
  ],
];

const silences: Case[] = [
  ['a proxy that asks for a password', unreadable(407), 'proxy-failed', ['http-proxy', 'no-proxy']],
  ...PROXY_FAILURES.map(([failure, proxy, names]): Case => [
    `a proxy: ${String(failure)}`,
    new ProxyError(new URL(proxy), 'sts.example:443', failure),
    'proxy-failed',
    names,
  ]),
  [
    'a time in another form',
    Object.assign(new TypeError('Invalid RFC3339 timestamp format 1798718400\n  Deserialization error: …'), {
      $response: { statusCode: 200, headers: {} },
    }),
    'unusual-answer',
    ['Answer: HTTP 200: Invalid RFC3339 timestamp format 1798718400\n'],
  ],
  ['a page instead of AWS', unreadable(200), 'unusual-answer', ['Answer: HTTP 200\n', 'its-endpoint']],
  ...[302, 400, 401, 404, 405, 502].map((status): Case => [
    `a page with status ${status} instead of AWS's error`,
    pageFor(status),
    'unusual-answer',
    [`Answer: HTTP ${status}\n`, 'its-endpoint'],
  ]),
  ['a page of a proxy that asks for a password', pageFor(407), 'proxy-failed', ['Answer: HTTP 407\n']],
  ['an answer that lacks parts', new UnusualAnswerError('credentials'), 'unusual-answer', ['no credentials']],
  ['no answer', new NoAnswerError(), 'no-answer', ['10 s', 'firewall']],
  ["the SDK's time-out", sdkTimeout(), 'no-answer', ['in time']],
  ['no such host', connectionError('ENOTFOUND'), 'connection-failed', ['no such host', 'its-endpoint']],
  [
    'no such region',
    Object.assign(connectionError('ENOTFOUND'), { hostname: 'sts.eu-central-1.amazonaws.com' }),
    'connection-failed',
    ['no such host', 'eu-central-1 may not be a region'],
  ],
  ['no name server', connectionError('EAI_AGAIN'), 'connection-failed', ['no such host']],
  ['nothing there', connectionError('ECONNREFUSED'), 'connection-failed', ['Nothing listens', 'its-endpoint']],
  [
    'nothing at any of several addresses',
    Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }),
    'connection-failed',
    ['Answer: ECONNREFUSED\n', 'Nothing listens'],
  ],
  ...[
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'CERT_UNTRUSTED',
    'INVALID_CA',
  ].map((code): Case => [
    code,
    connectionError(code),
    'connection-failed',
    ['private authority', 'NODE_EXTRA_CA_CERTS', 'AWS_CA_BUNDLE', 'NODE_USE_SYSTEM_CA'],
  ]),
  ...['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'].map((code): Case => [
    code,
    connectionError(code),
    'connection-failed',
    ['expired or is not valid yet', 'clock'],
  ]),
  ['another host', connectionError('ERR_TLS_CERT_ALTNAME_INVALID'), 'connection-failed', ['another host']],
  ...['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'].map((code): Case => [
    code,
    connectionError(code),
    'connection-failed',
    ['does not speak TLS'],
  ]),
  ['no way', connectionError('ENETUNREACH'), 'connection-failed', ['No way leads']],
  ['a reset', connectionError('ECONNRESET'), 'connection-failed', ['broke off']],
  ['an answer that broke off', brokenOff(200), 'connection-failed', ['Answer: aborted\n', 'broke off']],
  ['a mistake', new TypeError('x is not a function'), 'unexpected', ['x is not a function', 'report']],
  ['what is no error', 'odd', 'unexpected', ['report']],
];

test.each([...refusals, ...silences])('%s', (_, error, code, names) => {
  const explanation = explained(error);
  expect(explanation).toBeInstanceOf(ActionError);
  expect(explanation.code).toBe(code);
  expect(explanation.cause).toBe(error);
  expect(explanation.message).toMatch(/^Could not ask the service\.\n/);
  expectWhole(explanation);
  for (const name of names) expect(explanation.message).toContain(name);
  expect(explanation.message).not.toContain('undefined');
});

test.each(refusals)("AWS's own words are reported: %s", (_, error) => {
  const { message } = error as Error;
  expect(explained(error).message).toContain(`: ${message}`.trimEnd());
});

test('no password of a proxy is shown', () => {
  const error = new ProxyError(new URL('http://mona:S3cret@proxy:3128'), 'sts.example:443', 502);
  expect(explained(error).message).not.toMatch(/S3cret|mona/);
});

test('no answer is not said to have been missing twice, as one attempt may be all that is allowed', () => {
  expect(explained(new NoAnswerError()).message).not.toContain('twice');
});

test.each([
  [
    'Throttling',
    400,
    { 'retry-after': '900' },
    ['AWS asks to wait 15 minutes', 'Fix: Run the step again after that'],
    'used up',
  ],
  ['Throttling', 400, { 'x-amz-retry-after': '900000' }, ['AWS asks to wait 15 minutes'], 'retry-max'],
  ['Throttling', 400, { 'x-amz-retry-after': 'Infinity' }, ['were used up'], 'asks to wait'],
  ['Throttling', 400, { 'x-amz-retry-after': '1e300' }, ['were used up'], 'asks to wait'],
  [
    'ServiceUnavailable',
    503,
    { date: 'Sat, 01 Aug 2026 12:00:00 GMT', 'x-amz-retry-after': String(Date.UTC(2026, 7, 1, 12, 15)) },
    ['AWS asks to wait 15 minutes'],
    'used up',
  ],
  ['ServiceUnavailable', 503, { 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }, ['were used up'], 'asks to wait'],
  ['Throttling', 400, { 'retry-after': '60' }, ['were used up', 'retry-max-attempts'], 'asks to wait'],
  [
    'Other',
    500,
    { 'retry-after': '3600' },
    ['AWS asks to wait 60 minutes', 'Fix: Run the step again after that'],
    'used up',
  ],
  ['ServiceUnavailable', 503, { 'retry-after': '3600' }, ['AWS asks to wait 60 minutes'], 'used up'],
  ['ServiceUnavailable', 503, { 'retry-after': '60' }, ['were used up', 'status page'], 'asks to wait'],
  ['AccessDenied', 403, { 'retry-after': '3600' }, ['A policy denies'], 'asks to wait'],
])('%s with status %d and %j', (name, status, headers, words, other) => {
  const { message } = explained(
    Object.assign(sdkError(name, 'No.', { status }), { $response: { statusCode: status, headers } }),
  );
  for (const said of words) expect(message).toContain(said);
  expect(message).not.toContain(other);
});

test("a service's own rules are asked first, in their order", () => {
  const rule =
    (code: string, why: string): RefusalRule<FailedCall> =>
    (refusal) =>
      refusal.code === code && { code: 'region-disabled', why, fix: 'Do it.' };
  const rules = [
    rule('Other', 'not asked about'),
    rule('ExpiredToken', 'the first'),
    rule('ExpiredToken', 'the second'),
  ];
  expect(explained(sdkError('ExpiredToken'), rules).message).toContain('Cause: the first\n');
  expect(explained(sdkError('RequestExpired'), rules).code).toBe('clock-skew');
});

test('another code for AccessDenied has the meaning that a service gives that, if it has none of its own', () => {
  const rule =
    (code: string): RefusalRule<FailedCall> =>
    (refusal) =>
      refusal.code === code && { code: 'role-refused', why: `It is ${code}.`, fix: 'Do it.' };
  expect(explained(sdkError('NotAuthorized'), [rule('AccessDenied')]).message).toContain('It is AccessDenied.');
  const both = [rule('AccessDenied'), rule('Unauthorized')];
  expect(explained(sdkError('UnauthorizedException'), both).message).toContain('It is Unauthorized.');
});

test("where AWS's words name the policy, a rule adds what else helps", () => {
  const rule: RefusalRule<FailedCall> = () => ({
    code: 'iam-refused',
    why: 'It may not.',
    fix: 'Allow it.',
    also: 'Or go without.',
  });
  const denied = sdkError('AccessDenied', 'with an explicit deny in a session policy');
  expect(explained(denied, [rule])).toMatchObject({
    code: 'iam-refused',
    message: expect.stringMatching(
      /Cause: A session policy denies .*\nFix: Find that Deny .* Or go without\.$/,
    ) as string,
  });
  expect(explained(sdkError('AccessDenied'), [rule]).message).toMatch(/Cause: It may not\.\nFix: Allow it\.$/);
});

test('no rule explains that there was too much to do', () => {
  const rules: RefusalRule<FailedCall>[] = [() => ({ code: 'region-disabled', why: 'No.', fix: 'Do it.' })];
  expect(explained(sdkError('Throttling'), rules).code).toBe('throttled');
});

test('an answer that lacks what it must hold', () => {
  const error = unusualAnswer('count', 'number', 'its-endpoint');
  expect(error.code).toBe('unusual-answer');
  expect(error.message).toMatch(/^Could not count\.\nAnswer: the answer has no number\nCause: .*its-endpoint/);
  expectWhole(error);
});

test('an error that is explained already stays as it is', () => {
  const error = new ActionError({ code: 'no-credentials', tried: 'start', fix: 'Give some.' });
  expect(explained(error)).toBe(error);
});
