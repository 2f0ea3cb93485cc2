import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { ActionError } from '../../src/errors/action-error';
import { githubApi } from '../../src/github/api';
import { explainIdToken, explainSecret } from '../../src/github/explain';
import { GITHUB_FAILURES } from '../../src/github/failure';
import { githubSecrets } from '../../src/github/secrets';
import type { SecretLocation } from '../../src/identities/stored-secret';
import { systemClock } from '../../src/network/clock';
import { NoAnswerError } from '../../src/network/deadline';
import { UnusualAnswerError } from '../../src/network/failure';
import { RestRefusal } from '../../src/rest/failure';
import { expectWhole } from '../errors/whole';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

const repository: SecretLocation = { of: 'repository', repository: 'octo/app' };
const environment: SecretLocation = { of: 'environment', repository: 'octo/app', environment: 'production' };
const organization: SecretLocation = { of: 'organization', organization: 'octo', visibility: 'private' };

const GITHUB = { issuer: 'GitHub', permission: 'the permission id-token: write' };

/** The error of a check of the place. */
async function failureOf(location: SecretLocation, url = sandbox.github.secrets.apiUrl): Promise<unknown> {
  const settings = { retry: { maxAttempts: 1 }, clock: systemClock, log: () => undefined };
  const secrets = githubSecrets(githubApi(sandbox.github.secrets.token({}), { GITHUB_API_URL: url }, settings));
  return secrets.check([{ store: 'github-secrets', name: 'SEED', location }]).then(
    () => {
      throw new Error('it succeeded');
    },
    (error: unknown) => error,
  );
}

function answering(status: number, message: string, headers: Record<string, string> = {}): void {
  const body = JSON.stringify({ message });
  sandbox.faults.add({ raw: { status, headers: { 'content-type': 'application/json', ...headers }, body } });
}

test.each([
  ['/repos/octo/app/dependabot/secrets', 'Dependabot secrets'],
  ['/orgs/octo/dependabot/secrets', 'Organization dependabot secrets'],
])('what is refused at %s needs the permission "%s"', (path, permission) => {
  const request = { method: 'GET', url: new URL(`https://api.github.com${path}/A`) } as const;
  const refusal = new RestRefusal(request, { status: 403, headers: {} }, 'words');
  expect(explainSecret(refusal, 'try').fix).toContain(`"${permission}: write"`);
});

test.each<[number, string, Record<string, string>, string, string]>([
  [401, 'Bad credentials', {}, 'final', 'github-token-refused'],
  [403, 'Resource not accessible by integration', {}, 'final', 'github-secret-refused'],
  [403, 'Forbidden', { 'x-ratelimit-remaining': '4999' }, 'final', 'github-secret-refused'],
  [404, 'Not Found', {}, 'final', 'github-secret-refused'],
  [403, 'You have exceeded a secondary rate limit.', {}, 'throttled', 'throttled'],
  [403, 'API rate limit exceeded for user ID 1.', {}, 'throttled', 'throttled'],
  [403, 'Forbidden', { 'retry-after': '60' }, 'throttled', 'throttled'],
  [403, 'Forbidden', { 'x-ratelimit-remaining': '0' }, 'throttled', 'throttled'],
  [429, 'Too many requests', {}, 'throttled', 'throttled'],
  [404, 'Not Found', { 'x-ratelimit-remaining': '0' }, 'final', 'github-secret-refused'],
  [422, 'Validation failed', {}, 'final', 'unexpected'],
  [500, 'Server Error', {}, 'transient', 'service-unavailable'],
  [503, 'Unavailable', {}, 'transient', 'service-unavailable'],
  [408, 'Request timed out', {}, 'transient', 'service-unavailable'],
  [501, 'Not implemented', {}, 'final', 'unusual-answer'],
  [302, 'Found', {}, 'final', 'unusual-answer'],
])('%i "%s" %j is %s and explained as %s', async (status, message, headers, retry, code) => {
  answering(status, message, headers);
  const failure = await failureOf(repository);
  expect(GITHUB_FAILURES.retryOf(failure)).toBe(retry);
  const explained = explainSecret(failure, 'check the secrets of octo/app');
  expect(explained.code).toBe(code);
  expect(explained.cause).toBe(failure);
  expectWhole(explained);
  expect(explained.message.split('\n').slice(0, 2)).toEqual([
    'Could not check the secrets of octo/app.',
    `Answer: HTTP ${status} to GET ${sandbox.github.secrets.apiUrl}/repos/octo/app/actions/secrets/public-key: ${message}`,
  ]);
});

test.each([403, 429, 500, 503])('a wait that is too long is named with %i', async (status) => {
  answering(status, 'Later', { 'retry-after': '3600' });
  const failure = await failureOf(repository);
  for (const { message } of [explainSecret(failure, 'write'), explainIdToken(failure, GITHUB, 'sts.amazonaws.com')]) {
    expect(message).toContain('GitHub asks to wait 60 minutes');
    expect(message).not.toMatch(/used up|id-token: write/);
  }
});

