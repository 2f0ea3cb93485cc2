import type { Failure } from '../../sandbox/faults';
import { allow } from '../sandbox/sts-client';
import {
  ADMIN,
  KEY_TO_SECRETS,
  OWNED,
  age,
  githubRepository,
  identityJob,
  identityScenario,
  keyInSecrets,
  leftUser,
  ownerOf,
  recordsOf,
  statusesOf,
  writes,
} from './identities';
import { KEY_INPUTS, REGION, expectFailed, type Scenario } from './scenario';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const REFUSED: Failure = {
  error: { status: 403, code: 'AccessDenied', message: 'denied by a service control policy' },
};

let scenario: Scenario;
let token: { readonly 'github-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario);
});
afterEach(() => scenario.end());

const documentOf = (accessKey: Record<string, unknown> = { 'max-age': '90d' }, users = ['pulumi']) => {
  const ofUser = (user: string) => ({
    'access-key': { deliver: [{ 'github-secrets': { prefix: prefixOf(user) } }], ...accessKey },
  });
  return JSON.stringify({ users: Object.fromEntries(users.map((user) => [user, ofUser(user)])) });
};
const prefixOf = (user: string) => (user === 'pulumi' ? '' : `${user.toUpperCase()}_`);
const run = (mode: string, inputs: Record<string, string> = {}, job = identityJob(scenario)) =>
  job.step({ with: { mode, ...ADMIN, ...token, identities: documentOf(), ...inputs } });

/** The user `pulumi`, whose key was delivered to GitHub so many days ago. */
async function userWithKey(days: number, identities = documentOf()): Promise<string> {
  expect((await run('provision', { identities })).exitCode).toBe(0);
  scenario.pass(days * DAY_MS);
  scenario.calls();
  return keyInSecrets(scenario).id ?? '';
}

/** Has the key that is in GitHub's secrets replaced. */
async function replaced(inputs: Record<string, string> = {}): Promise<string> {
  expect((await run('rotate', { 'rotate-now': 'true', ...inputs })).exitCode).toBe(0);
  scenario.calls();
  return keyInSecrets(scenario).id ?? '';
}

/** A run on a schedule, after so much time, and what it writes. */
async function afterwards(ms: number, inputs: Record<string, string> = {}) {
  scenario.pass(ms);
  const main = await run('rotate', inputs);
  expect([main.exitCode, main.stderr]).toEqual([0, '']);
  return { text: main.log.join('\n'), changed: main.outputs.changed, writes: writes(scenario) };
}

