import type { Run } from '../../sandbox/runner/job';
import {
  ADMIN,
  REPOSITORY,
  githubRepository,
  identityJob,
  identityScenario,
  keyInSecrets,
  keyInWorkspace,
  ownerOf,
  statusesOf,
  endOfKeys,
} from './identities';
import { expectFailed, type Scenario, textOf } from './scenario';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let scenario: Scenario;
let token: { readonly 'github-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario);
});
afterEach(() => endOfKeys(scenario));

/** A user whose key is delivered to the secrets with this prefix; with a device, if its seed is for a secret. */
const user = (name: string, prefix: string, seed?: string) => ({
  [name]: {
    'access-key': { deliver: [{ 'github-secrets': { prefix } }] },
    ...(seed !== undefined && { 'mfa-device': { name, deliver: [{ 'github-secret': seed }] } }),
  },
});
const documentOf = (...users: readonly object[]) => JSON.stringify({ users: Object.assign({}, ...users) as object });
const run = (mode: string, ...users: readonly object[]): Promise<Run> =>
  identityJob(scenario).step({ with: { mode, ...ADMIN, ...token, identities: documentOf(...users) } });
const provision = async (...users: readonly object[]) => {
  expect((await run('provision', ...users)).exitCode).toBe(0);
  scenario.pass(HOUR_MS);
};
/** Whose working key is in the secrets with a prefix. */
const at = (prefix: string) => ownerOf(scenario, keyInSecrets(scenario, { prefix }));
const seedIn = (name: string) => scenario.sandbox.github.secrets.value(REPOSITORY, name);

describe('deprovision takes no secret of another user', () => {
  test('where the document names those, and a run made both in the same minute: said, and why', async () => {
    await provision(user('a', 'A_', 'SEED_A'), user('b', 'B_', 'SEED_B'));
    const main = await run('deprovision', user('a', 'B_', 'SEED_B'));
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(scenario.account.users.has('a')).toBe(false);
    expect(at('B_')).toBe('b');
    expect(seedIn('SEED_B')).toBeDefined();
    for (const secret of ['B_AWS_ACCESS_KEY_ID', 'SEED_B']) {
      expect(main.log.join('\n')).toMatch(
        new RegExp(`^Warning: The GitHub secret ${secret} of .* by no run that is recorded to have .* of a there`, 'm'),
      );
    }
  });

  test('where a place went to another user as this one got a new place', async () => {
    await provision(user('a', 'P_'));
    await provision(user('a', 'N_'), user('b', 'P_'));
    expect((await run('deprovision', user('a', 'P_'))).exitCode).toBe(0);
    expect(at('P_')).toBe('b');
  });

  test('where two users exchanged their places', async () => {
    await provision(user('a', 'A_', 'SEED_A'), user('b', 'B_', 'SEED_B'));
    await provision(user('a', 'B_'), user('b', 'A_'));
    expect((await run('deprovision', user('a', 'A_'))).exitCode).toBe(0);
    expect([at('A_'), seedIn('SEED_A') === undefined]).toEqual(['b', false]);
  });
});

test('two users exchanged their places, and back: each place is known to hold the key of the other, and nobody is asked who did it', async () => {
  const [before, exchanged] = [
    [user('a', 'A_'), user('b', 'B_')],
    [user('a', 'B_'), user('b', 'A_')],
  ] as const;
  await provision(...before);
  await provision(...exchanged);
  const back = await run('provision', ...before);
  expect(back.exitCode).toBe(1);
  expect(back.log.join('\n')).toMatch(/works until .* Run the step again then/);
  expect(back.log.join('\n')).not.toMatch(/Somebody else has written|perhaps put it there/);
  expect([at('A_'), at('B_')]).toEqual(['b', 'a']);
  scenario.pass(25 * HOUR_MS);
  expect((await run('provision', ...before)).exitCode).toBe(0);
  expect([at('A_'), at('B_')]).toEqual(['a', 'b']);
});

