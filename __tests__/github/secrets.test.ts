import type { Failure } from '../../sandbox/faults';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { githubApi } from '../../src/github/api';
import { explainSecret } from '../../src/github/explain';
import { seal } from '../../src/github/sealed-box';
import { githubSecrets, type GithubSecrets } from '../../src/github/secrets';
import type { GithubSecret, SecretLocation } from '../../src/identities/stored-secret';
import { systemClock } from '../../src/network/clock';

let sandbox: Sandbox;
let secrets: GithubSecrets;
let log: string[];
let waits: number[];
const printed: jest.SpyInstance[] = [];

beforeEach(async () => {
  sandbox = await startSandbox();
  sandbox.github.secrets.createRepository('octo/app');
  sandbox.github.secrets.createEnvironment('octo/app', 'prod/eu');
  sandbox.github.secrets.createOrganization('octo');
  log = [];
  waits = [];
  const owners = ['octo/app', 'org:octo'];
  secrets = connect({ write: owners, writeDependabot: owners });
  for (const method of ['debug', 'info', 'log', 'warn', 'error'] as const) printed.push(jest.spyOn(console, method));
});
afterEach(async () => {
  for (const method of printed.splice(0)) expect(method).not.toHaveBeenCalled();
  await sandbox.close();
});

function connect(rights: Parameters<Sandbox['github']['secrets']['token']>[0], maxAttempts = 3): GithubSecrets {
  const { secrets: github } = sandbox.github;
  const sleep = (ms: number) => {
    waits.push(ms);
    return Promise.resolve();
  };
  const clock = { ...systemClock, random: () => 0, sleep };
  const settings = { retry: { maxAttempts }, clock, log: (line: string) => log.push(line) };
  return githubSecrets(githubApi(github.token(rights), { GITHUB_API_URL: github.apiUrl }, settings));
}

const repository: SecretLocation = { of: 'repository', repository: 'octo/app' };
const environment: SecretLocation = { of: 'environment', repository: 'octo/app', environment: 'prod/eu' };
const organization: SecretLocation = { of: 'organization', organization: 'octo', visibility: 'private' };

const locations: { name: string; location: SecretLocation; stored: () => string | undefined }[] = [
  { name: 'repository', location: repository, stored: () => sandbox.github.secrets.value('octo/app', 'SEED') },
  {
    name: 'environment',
    location: environment,
    stored: () => sandbox.github.secrets.value('octo/app', 'SEED', { environment: 'prod/eu' }),
  },
  { name: 'organization', location: organization, stored: () => sandbox.github.secrets.value('org:octo', 'SEED') },
];

describe('secrets for Dependabot', () => {
  const forDependabot = (location: SecretLocation): GithubSecret => ({
    store: 'dependabot-secrets',
    name: 'SEED',
    location,
  });

  test.each([
    ['repository', repository, 'octo/app'],
    ['organization', organization, 'org:octo'],
  ])('of a %s are others than those of Actions, with a key of their own', async (_, location, owner) => {
    const value = (program?: 'dependabot') =>
      sandbox.github.secrets.value(owner, 'SEED', { ...(program && { program }) });
    await secrets.put(seed(location), 'for Actions');
    await secrets.put(forDependabot(location), 'for Dependabot');
    expect([value(), value('dependabot')]).toEqual(['for Actions', 'for Dependabot']);
    expect(actions().filter((action) => action === 'GET public-key')).toHaveLength(2);
    expect(await secrets.updatedAt(forDependabot(location))).toBeInstanceOf(Date);
    await secrets.remove(forDependabot(location));
    expect([value(), value('dependabot')]).toEqual(['for Actions', undefined]);
  });

  test('need a permission of their own', async () => {
    secrets = connect({ write: ['octo/app'] });
    await expect(secrets.check([forDependabot(repository)])).rejects.toMatchObject({ status: 403 });
  });
});

