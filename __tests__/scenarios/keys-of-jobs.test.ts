import type { Failure } from '../../sandbox/faults';
import type { Run } from '../../sandbox/runner/job';
import {
  ADMIN,
  REPOSITORY,
  identityJob,
  identityScenario,
  keyIn,
  leftUser,
  ownerOf,
  recordsOf,
  statusesOf,
  writes,
  endOfKeys,
  FOR_THE_JOB,
  KEY_OF_JOB,
} from './identities';
import type { Scenario } from './scenario';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const REFUSED: Failure = { error: { status: 403, code: 'AccessDenied', message: 'denied by a policy' } };

let scenario: Scenario;
beforeEach(async () => {
  scenario = await identityScenario();
});
afterEach(() => endOfKeys(scenario));

const jobOf = (GITHUB_RUN_ID: string, env: Record<string, string> = {}) =>
  identityJob(scenario, { env: { GITHUB_RUN_ID, ...env } });
const provision = (job = jobOf('12'), inputs: Record<string, string> = {}): Promise<Run> =>
  job.step({ with: { mode: 'provision', ...ADMIN, identities: FOR_THE_JOB, ...inputs } });
const idsOf = () => Object.keys(statusesOf(scenario, 'pulumi'));

describe('what is recorded of keys that end with the job', () => {
  test('an announcement that a lost machine left is removed a day later, with no call more', async () => {
    leftUser(scenario);
    const after = new Promise<void>((holdAfter) => {
      scenario.sandbox.faults.add({ action: 'TagUser', times: 1, holdAfter });
    });
    await jobOf('11').step({
      with: { mode: 'provision', ...ADMIN, identities: FOR_THE_JOB },
      kill: { after, signal: 'SIGKILL' },
    });
    expect([idsOf(), recordsOf(scenario, 'pulumi')]).toEqual([[], ['making']]);
    scenario.pass(DAY_MS + MINUTE_MS);
    scenario.calls();
    const next = jobOf('12');
    expect((await provision(next)).exitCode).toBe(0);
    expect(writes(scenario)).toEqual(KEY_OF_JOB);
    await next.finish();
    expect(recordsOf(scenario, 'pulumi')).toEqual([]);
  });

  test('the record of a key that is gone is removed when its job can last no longer', async () => {
    const first = jobOf('11', { RUNNER_ENVIRONMENT: 'github-hosted' });
    expect((await provision(first)).exitCode).toBe(0);
    const { id } = keyIn(first);
    scenario.sandbox.faults.add({ action: 'UntagUser', times: 1, ...REFUSED });
    await first.finish();
    expect([idsOf(), recordsOf(scenario, 'pulumi')]).toEqual([[], [`job:${id ?? ''}`]]);
    scenario.pass(6.5 * HOUR_MS);
    scenario.calls();
    const next = jobOf('12');
    expect((await provision(next)).exitCode).toBe(0);
    expect(writes(scenario)).toEqual(KEY_OF_JOB);
    expect(recordsOf(scenario, 'pulumi')).toEqual([`job:${keyIn(next).id ?? ''}`]);
    await next.finish();
  });

  test('where a user has no room for another tag, those of keys that are gone go first', async () => {
    const user = leftUser(scenario);
    const count = 50 - Object.keys(user.tags).length;
    const gone = Array.from(
      { length: count },
      (_, index) => `job:AKIAGONE${String(index).padStart(5, '0')}EXAMPLE`,
    ).map((tag) => [
      `aws-identity-action:${tag}`,
      `run=${REPOSITORY}:1.1:0a1b2c3d until=${new Date(Date.now() - DAY_MS).toISOString().slice(0, 19)}Z`,
    ]);
    user.tags = { ...user.tags, ...(Object.fromEntries(gone) as Record<string, string>) };
    const job = jobOf('12');
    expect((await provision(job)).exitCode).toBe(0);
    expect(writes(scenario)).toEqual(['UntagUser', ...KEY_OF_JOB]);
    expect(ownerOf(scenario, keyIn(job))).toBe('pulumi');
    expect(recordsOf(scenario, 'pulumi')).toEqual([`job:${keyIn(job).id ?? ''}`]);
    await job.finish();
  });
});

