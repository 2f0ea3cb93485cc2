import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { answerIn, refusalOf, retryOf, statusOfAnswer } from '../../src/aws/failure';
import { requestOfAws } from '../../src/aws/json-request';
import { agentsFor } from '../../src/network/agents';
import { never } from './local-aws';

let sandbox: Sandbox;
beforeEach(async () => (sandbox = await startSandbox()));
afterEach(() => sandbox.close());

async function answered(status: number, headers: Record<string, string>, body: string) {
  sandbox.faults.clear();
  sandbox.faults.add({ raw: { status, headers, body } });
  const url = new URL(sandbox.url);
  return requestOfAws({ method: 'POST', url, headers: {}, body: '{}', signal: never }, await agentsFor(url));
}

const failure = (...answer: Parameters<typeof answered>) =>
  answered(...answer).then(
    () => undefined,
    (error: unknown) => error,
  );

test('what succeeds is given back', async () => {
  expect(await answered(201, {}, '{"subjectArn":"arn"}')).toMatchObject({ status: 201, data: { subjectArn: 'arn' } });
});

test.each<[what: string, headers: Record<string, string>, body: object, code: string, message: string]>([
  ['the header', { 'x-amzn-errortype': 'AccessDeniedException' }, { message: 'no' }, 'AccessDenied', 'no'],
  [
    'the header, with the address of a definition',
    { 'x-amzn-errortype': 'SlowDownException:http://internal.amazon.com/coral/com.amazonaws.sso.oidc/' },
    { error: 'slow_down', error_description: 'Slow down' },
    'SlowDown',
    'Slow down',
  ],
  ['the type', {}, { __type: 'com.amazonaws#ForbiddenException', message: 'No access' }, 'Forbidden', 'No access'],
  ['the code', {}, { code: 'ValidationException', Message: 'no' }, 'Validation', 'no'],
  ['the error of OAuth', {}, { error: 'access_denied' }, 'AccessDenied', ''],
])('a refusal has its code from %s', async (_, headers, body, code, message) => {
  const error = await failure(400, headers, JSON.stringify(body));
  expect(refusalOf(error)).toMatchObject({ code, message, status: 400 });
});

test('it is retried by its kind, and its time is known', async () => {
  const date = new Date('2026-01-31T12:00:00Z');
  const busy = await failure(429, { 'x-amzn-errortype': 'TooManyRequestsException' }, '{}');
  expect(retryOf(busy)).toBe('throttled');
  const denied = await failure(403, { 'x-amzn-errortype': 'AccessDeniedException', date: date.toUTCString() }, '{}');
  expect(retryOf(denied)).toBe('final');
  expect(refusalOf(denied)?.date).toEqual(date);
  expect(retryOf(await failure(500, { 'x-amzn-errortype': 'InternalServerException' }, '{}'))).toBe('transient');
});

test('a success without JSON holds nothing', async () => {
  expect((await answered(200, {}, '')).data).toBeUndefined();
});

test.each([
  [403, '<html>'],
  [404, '{}'],
])('an answer with %s and %s is not of AWS', async (status, body) => {
  const error = await failure(status, {}, body);
  expect(refusalOf(error)).toBeUndefined();
  expect(statusOfAnswer(error)).toBe(status);
  expect(answerIn(error)).toBe(`HTTP ${status}`);
});