describe('repositories are selected for a secret of an organization', () => {
  const selected: GithubSecret = {
    store: 'github-secrets',
    name: 'SEED',
    location: { of: 'organization', organization: 'octo', visibility: 'selected', repositories: ['app', 'tools'] },
  };
  const audience = async () => {
    const { apiUrl } = sandbox.github.secrets;
    const authorization = `Bearer ${sandbox.github.secrets.token({ write: ['org:octo'] })}`;
    const answer = await fetch(`${apiUrl}/orgs/octo/actions/secrets/SEED/repositories`, { headers: { authorization } });
    return ((await answer.json()) as { repositories: { full_name: string }[] }).repositories.map(
      (one) => one.full_name,
    );
  };

  test('that is made new, by their names; one that is there keeps its own', async () => {
    sandbox.github.secrets.createRepository('octo/tools');
    await secrets.put(selected, 'value');
    expect(await audience()).toEqual(['octo/app', 'octo/tools']);
    const { location } = selected;
    await secrets.put({ ...selected, location: { ...location, repositories: ['app'] } as SecretLocation }, 'again');
    expect(await audience()).toEqual(['octo/app', 'octo/tools']);
  });

  test('and one that is not there is found before anything is written', async () => {
    await expect(secrets.check([selected])).rejects.toMatchObject({ status: 404 });
    expect(actions()).toContain('GET repository');
    expect(actions()).not.toContain('PUT secret');
  });
});

const seed = (location: SecretLocation = repository): GithubSecret => ({
  store: 'github-secrets',
  name: 'SEED',
  location,
});
const actions = () => sandbox.requests.map(({ action }) => action);
const statuses = () => sandbox.requests.map(({ action, status }) => [action, status]);

test.each(locations)('a secret of the $name is written, dated, replaced and removed', async ({ location, stored }) => {
  expect(await secrets.updatedAt(seed(location))).toBeUndefined();
  const before = Math.floor(sandbox.clock.now().getTime() / 1000) * 1000;
  await secrets.put(seed(location), 'first');
  expect(stored()).toBe('first');
  const written = await secrets.updatedAt(seed(location));
  expect(written?.getTime()).toBeGreaterThanOrEqual(before);
  sandbox.clock.advance(60_000);
  await secrets.put(seed(location), 'sécond');
  expect(stored()).toBe('sécond');
  expect((await secrets.updatedAt(seed(location)))?.getTime()).toBeGreaterThan(before + 59_000);
  await secrets.remove(seed(location));
  expect(stored()).toBeUndefined();
  expect(await secrets.updatedAt(seed(location))).toBeUndefined();
});

test('a write says when it was, by the clock that dates the secret', async () => {
  const now = jest.spyOn(Date, 'now').mockReturnValue(Date.parse('2026-08-01T12:00:00.750Z'));
  try {
    sandbox.clock.advance(3_600_000);
    expect(await secrets.put(seed(), 'value')).toEqual(new Date('2026-08-01T13:00:00Z'));
    expect(await secrets.updatedAt(seed())).toEqual(new Date('2026-08-01T13:00:00Z'));
    sandbox.clock.advance(10_000);
    sandbox.github.secrets.rotateKey('octo/app');
    expect(await secrets.put(seed(), 'value')).toEqual(new Date('2026-08-01T13:00:10Z'));
  } finally {
    now.mockRestore();
  }
});

test('a write whose answer has no time says none', async () => {
  sandbox.faults.add({ action: 'PUT secret', raw: { status: 204, headers: { date: 'noon' }, body: '' } });
  expect(await secrets.put(seed(), 'value')).toBeUndefined();
});

test('the public key of a place is fetched once', async () => {
  await secrets.check([seed(repository), seed(repository)]);
  await Promise.all([
    secrets.put(seed(), 'one'),
    secrets.put({ store: 'github-secrets', name: 'OTHER', location: repository }, 'two'),
  ]);
  expect(actions()).toEqual(['GET public-key', 'PUT secret', 'PUT secret']);
});

test('each place has its own public key', async () => {
  await secrets.check([seed(repository), seed(environment), seed(organization)]);
  expect(actions()).toEqual(['GET public-key', 'GET public-key', 'GET public-key']);
  expect(new Set(sandbox.requests.map(({ path }) => path)).size).toBe(3);
});

