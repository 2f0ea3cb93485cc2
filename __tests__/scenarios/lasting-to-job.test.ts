import type { Run } from '../../sandbox/runner/job';
import {
  ADMIN,
  LASTING_KEY,
  REPOSITORY,
  githubRepository,
  identityJob,
  identityScenario,
  keyIn,
  keyInSecrets,
  ownerOf,
  recordsOf,
  statusesOf,
  writes,
  endOfKeys,
  FOR_THE_JOB,
  KEY_OF_JOB,
} from './identities';
import { expectFailed, type Scenario, textOf } from './scenario';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

let scenario: Scenario;
let token: { readonly 'github-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario, { readsRuns: true });
});
afterEach(() => endOfKeys(scenario));

let runs = 0;
const jobOf = (id = String((runs += 1))) => identityJob(scenario, { env: { GITHUB_RUN_ID: id } });
const run = (mode: string, identities: string, job = jobOf(), inputs: Record<string, string> = {}): Promise<Run> =>
  job.step({ with: { mode, ...ADMIN, ...token, identities, ...inputs } });
const idsOf = () => Object.keys(statusesOf(scenario, 'pulumi'));
const endsIt = (id: string) => `delete it: aws iam delete-access-key --user-name pulumi --access-key-id ${id}`;

/** A lasting key in the secrets of the repository, made a day ago. */
async function lasting(): Promise<string> {
  expect((await run('provision', LASTING_KEY)).exitCode).toBe(0);
  scenario.pass(DAY_MS);
  scenario.calls();
  return keyInSecrets(scenario).id ?? '';
}

