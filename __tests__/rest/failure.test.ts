import { NoAnswerError } from '../../src/network/deadline';
import { UnusualAnswerError } from '../../src/network/failure';
import type { Retry } from '../../src/network/retry';
import { restFailures, RestRefusal } from '../../src/rest/failure';
import { connectionError } from '../aws/sdk-error';

/** Of a service that also says with 403 that there was too much, and how long to wait. */
const failures = restFailures({
  isReached: ({ status, words }) => status === 429 || words === 'too much',
  waitAskedIn: ({ headers }) => (headers['x-wait'] === undefined ? undefined : Number(headers['x-wait'])),
});

function refusal(status: number, words = '', headers: Record<string, string> = {}): RestRefusal {
  return new RestRefusal({ method: 'PUT', url: new URL('https://api.example/secret') }, { status, headers }, words);
}

test.each<[what: string, error: unknown, retry: Retry, mayHaveActed: boolean]>([
  ['a refusal in words', refusal(403, 'no'), 'final', false],
  ['a refusal without words, which may be of what stands between', refusal(403), 'final', true],
  ['the limit, in its own words', refusal(403, 'too much'), 'throttled', false],
  ['the limit, without words', refusal(429), 'throttled', false],
  ['a proxy that wants a password', refusal(407), 'final', false],
  ['a gateway that gave up', refusal(504, 'late'), 'transient', true],
  ['a request that did not arrive whole', refusal(408, 'slow'), 'transient', true],
  ['what is not implemented', refusal(501, 'no'), 'final', true],
  ['a redirect', refusal(302, 'elsewhere'), 'final', true],
  ['an answer that lacks parts', new UnusualAnswerError('id'), 'transient', true],
  ['no answer', new NoAnswerError(), 'unanswered', true],
  ['a connection that broke', connectionError('ECONNRESET'), 'transient', true],
])('%s', (_, error, retry, mayHaveActed) => {
  expect([failures.retryOf(error), failures.mayHaveActed(error)]).toEqual([retry, mayHaveActed]);
});

test.each<[what: string, error: unknown, ms: number | undefined]>([
  ['Retry-After, which comes first', refusal(503, '', { 'retry-after': '7', 'x-wait': '5' }), 7000],
  ['means of its own', refusal(503, '', { 'x-wait': '5' }), 5],
  ['nothing', refusal(503), undefined],
  ['no answer at all', new NoAnswerError(), undefined],
])('the wait that is asked for by %s', (_, error, ms) => {
  expect(failures.waitAskedIn(error)).toBe(ms);
});

test('the log has what was answered, or how the connection failed', () => {
  expect([refusal(403, 'no'), refusal(502), connectionError('ECONNRESET')].map(failures.answerIn)).toEqual([
    'HTTP 403: no',
    'HTTP 502',
    'connect ECONNRESET',
  ]);
});