describe('when GitHub has a new public key', () => {
  beforeEach(async () => {
    await secrets.check([seed(repository)]);
    sandbox.github.secrets.rotateKey('octo/app');
  });

  test('the value is sealed to that one', async () => {
    await secrets.put(seed(), 'value');
    expect(sandbox.github.secrets.value('octo/app', 'SEED')).toBe('value');
    expect(statuses().slice(1)).toEqual([
      ['PUT secret', 422],
      ['GET public-key', 200],
      ['PUT secret', 201],
    ]);
  });

  test('secrets written at once share it', async () => {
    const names = ['ONE', 'TWO', 'THREE'];
    await Promise.all(names.map((name) => secrets.put({ store: 'github-secrets', name, location: repository }, name)));
    expect(actions().filter((action) => action === 'GET public-key')).toHaveLength(2);
    for (const name of names) expect(sandbox.github.secrets.value('octo/app', name)).toBe(name);
  });

  test('and again at once, that is an error', async () => {
    const error = { status: 422, code: 'Unprocessable', message: 'another key' };
    sandbox.faults.add({ action: 'PUT secret', error });
    await expect(secrets.put(seed(), 'value')).rejects.toMatchObject({ status: 422 });
    expect(actions()).toEqual(['GET public-key', 'PUT secret', 'GET public-key', 'PUT secret']);
  });
});

test('a refusal that is not about the key is not repeated', async () => {
  await expect(
    secrets.put({ store: 'github-secrets', name: 'GITHUB_SEED', location: repository }, 'value'),
  ).rejects.toMatchObject({
    status: 422,
  });
  expect(actions()).toEqual(['GET public-key', 'PUT secret', 'GET public-key']);
});

describe('a secret of an organization', () => {
  /** Writes the secret as somebody else would: through the API. */
  async function store(audience: object) {
    const { apiUrl } = sandbox.github.secrets;
    const authorization = `Bearer ${sandbox.github.secrets.token({ write: ['org:octo'] })}`;
    const path = `${apiUrl}/orgs/octo/actions/secrets`;
    await secrets.put(seed(organization), 'old');
    const answer = await fetch(`${path}/public-key`, { headers: { authorization } });
    const { key, key_id } = (await answer.json()) as { key: string; key_id: string };
    const body = JSON.stringify({ encrypted_value: seal('old', key), key_id, ...audience });
    const stored = await fetch(`${path}/SEED`, { method: 'PUT', headers: { authorization }, body });
    expect(stored.status).toBe(204);
    return async () => {
      const secret = await fetch(`${path}/SEED`, { headers: { authorization } });
      const { visibility } = (await secret.json()) as { visibility: string };
      const ids: number[] = [];
      for (let page = 1; page <= 3; page += 1) {
        const selected = await fetch(`${path}/SEED/repositories?per_page=100&page=${page}`, {
          headers: { authorization },
        });
        ids.push(...((await selected.json()) as { repositories: { id: number }[] }).repositories.map(({ id }) => id));
      }
      return { visibility, ids };
    };
  }

  test.each(['private', 'all'] as const)('is made with the visibility that is declared: %s', async (visibility) => {
    const audience = await store({ visibility: 'private' });
    await secrets.remove(seed(organization));
    await secrets.put({ store: 'github-secrets', name: 'SEED', location: { ...organization, visibility } }, 'value');
    expect(await audience()).toEqual({ visibility, ids: [] });
  });

  test.each(['private', 'all'])('keeps the visibility that it has: %s', async (visibility) => {
    const audience = await store({ visibility });
    const declared = visibility === 'all' ? 'private' : 'all';
    await secrets.put(
      { store: 'github-secrets', name: 'SEED', location: { ...organization, visibility: declared } },
      'value',
    );
    expect(await audience()).toEqual({ visibility, ids: [] });
    expect(sandbox.github.secrets.value('org:octo', 'SEED')).toBe('value');
  });

  test.each([0, 2, 100, 230])('keeps the %i repositories that are selected', async (count) => {
    const ids = Array.from({ length: count }, (_, index) => {
      return sandbox.github.secrets.createRepository(`octo/r${index}`).id;
    });
    const audience = await store({ visibility: 'selected', selected_repository_ids: ids });
    await secrets.put(seed(organization), 'value');
    expect(await audience()).toEqual({ visibility: 'selected', ids });
    expect(sandbox.github.secrets.value('org:octo', 'SEED')).toBe('value');
  });
});

