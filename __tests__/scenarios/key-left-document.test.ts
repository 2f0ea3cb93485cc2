import type { Run } from '../../sandbox/runner/job';
import {
  ADMIN,
  LASTING_KEY,
  githubRepository,
  identityJob,
  identityScenario,
  keyInSecrets,
  leftUser,
  ownerOf,
  recordsOf,
  statusesOf,
  writes,
  endOfKeys,
  FOR_THE_JOB,
  expectCalls,
} from './identities';
import { type Scenario, textOf } from './scenario';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NONE = JSON.stringify({ users: { pulumi: {} } });

let scenario: Scenario;
let token: { readonly 'github-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario);
});
afterEach(() => endOfKeys(scenario));

let runs = 0;
const ended = (mode: string, identities: string, inputs: Record<string, string> = {}): Promise<Run> => {
  const job = identityJob(scenario, { env: { GITHUB_RUN_ID: String((runs += 1)) } });
  return job.step({ with: { mode, ...ADMIN, ...token, identities, ...inputs } });
};
const run = async (...of: Parameters<typeof ended>): Promise<Run> => {
  const main = await ended(...of);
  expect(main.exitCode).toBe(0);
  return main;
};
const runRed = async (...of: Parameters<typeof ended>) => {
  expect((await ended(...of)).exitCode).toBe(1);
};
const provision = (identities: string) => run('provision', identities);
const endsIt = (id: string) => `delete it: aws iam delete-access-key --user-name pulumi --access-key-id ${id}`;