test.each<[SecretLocation, string, string]>([
  [repository, '"Secrets: write"', 'no such repository'],
  [environment, '"Environments: write"', 'no such environment'],
  [organization, '"Organization secrets: write"', 'no such organization'],
])('the permission for %j is named', async (location, permission, absent) => {
  answering(403, 'Resource not accessible by integration');
  const forbidden = explainSecret(await failureOf(location), 'write');
  expect(forbidden.message).toContain(`lacks the permission ${permission}`);
  expect(forbidden.fix).toContain(permission);
  expect(forbidden.message).toContain('GITHUB_TOKEN');
  sandbox.faults.clear();
  answering(404, 'Not Found');
  const missing = explainSecret(await failureOf(location), 'write');
  expect(missing.message).toContain(absent);
  expect(missing.fix).toContain(permission);
});

test('the token is in no message', async () => {
  const token = sandbox.github.secrets.token({});
  const settings = { retry: { maxAttempts: 1 }, clock: systemClock, log: () => undefined };
  const secrets = githubSecrets(githubApi(token, { GITHUB_API_URL: sandbox.github.secrets.apiUrl }, settings));
  const failure: unknown = await secrets
    .check([{ store: 'github-secrets', name: 'SEED', location: repository }])
    .catch((error: unknown) => error);
  expect(JSON.stringify([failure, explainSecret(failure, 'write').message])).not.toContain(token);
});

describe('without an answer', () => {
  test('a connection that broke', async () => {
    sandbox.faults.add({ reset: true });
    const failure = await failureOf(repository);
    expect(GITHUB_FAILURES.retryOf(failure)).toBe('transient');
    expect(explainSecret(failure, 'write').code).toBe('connection-failed');
  });

  test('a connection that was closed', async () => {
    const server = createServer((socket) => socket.once('data', () => socket.end())).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const failure = await failureOf(repository, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.close();
    expect(GITHUB_FAILURES.retryOf(failure)).toBe('transient');
    expect(explainSecret(failure, 'write').code).toBe('connection-failed');
  });

  test('a port where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const failure = await failureOf(repository, `http://127.0.0.1:${port}`);
    expect(GITHUB_FAILURES.retryOf(failure)).toBe('unanswered');
    const explained = explainSecret(failure, 'write');
    expect(explained.code).toBe('connection-failed');
    expectWhole(explained);
    expect(explained.message).toContain('ECONNREFUSED');
  });

  test.each<[string, string, string, string]>([
    ['ETIMEDOUT', 'unanswered', 'no-answer', 'did not answer in time'],
    ['EAI_AGAIN', 'transient', 'connection-failed', 'no such host'],
    ['ENOTFOUND', 'unanswered', 'connection-failed', 'no such host'],
    ['CERT_HAS_EXPIRED', 'final', 'connection-failed', 'expired'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'final', 'connection-failed', 'NODE_EXTRA_CA_CERTS'],
  ])('%s', (code, retry, explained, words) => {
    const failure = Object.assign(new Error('words'), { code });
    expect(GITHUB_FAILURES.retryOf(failure)).toBe(retry);
    for (const error of [explainSecret(failure, 'write'), explainIdToken(failure, GITHUB, 'sts.amazonaws.com')]) {
      expect(error.code).toBe(explained);
      expect(error.message).toContain(words);
      expectWhole(error);
    }
  });

  test('several addresses, none of which could be reached', () => {
    const failure = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    expect(explainSecret(failure, 'write').message).toContain('Answer: ECONNREFUSED');
  });

  test('in time', () => {
    expect(GITHUB_FAILURES.retryOf(new NoAnswerError())).toBe('unanswered');
    expect(explainSecret(new NoAnswerError(), 'write').code).toBe('no-answer');
  });
});

test('an answer that is not whole is not GitHub’s, or may be whole the next time', () => {
  const failure = new UnusualAnswerError('key');
  expect(GITHUB_FAILURES.retryOf(failure)).toBe('transient');
  expect(explainSecret(failure, 'write')).toMatchObject({
    code: 'unusual-answer',
    message: expect.stringContaining('Answer: the answer has no key'),
  });
});

test('a redirect to another host is not GitHub’s, and stays so', async () => {
  sandbox.faults.add({ raw: { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' } });
  const failure = await failureOf(repository);
  expect(GITHUB_FAILURES.retryOf(failure)).toBe('final');
  expect(explainSecret(failure, 'write')).toMatchObject({
    code: 'unusual-answer',
    message: expect.stringContaining('Answer: the answer redirects to http://127.0.0.1:1\n'),
  });
});

test.each<[string, () => unknown, string, string]>([
  ['a mistake in the code', () => new TypeError('a mistake'), 'final', 'a mistake'],
  ['something thrown that is no error', () => 'text', 'final', 'text'],
])('%s has no cause to tell', (_, make, retry, answer) => {
  const failure = make();
  expect(GITHUB_FAILURES.retryOf(failure)).toBe(retry);
  const explained = explainSecret(failure, 'write');
  expect(explained.code).toBe('unexpected');
  expect(explained.message).toContain(`Answer: ${answer}`);
});

test('what is explained already stays as it is', () => {
  const explained = new ActionError({ code: 'no-answer', tried: 'write', fix: 'wait' });
  expect(explainSecret(explained, 'read')).toBe(explained);
});
