import type { Run } from '../../sandbox/runner/job';
import {
  ADMIN,
  KEY_TO_SECRETS,
  LASTING_KEY,
  REPOSITORY,
  age,
  githubRepository,
  identityJob,
  identityScenario,
  keyInSecrets,
  leftUser,
  ownerOf,
  recordTags,
  recordsOf,
  statusesOf,
  writes,
} from './identities';
import { expectFailed, type Scenario, textOf } from './scenario';

const MINUTE_MS = 60_000;

let scenario: Scenario;
let token: { readonly 'github-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario, { readsRuns: true });
});
afterEach(() => scenario.end());

const jobOf = (GITHUB_RUN_ID: string, env: Record<string, string> = {}) =>
  identityJob(scenario, { env: { GITHUB_RUN_ID, ...env } });
const run = (mode: string, job = jobOf('12'), inputs: Record<string, string> = {}): Promise<Run> =>
  job.step({ with: { mode, ...ADMIN, ...token, identities: LASTING_KEY, ...inputs } });
const runOf = (runId: string, attempt = '1') => ({ repository: REPOSITORY, runId, attempt });

/** Run 11, which died, or is held, right after it has done this for the last time. */
async function heldAt(action: string, skip: number, mode = 'provision', inputs: Record<string, string> = {}) {
  const after = new Promise<void>((holdAfter) => {
    scenario.sandbox.faults.add({ action, skip, times: 1, holdAfter });
  });
  const main = await jobOf('11').step({
    with: { mode, ...ADMIN, ...token, identities: LASTING_KEY, ...inputs },
    kill: { after, signal: 'SIGKILL' },
  });
  expect(main.exitCode).toBeNull();
  scenario.calls();
}