describe('a user that the document gives no key any more', () => {
  test('keeps the one that its places hold, and each run says what ends it; the one before it ends by its grace', async () => {
    await provision(LASTING_KEY);
    const { id: old = '' } = keyInSecrets(scenario);
    scenario.pass(HOUR_MS);
    await run('rotate', LASTING_KEY, { 'rotate-now': 'true' });
    const { id = '' } = keyInSecrets(scenario);

    scenario.pass(HOUR_MS);
    const main = await provision(NONE);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [id]: 'Active' });
    expect(main.outputs.changed).toBe('false');
    expect(textOf(main)).toMatch(/^ *! leave +access key +pulumi /m);
    expect(textOf(main)).toMatch(new RegExp(`^Notice: The access key ${id} of pulumi was delivered to a place`, 'm'));
    expect(textOf(main)).toContain(endsIt(id));

    for (const [left, work] of [
      [{ [old]: 'Inactive', [id]: 'Active' }, ['TagUser', 'UpdateAccessKey']],
      [{ [id]: 'Active' }, ['DeleteAccessKey', 'UntagUser']],
      [{ [id]: 'Active' }, []],
    ] as const) {
      scenario.pass(2 * DAY_MS);
      scenario.calls();
      expect(textOf(await provision(NONE))).toContain(endsIt(id));
      expect(writes(scenario)).toEqual(work);
      expect(statusesOf(scenario, 'pulumi')).toEqual(left);
    }
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');

    // It takes up where it was when the document gives a key again.
    scenario.calls();
    await provision(LASTING_KEY);
    expect(writes(scenario)).toEqual([]);
  });

  test('has what was replaced ended by a rotation on a schedule, too, which says what ends the other', async () => {
    await provision(LASTING_KEY);
    const { id: old = '' } = keyInSecrets(scenario);
    scenario.pass(HOUR_MS);
    await run('rotate', LASTING_KEY, { 'rotate-now': 'true' });
    const { id = '' } = keyInSecrets(scenario);
    for (const left of [{ [old]: 'Inactive', [id]: 'Active' }, { [id]: 'Active' }, { [id]: 'Active' }]) {
      scenario.pass(2 * DAY_MS);
      expect(textOf(await run('rotate', NONE))).toContain(endsIt(id));
      expect(statusesOf(scenario, 'pulumi')).toEqual(left);
    }
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
  });

  test('has what was replaced ended at once with delete-old-keys, and not the one that its places hold', async () => {
    await provision(LASTING_KEY);
    scenario.pass(HOUR_MS);
    await run('rotate', LASTING_KEY, { 'rotate-now': 'true' });
    scenario.pass(HOUR_MS);
    await run('rotate', NONE, { 'rotate-now': 'true', 'delete-old-keys': 'true' });
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [keyInSecrets(scenario).id ?? '']: 'Active' });
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
  });

  describe('keeps each key that a place holds which got no newer one', () => {
    const to = (...prefixes: readonly string[]) => {
      const deliver = prefixes.map((prefix) => ({ 'github-secrets': { prefix } }));
      return JSON.stringify({ users: { pulumi: { 'access-key': { deliver } } } });
    };
    const owners = () => ['A_', 'B_'].map((prefix) => ownerOf(scenario, keyInSecrets(scenario, { prefix })));

    /** Runs end by no grace what is in the places, and say what ends it. */
    async function expectKept(): Promise<void> {
      const before = statusesOf(scenario, 'pulumi');
      for (const leaked of ['false', 'false', 'true']) {
        scenario.pass(2 * DAY_MS);
        const said = textOf(await run('rotate', NONE, { 'delete-old-keys': leaked }));
        for (const id of Object.keys(before)) expect(said).toContain(endsIt(id));
      }
      expect(statusesOf(scenario, 'pulumi')).toEqual(before);
      expect(owners()).toEqual(['pulumi', 'pulumi']);
    }

    test('as its delivery failed there', async () => {
      await provision(to('A_', 'B_'));
      scenario.pass(HOUR_MS);
      const refused = { status: 403, code: 'Forbidden', message: 'no' };
      scenario.sandbox.faults.add({ action: 'PUT secret', skip: 2, error: refused });
      await runRed('rotate', to('A_', 'B_'), { 'rotate-now': 'true' });
      scenario.sandbox.faults.clear();
      scenario.pass(HOUR_MS);
      await runRed('provision', to('A_', 'B_'));
      await expectKept();
    });

    test('as it was for another place, although the document had named the first one again', async () => {
      await provision(to('A_'));
      scenario.pass(HOUR_MS);
      await provision(to('B_'));
      scenario.pass(HOUR_MS);
      await runRed('provision', to('A_'));
      await expectKept();
    });
  });

  test('costs a rotation one call where no run ever made it a key, and is left where it is of another repository', async () => {
    const user = leftUser(scenario);
    const reads = () => scenario.calls().filter((call) => /User|AccessKey/.test(call));
    reads();
    await run('rotate', NONE);
    expect(reads()).toEqual(['GetUser']);
    user.tags = { ...user.tags, 'managed-by-repository': 'octo/other' };
    await run('rotate', NONE);
    expect(reads()).toEqual(['GetUser']);
  });

  test('loses the key of a job whose machine was lost', async () => {
    await provision(FOR_THE_JOB);
    scenario.pass(6 * DAY_MS);
    expect(textOf(await provision(NONE))).toContain('is deleted: the job that it was for is over');
    expect([statusesOf(scenario, 'pulumi'), recordsOf(scenario, 'pulumi')]).toEqual([{}, []]);
  });

  test('hinders nothing while another run makes a key of it', async () => {
    const { accessKeyId: id } = leftUser(scenario).createAccessKey();
    const user = scenario.account.users.get('pulumi');
    const at = scenario.sandbox.clock.now().toISOString();
    if (user) user.tags = { ...user.tags, [`aws-identity-action:made:${id}`]: `run=octo/app:7.1:0a1b2c3d at=${at}` };
    scenario.calls();
    expect(textOf(await provision(NONE))).toContain(`the access key ${id} of the user pulumi is being made by run 7`);
    expect(writes(scenario)).toEqual([]);
    scenario.pass(HOUR_MS);
    await provision(NONE);
    expect([statusesOf(scenario, 'pulumi'), recordsOf(scenario, 'pulumi')]).toEqual([{}, []]);
  });

  test('is asked for no keys if none is recorded, and a key of somebody else is not named', async () => {
    leftUser(scenario).createAccessKey();
    scenario.calls();
    const main = await provision(NONE);
    expect(textOf(main)).not.toContain('access key');
    expectCalls(scenario, [
      ['GetCallerIdentity', 'GetUser'],
      ['ListAttachedUserPolicies', 'ListUserPolicies'],
    ]);
  });

  test('has nothing said of it when a person has deleted its key', async () => {
    await provision(LASTING_KEY);
    const user = scenario.account.users.get('pulumi');
    user?.deleteAccessKey(keyInSecrets(scenario).id ?? '');
    user?.createAccessKey();
    scenario.pass(HOUR_MS);
    scenario.calls();
    expect(textOf(await provision(NONE))).not.toContain('access key');
    expect(writes(scenario)).toEqual([]);
  });
});