describe('whether a key is due', () => {
  test.each([
    { maxAge: '90d', days: 89, said: '89 days old; to be replaced when it is 90 days old' },
    { maxAge: '12h', grace: '12h', days: 0.4, said: '9 hours old; to be replaced when it is 12 hours old' },
    { maxAge: undefined, days: 4000, said: '4000 days old; no max-age is declared' },
  ])('$days days old, max-age $maxAge: kept', async ({ maxAge, grace, days, said }) => {
    const identities = documentOf({ ...(maxAge !== undefined && { 'max-age': maxAge }), ...(grace && { grace }) });
    const id = await userWithKey(days, identities);
    const main = await run('rotate', { identities });
    expect([main.exitCode, main.outputs.changed, main.exported]).toEqual([0, 'false', {}]);
    expect(main.log.join('\n')).toContain(`${id} is ${said}`);
    expect(main.log.join('\n')).toContain('Nothing had to be changed.');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [id]: 'Active' });
    expect(scenario.calls()).toEqual([
      'GetCallerIdentity',
      'GET public-key',
      'GetUser',
      'ListAccessKeys',
      'GET secret',
      'GET secret',
    ]);
  });

  test.each<{ case: string; days: number; inputs: Record<string, string> }>([
    { case: 'older than max-age', days: 91, inputs: {} },
    { case: 'young, with rotate-now', days: 0, inputs: { 'rotate-now': 'true' } },
  ])('$case: replaced, and the old one still works', async ({ days, inputs }) => {
    const old = await userWithKey(days);
    const main = await run('rotate', inputs);
    expect([main.exitCode, main.stderr, main.outputs.changed, main.exported]).toEqual([0, '', 'true', {}]);
    const { id = '', secret } = keyInSecrets(scenario);
    expect(ownerOf(scenario, { id, secret })).toBe('pulumi');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [id]: 'Active' });
    expect(recordsOf(scenario, 'pulumi')).toEqual(
      [`delivered:${id} replaces=${old}`, `delivered:${old}`, `replaced:${old}`].sort(),
    );
    expect(writes(scenario)).toEqual(KEY_TO_SECRETS);
  });

  test('all calls of a rotation, and no others', async () => {
    await userWithKey(91);
    expect((await run('rotate')).exitCode).toBe(0);
    expect(scenario.calls()).toEqual([
      'GetCallerIdentity',
      'GET public-key',
      'GetUser',
      'ListAccessKeys',
      'GET secret',
      'GET secret',
      'TagUser',
      'CreateAccessKey',
      'TagUser',
      'GetCallerIdentity',
      'GetCallerIdentity',
      'GetCallerIdentity',
      'GetUser',
      'ListAccessKeys',
      'TagUser',
      'PUT secret',
      'PUT secret',
      'GetUser',
      'ListAccessKeys',
      'GET secret',
      'GET secret',
      'TagUser',
      'UntagUser',
    ]);
  });

  test('a dry run tells it, and changes nothing', async () => {
    const old = await userWithKey(91);
    const main = await run('rotate', { 'dry-run': 'true' });
    expect([main.exitCode, main.outputs.changed, main.exported]).toEqual([0, 'true', {}]);
    const details = [`~ ${old}, 91 days old, is replaced, and works for 24 hours more`];
    expect(JSON.parse(main.outputs.plan ?? '')).toEqual([
      { action: 'change', kind: 'access key', name: 'pulumi', details },
    ]);
    expect(main.summary).toContain('is replaced, and works for 24 hours more');
    expect(writes(scenario)).toEqual([]);
  });
});

