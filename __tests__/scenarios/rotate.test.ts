import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '../../sandbox/faults';
import {
  ADMIN,
  OWNED,
  age,
  githubRepository,
  identityJob,
  identityScenario,
  keyIn,
  keyInSecrets,
  leftUser,
  ownerOf,
  recordOf,
  statusesOf,
  writes,
} from './identities';
import { KEY_INPUTS, REGION, expectFailed, type Scenario } from './scenario';

const REFUSED: Failure = {
  error: { status: 403, code: 'AccessDenied', message: 'denied by a service control policy' },
};
const REFUSED_BY_GITHUB: Failure = {
  error: { status: 403, code: 'Forbidden', message: 'Resource not accessible by integration' },
};
/** What one rotation writes, of a key that goes to the job alone. */
const ROTATION = ['TagUser', 'CreateAccessKey', 'TagUser', 'UpdateAccessKey', 'TagUser'];

let scenario: Scenario;
beforeEach(async () => {
  scenario = await identityScenario();
});
afterEach(() => scenario.end());

const documentOf = (accessKey: Record<string, unknown>, users = ['pulumi']) =>
  JSON.stringify({ users: Object.fromEntries(users.map((user) => [user, { 'access-key': accessKey }])) });
const DOCUMENT = documentOf({ 'max-age': '90d', deliver: ['environment'] });
const run = (mode: string, inputs: Record<string, string> = {}, job = identityJob(scenario)) =>
  job.step({ with: { mode, ...ADMIN, identities: DOCUMENT, ...inputs } });

/** The user `pulumi` with a delivered key of this age. */
function userWithKey(days: number): string {
  const user = leftUser(scenario);
  const { accessKeyId } = user.createAccessKey();
  user.tags = { ...OWNED, 'aws-identity-action:access-key': `delivered=${accessKeyId}` };
  age(user, days);
  return accessKeyId;
}

describe('whether a key is due', () => {
  test.each([
    { maxAge: '90d', days: 89, said: '89 days old; to be replaced when it is 90 days old' },
    { maxAge: '12h', days: 0.4, said: '9 hours old; to be replaced when it is 12 hours old' },
    { maxAge: undefined, days: 4000, said: '4000 days old; no max-age is declared' },
  ])('$days days old, max-age $maxAge: kept', async ({ maxAge, days, said }) => {
    const id = userWithKey(days);
    const identities = documentOf({ ...(maxAge !== undefined && { 'max-age': maxAge }), deliver: ['environment'] });
    const main = await run('rotate', { identities });
    expect([main.exitCode, main.outputs.changed, main.exported]).toEqual([0, 'false', {}]);
    expect(main.log.join('\n')).toContain(`${id} is ${said}`);
    expect(main.log.join('\n')).toContain('Nothing had to be changed.');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [id]: 'Active' });
    expect(scenario.calls()).toEqual(['GetCallerIdentity', 'GetUser', 'ListAccessKeys']);
  });

  test.each<{ case: string; days: number; inputs: Record<string, string> }>([
    { case: 'older than max-age', days: 91, inputs: {} },
    { case: 'young, with rotate-now', days: 0, inputs: { 'rotate-now': 'true' } },
  ])('$case: replaced, and the old one deactivated', async ({ days, inputs }) => {
    const old = userWithKey(days);
    const workflow = identityJob(scenario);
    const main = await run('rotate', inputs, workflow);
    expect([main.exitCode, main.stderr, main.outputs.changed]).toEqual([0, '', 'true']);
    const { id = '', secret } = keyIn(workflow);
    expect(ownerOf(scenario, { id, secret })).toBe('pulumi');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Inactive', [id]: 'Active' });
    expect(recordOf(scenario, 'pulumi')).toBe(`delivered=${id} retired=${old}`);
    expect(main.log.join('\n')).toContain(`Deactivated the old key of pulumi: ${old}.`);
    expect(writes(scenario)).toEqual(ROTATION);
  });

  test('a dry run tells it, and changes nothing', async () => {
    const old = userWithKey(91);
    const main = await run('rotate', { 'dry-run': 'true' });
    expect([main.exitCode, main.outputs.changed, main.exported]).toEqual([0, 'true', {}]);
    expect(JSON.parse(main.outputs.plan ?? '')).toEqual([
      {
        action: 'change',
        kind: 'access key',
        name: 'pulumi',
        details: [`${old}, 91 days old, is replaced, and then deactivated`],
      },
    ]);
    expect(main.summary).toContain('is replaced, and then deactivated');
    expect(writes(scenario)).toEqual([]);
  });
});