describe('a user whose key lasted, and who is now to have one for each job', () => {
  test('keeps it, and every run says so, with what ends it', async () => {
    const old = await lasting();
    for (let day = 0; day < 3; day += 1) {
      const job = jobOf();
      const main = await run('provision', FOR_THE_JOB, job);
      expect(main.exitCode).toBe(0);
      expect(textOf(main)).toMatch(
        new RegExp(
          `^${old} was delivered to a place that lasts at 20.* UTC, and the document has none: it stays$`,
          'm',
        ),
      );
      expect(textOf(main)).toMatch(
        new RegExp(`^Notice: The access key ${old} of pulumi was delivered to a place`, 'm'),
      );
      expect(textOf(main)).toContain(endsIt(old));
      expect(writes(scenario)).toEqual(KEY_OF_JOB);
      await job.finish();
      scenario.calls();
      scenario.pass(60 * DAY_MS);
    }
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active' });
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    scenario.calls();
    const rotation = await run('rotate', FOR_THE_JOB);
    expect([rotation.exitCode, rotation.outputs.changed]).toEqual([0, 'false']);
    expect(textOf(rotation)).toContain(endsIt(old));
    expect(writes(scenario)).toEqual([]);
  });

  test('ends the one that was replaced when the grace is over that was declared then', async () => {
    const accessKey = { deliver: ['github-secrets'], 'max-age': '30d', grace: '10d' };
    const before = JSON.stringify({ users: { pulumi: { 'access-key': accessKey } } });
    expect((await run('provision', before)).exitCode).toBe(0);
    const { id: old = '' } = keyInSecrets(scenario);
    scenario.pass(HOUR_MS);
    expect((await run('rotate', before, jobOf(), { 'rotate-now': 'true' })).exitCode).toBe(0);
    const statusAfter = async (ms: number, identities: string) => {
      scenario.pass(ms);
      await run('provision', identities);
      return statusesOf(scenario, 'pulumi')[old];
    };
    const none = JSON.stringify({ users: { pulumi: {} } });
    expect(await statusAfter(25 * HOUR_MS, none)).toBe('Active');
    expect(await statusAfter(8 * DAY_MS, FOR_THE_JOB)).toBe('Active');
    expect(await statusAfter(DAY_MS, none)).toBe('Inactive');
    expect(await statusAfter(9 * DAY_MS, none)).toBe('Inactive');
    expect(await statusAfter(2 * DAY_MS, none)).toBeUndefined();
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    scenario.calls();
  });

  test('a dry run says so, too', async () => {
    const old = await lasting();
    const main = await run('provision', FOR_THE_JOB, jobOf(), { 'dry-run': 'true' });
    expect(textOf(main)).toContain(endsIt(old));
    expect(writes(scenario)).toEqual([]);
  });

  test('the second job learns that it takes the place of its key', async () => {
    const old = await lasting();
    const [first, second] = [jobOf(), jobOf()];
    expect((await run('provision', FOR_THE_JOB, first)).exitCode).toBe(0);
    scenario.calls();
    const main = await run('provision', FOR_THE_JOB, second);
    expectFailed(main, 'access-keys-full');
    expect(textOf(main)).toMatch(
      new RegExp(`Cause:.*${old} is for places that last, and the document names none`, 's'),
    );
    expect(textOf(main)).toMatch(new RegExp(`Cause:.*When nothing needs it, ${endsIt(old)}; or let that job end`, 's'));
    expect(writes(scenario)).toEqual([]);
    scenario.account.users.get('pulumi')?.deleteAccessKey(old);
    expect((await run('provision', FOR_THE_JOB, second)).exitCode).toBe(0);
    for (const job of [first, second]) await job.finish();
    expect(idsOf()).toEqual([]);
  });

  test.each([
    { mode: 'rotate', ends: ['Deactivated', 'Deleted'] },
    // The job's key needs its place.
    { mode: 'provision', ends: ['Deleted'] },
  ])('$mode ends by the law the one that it had replaced', async ({ mode, ends }) => {
    const older = await lasting();
    expect((await run('rotate', LASTING_KEY, jobOf(), { 'rotate-now': 'true' })).exitCode).toBe(0);
    const { id: old = '' } = keyInSecrets(scenario);
    for (const end of ends) {
      scenario.pass(DAY_MS + MINUTE_MS);
      const job = jobOf();
      const main = await run(mode, FOR_THE_JOB, job);
      expect(main.exitCode).toBe(0);
      await job.finish();
      expect(textOf(main)).toContain(`${end} the access key ${older} of pulumi`);
      // Its place has the newer one.
      expect(textOf(main)).not.toContain(`The access key ${older} of pulumi, which is replaced, was delivered to`);
      expect(textOf(main)).toContain(endsIt(old));
    }
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active' });
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
  });

  test('and whose places have two keys, as the document has named another: both stay, and a job learns what makes room', async () => {
    const old = await lasting();
    const elsewhere = JSON.stringify({
      users: { pulumi: { 'access-key': { deliver: [{ 'github-secrets': { prefix: 'B_' } }] } } },
    });
    expect((await run('provision', elsewhere)).exitCode).toBe(0);
    const { id: newer = '' } = keyInSecrets(scenario, { prefix: 'B_' });
    for (let day = 0; day < 3; day += 1) {
      scenario.pass(2 * DAY_MS);
      const main = await run('provision', FOR_THE_JOB);
      expectFailed(main, 'access-keys-full');
      expect(textOf(main)).toContain(
        `${old} and ${newer} are for places that last, and the document names none any more`,
      );
      expect((await run('rotate', FOR_THE_JOB, jobOf(), { 'delete-old-keys': 'true' })).exitCode).toBe(0);
    }
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active', [newer]: 'Active' });
    scenario.calls();
  });

  test('what a rotation that died had begun to deliver stays, and so does the one that places hold', async () => {
    const old = await lasting();
    const after = new Promise<void>((holdAfter) => {
      scenario.sandbox.faults.add({ action: 'TagUser', skip: 2, times: 1, holdAfter });
    });
    await jobOf().step({
      with: { mode: 'rotate', ...ADMIN, ...token, identities: LASTING_KEY, 'rotate-now': 'true' },
      kill: { after, signal: 'SIGKILL' },
    });
    const left = idsOf().find((id) => id !== old) ?? '';
    expect(recordsOf(scenario, 'pulumi')).toContain(`delivering:${left}`);
    for (let day = 0; day < 3; day += 1) {
      scenario.pass(2 * DAY_MS);
      scenario.calls();
      const main = await run('provision', FOR_THE_JOB);
      expectFailed(main, 'access-keys-full');
      expect(textOf(main)).toContain(endsIt(old));
      expect(textOf(main)).toContain(`The access key ${left} of pulumi may be in places that last`);
      const rotation = await run('rotate', FOR_THE_JOB);
      expect([rotation.exitCode, rotation.outputs.changed]).toEqual([0, 'false']);
      expect(writes(scenario)).toEqual([]);
    }
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    // Where the document names the place again, its times tell that no place holds it.
    expect((await run('provision', LASTING_KEY)).exitCode).toBe(0);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [old]: 'Active' });
  });

  test('a key that a lost answer was about is reported, and goes a day later', async () => {
    const old = await lasting();
    scenario.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, resetAfter: true });
    const lost = await run('rotate', LASTING_KEY, jobOf(), { 'rotate-now': 'true' });
    expect(textOf(lost)).toContain('#access-key-unknown');
    const suspect = idsOf().find((id) => id !== old) ?? '';
    scenario.pass(HOUR_MS);
    const main = await run('rotate', FOR_THE_JOB);
    expect(main.exitCode).toBe(0);
    expect(textOf(main)).toContain(`the access key ${suspect} may come from an answer that a run lost`);
    scenario.pass(DAY_MS + MINUTE_MS);
    const job = jobOf();
    expect((await run('provision', FOR_THE_JOB, job)).exitCode).toBe(0);
    expect(idsOf()).toEqual([old, keyIn(job).id]);
    await job.finish();
  });

  test('and then a lasting one again has the old one, if its place holds it', async () => {
    const old = await lasting();
    const job = jobOf();
    expect((await run('provision', FOR_THE_JOB, job)).exitCode).toBe(0);
    await job.finish();
    scenario.calls();
    const back = await run('provision', LASTING_KEY);
    expect([back.exitCode, back.outputs.changed]).toEqual([0, 'false']);
    expect(textOf(back)).toContain(`${old} is delivered`);
    expect(writes(scenario)).toEqual([]);
  });

  test('a rotation waits for nobody who makes a lasting one; a job that needs a key does', async () => {
    await lasting();
    const after = new Promise<void>((holdAfter) => {
      scenario.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, holdAfter });
    });
    await jobOf().step({
      with: { mode: 'rotate', ...ADMIN, ...token, identities: LASTING_KEY, 'rotate-now': 'true' },
      kill: { after, signal: 'SIGKILL' },
    });
    const main = await run('rotate', FOR_THE_JOB);
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'false']);
    expect(textOf(main)).toMatch(/AKIA\w+ of the user pulumi is being made by run/);
    expectFailed(await run('provision', FOR_THE_JOB), 'another-run');
  });

  test('deprovision says which places lose it that the document does not name', async () => {
    const old = await lasting();
    const main = await run('deprovision', FOR_THE_JOB);
    expect(main.exitCode).toBe(0);
    expect(textOf(main)).toContain(
      `- access key ${old}; it was delivered to a place that the document does not name: what reads it from there fails`,
    );
    expect(scenario.account.users.has('pulumi')).toBe(false);
    expect(keyInSecrets(scenario).id).toBe(old);
  });
});

describe('a user who had a key for each job, and is now to have one that lasts', () => {
  test('gets it next to the key of a job that works, and when GitHub says that others are over', async () => {
    const [working, lost] = [jobOf('901'), jobOf('902')];
    for (const job of [working, lost]) expect((await run('provision', FOR_THE_JOB, job)).exitCode).toBe(0);
    scenario.sandbox.github.runs.set({ repository: REPOSITORY, runId: '901', attempt: '1' }, 'in_progress');
    scenario.sandbox.github.runs.set({ repository: REPOSITORY, runId: '902', attempt: '1' }, 'completed');
    scenario.pass(11 * MINUTE_MS);
    const main = await run('provision', LASTING_KEY);
    expect(main.exitCode).toBe(0);
    expect(idsOf()).toEqual([keyIn(working).id, keyInSecrets(scenario).id]);
    expect(ownerOf(scenario, keyIn(working))).toBe('pulumi');
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    await working.finish();
    expect(idsOf()).toEqual([keyInSecrets(scenario).id]);
  });
});
