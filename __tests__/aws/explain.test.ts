import { explainFailure, unusualAnswer, type RefusalRule, type FailedCall } from '../../src/aws/explain';
import { UnusualAnswerError } from '../../src/aws/failure';
import { ActionError, type ErrorCode } from '../../src/errors/action-error';
import { NoAnswerError } from '../../src/network/deadline';
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

type Case = [what: string, error: unknown, code: ErrorCode, names: readonly string[]];

const refusals: Case[] = [
  ['throttling', sdkError('Throttling', 'Rate exceeded'), 'throttled', ['retry-max-attempts']],
  ['session credentials that are over', sdkError('ExpiredToken'), 'source-credentials-expired', ['earlier step']],
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
  ['a request that is over', sdkError('RequestExpired'), 'clock-skew', ['5 minutes']],
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
  ...[
    'InvalidClientTokenId',
    'InvalidAccessKeyId',
    'UnrecognizedClientException',
    'MissingAuthenticationToken',
    'IncompleteSignature',
  ].map((code): Case => [code, sdkError(code), 'invalid-credentials', ['does not know the access key ID']]),
  ['a region not enabled', sdkError('RegionDisabledException'), 'region-disabled', ['eu-central-1', 'aws-region']],
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
  ['a page instead of AWS', unreadable(200), 'unusual-answer', ['Answer: HTTP 200\n', 'its-endpoint']],
  ["a page instead of AWS's error", pageFor(502), 'unusual-answer', ['Answer: HTTP 502\n', 'its-endpoint']],
  ['an answer that lacks parts', new UnusualAnswerError('credentials'), 'unusual-answer', ['no credentials']],
  ['no answer', new NoAnswerError(), 'no-answer', ['10 s', 'firewall']],
  ["the SDK's time-out", sdkTimeout(), 'no-answer', ['twice']],
  ['no such host', connectionError('ENOTFOUND'), 'connection-failed', ['no such host', 'eu-central-1']],
  ['no name server', connectionError('EAI_AGAIN'), 'connection-failed', ['no such host']],
  ['nothing there', connectionError('ECONNREFUSED'), 'connection-failed', ['Nothing listens', 'its-endpoint']],
  ...['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'CERT_HAS_EXPIRED', 'ERR_TLS_X'].map(
    (code): Case => [code, connectionError(code), 'connection-failed', ['NODE_EXTRA_CA_CERTS']],
  ),
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

test.each(refusals)("AWS's own words are told: %s", (_, error) => {
  const { message } = error as Error;
  expect(explained(error).message).toContain(`: ${message}`.trimEnd());
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