describe('what the token may not see is not taken for absent', () => {
  const unseen: SecretLocation = { of: 'repository', repository: 'octo/hidden' };

  test.each<[string, (location: SecretLocation) => Promise<unknown>]>([
    ['put', (location) => secrets.put(seed(location), 'value')],
    ['remove', (location) => secrets.remove(seed(location))],
    ['updatedAt', (location) => secrets.updatedAt(seed(location))],
    ['check', (location) => secrets.check([seed(repository), seed(location)])],
  ])('%s', async (_, act) => {
    sandbox.github.secrets.createRepository('octo/hidden');
    await expect(act(unseen)).rejects.toMatchObject({ status: 404 });
  });

  test('nor is an environment that does not exist', async () => {
    const location: SecretLocation = { of: 'environment', repository: 'octo/app', environment: 'none' };
    await expect(secrets.remove(seed(location))).rejects.toMatchObject({ status: 404 });
  });
});

test('to remove what is gone already is success', async () => {
  await secrets.remove(seed());
  expect(statuses()).toEqual([
    ['DELETE secret', 404],
    ['GET public-key', 200],
  ]);
});

test.each<[string, object, number]>([
  ['a job', { see: ['octo/app'] }, 403],
  ['nobody', {}, 404],
])('the token of %s is found out before anything is changed', async (_, rights, status) => {
  await expect(connect(rights).check([seed(repository)])).rejects.toMatchObject({ status });
  expect(actions()).toEqual(['GET public-key']);
});

test('a token that only reads is refused where it writes', async () => {
  const reader = connect({ read: ['octo/app'] });
  await reader.check([seed(repository)]);
  await expect(reader.put(seed(), 'value')).rejects.toMatchObject({ status: 403 });
  await expect(reader.remove(seed())).rejects.toMatchObject({ status: 403 });
  expect(statuses()).toEqual([
    ['GET public-key', 200],
    ['PUT secret', 403],
    ['DELETE secret', 403],
  ]);
});

