import type { Failure } from '../../sandbox/faults';
import type { Run } from '../../sandbox/runner/job';
import {
  ADMIN,
  KEY_TO_SECRETS,
  REPOSITORY,
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
import { expectFailed, REGION, type Scenario, textOf } from './scenario';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const REFUSED_BY_GITHUB: Failure = {
  error: { status: 403, code: 'Forbidden', message: 'Resource not accessible by integration' },
};
const TWO_PLACES = ['github-secrets', { 'github-secrets': { prefix: 'P_' } }];
const P = { prefix: 'P_' };

let scenario: Scenario;
let token: { readonly 'github-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario);
});
afterEach(() => scenario.end());

const documentOf = (deliver: readonly unknown[] = ['github-secrets']) =>
  JSON.stringify({ users: { pulumi: { 'access-key': { deliver } } } });
const run = (mode: string, inputs: Record<string, string> = {}, job = identityJob(scenario)): Promise<Run> =>
  job.step({ with: { mode, ...ADMIN, ...token, identities: documentOf(), ...inputs } });
const idsOf = () => Object.keys(statusesOf(scenario, 'pulumi'));
/** How long a step took, as AWS's clock tells. */
async function timed(work: () => Promise<Run>): Promise<{ main: Run; ms: number }> {
  const began = scenario.sandbox.clock.now().getTime();
  const main = await work();
  return { main, ms: scenario.sandbox.clock.now().getTime() - began };
}
/** Has the user's key delivered, some hours ago. */
async function delivered(identities = documentOf()): Promise<string> {
  expect((await run('provision', { identities })).exitCode).toBe(0);
  scenario.pass(HOUR_MS);
  scenario.calls();
  return keyInSecrets(scenario).id ?? '';
}

