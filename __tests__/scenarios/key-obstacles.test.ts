import type { Run } from '../../sandbox/runner/job';
import {
  ADMIN,
  REPOSITORY,
  githubRepository,
  identityJob,
  identityScenario,
  keyInSecrets,
  ownerOf,
  recordsOf,
  statusesOf,
  writes,
  endOfKeys,
} from './identities';
import { expectFailed, type Scenario, textOf } from './scenario';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const PROD = { environment: 'prod' };

let scenario: Scenario;
let token: { readonly 'github-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario);
  scenario.sandbox.github.secrets.createEnvironment(REPOSITORY, 'prod');
});
afterEach(() => endOfKeys(scenario));

const documentOf = (accessKey: Record<string, unknown>) =>
  JSON.stringify({ users: { pulumi: { 'access-key': accessKey } } });
const DUE = documentOf({ deliver: ['github-secrets'], 'max-age': '30d' });
const TWO_PLACES = documentOf({ deliver: ['github-secrets', { 'github-secrets': PROD }] });
const run = (mode: string, identities: string, inputs: Record<string, string> = {}): Promise<Run> =>
  identityJob(scenario).step({ with: { mode, ...ADMIN, ...token, identities, ...inputs } });
const keys = () => scenario.account.users.get('pulumi')?.accessKeys ?? [];
const inBoth = () => [keyInSecrets(scenario).id, keyInSecrets(scenario, PROD).id];
const owners = () => [ownerOf(scenario, keyInSecrets(scenario)), ownerOf(scenario, keyInSecrets(scenario, PROD))];

describe('a run that fails as there is no room for a key records what it found all the same', () => {
  test('a suspect: its day is over a day later, however often a rotation was due', async () => {
    expect((await run('provision', DUE)).exitCode).toBe(0);
    scenario.pass(31 * DAY_MS);
    scenario.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, resetAfter: true });
    expect(textOf(await run('rotate', DUE))).toContain('#access-key-unknown');
    const suspect = keys().at(-1)?.accessKeyId ?? '';
    scenario.pass(HOUR_MS);
    const first = await run('rotate', DUE);
    expectFailed(first, 'access-keys-full');
    expect(textOf(first)).toContain('Nothing was changed, but what was found of access keys is recorded');
    expect(textOf(first)).toContain(`Of the user pulumi, the access key ${suspect} may come from an answer`);
    expect(recordsOf(scenario, 'pulumi')).toContain(`suspect:${suspect}`);
    const [, until] = /it is deleted after (.* UTC)/.exec(textOf(first)) ?? [];
    scenario.pass(6 * HOUR_MS);
    scenario.calls();
    const second = await run('rotate', DUE);
    expect(textOf(second)).toContain(`it is deleted after ${until ?? '?'}`);
    expect(textOf(second)).toContain('Nothing was changed.');
    expect(writes(scenario)).toEqual([]);
    scenario.pass(19 * HOUR_MS);
    expect((await run('rotate', DUE)).exitCode).toBe(0);
    expect(statusesOf(scenario, 'pulumi')).not.toHaveProperty(suspect);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
  });

  test('a plan alone records nothing, and gives the same notices', async () => {
    await torn();
    scenario.calls();
    const main = await run('provision', TWO_PLACES, { 'dry-run': 'true' });
    expectFailed(main, 'access-keys-full');
    expect(textOf(main)).toContain('not all hold it for certain');
    expect(textOf(main)).toContain('Nothing was changed.');
    expect(writes(scenario)).toEqual([]);
  });

  test('where it may not, it says so, and what is in the way', async () => {
    const [, left] = await torn();
    scenario.sandbox.faults.add({ action: 'TagUser', error: { status: 403, code: 'AccessDenied', message: 'no' } });
    const main = await run('provision', TWO_PLACES);
    expectFailed(main, 'access-keys-full');
    expect(textOf(main)).toContain('What was found of the access keys of pulumi could not be recorded.');
    expect(textOf(main)).toContain('Nothing was changed.');
    expect(recordsOf(scenario, 'pulumi')).toContain(`delivering:${left}`);
  });
});

/** Two places, the second of which did not take the new key. Some minutes later. */
async function torn(): Promise<[old: string, left: string]> {
  expect((await run('provision', TWO_PLACES)).exitCode).toBe(0);
  scenario.pass(2 * HOUR_MS);
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
    const path = `/api/v3/repos/${REPOSITORY}/environments/prod/secrets/${name}`;
    scenario.sandbox.faults.add({
      action: 'PUT secret',
      path,
      times: 2,
      error: { status: 403, code: 'Forbidden', message: 'no' },
    });
  }
  const failed = await run('rotate', TWO_PLACES, { 'rotate-now': 'true' });
  expect(textOf(failed)).toContain('#delivery-incomplete');
  expect(textOf(failed)).toContain(
    'Then run this step again in 10 minutes: it looks at what the places hold, and makes',
  );
  const [left = '', old = ''] = inBoth();
  expect(left).not.toBe(old);
  scenario.pass(11 * MINUTE_MS);
  return [old, left];
}