describe('in bad weather', () => {
  const error = (status: number, message = 'words') => ({ error: { status, code: 'Error', message } });
  const raw = (status: number, headers: Record<string, string>, body = '{"message":"Forbidden"}') => ({
    raw: { status, headers: { 'content-type': 'application/json', ...headers }, body },
  });

  test.each([
    ['a reset', { reset: true as const }],
    ['a reset after GitHub acted', { resetAfter: true as const }],
    ['an answer that breaks off', { resetBody: true as const }],
    ['502', error(502)],
    ['429', error(429)],
    ['a secondary rate limit', error(403, 'You have exceeded a secondary rate limit.')],
    ['403 with retry-after', raw(403, { 'retry-after': '1' })],
    ['403 with nothing remaining', raw(403, { 'x-ratelimit-remaining': '0' })],
  ])('%s is outlived by a write', async (_, fault) => {
    sandbox.faults.add({ service: 'github', action: 'PUT secret', times: 1, ...fault });
    await secrets.put(seed(), 'value');
    expect(sandbox.github.secrets.value('octo/app', 'SEED')).toBe('value');
    expect(actions()).toEqual(['GET public-key', 'PUT secret', 'PUT secret']);
    expect(log).toEqual([expect.stringMatching(/^PUT \/repos\/octo\/app\/actions\/secrets\/SEED: .*Attempt 2 of 3/)]);
  });

  const page = (status: number) => raw(status, { 'content-type': 'text/html' }, '<html></html>');
  test.each<[string, Failure, number]>([
    ['a reset', { reset: true }, 1],
    ['a reset after GitHub acted', { resetAfter: true }, 1],
    ['an answer that breaks off', { resetBody: true }, 1],
    ['500 in its words', error(500), 1],
    ['502 of a proxy', page(502), 1],
    ['408', error(408), 1],
    ['403 of what is not GitHub', page(403), 1],
    ['a way to another host', raw(307, { location: 'https://proxy.example/' }), 1],
    ['403 in its words', error(403), 0],
    ['422', error(422), 0],
    ['429 without a word', page(429), 0],
    ['a secondary rate limit', error(403, 'You have exceeded a secondary rate limit.'), 0],
    ['407 of a proxy', page(407), 0],
  ])('after %s it is reported, or not, that a change may have been made', async (_, fault, times) => {
    const onUnanswered = jest.fn();
    await secrets.put(seed(), 'value', onUnanswered);
    expect(onUnanswered).not.toHaveBeenCalled();
    for (const action of ['PUT secret', 'DELETE secret']) sandbox.faults.add({ action, times: 1, ...fault });
    await secrets.put(seed(), 'value', onUnanswered).catch(() => undefined);
    expect(onUnanswered).toHaveBeenCalledTimes(times);
    await secrets.remove(seed(), onUnanswered).catch(() => undefined);
    expect(onUnanswered).toHaveBeenCalledTimes(2 * times);
  });

  test('it is reported that a change may have been made, whatever comes of the next attempt', async () => {
    const onUnanswered = jest.fn();
    await secrets.put(seed(), 'value');
    sandbox.faults.add({ action: 'PUT secret', times: 2, reset: true });
    sandbox.faults.add({ action: 'PUT secret', ...error(403) });
    await expect(secrets.put(seed(), 'value', onUnanswered)).rejects.toMatchObject({ status: 403 });
    expect(onUnanswered).toHaveBeenCalledTimes(2);
  });

  test('a change that was not asked for cannot have been made', async () => {
    const onUnanswered = jest.fn();
    sandbox.faults.add({ action: 'GET public-key', ...error(500) });
    await expect(secrets.put(seed(), 'value', onUnanswered)).rejects.toMatchObject({ status: 500 });
    expect(onUnanswered).not.toHaveBeenCalled();
  });

  const NOON = Date.parse('2026-08-01T12:00:00Z') / 1000;
  const date = new Date(NOON * 1000).toUTCString();
  const secondary = '{"message":"You have exceeded a secondary rate limit."}';
  test.each<[string, ReturnType<typeof raw>, number]>([
    ['403 with retry-after', raw(403, { 'retry-after': '60' }), 60],
    ['429 with retry-after', raw(429, { 'retry-after': '120' }), 120],
    ['503 with retry-after', raw(503, { 'retry-after': '30' }), 30],
    ['a time of day', raw(429, { 'retry-after': 'Sat, 01 Aug 2026 12:00:45 GMT', date }), 45],
    [
      'the end of the limit',
      raw(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOON + 90), date }),
      90,
    ],
    [
      'both',
      raw(403, { 'retry-after': '7', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOON + 90), date }),
      7,
    ],
    ['a secondary limit without a time', raw(403, {}, secondary), 60],
  ])('GitHub is obeyed where it says how long to wait: %s', async (_, fault, seconds) => {
    sandbox.faults.add({ action: 'PUT secret', times: 1, ...fault });
    await secrets.put(seed(), 'value');
    expect(sandbox.github.secrets.value('octo/app', 'SEED')).toBe('value');
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThanOrEqual(seconds * 1000);
    expect(waits[0]).toBeLessThan(seconds * 1000 + 3_000);
    expect(log).toEqual([expect.stringMatching(new RegExp(`, as the answer asks for ${seconds} s\\.$`))]);
  });

  test('a limit that ends in an hour is not waited for', async () => {
    const reset = String(NOON + 3_600);
    sandbox.faults.add({
      action: 'PUT secret',
      ...raw(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset, date }),
    });
    const failure: unknown = await secrets.put(seed(), 'value').catch((error: unknown) => error);
    expect(actions()).toEqual(['GET public-key', 'PUT secret']);
    expect(explainSecret(failure, 'write').message).toContain('GitHub asks to wait 60 minutes');
  });

  test('a limit of GitHub’s for all requests is outlived', async () => {
    sandbox.faults.rateLimit({ service: 'github', perSecond: 1, retryAfter: 60 });
    const sleep = (ms: number) => {
      sandbox.clock.advance(ms);
      return Promise.resolve();
    };
    const { secrets: github } = sandbox.github;
    const settings = {
      retry: { maxAttempts: 3 },
      clock: { ...systemClock, sleep },
      log: (line: string) => log.push(line),
    };
    const env = { GITHUB_API_URL: github.apiUrl };
    const limited = githubSecrets(githubApi(github.token({ write: ['octo/app'] }), env, settings));
    await limited.put(seed(), 'value');
    expect(statuses()).toEqual([
      ['GET public-key', 200],
      ['PUT secret', 403],
      ['PUT secret', 201],
    ]);
    expect(log).toEqual([expect.stringContaining('asks for 60 s')]);
  });

  test('a removal whose answer was lost', async () => {
    await secrets.put(seed(), 'value');
    sandbox.faults.add({ action: 'DELETE secret', times: 1, resetAfter: true });
    await secrets.remove(seed());
    expect(statuses().slice(2)).toEqual([
      ['DELETE secret', undefined],
      ['DELETE secret', 404],
    ]);
  });

  test.each<[string, string, ReturnType<typeof raw>]>([
    ['a public key', 'GET public-key', raw(200, {}, '{"key_id":"1"}')],
    ['a secret', 'GET secret', raw(200, {}, '{"updated_at":"soon"}')],
    ['no JSON', 'GET secret', raw(200, { 'content-type': 'text/html' }, '<html></html>')],
  ])('an answer that is not whole is asked for again: %s', async (_, action, fault) => {
    await secrets.put(seed(), 'value');
    sandbox.faults.add({ action, times: 1, ...fault });
    const again = connect({ write: ['octo/app'] });
    await again.check([seed(repository)]);
    expect(await again.updatedAt(seed())).toBeInstanceOf(Date);
    expect(log).toHaveLength(1);
  });

  test('a time is read in whole seconds', async () => {
    await secrets.put(seed(), 'value');
    sandbox.faults.add({
      action: 'GET secret',
      times: 1,
      ...raw(200, {}, '{"updated_at":"2026-04-11T12:00:00.750Z"}'),
    });
    expect(await secrets.updatedAt(seed())).toEqual(new Date('2026-04-11T12:00:00Z'));
  });

  test('a public key that could not be fetched is asked for again by the next', async () => {
    sandbox.faults.add({ action: 'GET public-key', times: 1, ...error(404) });
    await expect(secrets.check([seed(repository)])).rejects.toMatchObject({ status: 404 });
    await secrets.check([seed(repository)]);
  });

  test('attempts have an end', async () => {
    sandbox.faults.add({ service: 'github', ...error(503) });
    await expect(secrets.check([seed(repository)])).rejects.toMatchObject({ status: 503 });
    expect(actions()).toHaveLength(3);
  });

  test('a request without an answer is given up, once more made, and given up', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] });
    try {
      await secrets.check([seed(repository)]);
      sandbox.faults.add({ service: 'github', hang: true });
      const reported: number[] = [];
      const onUnanswered = () => void reported.push(actions().length);
      const outcome = secrets.put(seed(), 'value', onUnanswered).catch((failure: unknown) => [failure, [...reported]]);
      for (const attempt of [2, 3]) {
        while (actions().length < attempt) await new Promise((resolve) => setImmediate(resolve));
        await jest.advanceTimersByTimeAsync(10_000);
      }
      expect(await outcome).toEqual([expect.objectContaining({ name: 'NoAnswerError' }), [2, 3]]);
    } finally {
      jest.useRealTimers();
    }
  });
});

test('a value is sent, recorded and logged only sealed', async () => {
  const value = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  sandbox.faults.add({ action: 'PUT secret', error: { status: 500, code: 'Error', message: 'words' } });
  const failure: unknown = await secrets.put(seed(), value).catch((error: unknown) => error);
  const reported = JSON.stringify([failure, sandbox.requests, log]);
  expect(reported).not.toContain(value);
});