describe('the answer to CreateAccessKey is lost', () => {
  /** A key came to be that nobody knows. */
  async function lost(): Promise<string> {
    leftUser(scenario);
    scenario.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, resetAfter: true });
    const main = await run('provision');
    expectFailedWith(main, 'access-key-unknown');
    expect(textOf(main)).toContain('it is deleted when nobody has used it for a day');
    const [id = ''] = idsOf();
    expect(recordsOf(scenario, 'pulumi')).toEqual(['making']);
    expect(writes(scenario)).toEqual(['TagUser', 'CreateAccessKey']);
    return id;
  }

  /** A failure after which post has something to look at. */
  function expectFailedWith(main: Run, code: string): void {
    expect([main.exitCode, main.exported, main.outputs]).toEqual([1, {}, {}]);
    expect(textOf(main)).toContain(`docs/troubleshooting.md#${code}`);
  }

  test('it is not asked for again, and post leaves it to the next run', async () => {
    const workflow = identityJob(scenario);
    leftUser(scenario);
    scenario.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, resetAfter: true });
    expectFailedWith(await run('provision', {}, workflow), 'access-key-unknown');
    expect(writes(scenario)).toEqual(['TagUser', 'CreateAccessKey']);
    const [post] = await workflow.finish();
    expect([post?.exitCode, post?.stderr]).toEqual([0, '']);
    expect(idsOf()).toHaveLength(1);
    expect(writes(scenario)).toEqual([]);
  });

  test('nor is it where AWS did not act: the next run makes one at once', async () => {
    leftUser(scenario);
    scenario.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, reset: true });
    expectFailedWith(await run('provision'), 'access-key-unknown');
    expect(idsOf()).toEqual([]);
    scenario.calls();
    expect((await run('provision')).exitCode).toBe(0);
    expect(writes(scenario)).toEqual(KEY_TO_SECRETS);
  });

  test('the next run says so, and makes another; never used, it is deleted a day later', async () => {
    const suspect = await lost();
    expectFailed(await run('provision'), 'another-run');
    scenario.pass(11 * MINUTE_MS);
    scenario.calls();

    const next = await run('provision');
    expect([next.exitCode, next.stderr]).toEqual([0, '']);
    expect(textOf(next)).toContain(
      `Notice: Of the user pulumi, the access key ${suspect} may come from an answer that a run lost`,
    );
    const { id = '' } = keyInSecrets(scenario);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [suspect]: 'Active', [id]: 'Active' });
    expect(recordsOf(scenario, 'pulumi')).toContain(`suspect:${suspect}`);
    expect(writes(scenario)).toEqual(['TagUser', ...KEY_TO_SECRETS]);

    scenario.pass(23 * HOUR_MS);
    const within = await run('rotate');
    expect([within.exitCode, within.outputs.changed]).toEqual([0, 'false']);
    expect(textOf(within)).toContain(`${suspect} may come from an answer that a run lost`);
    expect(writes(scenario)).toEqual([]);

    scenario.pass(2 * HOUR_MS);
    const over = await run('rotate');
    expect(textOf(over)).toContain(`Deleted the access key ${suspect} of pulumi`);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [id]: 'Active' });
    expect(recordsOf(scenario, 'pulumi')).toEqual([`delivered:${id}`]);
    expect(writes(scenario)).toEqual(['DeleteAccessKey', 'UntagUser']);
  });

  test("used, it is somebody's: it stays for ever, and each run names it, with the command that ends it", async () => {
    const suspect = await lost();
    scenario.pass(11 * MINUTE_MS);
    expect((await run('provision')).exitCode).toBe(0);
    const key = scenario.sandbox.world.accessKey(suspect)?.key;
    if (key) key.lastUsed = { at: scenario.sandbox.clock.now(), service: 'ec2', region: REGION };
    scenario.calls();
    for (const days of [2, 40]) {
      scenario.pass(days * 24 * HOUR_MS);
      const main = await run('rotate');
      expect([main.exitCode, main.outputs.changed]).toEqual([0, 'false']);
      expect(textOf(main)).toContain(`${suspect} is in use, and none of ours: it stays`);
      expect(textOf(main)).toMatch(
        new RegExp(
          `^Notice: The user pulumi has also the access key ${suspect}.* somebody uses: it was last used at`,
          'm',
        ),
      );
      expect(textOf(main)).toContain(
        `aws iam update-access-key --user-name pulumi --access-key-id ${suspect} --status Inactive`,
      );
    }
    expect(statusesOf(scenario, 'pulumi')[suspect]).toBe('Active');
    expect(writes(scenario)).toEqual([]);
  });

  test('where AWS may not be asked about its use, it stays', async () => {
    const suspect = await lost();
    scenario.pass(11 * MINUTE_MS);
    expect((await run('provision')).exitCode).toBe(0);
    scenario.sandbox.faults.add({
      action: 'GetAccessKeyLastUsed',
      error: { status: 403, code: 'AccessDenied', message: 'denied' },
    });
    scenario.pass(48 * HOUR_MS);
    scenario.calls();
    expect((await run('rotate')).exitCode).toBe(0);
    expect(idsOf()).toContain(suspect);
    expect(writes(scenario)).toEqual([]);
  });

  test('of a rotation: the key in use stays where it is, and works', async () => {
    const old = await delivered();
    scenario.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, resetAfter: true });
    expectFailedWith(await run('rotate', { 'rotate-now': 'true' }), 'access-key-unknown');
    expect(keyInSecrets(scenario).id).toBe(old);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    const suspect = idsOf().find((id) => id !== old) ?? '';
    scenario.pass(11 * MINUTE_MS);
    scenario.calls();

    // It takes the place of the next key: that is said, with what is to be done.
    const main = await run('rotate', { 'rotate-now': 'true' });
    expectFailed(main, 'access-keys-full');
    expect(textOf(main)).toContain(`${suspect} may come from an answer that a run lost`);
    // From now on, its day counts.
    expect(writes(scenario)).toEqual(['TagUser']);
  });
});

describe('a secret whose writing GitHub does not answer', () => {
  test.each([
    ['a repository', 'github-secrets', {}],
    ['a repository for Dependabot', 'dependabot-secrets', { program: 'dependabot' as const }],
    ['an organization', { 'github-secrets': { organization: 'octo' } }, { owner: 'org:octo' }],
    [
      'an organization for Dependabot',
      { 'dependabot-secrets': { organization: 'octo' } },
      { owner: 'org:octo', program: 'dependabot' as const },
    ],
  ])('of %s is written again, and the step waits until nothing of it can come late', async (_, to, place) => {
    const { secrets } = scenario.sandbox.github;
    secrets.createOrganization('octo');
    const owners = [REPOSITORY, 'org:octo'];
    token = { 'github-token': secrets.token({ write: owners, writeDependabot: owners }) };
    scenario.sandbox.faults.add({ action: 'PUT secret', skip: 1, times: 1, resetAfter: true });
    const { main, ms } = await timed(() => run('provision', { identities: documentOf([to]) }));
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(textOf(main)).toMatch(/GitHub did not answer\. Waiting 1[12]\d s/);
    expect(ms).toBeGreaterThan(2 * MINUTE_MS);
    expect(ms).toBeLessThan(4 * MINUTE_MS);
    expect(ownerOf(scenario, keyInSecrets(scenario, place))).toBe('pulumi');
    expect(writes(scenario).filter((call) => call === 'PUT secret')).toHaveLength(3);
  });

  test('and whose first request arrives last: it is written once more, as its time no longer says whose it is', async () => {
    leftUser(scenario);
    scenario.sandbox.faults.add({ action: 'PUT secret', times: 1, resetAfter: true });
    const { secrets } = scenario.sandbox.github;
    const late = () => {
      secrets.write(REPOSITORY, 'AWS_ACCESS_KEY_ID', secrets.value(REPOSITORY, 'AWS_ACCESS_KEY_ID') ?? '');
    };
    // The last look at the keys, after the wait.
    scenario.sandbox.faults.add({ action: 'ListAccessKeys', skip: 2, times: 1, first: late });
    const main = await run('provision');
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    expect(writes(scenario).filter((call) => call === 'PUT secret')).toHaveLength(4);
  });
});