describe('the old key', () => {
  test('is deleted by the next rotation', async () => {
    const first = userWithKey(91);
    const workflow = identityJob(scenario);
    expect((await run('rotate', {}, workflow)).exitCode).toBe(0);
    const { id: second = '' } = keyIn(workflow);
    expect(writes(scenario)).toEqual(ROTATION);

    const main = await run('rotate', { 'rotate-now': 'true' }, workflow);
    expect(main.exitCode).toBe(0);
    expect(main.log.join('\n')).toContain(`${first}, replaced by the last rotation, is deleted`);
    const { id: third = '' } = keyIn(workflow);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [second]: 'Inactive', [third]: 'Active' });
    expect(recordOf(scenario, 'pulumi')).toBe(`delivered=${third} retired=${second}`);
    expect(writes(scenario)).toEqual(['DeleteAccessKey', ...ROTATION]);
  });

  test('is deleted at once with delete-old-keys', async () => {
    userWithKey(91);
    const workflow = identityJob(scenario);
    const main = await run('rotate', { 'delete-old-keys': 'true' }, workflow);
    expect(main.exitCode).toBe(0);
    const { id = '' } = keyIn(workflow);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [id]: 'Active' });
    expect(recordOf(scenario, 'pulumi')).toBe(`delivered=${id}`);
    expect(writes(scenario)).toEqual(['TagUser', 'CreateAccessKey', 'TagUser', 'DeleteAccessKey', 'TagUser']);
  });

  test('made active again by hand is in use, and is not touched', async () => {
    const first = userWithKey(91);
    expect((await run('rotate')).exitCode).toBe(0);
    const reactivated = scenario.sandbox.world.accessKey(first)?.key;
    if (reactivated) reactivated.status = 'Active';
    scenario.calls();

    const main = await run('rotate', { 'rotate-now': 'true' });
    expectFailed(main, 'access-keys-full');
    expect(main.log.join('\n')).toMatch(new RegExp(`${first} \\(active, 91 days old, never used\\)`));
    expect(writes(scenario)).toEqual([]);
  });

  test('that cannot be deactivated: said, the new one is delivered, and the next run ends it', async () => {
    const old = userWithKey(91);
    scenario.sandbox.faults.add({ action: 'UpdateAccessKey', times: 1, ...REFUSED });
    const workflow = identityJob(scenario);
    const main = await run('rotate', {}, workflow);
    expect(main.exitCode).toBe(1);
    expect(main.log.join('\n')).toContain('docs/troubleshooting.md#old-key-not-retired');
    const { id = '', secret } = keyIn(workflow);
    expect(ownerOf(scenario, { id, secret })).toBe('pulumi');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [id]: 'Active' });
    expect(recordOf(scenario, 'pulumi')).toBe(`delivered=${id} retiring=${old}`);
    scenario.calls();

    const next = await run('rotate');
    expect([next.exitCode, next.outputs.changed]).toEqual([0, 'true']);
    expect(next.log.join('\n')).toContain(`${old}, which was replaced, is deactivated`);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Inactive', [id]: 'Active' });
    expect(recordOf(scenario, 'pulumi')).toBe(`delivered=${id} retired=${old}`);
    expect(writes(scenario)).toEqual(['UpdateAccessKey', 'TagUser']);
  });
});

