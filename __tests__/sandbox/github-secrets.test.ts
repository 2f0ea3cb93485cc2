import sodium from 'libsodium-wrappers';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';

let sandbox: Sandbox;
let token: string;
beforeEach(async () => {
  sandbox = await startSandbox();
  sandbox.github.secrets.createRepository('octo/app');
  sandbox.github.secrets.createEnvironment('octo/app', 'prod/eu');
  sandbox.github.secrets.createOrganization('octo');
  const owners = ['octo/app', 'org:octo'];
  token = sandbox.github.secrets.token({ write: owners, writeDependabot: owners });
});
afterEach(() => sandbox.close());

interface Key {
  readonly key_id: string;
  readonly key: string;
}

/** What GitHub answers: its status and, where there is one, its body. */
async function ask(method: string, path: string, body?: object, authorization = `Bearer ${token}`) {
  const response = await fetch(sandbox.github.secrets.apiUrl + path, {
    method,
    headers: authorization ? { authorization } : {},
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text ? JSON.parse(text) : undefined) as unknown };
}

async function publicKey(path: string): Promise<Key> {
  return (await ask('GET', `${path}/public-key`)).body as Key;
}

/** Seals as a client does that knows nothing of the sandbox. */
async function sealed(path: string, value: string) {
  await sodium.ready;
  const { key, key_id } = await publicKey(path);
  const box = sodium.crypto_box_seal(value, Buffer.from(key, 'base64'));
  return { encrypted_value: Buffer.from(box).toString('base64'), key_id };
}

const repository = '/repos/octo/app/actions/secrets';
const environment = '/repos/octo/app/environments/prod%2Feu/secrets';
const organization = '/orgs/octo/actions/secrets';

const places = [
  { path: repository, owner: 'octo/app', of: {}, extra: {} },
  { path: environment, owner: 'octo/app', of: { environment: 'prod/eu' }, extra: {} },
  { path: organization, owner: 'org:octo', of: {}, extra: { visibility: 'private' } },
  { path: '/repos/octo/app/dependabot/secrets', owner: 'octo/app', of: { program: 'dependabot' as const }, extra: {} },
  {
    path: '/orgs/octo/dependabot/secrets',
    owner: 'org:octo',
    of: { program: 'dependabot' as const },
    extra: { visibility: 'private' },
  },
];

test.each(places)('a secret lives and dies in $path', async ({ path, owner, of, extra }) => {
  const value = () => sandbox.github.secrets.value(owner, 'SEED', of);
  expect(value()).toBeUndefined();
  expect(await ask('GET', `${path}/SEED`)).toEqual({ status: 404, body: { message: 'Not Found' } });
  const first = { ...(await sealed(path, 'first')), ...extra };
  expect(await ask('PUT', `${path}/SEED`, first)).toEqual({ status: 201, body: {} });
  expect(value()).toBe('first');
  const second = { ...(await sealed(path, 'sécond')), ...extra };
  expect(await ask('PUT', `${path}/seed`, second)).toEqual({ status: 204, body: undefined });
  expect(value()).toBe('sécond');
  expect(await ask('DELETE', `${path}/SEED`)).toEqual({ status: 204, body: undefined });
  expect(value()).toBeUndefined();
  expect(await ask('DELETE', `${path}/SEED`)).toEqual({ status: 404, body: { message: 'Not Found' } });
});

