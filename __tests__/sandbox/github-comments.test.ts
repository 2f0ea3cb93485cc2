import { startSandbox, type Sandbox } from '../../sandbox/sandbox';

const REPOSITORY = 'octo/app';
const COMMENTS = `/repos/${REPOSITORY}/issues/7/comments`;

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
  sandbox.github.comments.open(REPOSITORY, 7);
});
afterEach(() => sandbox.close());

const tokenFor = (rights: Parameters<Sandbox['github']['secrets']['token']>[0]) => sandbox.github.secrets.token(rights);

async function ask(method: string, path: string, token: string, body?: object): Promise<readonly [number, unknown]> {
  const answer = await fetch(sandbox.github.secrets.apiUrl + path, {
    method,
    headers: { authorization: `token ${token}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  return [answer.status, answer.status === 204 ? undefined : await answer.json()];
}

test('a comment is written, read, changed and removed', async () => {
  const token = tokenFor({ comment: [REPOSITORY] });
  expect(await ask('POST', COMMENTS, token, { body: 'one' })).toMatchObject([201, { id: 1, body: 'one' }]);
  expect(await ask('PATCH', `/repos/${REPOSITORY}/issues/comments/1`, token, { body: 'two' })).toMatchObject([200, {}]);
  const bot = { login: 'github-actions[bot]', type: 'Bot' };
  expect(await ask('GET', COMMENTS, token)).toMatchObject([200, [{ id: 1, body: 'two', user: bot }]]);
  expect(await ask('DELETE', `/repos/${REPOSITORY}/issues/comments/1`, token)).toEqual([204, undefined]);
  expect(sandbox.github.comments.bodies(REPOSITORY, 7)).toEqual([]);
});

test('pages have as many as are asked for, at most 100', async () => {
  const token = tokenFor({ comment: [REPOSITORY] });
  for (let index = 0; index < 120; index++) sandbox.github.comments.write(REPOSITORY, 7, `${index}`);
  const lengths = async (query: string) => ((await ask('GET', COMMENTS + query, token))[1] as unknown[]).length;
  expect([await lengths(''), await lengths('?per_page=500'), await lengths('?per_page=100&page=2')]).toEqual([
    30, 100, 20,
  ]);
});

test('a token of a user says whose it is, and one of a job does not', async () => {
  expect(await ask('GET', '/user', tokenFor({ user: 'mona' }))).toMatchObject([200, { login: 'mona' }]);
  expect((await ask('GET', '/user', tokenFor({})))[0]).toBe(403);
});

test.each<[what: string, status: number, prepare: () => string, body: string, path?: string]>([
  ['too long', 422, () => tokenFor({ comment: [REPOSITORY] }), 'x'.repeat(65_537)],
  [
    'in a locked conversation',
    403,
    () => {
      sandbox.github.comments.lock(REPOSITORY, 7);
      return tokenFor({ comment: [REPOSITORY] });
    },
    'x',
  ],
  ['of a token without the right', 403, () => tokenFor({ see: [REPOSITORY] }), 'x'],
  ['of a token that sees nothing', 404, () => tokenFor({}), 'x'],
  ['of no token', 401, () => 'ghs_EXAMPLE', 'x'],
  ['on no pull request', 404, () => tokenFor({ comment: [REPOSITORY] }), 'x', COMMENTS.replace('7', '8')],
])('a comment %s is refused', async (_, status, prepare, body, path = COMMENTS) => {
  expect((await ask('POST', path, prepare(), { body }))[0]).toBe(status);
  expect(sandbox.github.comments.bodies(REPOSITORY, 7)).toEqual([]);
});