describe('a secret that GitHub refuses', () => {
  test('before any was written: the old key stays, and the new one is taken back', async () => {
    const old = await delivered();
    scenario.sandbox.faults.add({ action: 'PUT secret', ...REFUSED_BY_GITHUB });
    const main = await run('rotate', { 'rotate-now': 'true' });
    expectFailed(main, 'github-secret-refused');
    expect(keyInSecrets(scenario).id).toBe(old);
    expect([idsOf(), recordsOf(scenario, 'pulumi')]).toEqual([[old], [`delivered:${old}`]]);
    expect(writes(scenario)).toEqual([
      'TagUser',
      'CreateAccessKey',
      'TagUser',
      'TagUser',
      'PUT secret Forbidden',
      'DeleteAccessKey',
      'UntagUser',
    ]);
  });

  test('once: it is written at the second attempt', async () => {
    scenario.sandbox.faults.add({ action: 'PUT secret', skip: 1, times: 1, ...REFUSED_BY_GITHUB });
    expect((await run('provision')).exitCode).toBe(0);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    expect(writes(scenario)).toEqual([
      'CreateUser',
      'CreateAccessKey',
      'TagUser',
      'TagUser',
      'PUT secret',
      'PUT secret Forbidden',
      'PUT secret',
      'TagUser',
      'UntagUser',
    ]);
  });

  test.each(['rotate', 'provision'])(
    'half-way, in the only place: the key is taken back, and %s delivers a new one',
    async (mode) => {
      const old = await delivered();
      scenario.sandbox.faults.add({ action: 'PUT secret', skip: 1, times: 2, ...REFUSED_BY_GITHUB });
      const failed = await run('rotate', { 'rotate-now': 'true' });
      expectFailed(failed, 'delivery-incomplete');
      expect(textOf(failed)).toContain(
        'GitHub took AWS_ACCESS_KEY_ID of octo/app, and did not take AWS_SECRET_ACCESS_KEY',
      );
      expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active' });
      expect(ownerOf(scenario, keyInSecrets(scenario))).toBeUndefined();
      scenario.calls();

      const main = await run(mode);
      expect(main.exitCode).toBe(0);
      expect(textOf(main)).toContain('AWS_ACCESS_KEY_ID of octo/app was written by someone else since');
      const { id = '' } = keyInSecrets(scenario);
      expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
      expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [id]: 'Active' });
      expect(writes(scenario)).toEqual(KEY_TO_SECRETS);
    },
  );

  test('half-way, where another place has it whole: that place keeps a key that works, and later runs say which', async () => {
    const identities = documentOf(TWO_PLACES);
    const old = await delivered(identities);
    scenario.sandbox.faults.add({ action: 'PUT secret', skip: 3, times: 2, ...REFUSED_BY_GITHUB });
    const failed = await run('rotate', { identities, 'rotate-now': 'true' });
    expect(failed.exitCode).toBe(1);
    expect(textOf(failed)).toContain('docs/troubleshooting.md#delivery-incomplete');
    const { id = '' } = keyInSecrets(scenario);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    expect(ownerOf(scenario, keyInSecrets(scenario, P))).toBeUndefined();
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [id]: 'Active' });
    expect(writes(scenario)).not.toContain('DeleteAccessKey');

    expectFailed(await run('provision', { identities }), 'another-run');
    scenario.pass(11 * MINUTE_MS);
    scenario.calls();
    const main = await run('provision', { identities });
    expectFailed(main, 'access-keys-full');
    expect(textOf(main)).toContain('mode: rotate with delete-old-keys: true');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [id]: 'Active' });
    expect(writes(scenario)).toEqual(['TagUser']);

    // A person's word ends the older one, and both places get one that is whole.
    const mended = await run('rotate', { identities, 'delete-old-keys': 'true' });
    expect([mended.exitCode, mended.stderr]).toEqual([0, '']);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    expect(ownerOf(scenario, keyInSecrets(scenario, P))).toBe('pulumi');
    expect(keyInSecrets(scenario)).toEqual(keyInSecrets(scenario, P));
    expect(idsOf()).toEqual([keyInSecrets(scenario).id]);
    scenario.calls();
  });

  test('in one of two places, for a new user: the next run mends it by itself', async () => {
    const identities = documentOf(TWO_PLACES);
    scenario.sandbox.faults.add({ action: 'PUT secret', skip: 2, times: 4, ...REFUSED_BY_GITHUB });
    const failed = await run('provision', { identities });
    expect(failed.exitCode).toBe(1);
    const first = keyInSecrets(scenario);
    expect(ownerOf(scenario, first)).toBe('pulumi');
    scenario.pass(11 * MINUTE_MS);
    scenario.calls();
    const main = await run('provision', { identities });
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(textOf(main)).toContain('Notice: Of the places that the access key');
    const { id = '' } = keyInSecrets(scenario);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    expect(keyInSecrets(scenario)).toEqual(keyInSecrets(scenario, P));
    // Whoever read the first from its place goes on for its grace.
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [first.id ?? '']: 'Active', [id]: 'Active' });
    scenario.calls();
    expect((await run('provision', { identities })).outputs.changed).toBe('false');
    scenario.calls();
  });
});