test('the same for workspaces, which tell no times: by the versions that the run of the other user has left', async () => {
  const { terraform } = scenario.sandbox;
  const names = ['one', 'two'] as const;
  for (const workspace of names) terraform.createWorkspace('acme', workspace);
  const more = { 'terraform-token': terraform.token({ write: names.map((name) => `acme/${name}`) }) };
  const give = (a: string, b: string) => {
    const [ofA, ofB] = [a, b].map((workspace) => ({
      'access-key': { deliver: [{ 'terraform-cloud': { organization: 'acme', workspace } }] },
    }));
    const identities = documentOf({ a: ofA }, { b: ofB });
    return identityJob(scenario).step({ with: { mode: 'provision', ...ADMIN, ...more, identities } });
  };
  const owners = () => names.map((name) => ownerOf(scenario, keyInWorkspace(scenario, `acme/${name}`)));
  expect((await give('one', 'two')).exitCode).toBe(0);
  scenario.pass(HOUR_MS);
  expect((await give('two', 'one')).exitCode).toBe(0);
  expect(owners()).toEqual(['b', 'a']);
  scenario.pass(HOUR_MS);
  const back = await give('one', 'two');
  expect(back.exitCode).toBe(1);
  expect(back.log.join('\n')).toMatch(/works until .* Run the step again then/);
  expect(back.log.join('\n')).not.toMatch(/Somebody else has written|perhaps put it there/);
  expect(owners()).toEqual(['b', 'a']);
  scenario.pass(25 * HOUR_MS);
  expect((await give('one', 'two')).exitCode).toBe(0);
  expect(owners()).toEqual(['a', 'b']);
});

describe('a place that left the document', () => {
  const notice = (main: Run) => main.log.find((line) => /^Notice: The access key .* was delivered to/.test(line));
  const left = (main: Run) => main.log.find((line) => line.includes('that the document does not name'));

  test('is named by the time of its document, with what to do that breaks nobody', async () => {
    await provision(user('a', 'P_'));
    const main = await run('provision', user('a', 'N_'));
    expect(notice(main)).toMatch(
      /was delivered to a place that the document does not name, or not any more: the document of 20\S+ \S+ UTC does\./,
    );
    expect(notice(main)).toContain('unless somebody else’s key is in them');
    scenario.pass(HOUR_MS);
    expect(left(await run('deprovision', user('a', 'N_')))).toContain('its secrets stay');
  });

  test('is not named where another user has it now: what is there is that one’s', async () => {
    await provision(user('a', 'P_'));
    const users = [user('a', 'N_'), user('b', 'P_')] as const;
    for (let hours = 0; hours < 2; hours += 1) {
      expect(notice(await run('provision', ...users))).toBeUndefined();
      scenario.pass(HOUR_MS);
    }
    expect(notice(await run('rotate', ...users))).toBeUndefined();
    const main = await run('deprovision', ...users);
    expect([main.exitCode, left(main)]).toEqual([0, undefined]);
    expect([at('P_'), at('N_')]).toEqual([undefined, undefined]);
  });

  test('is named by each run while its key is the one in use', async () => {
    const holder = (...prefixes: readonly string[]) => ({
      a: { 'access-key': { deliver: prefixes.map((prefix) => ({ 'github-secrets': { prefix } })) } },
    });
    await provision(holder('A_', 'B_'));
    for (const mode of ['provision', 'rotate', 'provision']) {
      const main = await run(mode, holder('A_'));
      expect([main.exitCode, main.outputs.changed]).toEqual([0, 'false']);
      expect(notice(main)).toMatch(/ of a was delivered to a place that the document does not name, or not any more/);
      scenario.pass(HOUR_MS);
    }
    expect([at('A_'), at('B_')]).toEqual(['a', 'a']);
  });

  test('is named where it was one of many', async () => {
    const many = Array.from({ length: 12 }, (_, index) => ({ 'github-secrets': { prefix: `P${index}_` } }));
    const holder = (deliver: readonly object[]) => ({ a: { 'access-key': { deliver } } });
    await provision(holder(many));
    scenario.pass(HOUR_MS);
    const identities = documentOf(holder(many.slice(1)));
    const inputs = { mode: 'rotate', 'rotate-now': 'true', ...ADMIN, ...token, identities };
    expect(notice(await identityJob(scenario).step({ with: inputs }))).toContain('to a place that the document');
    expect(left(await run('deprovision', holder(many.slice(1))))).toContain('its secrets stay');
  });
});