describe('a rotation that fails before the new key is delivered keeps the old one', () => {
  test.each([
    { at: 'CreateAccessKey', skip: 0, code: 'iam-refused' as const },
    { at: 'GetCallerIdentity', skip: 1, code: 'access-key-not-accepted' as const },
    { at: 'TagUser', skip: 1, code: 'iam-refused' as const },
  ])('at $at', async ({ at, skip, code }) => {
    const old = userWithKey(91);
    scenario.sandbox.faults.add({ action: at, skip, times: 1, ...REFUSED });
    const workflow = identityJob(scenario);
    expectFailed(await run('rotate', {}, workflow), code);
    expect(keyIn(workflow)).toEqual({ id: undefined, secret: undefined });
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active' });
    expect(recordOf(scenario, 'pulumi')).toBe(`delivered=${old}`);
    scenario.calls();

    expect((await run('rotate', {}, workflow)).exitCode).toBe(0);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Inactive', [keyIn(workflow).id ?? '']: 'Active' });
    expect(writes(scenario)).toEqual(ROTATION);
  });
});

describe('users', () => {
  test('several: those that are due', async () => {
    const { account } = scenario;
    const ages = { young: 10, old: 100, older: 200 };
    const names = Object.keys(ages);
    const ids = Object.entries(ages).map(([name, days]) => {
      const user = account.createUser(name);
      const { accessKeyId } = user.createAccessKey();
      user.tags = { ...OWNED, 'aws-identity-action:access-key': `delivered=${accessKeyId}` };
      age(user, days);
      return accessKeyId;
    });
    const deliver = (user: string) => ({ 'max-age': '90d', deliver: [{ profile: user }] });
    const identities = JSON.stringify({
      users: Object.fromEntries(names.map((user) => [user, { 'access-key': deliver(user) }])),
    });
    const workflow = identityJob(scenario);
    const main = await run('rotate', { identities }, workflow);
    expect([main.exitCode, main.outputs.profiles]).toEqual([0, expect.stringMatching(/^\["old(er)?","old(er)?"\]$/)]);
    const written = readFileSync(join(workflow.home, '.aws/credentials'), 'utf8');
    for (const [index, name] of names.entries()) {
      const [, id, secret] =
        new RegExp(`\\[${name}\\]\\naws_access_key_id = (.*)\\naws_secret_access_key = (.*)\\n`).exec(written) ?? [];
      const due = name !== 'young';
      expect(ownerOf(scenario, { id, secret })).toBe(due ? name : undefined);
      expect(statusesOf(scenario, name)).toEqual({
        [ids[index] ?? '']: due ? 'Inactive' : 'Active',
        ...(id !== undefined && { [id]: 'Active' }),
      });
    }
    expect(writes(scenario).sort()).toEqual([...ROTATION, ...ROTATION].sort());
  });

  test('that are not there, or have no key: said, and left to provision', async () => {
    scenario.account.createUser('keyless', { tags: OWNED });
    const identities = JSON.stringify({
      users: {
        nobody: { 'access-key': { deliver: ['environment'] } },
        keyless: { 'access-key': { deliver: ['outputs'] } },
        bare: {},
      },
    });
    const main = await run('rotate', { identities, 'rotate-now': 'true' });
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'false']);
    expect(main.log.join('\n')).toContain('the user is not there: provision makes it');
    expect(main.log.join('\n')).toContain('there is no key to replace: provision makes one');
    expect(main.log.join('\n')).not.toContain('bare');
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

  test('that were taken over: their only key is the one in use', async () => {
    const user = leftUser(scenario);
    const { accessKeyId } = user.createAccessKey();
    age(user, 91);
    const workflow = identityJob(scenario);
    expect((await run('rotate', {}, workflow)).exitCode).toBe(0);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [accessKeyId]: 'Inactive', [keyIn(workflow).id ?? '']: 'Active' });
    expect(writes(scenario)).toEqual(ROTATION);
  });
});