describe('the old key', () => {
  test('works for its grace, is deactivated, and deleted a grace later, all by runs on a schedule', async () => {
    const old = await userWithKey(91);
    const id = await replaced();

    const within = await afterwards(23 * HOUR_MS);
    expect(within.text).toMatch(new RegExp(`${old}, replaced at .* UTC, works until .* UTC`));
    expect([within.changed, within.writes]).toEqual(['false', []]);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [id]: 'Active' });

    const over = await afterwards(2 * HOUR_MS);
    expect(over.text).toContain(`Deactivated the access key ${old} of pulumi`);
    expect(over.text).toContain('No key was due.');
    expect([over.changed, over.writes]).toEqual(['true', ['TagUser', 'UpdateAccessKey']]);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Inactive', [id]: 'Active' });

    const inactive = await afterwards(23 * HOUR_MS);
    expect(inactive.text).toContain(`${old}, replaced and inactive, is deleted after`);
    expect([inactive.changed, inactive.writes]).toEqual(['false', []]);

    const later = await afterwards(2 * HOUR_MS);
    expect(later.text).toContain(`Deleted the access key ${old} of pulumi`);
    expect([later.changed, later.writes]).toEqual(['true', ['DeleteAccessKey', 'UntagUser']]);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [id]: 'Active' });
    expect(recordsOf(scenario, 'pulumi')).toEqual([`delivered:${id} replaces=${old}`]);

    expect(await afterwards(DAY_MS)).toMatchObject({ changed: 'false', writes: [] });
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
  });

  test('has the grace that the document gives it', async () => {
    const identities = documentOf({ grace: '3d' });
    const old = await userWithKey(0, identities);
    const id = await replaced({ identities });
    expect((await afterwards(2 * DAY_MS, { identities })).writes).toEqual([]);
    expect((await afterwards(1.1 * DAY_MS, { identities })).writes).toEqual(['TagUser', 'UpdateAccessKey']);
    expect((await afterwards(2 * DAY_MS, { identities })).writes).toEqual([]);
    expect((await afterwards(1.1 * DAY_MS, { identities })).writes).toEqual(['DeleteAccessKey', 'UntagUser']);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [id]: 'Active' });
    expect(old).not.toBe(id);
  });

  test('that is still in use stays, and it is said where; it ends when it was not used for a grace', async () => {
    const old = await userWithKey(91);
    const id = await replaced();
    const use = (ms: number) => {
      scenario.pass(ms);
      const key = scenario.sandbox.world.accessKey(old)?.key;
      if (key) key.lastUsed = { at: scenario.sandbox.clock.now(), service: 's3', region: REGION };
    };
    use(20 * HOUR_MS);
    const inUse = await afterwards(5 * HOUR_MS);
    const at = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d UTC`;
    expect(inUse.text).toMatch(
      new RegExp(
        `Notice: The access key ${old} of pulumi was replaced at ${at}.* last used at ${at} \\(s3 in ${REGION}\\)`,
      ),
    );
    expect([inUse.changed, inUse.writes]).toEqual(['false', []]);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [id]: 'Active' });

    expect((await afterwards(18 * HOUR_MS)).writes).toEqual([]);
    expect((await afterwards(2 * HOUR_MS)).writes).toEqual(['TagUser', 'UpdateAccessKey']);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Inactive', [id]: 'Active' });
  });

  test('that somebody activated again for a while, and used, is deleted a grace after that, also to make room', async () => {
    const old = await userWithKey(91);
    const id = await replaced();
    expect((await afterwards(25 * HOUR_MS)).writes).toEqual(['TagUser', 'UpdateAccessKey']);
    scenario.pass(26 * HOUR_MS);
    const key = scenario.sandbox.world.accessKey(old)?.key;
    if (key) key.lastUsed = { at: scenario.sandbox.clock.now(), service: 's3', region: REGION };
    expect((await afterwards(HOUR_MS)).writes).toEqual([]);
    expectFailed(await run('rotate', { 'rotate-now': 'true' }), 'access-keys-full');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Inactive', [id]: 'Active' });
    expect((await afterwards(DAY_MS)).writes).toEqual(['DeleteAccessKey', 'UntagUser']);
  });

  test('stays where AWS may not be asked whether it is in use, and that is said', async () => {
    const old = await userWithKey(91);
    const id = await replaced();
    scenario.sandbox.faults.add({ action: 'GetAccessKeyLastUsed', ...REFUSED });
    const main = await afterwards(DAY_MS + HOUR_MS);
    expect(main.text).toContain('AWS does not say whether it is in use');
    expect(main.text).toContain('iam:GetAccessKeyLastUsed');
    expect([main.changed, main.writes]).toEqual(['false', []]);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [id]: 'Active' });
  });

  test('that cannot be deactivated: said, and the next run does it', async () => {
    const old = await userWithKey(91);
    const id = await replaced();
    scenario.pass(DAY_MS + HOUR_MS);
    scenario.sandbox.faults.add({ action: 'UpdateAccessKey', times: 1, ...REFUSED });
    expectFailed(await run('rotate'), 'iam-refused');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [id]: 'Active' });
    scenario.calls();
    expect((await afterwards(HOUR_MS)).writes).toEqual(['TagUser', 'UpdateAccessKey']);
    // It was not inactive before: its time until it is deleted begins now.
    expect((await afterwards(23.5 * HOUR_MS)).writes).toEqual([]);
    expect((await afterwards(HOUR_MS)).writes).toEqual(['DeleteAccessKey', 'UntagUser']);
  });

  test('that was used between the plan and its end stays', async () => {
    const old = await userWithKey(91);
    const id = await replaced();
    scenario.pass(DAY_MS + HOUR_MS);
    const use = () => {
      const key = scenario.sandbox.world.accessKey(old)?.key;
      if (key) key.lastUsed = { at: scenario.sandbox.clock.now(), service: 's3', region: REGION };
    };
    // It is asked about for the plan, and again before it ends.
    scenario.sandbox.faults.add({ action: 'GetAccessKeyLastUsed', skip: 1, times: 1, first: use });
    expectFailed(await run('rotate'), 'another-run');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [id]: 'Active' });
    expect(writes(scenario)).toEqual([]);
  });

  test('makes room for the next where it is over; each time the secrets hold a key that works', async () => {
    const first = await userWithKey(91);
    const second = await replaced();
    scenario.pass(DAY_MS + HOUR_MS);
    const main = await run('rotate', { 'rotate-now': 'true' });
    expect(main.exitCode).toBe(0);
    expect(main.log.join('\n')).toContain(
      `Deleted the access key ${first} of pulumi: it was replaced, and its place is needed.`,
    );
    const { id: third = '' } = keyInSecrets(scenario);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [second]: 'Active', [third]: 'Active' });
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    expect(writes(scenario)).toEqual(['DeleteAccessKey', 'UntagUser', ...KEY_TO_SECRETS]);
  });

  test.each(['active', 'deactivated by hand'])(
    'in its grace, %s, makes no room: one clear step is asked for',
    async (state) => {
      const first = await userWithKey(91);
      const second = await replaced();
      const key = scenario.sandbox.world.accessKey(first)?.key;
      if (key && state !== 'active') key.status = 'Inactive';
      const before = statusesOf(scenario, 'pulumi');
      const main = await run('rotate', { 'rotate-now': 'true' });
      expectFailed(main, 'access-keys-full');
      expect(main.log.join('\n')).toContain(
        `${first} (${state === 'active' ? 'active' : 'inactive'}, 91 days old, last used 91 days ago (sts in ${REGION}), whole in no place`,
      );
      expect(main.log.join('\n')).toContain('mode: rotate with delete-old-keys: true');
      expect(statusesOf(scenario, 'pulumi')).toEqual(before);
      expect(keyInSecrets(scenario).id).toBe(second);
      // When the one that is inactive was deactivated, is recorded: its time begins, although the run fails.
      expect(writes(scenario)).toEqual(state === 'active' ? [] : ['TagUser']);

      const leaked = await run('rotate', { 'rotate-now': 'true', 'delete-old-keys': 'true' });
      expect(leaked.exitCode).toBe(0);
      expect(statusesOf(scenario, 'pulumi')).toEqual({ [keyInSecrets(scenario).id ?? '']: 'Active' });
      expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
      scenario.calls();
    },
  );
});

describe('with delete-old-keys', () => {
  test('a key that is due is deleted when the new one is delivered', async () => {
    const old = await userWithKey(91);
    const main = await run('rotate', { 'delete-old-keys': 'true' });
    expect(main.exitCode).toBe(0);
    expect(main.log.join('\n')).toMatch(
      new RegExp(
        `${old}, 91 days old, is replaced, and then deleted; it was last used at .* \\(sts in ${REGION}\\): jobs`,
      ),
    );
    const { id = '' } = keyInSecrets(scenario);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [id]: 'Active' });
    expect(recordsOf(scenario, 'pulumi')).toEqual([`delivered:${id} replaces=${old}`]);
    expect(writes(scenario)).toEqual([...KEY_TO_SECRETS, 'DeleteAccessKey', 'UntagUser']);
  });

  test('a key in its grace ends at once, also where none is due', async () => {
    const old = await userWithKey(91);
    const id = await replaced();
    const main = await run('rotate', { 'delete-old-keys': 'true' });
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'true']);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [id]: 'Active' });
    expect(old).not.toBe(id);
    expect(writes(scenario)).toEqual(['DeleteAccessKey', 'UntagUser']);
  });

  test('ends as soon as the new one of its user is delivered; where another user’s is refused, the old keys left are said', async () => {
    const users = ['pulumi', 'other'];
    const identities = documentOf({}, users);
    await userWithKey(91, identities);
    const before = users.map((user) => keyInSecrets(scenario, { prefix: prefixOf(user) }).id ?? '');
    const { pathname } = new URL(scenario.sandbox.github.secrets.apiUrl);
    const fault = {
      path: `${pathname.replace(/\/$/, '')}/repos/octo/app/actions/secrets/OTHER_AWS_ACCESS_KEY_ID`,
      action: 'PUT secret',
      error: { status: 403, code: 'Forbidden', message: 'words' },
    };
    scenario.sandbox.faults.add(fault);
    const main = await run('rotate', { identities, 'rotate-now': 'true', 'delete-old-keys': 'true' });
    expect(main.exitCode).toBe(1);
    expect(Object.keys(statusesOf(scenario, 'pulumi'))).toEqual([keyInSecrets(scenario).id]);
    expect(statusesOf(scenario, 'other')).toEqual({ [before[1] ?? '']: 'Active' });
    expect(main.log.join('\n')).toContain(
      `these still work: ${before[1] ?? ''} of other. To end them, run the step again`,
    );
    scenario.calls();
  });

  test('an old key that cannot be deleted: said, the new one is delivered, and the next run deletes it', async () => {
    const old = await userWithKey(91);
    scenario.sandbox.faults.add({ action: 'DeleteAccessKey', times: 1, ...REFUSED });
    const main = await run('rotate', { 'delete-old-keys': 'true' });
    expect(main.exitCode).toBe(1);
    expect(main.log.join('\n')).toContain('docs/troubleshooting.md#old-key-not-retired');
    const { id = '' } = keyInSecrets(scenario);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [id]: 'Active' });
    scenario.calls();

    expect((await run('rotate', { 'delete-old-keys': 'true' })).exitCode).toBe(0);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [id]: 'Active' });
    expect(writes(scenario)).toEqual(['DeleteAccessKey', 'UntagUser']);
  });

  test('the user is gone when the old one is to go: said without a wait for what no read will show', async () => {
    await userWithKey(91);
    const remove = () => void scenario.account.users.delete('pulumi');
    scenario.sandbox.faults.add({ action: 'UntagUser', times: 1, first: remove });
    const main = await run('rotate', { 'delete-old-keys': 'true' });
    expect(main.log.join('\n')).toContain('docs/troubleshooting.md#old-key-not-retired');
    // Half a minute until every read must show the new key.
    scenario.expectWithin(45_000, main);
    scenario.calls();
  });

  test('the new key is no longer the one in use when the old one is to go: that stays', async () => {
    const old = await userWithKey(91);
    const deactivate = () => {
      const made = scenario.account.users.get('pulumi')?.accessKeys.at(-1);
      if (made) made.status = 'Inactive';
    };
    // The look after the delivery and its record.
    scenario.sandbox.faults.add({ action: 'ListAccessKeys', skip: 3, times: 1, first: deactivate });
    const main = await run('rotate', { 'delete-old-keys': 'true' });
    expect(main.exitCode).toBe(1);
    expect(main.log.join('\n')).toContain('docs/troubleshooting.md#old-key-not-retired');
    expect(statusesOf(scenario, 'pulumi')[old]).toBe('Active');
    scenario.calls();
  });
});

describe('a rotation that fails before the new key is delivered keeps the old one, and takes the new one back', () => {
  test.each([
    { at: 'CreateAccessKey', skip: 0, code: 'iam-refused' as const },
    { at: 'GetCallerIdentity', skip: 1, code: 'access-key-not-accepted' as const },
    { at: 'TagUser', skip: 0, code: 'iam-refused' as const },
    { at: 'TagUser', skip: 1, code: 'iam-refused' as const },
    { at: 'TagUser', skip: 2, code: 'iam-refused' as const },
    { at: 'GetUser', skip: 1, code: 'iam-refused' as const },
    { at: 'ListAccessKeys', skip: 1, code: 'iam-refused' as const },
  ])('at $at, after $skip', async ({ at, skip, code }) => {
    const old = await userWithKey(91);
    const before = keyInSecrets(scenario);
    scenario.sandbox.faults.add({ action: at, skip, times: 1, ...REFUSED });
    expectFailed(await run('rotate'), code);
    expect(keyInSecrets(scenario)).toEqual(before);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active' });
    expect(recordsOf(scenario, 'pulumi')).toEqual([`delivered:${old}`]);
    scenario.calls();

    expect((await run('rotate')).exitCode).toBe(0);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [keyInSecrets(scenario).id ?? '']: 'Active' });
    expect(writes(scenario)).toEqual(KEY_TO_SECRETS);
  });
});

describe('users', () => {
  test('several: those that are due', async () => {
    const names = ['young', 'old', 'older'];
    const identities = documentOf({ 'max-age': '90d' }, names);
    expect((await run('provision', { identities })).exitCode).toBe(0);
    const keyOf = (name: string) => keyInSecrets(scenario, { prefix: prefixOf(name) });
    const before = Object.fromEntries(names.map((name) => [name, keyOf(name).id ?? '']));
    for (const name of ['old', 'older']) age(scenario.account.users.get(name), 100);
    scenario.calls();

    expect((await run('rotate', { identities })).exitCode).toBe(0);
    for (const name of names) {
      const { id = '' } = keyOf(name);
      expect(ownerOf(scenario, keyOf(name))).toBe(name);
      expect(id === before[name]).toBe(name === 'young');
      expect(statusesOf(scenario, name)).toEqual({ [before[name] ?? '']: 'Active', [id]: 'Active' });
    }
    expect(writes(scenario).sort()).toEqual([...KEY_TO_SECRETS, ...KEY_TO_SECRETS].sort());
  });

  test('that are not there, have no key, or one that ends with the job: said, and left to provision', async () => {
    scenario.account.createUser('keyless', { tags: OWNED });
    scenario.account.createUser('short', { tags: OWNED }).createAccessKey();
    age(scenario.account.users.get('short'), 100);
    const identities = JSON.stringify({
      users: {
        nobody: { 'access-key': { deliver: [{ 'github-secrets': { prefix: 'N_' } }] } },
        keyless: { 'access-key': { deliver: ['github-secrets'] } },
        short: { 'access-key': { deliver: ['environment'] } },
        bare: { path: '/' },
      },
    });
    const main = await run('rotate', { identities, 'rotate-now': 'true' });
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'false']);
    const said = main.log.join('\n');
    expect(said).toContain('the user is not there: provision makes it');
    expect(said).toContain('Notice: The account 123456789012 has no user nobody, and so no key of it to replace.');
    expect(said).not.toContain('no user keyless');
    expect(said).toContain('there is no key to replace: provision makes one');
    expect(said).toContain('each run of provision makes its own, and its post step removes it');
    expect(said).not.toContain('bare');
    expect(writes(scenario)).toEqual([]);
  });

  test.each([
    { case: 'not made by this action', tags: {}, said: 'was not made by this action' },
    {
      case: 'of another repository',
      tags: { ...OWNED, 'managed-by-repository': 'octo/other' },
      said: 'is managed by the repository octo/other',
    },
  ])('$case: not touched', async ({ tags, said }) => {
    const user = scenario.account.createUser('pulumi', { tags });
    const { accessKeyId } = user.createAccessKey();
    const main = await run('rotate', { 'rotate-now': 'true' });
    expectFailed(main, 'not-ours');
    expect(main.log.join('\n')).toContain(said);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [accessKeyId]: 'Active' });
    expect(writes(scenario)).toEqual([]);
  });

  test('that were taken over: their only key is the one in use, and has its grace', async () => {
    const user = leftUser(scenario);
    const { accessKeyId: old } = user.createAccessKey();
    age(user, 91);
    expect((await run('rotate')).exitCode).toBe(0);
    const { id = '' } = keyInSecrets(scenario);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [id]: 'Active' });
    expect(writes(scenario)).toEqual(KEY_TO_SECRETS);
    expect((await afterwards(DAY_MS + HOUR_MS)).writes).toEqual(['TagUser', 'UpdateAccessKey']);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Inactive', [id]: 'Active' });
  });
});

describe('a user that rotates its own key', () => {
  /** The user's key as its workflow has it: from GitHub's secrets. */
  const own = () => {
    const { id = '', secret = '' } = keyInSecrets(scenario);
    return { 'aws-access-key-id': id, 'aws-secret-access-key': secret };
  };
  /** The ID of the key that signed a request. */
  const signerOf = ({ headers }: { readonly headers: Readonly<Record<string, string>> }) =>
    /Credential=(\w+)\//.exec(headers.authorization ?? '')?.[1];
  beforeEach(async () => {
    await userWithKey(91);
    const user = scenario.account.users.get('pulumi');
    if (user) user.policies = [allow('*')];
  });

  test('signs with it to the end, and with the new one from the next run on', async () => {
    const old = own();
    expect((await run('rotate', old)).exitCode).toBe(0);
    expect(own()).not.toEqual(old);
    expect(writes(scenario)).toEqual(KEY_TO_SECRETS);
    expect((await afterwards(DAY_MS + HOUR_MS, own())).writes).toEqual(['TagUser', 'UpdateAccessKey']);
    expect((await afterwards(DAY_MS + HOUR_MS, own())).writes).toEqual(['DeleteAccessKey', 'UntagUser']);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [own()['aws-access-key-id']]: 'Active' });
  });

  test('and works with the old one still when its grace is over: it stays, and that is said', async () => {
    const old = own();
    const id = await replaced(old);
    const main = await afterwards(DAY_MS + HOUR_MS, old);
    expect(main.text).toContain('this step works with it');
    expect(main.writes).toEqual([]);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old['aws-access-key-id']]: 'Active', [id]: 'Active' });
  });

  test('with delete-old-keys: what comes last is signed with the new one, other users come before', async () => {
    const identities = documentOf({ 'max-age': '90d' }, ['other', 'pulumi']);
    expect((await run('provision', { identities })).exitCode).toBe(0);
    age(scenario.account.users.get('other'), 100);
    const old = own()['aws-access-key-id'];
    const main = await run('rotate', { identities, ...own(), 'delete-old-keys': 'true' });
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    const id = own()['aws-access-key-id'];
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [id]: 'Active' });
    expect(Object.values(statusesOf(scenario, 'other'))).toEqual(['Active']);
    const last = scenario.sandbox.requests.filter(({ action }) => action === 'DeleteAccessKey');
    expect(last.map((request) => [request.params.UserName, signerOf(request)])).toEqual([
      ['other', old],
      ['pulumi', id],
    ]);
    expect(signerOf(scenario.sandbox.requests.at(-1) ?? { headers: {} })).toBe(id);
    scenario.calls();
  });

  test('with delete-old-keys, by the key that was replaced before: it stays, and that is said', async () => {
    const old = own();
    const id = await replaced(old);
    const main = await run('rotate', { ...old, 'delete-old-keys': 'true' });
    expect(main.exitCode).toBe(0);
    expect(main.log.join('\n')).toContain('this step works with it');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old['aws-access-key-id']]: 'Active', [id]: 'Active' });
    expect(writes(scenario)).toEqual([]);
  });
});

describe('at any moment', () => {
  /** While the work is done, looks at each request whether the secrets hold a key that works. */
  async function watched<T>(work: Promise<T>): Promise<T> {
    const progress = { ended: false };
    const result = work.finally(() => (progress.ended = true));
    const refused: string[] = [];
    let seen = scenario.sandbox.requests.length;
    while (!progress.ended) {
      await new Promise(setImmediate);
      if (scenario.sandbox.requests.length === seen) continue;
      seen = scenario.sandbox.requests.length;
      const { id, secret } = keyInSecrets(scenario);
      const key = scenario.sandbox.world.accessKey(id ?? '')?.key;
      const between = scenario.sandbox.requests.at(-1)?.action === 'PUT secret';
      if (key?.status !== 'Active' || (key.secretAccessKey !== secret && !between)) {
        refused.push(scenario.sandbox.requests.at(-1)?.action ?? '');
      }
    }
    expect(refused).toEqual([]);
    return result;
  }

  test('from provision over two rotations the secrets hold an active key', async () => {
    const first = await userWithKey(91);
    expect((await watched(run('rotate'))).exitCode).toBe(0);
    const second = keyInSecrets(scenario).id ?? '';
    scenario.pass(91 * DAY_MS);
    expect((await watched(run('rotate'))).exitCode).toBe(0);
    const { id: third = '' } = keyInSecrets(scenario);
    expect(new Set([first, second, third]).size).toBe(3);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [second]: 'Active', [third]: 'Active' });
    scenario.calls();

    // The next workflow finds them as secrets, and uses them.
    const { id = '', secret = '' } = keyInSecrets(scenario);
    const user = await identityJob(scenario).step({
      with: {
        mode: 'access-keys',
        'aws-region': REGION,
        'aws-access-key-id': id,
        'aws-secret-access-key': secret,
      },
    });
    expect(user.outputs['authenticated-arn']).toBe(scenario.account.arn('iam', 'user/pulumi'));
    expect(scenario.calls()).toEqual(['GetCallerIdentity']);
  });
});

test('the keys of the administrator are not those that are rotated', async () => {
  await userWithKey(91);
  expect((await run('rotate')).exitCode).toBe(0);
  expect(statusesOf(scenario, 'admin')).toEqual({ [KEY_INPUTS['aws-access-key-id']]: 'Active' });
  scenario.calls();
});