describe('a place that the document gives to another user', () => {
  const before = [user('a', 'P_'), user('b', 'B_')] as const;
  const moved = [user('a', 'N_'), user('b', 'P_')] as const;
  const held = (main: Run) => main.log.find((line) => /^Notice: The access key .* of a was replaced at/.test(line));
  const idsOf = (name: string) => Object.keys(statusesOf(scenario, name));
  /** What keeps a run from serving the other user: somebody has made a second key of it. */
  const fill = () => {
    const { accessKeyId = '' } = scenario.account.users.get('b')?.createAccessKey() ?? {};
    scenario.pass(HOUR_MS);
    return accessKeyId;
  };

  test('holds its key for as long as that user is not there, also with delete-old-keys', async () => {
    await provision(user('a', 'P_'));
    const { id: old = '' } = keyInSecrets(scenario, { prefix: 'P_' });
    const leaked = { 'rotate-now': 'true', 'delete-old-keys': 'true' };
    const inputs = { mode: 'rotate', ...ADMIN, ...token, identities: documentOf(...moved) };
    const first = await identityJob(scenario).step({ with: { ...inputs, ...leaked } });
    expect(first.exitCode).toBe(0);
    expect(textOf(first)).toContain(`The access key ${old} of a does not end yet, although delete-old-keys is true`);
    for (const more of ['false', 'false', 'true']) {
      scenario.pass(2 * DAY_MS);
      const main = await identityJob(scenario).step({ with: { ...inputs, 'delete-old-keys': more } });
      expect(main.exitCode).toBe(0);
      expect(held(main)).toMatch(
        /stays: P_AWS_ACCESS_KEY_ID .* which the document gives to the user b, may hold it, and/,
      );
      expect([at('P_'), at('N_')]).toEqual(['a', 'a']);
    }
    await provision(...moved);
    scenario.pass(2 * DAY_MS);
    expect((await run('rotate', ...moved)).exitCode).toBe(0);
    scenario.pass(2 * DAY_MS);
    expect(held(await run('rotate', ...moved))).toBeUndefined();
    expect([at('P_'), at('N_'), idsOf('a').includes(old)]).toEqual(['b', 'a', false]);
  });

  test('holds its key while that user has no room for one, and from then on the key has its grace', async () => {
    await provision(...before);
    const { id: old = '' } = keyInSecrets(scenario, { prefix: 'P_' });
    const others = fill();
    for (let days = 0; days < 6; days += 2) {
      const main = await run('provision', ...moved);
      expectFailed(main, 'access-keys-full');
      expect(held(main) === undefined).toBe(days === 0);
      expect(at('P_')).toBe('a');
      scenario.pass(2 * DAY_MS);
    }
    scenario.account.users.get('b')?.deleteAccessKey(others);
    await provision(...moved);
    expect(at('P_')).toBe('b');
    scenario.pass(22 * HOUR_MS);
    expect((await run('rotate', ...moved)).exitCode).toBe(0);
    expect(statusesOf(scenario, 'a')[old]).toBe('Active');
    scenario.pass(2 * HOUR_MS);
    expect((await run('rotate', ...moved)).exitCode).toBe(0);
    expect(statusesOf(scenario, 'a')[old]).toBe('Inactive');
  });

  test('and that may have the key which takes the room of a new one: what lets it go, is said', async () => {
    await provision(...before);
    const others = fill();
    expectFailed(await run('provision', ...moved), 'access-keys-full');
    scenario.pass(2 * DAY_MS);
    const inputs = { mode: 'rotate', 'rotate-now': 'true', ...ADMIN, ...token, identities: documentOf(...moved) };
    const main = await identityJob(scenario).step({ with: inputs });
    expectFailed(main, 'access-keys-full');
    expect(textOf(main)).toMatch(
      /may be in P_AWS_.* which the document gives to the user b, and no newer one\. Let a run/,
    );
    expect([at('P_'), at('N_')]).toEqual(['a', 'a']);
    scenario.account.users.get('b')?.deleteAccessKey(others);
    await provision(...moved);
    scenario.pass(DAY_MS);
    expect((await identityJob(scenario).step({ with: inputs })).exitCode).toBe(0);
    expect([at('P_'), at('N_'), idsOf('a').length]).toEqual(['b', 'a', 2]);
  });

  test('is named by a deprovision that ends the key which is there', async () => {
    await provision(...before);
    fill();
    expectFailed(await run('provision', ...moved), 'access-keys-full');
    scenario.pass(HOUR_MS);
    const main = await run('deprovision', ...moved);
    expect(main.exitCode).toBe(0);
    expect(textOf(main)).toMatch(
      /- access key \w+; it may be in P_AWS_.* to the user b, and no newer one: what reads it/,
    );
  });
});

test('the secrets of a user with more places than its record has words for go with it', async () => {
  const many = Array.from({ length: 30 }, (_, index) => ({ 'github-secrets': { prefix: `P${index}_` } }));
  await provision({ a: { 'access-key': { deliver: many } } });
  expect(at('P29_')).toBe('a');
  expect((await run('deprovision', { a: { 'access-key': { deliver: many } } })).exitCode).toBe(0);
  expect([0, 29].map((index) => keyInSecrets(scenario, { prefix: `P${index}_` }).id)).toEqual([undefined, undefined]);
});

test('a seed whose secrets are recorded goes with its device', async () => {
  await provision(user('a', 'A_', 'SEED_A'));
  expect((await run('deprovision', user('a', 'A_', 'SEED_A'))).exitCode).toBe(0);
  expect([at('A_'), seedIn('SEED_A')]).toEqual([undefined, undefined]);
});
