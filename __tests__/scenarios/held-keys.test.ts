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
  endOfKeys,
} from './identities';
import { expectFailed, type Scenario, textOf } from './scenario';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOW = { 'rotate-now': 'true' };
const LEAKED = { 'delete-old-keys': 'true' };
const REFUSED = { status: 403, code: 'Forbidden', message: 'no' };

let scenario: Scenario;
let token: { readonly 'github-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario);
});
afterEach(() => endOfKeys(scenario));

const documentOf = (...prefixes: readonly string[]) => {
  const deliver = prefixes.map((prefix) => ({ 'github-secrets': { prefix } }));
  return JSON.stringify({ users: { pulumi: { 'access-key': { deliver } } } });
};
const [A, B, AB] = [documentOf('A_'), documentOf('B_'), documentOf('A_', 'B_')];
const run = (mode: string, identities: string, inputs: Record<string, string> = {}): Promise<Run> =>
  identityJob(scenario).step({ with: { mode, ...ADMIN, ...token, identities, ...inputs } });
const inPlace = (prefix: string) => keyInSecrets(scenario, { prefix });
const ownerIn = (prefix: string) => ownerOf(scenario, inPlace(prefix));

async function succeed(mode: string, identities: string, inputs: Record<string, string> = {}): Promise<string> {
  const main = await run(mode, identities, inputs);
  expect([main.exitCode, main.stderr]).toEqual([0, '']);
  return textOf(main);
}

/** What a run says that has no room for another key: all stays, and works. */
async function saidWhenFull(mode: string, identities: string, inputs: Record<string, string> = {}): Promise<string> {
  const before = statusesOf(scenario, 'pulumi');
  const main = await run(mode, identities, inputs);
  expectFailed(main, 'access-keys-full');
  expect(statusesOf(scenario, 'pulumi')).toEqual(before);
  expect(ownerIn('A_')).toBe('pulumi');
  return textOf(main);
}

/** What somebody does with the command that the error gives. */
function deleteAsSaid(said: string): string {
  const [, id = ''] = /aws iam delete-access-key --user-name pulumi --access-key-id (\w+)/.exec(said) ?? [];
  scenario.account.users.get('pulumi')?.deleteAccessKey(id);
  return id;
}

function putBack({ id = '', secret = '' }: ReturnType<typeof inPlace>): void {
  scenario.sandbox.github.secrets.write(REPOSITORY, 'A_AWS_ACCESS_KEY_ID', id);
  scenario.sandbox.github.secrets.write(REPOSITORY, 'A_AWS_SECRET_ACCESS_KEY', secret);
}

async function killedAt(action: string, skip: number, mode: string, identities: string): Promise<void> {
  const after = new Promise<void>((holdAfter) => {
    scenario.sandbox.faults.add({ action, skip, times: 1, holdAfter });
  });
  await identityJob(scenario, { env: { GITHUB_RUN_ID: '11' } }).step({
    with: { mode, ...ADMIN, ...token, identities },
    kill: { after, signal: 'SIGKILL' },
  });
}

describe('a document names another place, and then the first one again', () => {
  let [first, second] = ['', ''];
  beforeEach(async () => {
    await succeed('provision', A);
    first = inPlace('A_').id ?? '';
    scenario.pass(HOUR_MS);
    await succeed('provision', B);
    second = inPlace('B_').id ?? '';
    scenario.pass(HOUR_MS);
  });

  test('that keeps its key, however seldom it is used: the other may go, and is named', async () => {
    for (let days = 0; days < 4; days += 2) {
      const said = await saidWhenFull('provision', A);
      expect(said).toContain(`${first} of pulumi was replaced at`);
      expect(said).toContain('A_AWS_SECRET_ACCESS_KEY of octo/app hold it, and no newer one.');
      expect(said).toContain(
        `hold ${first}, and not ${second}. It was delivered to places that the document does not name.`,
      );
      expect(said).not.toContain('works until');
      scenario.pass(2 * DAY_MS);
    }
    await saidWhenFull('rotate', A, { ...NOW, ...LEAKED });
    expect(deleteAsSaid(await saidWhenFull('provision', A))).toBe(second);
    // GitHub refuses the next key: its place has the one before.
    scenario.sandbox.faults.add({ action: 'PUT secret', error: REFUSED });
    expect((await run('provision', A)).exitCode).toBe(1);
    expect(ownerIn('A_')).toBe('pulumi');
    scenario.sandbox.faults.clear();
    await succeed('provision', A);
    expect(inPlace('A_').id).not.toBe(first);
    expect(ownerIn('A_')).toBe('pulumi');
    scenario.pass(2 * DAY_MS);
    await succeed('provision', A);
    scenario.pass(2 * DAY_MS);
    await succeed('provision', A);
    expect(Object.keys(statusesOf(scenario, 'pulumi'))).toEqual([inPlace('A_').id]);
  });
});