describe('with GitHub secrets', () => {
  const identities = documentOf({ deliver: ['github-secrets'] });
  let token: { readonly 'github-token': string };
  beforeEach(() => {
    token = githubRepository(scenario);
  });
  const rotateNow = (job = identityJob(scenario)) => run('rotate', { identities, ...token, 'rotate-now': 'true' }, job);

  /** Time passes between runs, as GitHub tells it in whole seconds. */
  const later = () => {
    scenario.sandbox.clock.advance(10_000);
  };

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

  test('from provision over two rotations: they always hold an active key', async () => {
    expect((await run('provision', { identities, ...token })).exitCode).toBe(0);
    const ids = [keyInSecrets(scenario).id ?? ''];
    for (let rotation = 0; rotation < 2; rotation += 1) {
      later();
      expect((await watched(rotateNow())).exitCode).toBe(0);
      expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
      ids.unshift(keyInSecrets(scenario).id ?? '');
    }
    const [current = '', last = '', first = ''] = ids;
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [last]: 'Inactive', [current]: 'Active' });
    expect(new Set([current, last, first]).size).toBe(3);
    expect(recordOf(scenario, 'pulumi')).toBe(`delivered=${current} retired=${last}`);
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

  test('the first secret is refused: the secrets and the key in them stay', async () => {
    expect((await run('provision', { identities, ...token })).exitCode).toBe(0);
    const before = keyInSecrets(scenario);
    later();
    scenario.sandbox.faults.add({ action: 'PUT secret', times: 1, ...REFUSED_BY_GITHUB });
    expectFailed(await watched(rotateNow()), 'github-secret-refused');
    expect(keyInSecrets(scenario)).toEqual(before);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [before.id ?? '']: 'Active' });
    expect(recordOf(scenario, 'pulumi')).toBe(`delivered=${before.id ?? ''}`);
    scenario.calls();
  });

  test('the second secret is refused once: the delivery is brought to its end, and the next run retires', async () => {
    expect((await run('provision', { identities, ...token })).exitCode).toBe(0);
    const old = keyInSecrets(scenario).id ?? '';
    later();
    scenario.sandbox.faults.add({ action: 'PUT secret', skip: 1, times: 1, ...REFUSED_BY_GITHUB });
    expectFailed(await rotateNow(), 'delivery-incomplete');
    const { id = '', secret } = keyInSecrets(scenario);
    expect(ownerOf(scenario, { id, secret })).toBe('pulumi');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [id]: 'Active' });
    expect(recordOf(scenario, 'pulumi')).toBe(`delivered=${id} retiring=${old}`);
    scenario.calls();

    later();
    expect((await run('rotate', { identities, ...token })).exitCode).toBe(0);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Inactive', [id]: 'Active' });
    expect(writes(scenario)).toEqual(['UpdateAccessKey', 'TagUser']);
  });

  test.each(['rotate', 'provision'])(
    'the second secret stays refused: %s then delivers a new key whole',
    async (mode) => {
      expect((await run('provision', { identities, ...token })).exitCode).toBe(0);
      const old = keyInSecrets(scenario).id ?? '';
      later();
      scenario.sandbox.faults.add({ action: 'PUT secret', skip: 1, ...REFUSED_BY_GITHUB });
      expectFailed(await rotateNow(), 'delivery-incomplete');
      expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active' });
      expect(recordOf(scenario, 'pulumi')).toBe(`incomplete after=${old}`);
      scenario.sandbox.faults.clear();
      scenario.calls();

      later();
      const main = await run(mode, { identities, ...token });
      expect(main.exitCode).toBe(0);
      const { id = '', secret } = keyInSecrets(scenario);
      expect(ownerOf(scenario, { id, secret })).toBe('pulumi');
      expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Inactive', [id]: 'Active' });
      scenario.calls();
    },
  );
});

test('the keys of the administrator are not those that are rotated', async () => {
  userWithKey(91);
  expect((await run('rotate')).exitCode).toBe(0);
  expect(statusesOf(scenario, 'admin')).toEqual({ [KEY_INPUTS['aws-access-key-id']]: 'Active' });
  scenario.calls();
});