describe('while another run is making a key of the user', () => {
  test.each([
    { stage: 'is made', action: 'CreateAccessKey', skip: 0 },
    { stage: 'is recorded', action: 'TagUser', skip: 0 },
    { stage: 'is about to be delivered', action: 'TagUser', skip: 1 },
    { stage: 'is half delivered', action: 'PUT secret', skip: 0 },
    { stage: 'is delivered, and not recorded as that', action: 'PUT secret', skip: 1 },
  ])('that $stage: the second one waits for a minute, and ends unharmed', async ({ action, skip }) => {
    await heldAt(action, skip);
    const [id = ''] = Object.keys(statusesOf(scenario, 'pulumi'));
    const before = [statusesOf(scenario, 'pulumi'), recordsOf(scenario, 'pulumi'), keyInSecrets(scenario)];
    const began = scenario.sandbox.clock.now().getTime();
    const main = await run('provision');
    const waited = scenario.sandbox.clock.now().getTime() - began;
    expectFailed(main, 'another-run');
    const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d UTC`;
    expect(textOf(main)).toMatch(
      new RegExp(
        `the access key ${id} of the user pulumi is being made by run 11 of octo/app, the job deploy, since ${time}`,
      ),
    );
    expect(textOf(main)).toMatch(new RegExp(`Run the step again when that run is over; if it died, after ${time}`));
    expect(textOf(main)).toContain('`concurrency:` in the workflow');
    expect(textOf(main).match(/Looking again in 10 s/g)).toHaveLength(6);
    expect(waited).toBeGreaterThanOrEqual(MINUTE_MS);
    expect(waited).toBeLessThan(MINUTE_MS + 15_000);
    expect([statusesOf(scenario, 'pulumi'), recordsOf(scenario, 'pulumi'), keyInSecrets(scenario)]).toEqual(before);
    const calls = scenario.calls();
    expect(calls.filter((call) => call === 'ListAccessKeys')).toHaveLength(7);
    expect(calls.filter((call) => !/^(?:Get|List|GET )/.test(call))).toEqual([]);
  });

  test.each([
    {
      what: 'another job of a matrix',
      name: 'GitHub Actions 12',
      tracked: 'github_2',
      is: 'the job test on the runner GitHub_Actions_11 of this run',
    },
    {
      what: 'an earlier job of a matrix, on the same runner,',
      name: 'GitHub Actions 11',
      tracked: 'github_2',
      is: 'the job test on the runner GitHub_Actions_11 of this run',
    },
    {
      what: 'another step of the job',
      name: 'GitHub Actions 11',
      tracked: 'github_1',
      is: 'another step of this job',
    },
  ])('$what is known from its own', async ({ name, tracked, is }) => {
    const inMatrix = (RUNNER_NAME: string, RUNNER_TRACKING_ID: string) =>
      jobOf('11', { GITHUB_JOB: 'test', RUNNER_NAME, RUNNER_TRACKING_ID });
    const after = new Promise<void>((holdAfter) => {
      scenario.sandbox.faults.add({ action: 'PUT secret', times: 1, holdAfter });
    });
    await inMatrix('GitHub Actions 11', 'github_1').step({
      with: { mode: 'provision', ...ADMIN, ...token, identities: LASTING_KEY },
      kill: { after, signal: 'SIGKILL' },
    });
    const second = await run('provision', inMatrix(name, tracked));
    expectFailed(second, 'another-run');
    expect(textOf(second)).toMatch(
      new RegExp(`^Waiting: the access key AKIA\\w+ .* is being made by ${is}, since \\d`, 'm'),
    );
    expect(textOf(second)).toMatch(new RegExp(`Cause: the access key AKIA\\w+ .* is being made by ${is}, since \\d`));
    scenario.calls();
  });

  test('nobody waits where the user is not ours', async () => {
    scenario.account.createUser('pulumi').createAccessKey();
    const main = await run('provision');
    expectFailed(main, 'not-ours');
    scenario.expectWithin(10_000, main);
    expect(writes(scenario)).toEqual([]);
  });

  test('nobody waits either where another user is not ours', async () => {
    leftUser(scenario).createAccessKey();
    scenario.account.createUser('other');
    const users = { pulumi: { 'access-key': { deliver: ['github-secrets'] } }, other: {} };
    const main = await run('provision', jobOf('12'), { identities: JSON.stringify({ users }) });
    expectFailed(main, 'not-ours');
    scenario.expectWithin(10_000, main);
    expect(textOf(main)).toMatch(/the access key AKIA\w+ of the user pulumi was made at/);
    expect(writes(scenario)).toEqual([]);
  });

  test('a rotation waits as well, and names the attempt', async () => {
    expect((await run('provision', jobOf('10'))).exitCode).toBe(0);
    scenario.pass(60 * MINUTE_MS);
    scenario.calls();
    const after = new Promise<void>((holdAfter) => {
      scenario.sandbox.faults.add({ action: 'PUT secret', times: 1, holdAfter });
    });
    const main = { mode: 'rotate', ...ADMIN, ...token, identities: LASTING_KEY, 'rotate-now': 'true' };
    await jobOf('11', { GITHUB_RUN_ATTEMPT: '3' }).step({ with: main, kill: { after, signal: 'SIGKILL' } });
    const before = statusesOf(scenario, 'pulumi');
    scenario.calls();
    const second = await run('rotate', jobOf('12'), { 'rotate-now': 'true' });
    expectFailed(second, 'another-run');
    expect(textOf(second)).toContain('run 11 of octo/app, attempt 3');
    expect(statusesOf(scenario, 'pulumi')).toEqual(before);
    expect(writes(scenario)).toEqual([]);
  });

  test('the second one goes on when the first has ended: it finds all as declared', async () => {
    leftUser(scenario);
    const first = run('provision', jobOf('11'));
    // The second begins when the first has made its key.
    await new Promise<void>((made) => {
      scenario.sandbox.faults.add({
        action: 'CreateAccessKey',
        times: 1,
        first: () => {
          made();
        },
      });
    });
    const second = run('provision', jobOf('12'));
    const [one, two] = await Promise.all([first, second]);
    expect([one.exitCode, two.exitCode]).toEqual([0, 0]);
    expect([one.outputs.changed, two.outputs.changed]).toEqual(['true', 'false']);
    expect(Object.values(statusesOf(scenario, 'pulumi'))).toEqual(['Active']);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    expect(writes(scenario)).toEqual(KEY_TO_SECRETS);
  });

  test('two that made keys at the same moment: one delivers, the other takes its own back', async () => {
    leftUser(scenario);
    // Neither sees the key of the other before it asks for its own.
    let asking = 0;
    let letBoth: () => void = () => undefined;
    const both = new Promise<void>((resolve) => (letBoth = resolve));
    const first = () => {
      asking += 1;
      if (asking === 2) letBoth();
      return both;
    };
    scenario.sandbox.faults.add({ action: 'CreateAccessKey', times: 2, first });
    const runs = await Promise.all(['11', '12'].map((id) => run('provision', jobOf(id))));
    const codes = runs.map(({ exitCode }) => exitCode).sort();
    const failed = runs.find(({ exitCode }) => exitCode !== 0);
    expect(codes).toEqual([0, 1]);
    if (failed) expectFailed(failed, 'another-run');
    // Whether the other has delivered when it looks again, is chance.
    expect(failed && textOf(failed)).toMatch(
      /the key AKIA\w+ was (?:made before it|delivered, or is no longer in use)/,
    );
    expect(Object.values(statusesOf(scenario, 'pulumi'))).toEqual(['Active']);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    // Where the first saw the key of the second at its end, it leaves word for later runs.
    const records = recordsOf(scenario, 'pulumi').filter((record) => record !== 'making');
    expect(records).toEqual([`delivered:${keyInSecrets(scenario).id ?? ''}`]);
    scenario.calls();
    expect((await run('provision')).outputs.changed).toBe('false');
    expect(writes(scenario)).toEqual([]);
  });

  test('a key that came before its own, and that no read showed when it planned: it takes its own back', async () => {
    const user = leftUser(scenario);
    const make = () => {
      const before = user.createAccessKey();
      before.createdAt = new Date(before.createdAt.getTime() - MINUTE_MS);
    };
    // The look after its key was made.
    scenario.sandbox.faults.add({ action: 'ListAccessKeys', skip: 1, times: 1, first: make });
    const main = await run('provision');
    expectFailed(main, 'another-run');
    const [left = ''] = Object.keys(statusesOf(scenario, 'pulumi'));
    expect(textOf(main)).toContain(`the key ${left} was made before it`);
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [left]: 'Active' });
    // Nothing is recorded of that key: by the announcement, the next run sees that the same request may have made it.
    expect(recordsOf(scenario, 'pulumi')).toEqual(['making']);
    expect(writes(scenario)).toEqual(['TagUser', 'CreateAccessKey', 'TagUser', 'DeleteAccessKey', 'UntagUser']);
  });

  test('a third key is not made, and it is said who was first', async () => {
    const user = leftUser(scenario);
    user.createAccessKey();
    age(user, 1);
    const others = () => {
      const { accessKeyId: id } = user.createAccessKey();
      const at = scenario.sandbox.clock.now().toISOString();
      user.tags = { ...user.tags, ...recordTags({ [`made:${id}`]: `run=octo/app:7.1:0a1b2c3d at=${at}` }) };
    };
    scenario.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, first: others });
    const main = await run('provision');
    expectFailed(main, 'another-run');
    expect(textOf(main)).toContain('Another run, or someone, has made a key of this user meanwhile.');
    expect(Object.values(statusesOf(scenario, 'pulumi'))).toEqual(['Active', 'Active']);
    expect(recordsOf(scenario, 'pulumi')).toEqual([expect.stringMatching(/^made:/)]);
    expect(writes(scenario)).toEqual(['TagUser', 'CreateAccessKey LimitExceeded', 'UntagUser']);
  });

  test("a person's key that is young is waited for, and one that is older is not", async () => {
    const user = leftUser(scenario);
    const { accessKeyId } = user.createAccessKey();
    const main = await run('provision');
    expectFailed(main, 'another-run');
    expect(textOf(main)).toContain(`the access key ${accessKeyId} of the user pulumi was made at`);
    expect(writes(scenario)).toEqual([]);
    scenario.pass(10 * MINUTE_MS);
    expect((await run('provision')).exitCode).toBe(0);
    expect(statusesOf(scenario, 'pulumi')[accessKeyId]).toBe('Active');
    expect(writes(scenario)).toEqual(KEY_TO_SECRETS);
  });

  test('a run that changes no key is not held up, and makes no call for it', async () => {
    expect((await run('provision', jobOf('10'))).exitCode).toBe(0);
    const { id } = keyInSecrets(scenario);
    scenario.calls();
    const main = await run('provision');
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'false']);
    expect(textOf(main)).toContain(`${id ?? ''} is delivered`);
    expect(scenario.calls()).not.toContain('GET run-attempt');
  });
});

describe('a key that is kept is not held up', () => {
  test.each(['provision', 'rotate'])('%s: by a key that a person makes at the same time', async (mode) => {
    expect((await run('provision', jobOf('10'))).exitCode).toBe(0);
    scenario.pass(60 * MINUTE_MS);
    const { accessKeyId } = scenario.account.users.get('pulumi')?.createAccessKey() ?? {};
    scenario.calls();
    const main = await run(mode);
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'false']);
    scenario.expectWithin(10_000, main);
    expect(textOf(main)).toContain(`${accessKeyId ?? ''} of the user pulumi was made at`);
    expect(writes(scenario)).toEqual([]);
  });

  test('by a run that has made the next one, and delivered nothing of it yet', async () => {
    expect((await run('provision', jobOf('10'))).exitCode).toBe(0);
    scenario.pass(60 * MINUTE_MS);
    await heldAt('TagUser', 1, 'rotate', { 'rotate-now': 'true' });
    const main = await run('provision');
    expect([main.exitCode, main.outputs.changed]).toEqual([0, 'false']);
    expect(textOf(main)).toContain('is being made by run 11 of octo/app');
    expect(writes(scenario)).toEqual([]);
  });

  test('where a half of the next one is in its place, it is not kept: its run is waited for', async () => {
    expect((await run('provision', jobOf('10'))).exitCode).toBe(0);
    scenario.pass(60 * MINUTE_MS);
    await heldAt('PUT secret', 0, 'rotate', { 'rotate-now': 'true' });
    expectFailed(await run('provision'), 'another-run');
    expect(writes(scenario)).toEqual([]);
  });
});

describe('a dry run waits for nobody, and shows the plan', () => {
  test.each([
    { mode: 'provision', plan: '! leave   access key  pulumi' },
    { mode: 'rotate', plan: '! leave   access key  pulumi' },
    { mode: 'deprovision', plan: '- delete  user' },
  ])('of $mode, with what a run would wait for', async ({ mode, plan }) => {
    await heldAt('PUT secret', 0);
    const main = await run(mode, jobOf('12'), { 'dry-run': 'true' });
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    scenario.expectWithin(10_000, main);
    expect(textOf(main)).toContain(plan);
    expect(textOf(main)).toMatch(
      /a run would wait up to a minute, and then fail: the access key AKIA\w+ of the user pulumi is being made by run 11 of octo\/app/,
    );
    expect(main.outputs.plan).toContain('a run would wait');
    expect(writes(scenario)).toEqual([]);
  });
});

describe('where GitHub says that the other run is over', () => {
  test.each([
    { stage: 'is recorded', action: 'TagUser', skip: 0 },
    { stage: 'is half delivered', action: 'PUT secret', skip: 0 },
  ])('its key, which $stage, is replaced, and nobody waits for ten minutes', async ({ action, skip }) => {
    await heldAt(action, skip);
    const [left = ''] = Object.keys(statusesOf(scenario, 'pulumi'));
    scenario.sandbox.github.runs.set(runOf('11'), 'completed');
    scenario.pass(3 * MINUTE_MS);
    const main = await run('provision');
    expect([main.exitCode, main.stderr]).toEqual([0, '']);
    expect(textOf(main)).not.toContain('Looking again');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [keyInSecrets(scenario).id ?? '']: 'Active' });
    expect(keyInSecrets(scenario).id).not.toBe(left);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    expect(writes(scenario)).toEqual(['DeleteAccessKey', 'UntagUser', ...KEY_TO_SECRETS]);
  });

  test('what it had delivered whole is recorded', async () => {
    await heldAt('PUT secret', 1);
    const delivered = keyInSecrets(scenario);
    scenario.sandbox.github.runs.set(runOf('11'), 'completed');
    scenario.pass(3 * MINUTE_MS);
    expect((await run('provision')).exitCode).toBe(0);
    expect(keyInSecrets(scenario)).toEqual(delivered);
    expect(recordsOf(scenario, 'pulumi')).toContain(`delivered:${delivered.id ?? ''}`);
    expect(writes(scenario)).toEqual(['TagUser']);
  });

  test('short ago only: what it sent may still arrive, and is waited for', async () => {
    await heldAt('PUT secret', 0);
    scenario.sandbox.github.runs.set(runOf('11'), 'completed');
    expectFailed(await run('provision'), 'another-run');
    expect(writes(scenario)).toEqual([]);
    scenario.pass(2 * MINUTE_MS);
    expect((await run('provision')).exitCode).toBe(0);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    scenario.calls();
  });

  test.each([
    { what: 'goes on', status: 'in_progress' as const, attempt: '1' },
    { what: 'is over in another attempt', status: 'completed' as const, attempt: '2' },
  ])('that it $what: it is waited for', async ({ status, attempt }) => {
    await heldAt('PUT secret', 0);
    scenario.sandbox.github.runs.set(runOf('11', attempt), status);
    scenario.pass(5 * MINUTE_MS);
    expectFailed(await run('provision'), 'another-run');
    expect(writes(scenario)).toEqual([]);
  });

  test('a token that may not see runs: the ten minutes hold', async () => {
    await heldAt('PUT secret', 0);
    scenario.sandbox.github.runs.set(runOf('11'), 'completed');
    const blind = { 'github-token': scenario.sandbox.github.secrets.token({ write: [REPOSITORY] }) };
    scenario.pass(5 * MINUTE_MS);
    expectFailed(await run('provision', jobOf('12'), blind), 'another-run');
    scenario.pass(5 * MINUTE_MS);
    scenario.calls();
    expect((await run('provision', jobOf('12'), blind)).exitCode).toBe(0);
    expect(writes(scenario)).toEqual(['DeleteAccessKey', 'UntagUser', ...KEY_TO_SECRETS]);
  });

  test('a run that loses its key while it waits for AWS to show it, delivers nothing', async () => {
    leftUser(scenario);
    const take = () => {
      const user = scenario.account.users.get('pulumi');
      const made = user?.accessKeys.at(-1);
      if (user && made) user.deleteAccessKey(made.accessKeyId);
    };
    // The look after the key was made.
    scenario.sandbox.faults.add({ action: 'ListAccessKeys', skip: 1, times: 1, first: take });
    const main = await run('provision');
    expectFailed(main, 'another-run');
    expect(textOf(main)).toContain('as active');
    expect(keyInSecrets(scenario)).toEqual({ id: undefined, secret: undefined });
    expect(writes(scenario)).not.toContain('PUT secret');
  });
});
