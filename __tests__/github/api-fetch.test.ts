import { apiFetch, NotGithubError } from '../../src/github/api-fetch';
import { AnswerTooLongError, MAX_ANSWER_BYTES } from '../../src/network/answer-size';

const API = 'https://api.github.example/repos/octo/app';

/** Answers one request after the other, and remembers where they went. */
function answering(...answers: Response[]) {
  const asked: [url: string, options: RequestInit][] = [];
  const fetch = apiFetch((url, options) => {
    asked.push([url, options]);
    return Promise.resolve(answers.shift() ?? Response.error());
  });
  return { fetch, asked };
}

function redirect(location: string, status = 301): Response {
  return new Response('moved', { status, headers: { location } });
}

test('an answer is what it was: status, headers, body', async () => {
  const { fetch, asked } = answering(new Response('{"a": 1}', { status: 404, headers: { 'x-a': 'b' } }));
  const answer = await fetch(API, { method: 'PUT', body: 'x' });
  expect([answer.status, answer.headers.get('x-a'), await answer.text()]).toEqual([404, 'b', '{"a": 1}']);
  expect(asked).toEqual([[API, { method: 'PUT', body: 'x', redirect: 'manual' }]]);
});

test.each([204, 205, 304])('%i has no body', async (status) => {
  const answer = await answering(new Response(null, { status })).fetch(API, {});
  expect([answer.status, answer.body]).toEqual([status, null]);
});

test('a redirect is followed to where the repository is now', async () => {
  const { fetch, asked } = answering(redirect('/repositories/2', 307), new Response('here'));
  expect(await (await fetch(API, { method: 'PUT' })).text()).toBe('here');
  expect(asked.map(([url, { method }]) => `${method ?? ''} ${url}`)).toEqual([
    `PUT ${API}`,
    'PUT https://api.github.example/repositories/2',
  ]);
});

test.each([
  ['https://evil.example/', 'redirects to https://evil.example'],
  ['http://api.github.example/', 'redirects to http://api.github.example'],
  ['https://api.github.example:8443/', 'redirects to https://api.github.example:8443'],
  ['//evil.example/', 'redirects to https://evil.example'],
  ['file:///etc/passwd', 'redirects to null'],
  ['http://[', 'redirects to what is no URL'],
])('but not to %s', async (location, why) => {
  const { fetch, asked } = answering(redirect(location), new Response('there'));
  await expect(fetch(API, {})).rejects.toThrow(why);
  expect(asked).toHaveLength(1);
});

test('nor in a circle', async () => {
  const { fetch, asked } = answering(...Array.from({ length: 10 }, () => redirect('/a')));
  await expect(fetch(API, {})).rejects.toThrow(new NotGithubError('the answers redirect more than 3 times'));
  expect(asked).toHaveLength(4);
});

test('a status that looks like a redirect, and leads nowhere, is an answer', async () => {
  expect((await answering(new Response('x', { status: 300 })).fetch(API, {})).status).toBe(300);
});

test('an answer that is too long is not read', async () => {
  const piece = new Uint8Array(1024 * 1024);
  let read = 0;
  const endless = new ReadableStream({
    pull(controller) {
      read += piece.byteLength;
      controller.enqueue(piece);
    },
  });
  const failure: unknown = await answering(new Response(endless))
    .fetch(API, {})
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(NotGithubError);
  expect((failure as Error).cause).toBeInstanceOf(AnswerTooLongError);
  expect(read).toBeLessThan(2 * MAX_ANSWER_BYTES);
});