describe('the key of a job whose machine is lost', () => {
  const runOf = (runId: string) => ({ repository: REPOSITORY, runId, attempt: '1' });
  const lose = async (id: string) => {
    const job = jobOf(id);
    expect((await provision(job)).exitCode).toBe(0);
    scenario.calls();
    return keyIn(job).id ?? '';
  };
  const asked = () => scenario.calls().filter((call) => call.startsWith('GET run-attempt'));
  const mayRead = () => ({ 'github-token': scenario.sandbox.github.secrets.token({ runs: [REPOSITORY] }) });

  test('ends as soon as GitHub says that its run is over, also where nobody needs its place', async () => {
    const lost = await lose('11');
    scenario.sandbox.github.runs.set(runOf('11'), 'completed');
    const job = jobOf('12');
    const main = await provision(job, mayRead());
    expect(main.exitCode).toBe(0);
    expect(main.log.join('\n')).toContain(`Deleted the access key ${lost} of pulumi: the job that it was for is over.`);
    expect(idsOf()).toEqual([keyIn(job).id]);
    expect(asked()).toEqual(['GET run-attempt']);
    await job.finish();
  });

  test('stays while its run goes on, and GitHub is asked once', async () => {
    const working = await lose('11');
    scenario.sandbox.github.runs.set(runOf('11'), 'in_progress');
    const job = jobOf('12');
    expect((await provision(job, mayRead())).exitCode).toBe(0);
    expect(idsOf()).toEqual([working, keyIn(job).id]);
    expect(asked()).toEqual(['GET run-attempt']);
    await job.finish();
  });

  test('of the same run is not asked about: it goes on', async () => {
    const working = await lose('11');
    const job = jobOf('11');
    expect((await provision(job, mayRead())).exitCode).toBe(0);
    expect(idsOf()).toEqual([working, keyIn(job).id]);
    expect(asked()).toEqual([]);
    await job.finish();
  });

  test('goes with its user without a word of that job', async () => {
    const lost = await lose('11');
    scenario.sandbox.github.runs.set(runOf('11'), 'completed');
    const main = await jobOf('12').step({
      with: { mode: 'deprovision', ...ADMIN, identities: FOR_THE_JOB, ...mayRead() },
    });
    expect(main.exitCode).toBe(0);
    expect(main.log.join('\n')).toContain(`- access key ${lost}`);
    expect(main.log.join('\n')).not.toContain('it is for run 11');
    expect(asked()).toEqual(['GET run-attempt']);
  });
});

describe('a post step that AWS does not let delete the key', () => {
  const refuse = (...actions: readonly string[]) => {
    for (const action of actions) scenario.sandbox.faults.add({ action, times: 1, ...REFUSED });
  };

  test('says so, and records that the job is over: the next run deletes it', async () => {
    const job = jobOf('11');
    expect((await provision(job)).exitCode).toBe(0);
    const { id = '' } = keyIn(job);
    refuse('DeleteAccessKey');
    scenario.calls();
    const [post] = await job.finish();
    expect(post?.exitCode).toBe(0);
    expect(post?.log.join('\n')).toMatch(/^Warning: In IAM, something may be left of: access key .* of pulumi/m);
    expect(post?.log.join('\n')).toMatch(
      /the job of the access key .* of pulumi is over: the next run deletes the key/,
    );
    expect(writes(scenario)).toEqual(['DeleteAccessKey AccessDenied', 'TagUser']);
    expect(idsOf()).toEqual([id]);
    scenario.pass(MINUTE_MS);
    const next = jobOf('12');
    expect((await provision(next)).exitCode).toBe(0);
    expect(idsOf()).toEqual([keyIn(next).id]);
    expect(writes(scenario)).toEqual(['DeleteAccessKey', 'UntagUser', ...KEY_OF_JOB]);
    await next.finish();
  });

  test('also where its read does not show yet whose key it is', async () => {
    leftUser(scenario);
    scenario.pass(MINUTE_MS);
    const job = jobOf('11');
    expect((await provision(job)).exitCode).toBe(0);
    refuse('DeleteAccessKey');
    const { settings } = scenario.sandbox;
    settings.readAgeMs = () => 25_000;
    scenario.pass(5_000);
    const [post] = await job.finish();
    settings.readAgeMs = () => 0;
    expect(post?.log.join('\n')).toMatch(/It is recorded that the job of the access key .* of pulumi is over/);
    scenario.pass(MINUTE_MS);
    const next = jobOf('12');
    expect((await provision(next)).exitCode).toBe(0);
    expect(idsOf()).toEqual([keyIn(next).id]);
    await next.finish();
  });

  test('of a main that was killed, as well', async () => {
    leftUser(scenario);
    const after = new Promise<void>((holdAfter) => {
      scenario.sandbox.faults.add({ action: 'TagUser', skip: 1, times: 1, holdAfter });
    });
    const job = jobOf('11');
    const inputs = { mode: 'provision', ...ADMIN, identities: FOR_THE_JOB };
    await job.step({ with: inputs, kill: { after, signal: 'SIGKILL' } });
    const [id = ''] = idsOf();
    refuse('DeleteAccessKey');
    await job.finish();
    expect(idsOf()).toEqual([id]);
    scenario.pass(MINUTE_MS);
    const next = jobOf('12');
    expect((await provision(next)).exitCode).toBe(0);
    expect(idsOf()).toEqual([keyIn(next).id]);
    await next.finish();
  });

  test('nor record that: the key is the job’s until its time is over', async () => {
    const job = jobOf('11', { RUNNER_ENVIRONMENT: 'github-hosted' });
    expect((await provision(job)).exitCode).toBe(0);
    const { id = '' } = keyIn(job);
    refuse('DeleteAccessKey', 'TagUser');
    const [post] = await job.finish();
    expect(post?.log.join('\n')).toMatch(/the job of the access key .* of pulumi is over could not be recorded/);
    expect(idsOf()).toEqual([id]);
    scenario.pass(6.1 * HOUR_MS);
    scenario.calls();
    const next = jobOf('12');
    expect((await provision(next)).exitCode).toBe(0);
    expect(idsOf()).toEqual([keyIn(next).id]);
    expect(writes(scenario)).toEqual(['DeleteAccessKey', 'UntagUser', ...KEY_OF_JOB]);
    await next.finish();
  });
});