test.each(places)('GitHub tells of a secret in $path everything but its value', async ({ path, extra }) => {
  const put = { ...(await sealed(path, 'value')), ...extra };
  const created = whole(sandbox.clock.now());
  await ask('PUT', `${path}/SEED`, put);
  sandbox.clock.advance(90_000);
  const updated = whole(sandbox.clock.now());
  await ask('PUT', `${path}/SEED`, put);
  const { body } = await ask('GET', `${path}/SEED`);
  expect(body).toEqual({ name: 'SEED', created_at: expect.any(String), updated_at: expect.any(String), ...extra });
  const { created_at, updated_at } = body as { created_at: string; updated_at: string };
  expect(updated_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(Date.parse(created_at)).toBeGreaterThanOrEqual(created);
  expect(Date.parse(created_at) - created).toBeLessThan(5_000);
  expect(Date.parse(updated_at) - updated).toBeLessThan(5_000);
  expect(Date.parse(updated_at)).toBeGreaterThanOrEqual(updated);
});

const whole = (date: Date) => Math.floor(date.getTime() / 1000) * 1000;

test('places do not share secrets or keys', async () => {
  await ask('PUT', `${repository}/SEED`, await sealed(repository, 'value'));
  expect((await ask('GET', `${environment}/SEED`)).status).toBe(404);
  const keys = await Promise.all(places.map(({ path }) => publicKey(path)));
  expect(new Set(keys.map(({ key }) => key)).size).toBe(5);
  expect(new Set(keys.map(({ key_id }) => key_id)).size).toBe(5);
});

test('secrets are listed by name, page by page', async () => {
  for (const name of ['C', 'A', 'B']) await ask('PUT', `${repository}/${name}`, await sealed(repository, name));
  const names = async (query: string) => {
    const { body } = await ask('GET', `${repository}?${query}`);
    const { total_count, secrets } = body as { total_count: number; secrets: { name: string }[] };
    expect(total_count).toBe(3);
    return secrets.map(({ name }) => name);
  };
  expect(await names('')).toEqual(['A', 'B', 'C']);
  expect(await names('per_page=2')).toEqual(['A', 'B']);
  expect(await names('per_page=2&page=2')).toEqual(['C']);
});

describe('a value is refused', () => {
  const improper = 'Bad request - validation failed due to an improperly encrypted secret';
  test.each<[string, string, (put: Awaited<ReturnType<typeof sealed>>) => object, RegExp]>([
    ['with the id of another key', 'SEED', (put) => ({ ...put, key_id: '1' }), /key_id is not that of the current key/],
    ['without the id of a key', 'SEED', ({ encrypted_value }) => ({ encrypted_value }), /"key_id" wasn't supplied/],
    ['that is missing', 'SEED', ({ key_id }) => ({ key_id }), /"encrypted_value" wasn't supplied/],
    ['that is no base64', 'SEED', (put) => ({ ...put, encrypted_value: '***' }), RegExp(improper)],
    ['that is no box', 'SEED', (put) => ({ ...put, encrypted_value: 'dmFsdWU=' }), RegExp(improper)],
    ['with a name of GitHub', 'GITHUB_SEED', (put) => put, /must not start with GITHUB_/],
    ['with a hyphen in its name', 'MFA-SEED', (put) => put, /letters, digits and underscores/],
    ['with a digit before its name', '1SEED', (put) => put, /do not start with a digit/],
  ])('%s', async (_, name, change, message) => {
    const answer = await ask('PUT', `${repository}/${name}`, change(await sealed(repository, 'value')));
    expect(answer).toEqual({ status: 422, body: { message: expect.stringMatching(message) } });
    expect(sandbox.github.secrets.value('octo/app', name)).toBeUndefined();
  });

  test('sealed to the key of another place', async () => {
    const { encrypted_value } = await sealed(environment, 'value');
    const { key_id } = await publicKey(repository);
    const answer = await ask('PUT', `${repository}/SEED`, { encrypted_value, key_id });
    expect(answer).toEqual({ status: 422, body: { message: improper } });
  });

  test('sealed to a key that was replaced; what was stored before can still be read', async () => {
    const put = await sealed(repository, 'old');
    await ask('PUT', `${repository}/SEED`, put);
    sandbox.github.secrets.rotateKey('octo/app');
    expect((await ask('PUT', `${repository}/SEED`, put)).status).toBe(422);
    expect(sandbox.github.secrets.value('octo/app', 'SEED')).toBe('old');
    expect((await ask('PUT', `${repository}/SEED`, await sealed(repository, 'new'))).status).toBe(204);
  });

  test.each([
    [49_152, 201],
    [49_153, 422],
  ])('at %i bytes: %i', async (bytes, status) => {
    const put = await sealed(repository, 'x'.repeat(bytes));
    expect((await ask('PUT', `${repository}/SEED`, put)).status).toBe(status);
  });
});

describe('a secret of an organization', () => {
  const selected = async () => {
    const { body } = await ask('GET', `${organization}/SEED/repositories`);
    return (body as { repositories: { full_name: string }[] }).repositories.map(({ full_name }) => full_name);
  };

  test('must say who may use it', async () => {
    expect((await ask('PUT', `${organization}/SEED`, await sealed(organization, 'value'))).status).toBe(422);
  });

  test('is for the repositories that each update names', async () => {
    const { id } = sandbox.github.secrets.createRepository('octo/web');
    const put = { ...(await sealed(organization, 'value')), visibility: 'selected' };
    expect((await ask('PUT', `${organization}/SEED`, { ...put, selected_repository_ids: [id] })).status).toBe(201);
    expect(await selected()).toEqual(['octo/web']);
    expect((await ask('PUT', `${organization}/SEED`, put)).status).toBe(204);
    expect(await selected()).toEqual([]);
  });

  test.each([
    { visibility: 'private', selected_repository_ids: [1] },
    { visibility: 'selected', selected_repository_ids: [99] },
    { visibility: 'selected', selected_repository_ids: '1' },
  ])('cannot be for %j', async (audience) => {
    const put = { ...(await sealed(organization, 'value')), ...audience };
    expect((await ask('PUT', `${organization}/SEED`, put)).status).toBe(422);
  });
});

describe('a token', () => {
  const forbidden = { status: 403, body: { message: 'Resource not accessible by integration' } };
  const absent = { status: 404, body: { message: 'Not Found' } };

  test.each([
    ['', 'Requires authentication'],
    ['Bearer ghp_unknown', 'Bad credentials'],
  ])('in "%s" is refused', async (authorization, message) => {
    const answer = await ask('GET', `${repository}/public-key`, undefined, authorization);
    expect(answer).toEqual({ status: 401, body: { message } });
  });

  test('may be given as either kind', async () => {
    for (const kind of ['token', 'Bearer']) {
      expect((await ask('GET', `${repository}/public-key`, undefined, `${kind} ${token}`)).status).toBe(200);
    }
  });

  test('that may read cannot write', async () => {
    await ask('PUT', `${repository}/SEED`, await sealed(repository, 'value'));
    const reader = `token ${sandbox.github.secrets.token({ read: ['octo/app'] })}`;
    expect((await ask('GET', `${repository}/public-key`, undefined, reader)).status).toBe(200);
    const put = await sealed(repository, 'other');
    expect(await ask('PUT', `${repository}/SEED`, put, reader)).toEqual(forbidden);
    expect(await ask('DELETE', `${repository}/SEED`, undefined, reader)).toEqual(forbidden);
    expect(sandbox.github.secrets.value('octo/app', 'SEED')).toBe('value');
  });

  test('of a job sees its repository, but no secrets', async () => {
    const job = `token ${sandbox.github.secrets.token({ see: ['octo/app'] })}`;
    for (const path of ['', '/public-key', '/SEED']) {
      expect(await ask('GET', repository + path, undefined, job)).toEqual(forbidden);
    }
    expect(await ask('GET', `${organization}/public-key`, undefined, job)).toEqual(absent);
  });

  test.each(['/repos/octo/none', '/repos/octo/app/environments/none', '/orgs/none'])('finds no %s', async (path) => {
    token = sandbox.github.secrets.token({ write: ['octo/none', 'octo/app', 'org:none'] });
    const secrets = path.includes('/environments/') ? `${path}/secrets` : `${path}/actions/secrets`;
    expect(await ask('GET', `${secrets}/public-key`)).toEqual(absent);
  });
});

test('what is recorded names the secret, and never holds its value', async () => {
  await ask('PUT', `${environment}/SEED`, await sealed(environment, 'value'));
  await ask('GET', `${organization}/SEED`);
  expect(sandbox.requests.map(({ service, action, params, status }) => ({ service, action, params, status }))).toEqual([
    {
      service: 'github',
      action: 'GET public-key',
      params: { owner: 'octo/app', environment: 'prod/eu' },
      status: 200,
    },
    {
      service: 'github',
      action: 'PUT secret',
      params: { owner: 'octo/app', environment: 'prod/eu', name: 'SEED' },
      status: 201,
    },
    { service: 'github', action: 'GET secret', params: { owner: 'org:octo', name: 'SEED' }, status: 404 },
  ]);
});

test.each(['/repos/octo/app/secrets', `${repository}/SEED/repositories`, '/users/mona'])(
  '%s is not known',
  async (path) => {
    expect((await fetch(sandbox.github.secrets.apiUrl + path)).status).toBe(404);
    expect(sandbox.requests[0]?.service).toBe('unknown');
  },
);

test('a body that is no JSON is refused', async () => {
  const response = await fetch(`${sandbox.github.secrets.apiUrl}${repository}/SEED`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: 'value',
  });
  expect([response.status, await response.json()]).toEqual([400, { message: 'Problems parsing JSON' }]);
});

describe('a fault', () => {
  const put = async () => ask('PUT', `${repository}/SEED`, await sealed(repository, 'value'));
  const value = () => sandbox.github.secrets.value('octo/app', 'SEED');
  const scope = { service: 'github', action: 'PUT secret', times: 1 } as const;

  test('before GitHub acts', async () => {
    sandbox.faults.add({ ...scope, reset: true });
    await expect(put()).rejects.toThrow();
    expect(value()).toBeUndefined();
  });

  test('after GitHub acted', async () => {
    sandbox.faults.add({ ...scope, resetAfter: true });
    await expect(put()).rejects.toThrow();
    expect(value()).toBe('value');
  });

  test('without an end', async () => {
    sandbox.faults.add({ ...scope, hang: true });
    const first = await Promise.race([put(), new Promise((resolve) => setTimeout(resolve, 200, 'waiting'))]).catch(
      () => 'broken',
    );
    expect(first).toBe('waiting');
    expect(value()).toBeUndefined();
  });

  test('in words of GitHub', async () => {
    const error = { status: 403, code: 'RateLimit', message: 'You have exceeded a secondary rate limit' };
    sandbox.faults.add({ ...scope, error });
    expect(await put()).toEqual({ status: 403, body: { message: error.message } });
    expect(value()).toBeUndefined();
  });
});
