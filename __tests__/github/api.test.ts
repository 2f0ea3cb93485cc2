import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { githubApi } from '../../src/github/api';
import { NotGithubError } from '../../src/github/failure';
import { AnswerTooLongError } from '../../src/network/answer-size';
import { systemClock } from '../../src/network/clock';

let sandbox: Sandbox;
beforeEach(async () => (sandbox = await startSandbox()));
afterEach(() => sandbox.close());

/** A request of the API in the sandbox, tried once. */
function ask(method: 'GET' | 'PUT' | 'DELETE' = 'GET', path = '/repos/octo/app', parameters: object = {}) {
  const settings = { retry: { maxAttempts: 1 }, clock: systemClock, log: () => undefined };
  const api = githubApi('ghp_EXAMPLE', { GITHUB_API_URL: sandbox.github.secrets.apiUrl }, settings);
  return api({ method, path, parameters, read: (data) => data });
}

function answer(status: number, body = '', headers: Record<string, string> = {}): void {
  sandbox.faults.add({ times: 1, raw: { status, headers, body } });
}

const paths = () => sandbox.requests.map(({ path }) => path);

test('a request has its parameters in the query, or in the body, and the token', async () => {
  answer(200, '{"a": 1}');
  expect(await ask('GET', '/repos/octo/app', { page: 2 })).toEqual({ a: 1 });
  answer(204);
  expect(await ask('PUT', '/repos/octo/app', { key_id: '1' })).toBeUndefined();
  const [get, put] = sandbox.requests;
  expect([get?.path, put?.path]).toEqual(['/api/v3/repos/octo/app', '/api/v3/repos/octo/app']);
  expect(get?.headers).toMatchObject({
    authorization: 'token ghp_EXAMPLE',
    'user-agent': expect.stringMatching(/^aws-identity-action /) as string,
  });
  expect(put?.headers['content-length']).toBe(String('{"key_id":"1"}'.length));
});

test('what is refused is so in GitHub’s words', async () => {
  answer(404, '{"message": "Not Found"}');
  await expect(ask()).rejects.toThrow(/^HTTP 404: Not Found$/);
  answer(502, '<html>Bad Gateway</html>');
  await expect(ask()).rejects.toThrow(/^HTTP 502$/);
});

test('a redirect is followed to where the repository is now', async () => {
  answer(307, 'moved', { location: '/api/v3/repositories/2' });
  answer(200, '"here"');
  expect(await ask('PUT')).toBe('here');
  expect(paths()).toEqual(['/api/v3/repos/octo/app', '/api/v3/repositories/2']);
});

test.each([
  ['https://evil.example/', 'redirects to https://evil.example'],
  ['http://127.0.0.1:1/', 'redirects to http://127.0.0.1:1'],
  ['//evil.example/', 'redirects to http://evil.example'],
  ['file:///etc/passwd', 'redirects to null'],
  ['http://[', 'redirects to what is no URL'],
])('but not to %s', async (location, why) => {
  answer(301, 'moved', { location });
  await expect(ask()).rejects.toThrow(why);
  expect(sandbox.requests).toHaveLength(1);
});

test('nor in a circle', async () => {
  sandbox.faults.add({ raw: { status: 302, headers: { location: '/a' }, body: '' } });
  await expect(ask()).rejects.toThrow(new NotGithubError('the answers redirect more than 3 times'));
  expect(sandbox.requests).toHaveLength(4);
});

test('a status that looks like a redirect, and leads nowhere, is a refusal', async () => {
  answer(300, 'x');
  await expect(ask()).rejects.toThrow('HTTP 300');
});

test('an answer that is too long is not read', async () => {
  sandbox.faults.add({ endless: { status: 200, headers: {}, body: '"text' } });
  await expect(ask()).rejects.toThrow(AnswerTooLongError);
});

test('a request that did not leave is not one without an answer', async () => {
  const onUnanswered = jest.fn();
  const settings = { retry: { maxAttempts: 2 }, clock: systemClock, log: () => undefined };
  const api = githubApi('ghp_EXAMPLE', { GITHUB_API_URL: 'http://127.0.0.1:1' }, settings);
  const asked = api({ method: 'PUT', path: '/repos/octo/app', read: (data) => data, onUnanswered });
  await expect(asked).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(onUnanswered).not.toHaveBeenCalled();
});