describe('places that hold different keys', () => {
  test('are named with what each holds, and keep that until a person decides, however seldom it is used', async () => {
    const [old, left] = await torn();
    const main = await run('provision', TWO_PLACES);
    expectFailed(main, 'access-keys-full');
    const said = textOf(main);
    expect(said).toContain(`Of the places that the access key ${left} of pulumi is for, not all hold it for certain.`);
    expect(said).toMatch(
      new RegExp(`${left} \\(active, .*, in AWS_ACCESS_KEY_ID of octo/app and AWS_SECRET_ACCESS_KEY of octo/app\\)`),
    );
    expect(said).toMatch(new RegExp(`${old} \\(active, .*, in AWS_ACCESS_KEY_ID of octo/app, environment prod and `));
    expect(recordsOf(scenario, 'pulumi')).toContain(`delivered:${left} replaces=${old} torn=yes`);
    for (let days = 0; days < 4; days += 2) {
      scenario.pass(2 * DAY_MS);
      expectFailed(await run('provision', TWO_PLACES), 'access-keys-full');
      expect(owners()).toEqual(['pulumi', 'pulumi']);
    }
    scenario.account.users.get('pulumi')?.deleteAccessKey(old);
    expect((await run('provision', TWO_PLACES)).exitCode).toBe(0);
    const [one, other] = inBoth();
    expect(one).toBe(other);
    expect(owners()).toEqual(['pulumi', 'pulumi']);
    expect(Object.keys(statusesOf(scenario, 'pulumi'))).toEqual([left, one]);
  });

  test('until the document no longer names the one that did not take the new key', async () => {
    const [old, left] = await torn();
    const onlyOne = documentOf({ deliver: ['github-secrets'] });
    const main = await run('provision', onlyOne);
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(recordsOf(scenario, 'pulumi')).toContain(`delivered:${left} replaces=${old}`);
    const notices = (id: string) => main.log.filter((line) => line.startsWith(`Notice: The access key ${id}`));
    expect(notices(old)).toEqual([expect.stringContaining('was delivered to a place that the document does not name')]);
    expect([notices(left), keyInSecrets(scenario).id]).toEqual([[], left]);
    scenario.pass(25 * HOUR_MS);
    expect((await run('provision', onlyOne)).exitCode).toBe(0);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Inactive', [left]: 'Active' });

    scenario.pass(25 * HOUR_MS);
    expect((await run('provision', onlyOne)).exitCode).toBe(0);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [left]: 'Active' });

    // The document names it again.
    expect((await run('provision', TWO_PLACES)).exitCode).toBe(0);
    expect(owners()).toEqual(['pulumi', 'pulumi']);
  });

  test('the one that was replaced works for its grace when its place has a newer one, however long ago that was', async () => {
    const [old, left] = await torn();
    expectFailed(await run('provision', TWO_PLACES), 'access-keys-full');
    scenario.pass(7 * DAY_MS);
    scenario.account.users.get('pulumi')?.deleteAccessKey(left);
    expect((await run('provision', TWO_PLACES)).exitCode).toBe(0);
    expect(owners()).toEqual(['pulumi', 'pulumi']);
    scenario.pass(23 * HOUR_MS);
    expect((await run('provision', TWO_PLACES)).exitCode).toBe(0);
    expect(statusesOf(scenario, 'pulumi')[old]).toBe('Active');
    scenario.pass(2 * HOUR_MS);
    expect((await run('provision', TWO_PLACES)).exitCode).toBe(0);
    expect(statusesOf(scenario, 'pulumi')[old]).toBe('Inactive');
  });

  test('delete-old-keys ends no key that a place holds, before that has a newer one', async () => {
    const [old, left] = await torn();
    const main = await run('rotate', TWO_PLACES, { 'delete-old-keys': 'true' });
    expectFailed(main, 'access-keys-full');
    expect(textOf(main)).toMatch(
      new RegExp(`${old} .* stays: AWS_ACCESS_KEY_ID of octo/app, environment prod and .* hold it, and no newer one`),
    );
    expect(textOf(main)).toContain('decide which place may fail for a moment, and delete the key that it holds');
    expect(textOf(main)).not.toContain('with delete-old-keys: true');
    expect(owners()).toEqual(['pulumi', 'pulumi']);

    // A person decides.
    scenario.account.users.get('pulumi')?.deleteAccessKey(left);
    expect((await run('rotate', TWO_PLACES, { 'delete-old-keys': 'true' })).exitCode).toBe(0);
    expect(owners()).toEqual(['pulumi', 'pulumi']);
    expect((await run('rotate', TWO_PLACES, { 'delete-old-keys': 'true' })).exitCode).toBe(0);
    expect(Object.keys(statusesOf(scenario, 'pulumi'))).toEqual([keyInSecrets(scenario).id]);
    expect(owners()).toEqual(['pulumi', 'pulumi']);
  });
});