describe('a run died that was to deliver to other places, and the document names the first one again', () => {
  test.each([
    { what: 'before it wrote any', action: 'TagUser', skip: 2, died: AB },
    { what: 'after it had written one', action: 'PUT secret', skip: 1, died: B },
  ])('$what: the key there stays the one in use', async ({ action, skip, died }) => {
    await succeed('provision', A);
    const { id: first = '' } = inPlace('A_');
    scenario.pass(HOUR_MS);
    await killedAt(action, skip, 'provision', died);
    scenario.pass(HOUR_MS);
    const said = await succeed('provision', A);
    const [left = ''] = Object.keys(statusesOf(scenario, 'pulumi')).filter((id) => id !== first);
    expect(said).toContain(
      `${left}, which a run that is over made for other places, is in none that the document names`,
    );
    expect(recordsOf(scenario, 'pulumi')).not.toContain(`replaced:${first}`);
    for (let hours = 1; hours < 50; hours += 24) {
      expect(statusesOf(scenario, 'pulumi')).toEqual({
        [first]: 'Active',
        [left]: hours === 49 ? 'Inactive' : 'Active',
      });
      const notice = `${left} of pulumi may be in places that the document does not name`;
      expect(await succeed('provision', A)).toContain(notice);
      scenario.pass(DAY_MS);
    }
    await succeed('provision', A);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [first]: 'Active' });
    expect(inPlace('A_').id).toBe(first);
    expect(ownerIn('A_')).toBe('pulumi');
  });
});

describe('a person puts a key back that was replaced', () => {
  let [first, second]: ReturnType<typeof inPlace>[] = [];
  beforeEach(async () => {
    await succeed('provision', A);
    first = inPlace('A_');
    scenario.pass(HOUR_MS);
    await succeed('rotate', A, NOW);
    second = inPlace('A_');
    scenario.pass(2 * HOUR_MS);
  });

  const expectChoice = (said: string) => {
    expect(said).toMatch(
      /Somebody else has written A_AWS_ACCESS_KEY_ID .* since, and which key is there, nobody else can/,
    );
    expect(said).not.toContain('Run the step again then');
    expect(said).not.toContain('whole in no place');
  };

  test('it stays, however seldom it is used, until that person says which may go', async () => {
    putBack(first ?? inPlace('A_'));
    for (let days = 0; days < 4; days += 2) {
      expectChoice(await saidWhenFull('provision', A));
      expectChoice(await saidWhenFull('rotate', A, LEAKED));
      scenario.pass(2 * DAY_MS);
    }
    scenario.account.users.get('pulumi')?.deleteAccessKey(second?.id ?? '');
    await succeed('provision', A);
    expect(inPlace('A_').id).not.toBe(first?.id);
    expect(ownerIn('A_')).toBe('pulumi');
  });

  test('which a run had deactivated, and the person has activated again', async () => {
    scenario.pass(DAY_MS);
    await succeed('provision', A);
    const key = scenario.sandbox.world.accessKey(first?.id ?? '')?.key;
    expect(key?.status).toBe('Inactive');
    putBack(first ?? inPlace('A_'));
    if (key) key.status = 'Active';
    scenario.pass(HOUR_MS);
    expectChoice(await saidWhenFull('provision', A));
    scenario.pass(2 * DAY_MS);
    expectChoice(await saidWhenFull('provision', A));
  });

  test('or writes something else, when a run had deactivated it: then it makes room', async () => {
    scenario.pass(DAY_MS);
    await succeed('provision', A);
    putBack({ id: 'AKIAIOSFODNN7EXAMPLE', secret: 'another' });
    await succeed('provision', A);
    expect(Object.keys(statusesOf(scenario, 'pulumi'))).toEqual([second?.id, inPlace('A_').id]);
    expect(ownerIn('A_')).toBe('pulumi');
  });
});

test('a person has put the key of a run back, after a key of their own: neither is said to be in no place', async () => {
  await succeed('provision', A);
  const first = inPlace('A_');
  scenario.pass(HOUR_MS);
  const { accessKeyId } = scenario.account.users.get('pulumi')?.createAccessKey() ?? {};
  scenario.pass(HOUR_MS);
  putBack(first);
  scenario.pass(HOUR_MS);
  const said = await saidWhenFull('provision', A);
  expect(said).toMatch(
    /Somebody else has written A_AWS_ACCESS_KEY_ID .* since, and which key is there, nobody else can/,
  );
  expect(said).not.toMatch(/hold \w+, and not|do not hold/);
  expect(said).toContain(
    `the active access key ${accessKeyId}, which no run has made: it stays. It may be in A_AWS_ACC`,
  );
  expect(said).not.toContain('--status Inactive');
});

test('a person took over, with a key of their own: deactivating the old one made nothing fail, and that key stays', async () => {
  await succeed('provision', A);
  const [old] = scenario.account.users.get('pulumi')?.accessKeys ?? [];
  scenario.pass(HOUR_MS);
  const own = scenario.account.users.get('pulumi')?.createAccessKey();
  putBack({ id: own?.accessKeyId, secret: own?.secretAccessKey });
  if (old) old.status = 'Inactive';
  scenario.pass(HOUR_MS);
  const said = await saidWhenFull('provision', A);
  expect(said).toContain(`While ${old?.accessKeyId} is inactive, nobody can use it. Delete it and run the step again`);
  expect(said).not.toContain('what reads it from its places fails');
  expect(said).not.toContain('--status Inactive');
  expect(deleteAsSaid(said)).toBe(old?.accessKeyId);
  await succeed('provision', A);
  expect(ownerIn('A_')).toBe('pulumi');
});