describe('what someone else does while a key is delivered', () => {
  test.each([
    {
      what: 'writes a secret',
      act: () => {
        scenario.pass(5000);
        scenario.sandbox.github.secrets.write(REPOSITORY, 'AWS_SECRET_ACCESS_KEY', 'theirs');
      },
      said: 'someone else has written AWS_SECRET_ACCESS_KEY of octo/app',
    },
    {
      what: 'removes a secret',
      act: () => {
        scenario.sandbox.github.secrets.remove(REPOSITORY, 'AWS_SECRET_ACCESS_KEY');
      },
      said: 'someone else has removed AWS_SECRET_ACCESS_KEY of octo/app',
    },
    {
      what: 'deactivates the new key',
      act: () => {
        const key = scenario.account.users.get('pulumi')?.accessKeys.at(-1);
        if (key) key.status = 'Inactive';
      },
      said: 'as active any more',
    },
  ])('$what: the step fails, and the next run mends it', async ({ act, said }) => {
    const old = await delivered();
    // The last look before the record.
    scenario.sandbox.faults.add({ action: 'ListAccessKeys', skip: 2, times: 1, first: act });
    const failed = await run('rotate', { 'rotate-now': 'true' });
    expect(failed.exitCode).toBe(1);
    expect(textOf(failed)).toContain('docs/troubleshooting.md#delivery-overtaken');
    expect(textOf(failed)).toContain(said);
    expect(statusesOf(scenario, 'pulumi')[old]).toBe('Active');
    scenario.calls();
  });

  test('a key that came meanwhile is named at the end', async () => {
    const user = leftUser(scenario);
    const make = () => {
      user.createAccessKey();
    };
    scenario.sandbox.faults.add({ action: 'ListAccessKeys', skip: 2, times: 1, first: make });
    const main = await run('provision');
    expect(main.exitCode).toBe(0);
    const other = idsOf().find((id) => id !== keyInSecrets(scenario).id) ?? '';
    expect(textOf(main)).toContain(`Warning: The user pulumi has also the access key ${other}, which came meanwhile.`);
    scenario.calls();
  });
});

test('a step that was held up while it delivers writes nothing once its key is five minutes old', async () => {
  leftUser(scenario);
  const holdUp = () => {
    scenario.pass(6 * MINUTE_MS);
  };
  scenario.sandbox.faults.add({ action: 'PUT secret', times: 1, first: holdUp });
  const main = await run('provision');
  expectFailed(main, 'delivery-incomplete');
  expect(idsOf()).toEqual([]);
  expect(writes(scenario).filter((call) => call === 'PUT secret')).toHaveLength(1);
});
