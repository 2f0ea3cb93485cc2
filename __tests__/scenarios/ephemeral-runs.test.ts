import type { Job } from '../../sandbox/runner/job';
import { allow } from '../sandbox/sts-client';
import { ADMIN, OWNED, REPOSITORY, endOfRuns, identityJob, identityScenario, snapshot, writes } from './identities';
import { expectFailed, type Scenario } from './scenario';

/** Something of every kind that has tags, apart from MFA devices. */
const DOCUMENT = JSON.stringify({
  policies: { pipeline: { document: allow('s3:GetObject') } },
  users: { pulumi: { policies: ['pipeline'] } },
  roles: { deploy: { trust: { user: 'pulumi' }, policies: ['pipeline'] } },
  'oidc-providers': { github: {} },
});
const TO_LOOK = /^(?:Get|List|GET run-attempt\b)/;
const OF_DECLARED =
  /^(?:(?:Create|Delete|Tag|Untag)(?:User|Role|Policy|OpenIDConnectProvider)|(?:Attach|Detach)(?:User|Role)Policy)\b/;
const MARK = 'aws-identity-action:ephemeral';
const HOUR = 3_600_000;
const HOSTED = { RUNNER_ENVIRONMENT: 'github-hosted' };

let scenario: Scenario;
beforeEach(async () => {
  scenario = await identityScenario();
});
afterEach(() => endOfRuns(scenario, TO_LOOK, OF_DECLARED));

const jobOf = (runId: string, env: Record<string, string> = {}) =>
  identityJob(scenario, { env: { ...HOSTED, GITHUB_RUN_ID: runId, ...env } });
const step = (job: Job, inputs: Record<string, string> = {}) =>
  job.step({ with: { mode: 'provision', ...ADMIN, identities: DOCUMENT, ...inputs } });
const ephemeral = (job: Job, inputs: Record<string, string> = {}) => step(job, { ephemeral: 'true', ...inputs });

/** All marks of things in the account. */
function marks(): string[] {
  const { users, roles, managedPolicies, oidcProviders } = scenario.account;
  return [users, roles, managedPolicies, oidcProviders]
    .flatMap((things) => [...things.values()])
    .flatMap(({ tags }) => tags[MARK] ?? []);
}

async function finish(job: Job): Promise<string> {
  const runs = await job.finish();
  expect(runs.map(({ exitCode }) => exitCode)).toEqual(runs.map(() => 0));
  return runs.flatMap(({ log }) => log).join('\n');
}

/** What an ephemeral run left whose machine was lost before its post step. */
async function leaveAll(runId = '6', env: Record<string, string> = {}): Promise<void> {
  expect((await ephemeral(jobOf(runId, env))).exitCode).toBe(0);
  expect(marks()).toHaveLength(4);
  scenario.calls();
}

test.each([
  ['on a runner of GitHub', {}, 6],
  ['on another runner', { RUNNER_ENVIRONMENT: 'self-hosted' }, 120],
])('what is made for a job alone names its run, and until when the job can last %s', async (_, env, hours) => {
  const earliest = Math.floor(scenario.sandbox.clock.now().getTime() / 1000) * 1000 + hours * HOUR;
  await leaveAll('6', env);
  const [run, until] = /^run=(\S+) until=(\S+)$/.exec(marks()[0] ?? '')?.slice(1) ?? [];
  expect(run).toMatch(/^octo\/app:6\.1:[0-9a-f]{8}:deploy$/);
  expect(Date.parse(until ?? '') - earliest).toBeGreaterThanOrEqual(0);
  expect(Date.parse(until ?? '') - earliest).toBeLessThan(60_000);
  expect(new Set(marks()).size).toBe(1);
});

test('a user that another run has created again is none that this one has taken over, though the mark came to it', async () => {
  await leaveAll();
  scenario.pass(7 * HOUR);
  const { account } = scenario;
  const first = () => {
    account.users.delete('pulumi');
    account.createUser('pulumi', { tags: OWNED });
  };
  scenario.sandbox.faults.add({ action: 'TagUser', times: 1, first });
  const next = jobOf('7');
  expect((await ephemeral(next)).exitCode).toBe(0);
  expect(account.users.get('pulumi')?.tags[MARK]).toContain(':7.1:');
  expect(await finish(next)).toMatch(/leave .*user .*pulumi +left as it is: this run did not make it/);
  expect([account.users.has('pulumi'), account.roles.has('deploy')]).toEqual([true, false]);
});

test('a policy that another run has created again is none that this one has taken over, though the mark came to it', async () => {
  await leaveAll();
  scenario.pass(7 * HOUR);
  const { account } = scenario;
  const arn = account.arn('iam', 'policy/pipeline');
  const policy = { text: JSON.stringify(allow('s3:GetObject')), document: allow('s3:GetObject') };
  const first = () => {
    account.managedPolicies.delete(arn);
    account.createManagedPolicy('pipeline', { path: '/', tags: OWNED, policy });
  };
  scenario.sandbox.faults.add({ action: 'TagPolicy', times: 1, first });
  const next = jobOf('7');
  expect((await ephemeral(next)).exitCode).toBe(0);
  expect(account.managedPolicies.get(arn)?.tags[MARK]).toContain(':7.1:');
  expect(await finish(next)).toMatch(/leave .*policy .*pipeline +left as it is: this run did not make it/);
  expect([account.managedPolicies.has(arn), account.roles.has('deploy')]).toEqual([true, false]);
});

describe('while a run is not over, what it has for itself alone', () => {
  test.each([
    ['provision', {}],
    ['provision, ephemeral as well', { ephemeral: 'true' }],
    ['provision that takes things over', { 'adopt-existing': 'true' }],
    ['deprovision', { mode: 'deprovision' }],
    ['rotate', { mode: 'rotate', identities: '{ users: { pulumi: { access-key: { deliver: [environment] } } } }' }],
    ['a plan alone', { 'dry-run': 'true' }],
  ])('stops %s before it changes anything', async (_, inputs) => {
    await leaveAll();
    const before = snapshot(scenario.account);
    const job = jobOf('7');
    const run = await step(job, inputs);
    expectFailed(run, 'ephemeral-of-another-run');
    expect(run.log.join('\n')).toMatch(
      /user .*pulumi is there for run 6 of octo\/app, the job deploy, until 20\S+Z at the latest/,
    );
    expect(writes(scenario)).toEqual([]);
    expect(await finish(job)).toContain('Nothing to clean up.');
    expect(snapshot(scenario.account)).toEqual(before);
  });

  test('also where GitHub says that it runs, or does not say', async () => {
    await leaveAll();
    const { github } = scenario.sandbox;
    github.secrets.createRepository(REPOSITORY);
    const given = { 'github-token': github.secrets.token({ write: [REPOSITORY], runs: [REPOSITORY] }) };
    github.runs.set({ repository: REPOSITORY, runId: '6', attempt: '1' }, 'in_progress');
    expectFailed(await step(jobOf('7'), given), 'ephemeral-of-another-run');
    const blind = { 'github-token': github.secrets.token({ write: [REPOSITORY] }) };
    github.runs.set({ repository: REPOSITORY, runId: '6', attempt: '1' }, 'completed');
    expectFailed(await step(jobOf('7'), blind), 'ephemeral-of-another-run');
  });
});

describe.each<[how: string, letBeOver: () => Record<string, string>]>([
  [
    'as its time is',
    () => {
      scenario.pass(7 * HOUR);
      return {};
    },
  ],
  [
    'as GitHub says',
    () => {
      const { github } = scenario.sandbox;
      github.secrets.createRepository(REPOSITORY);
      github.runs.set({ repository: REPOSITORY, runId: '6', attempt: '1' }, 'completed');
      return { 'github-token': github.secrets.token({ runs: [REPOSITORY] }) };
    },
  ],
])('when a run is over, %s, what it left', (_, letBeOver) => {
  let before: ReturnType<typeof snapshot>;
  let next: Job;
  let given: Record<string, string>;
  beforeEach(async () => {
    before = snapshot(scenario.account);
    await leaveAll();
    given = letBeOver();
    next = jobOf('7');
  });

  test('is removed by deprovision', async () => {
    expect((await step(next, { mode: 'deprovision', ...given })).exitCode).toBe(0);
    expect(snapshot(scenario.account)).toEqual(before);
  });

  test('lasts once it is provisioned, and the second time nothing changes', async () => {
    const run = await step(next, given);
    expect([run.exitCode, run.log.join('\n')]).toEqual([0, expect.stringContaining('now to last')]);
    expect(marks()).toEqual([]);
    expect(scenario.account.users.get('pulumi')?.tags).toEqual(OWNED);
    await finish(next);
    expect(scenario.account.users.has('pulumi')).toBe(true);
    scenario.calls();
    expect((await step(next, given)).outputs.changed).toBe('false');
    expect(writes(scenario)).toEqual([]);
  });

  test('is another ephemeral run’s, whose post step removes it', async () => {
    expect((await ephemeral(next, given)).exitCode).toBe(0);
    expect(marks()).toHaveLength(4);
    expect(marks().join()).not.toContain(':6.1:');
    await finish(next);
    expect(snapshot(scenario.account)).toEqual(before);
  });
});

describe('two runs at the same time', () => {
  const ALONE = 'users: { pulumi: {} }';

  test('the user that the lasting one makes first stays, with all it has', async () => {
    const { account, sandbox } = scenario;
    sandbox.faults.add({
      action: 'CreateUser',
      times: 1,
      first() {
        const user = account.createUser('pulumi', { tags: OWNED, policies: [allow('s3:*')] });
        user.createAccessKey();
      },
    });
    const job = jobOf('6');
    const run = await ephemeral(job, { identities: ALONE });
    expect([run.exitCode, run.log.join('\n')]).toEqual([1, expect.stringContaining('#name-taken')]);
    const made = snapshot(account);
    expect(await finish(job)).toMatch(/leave .*user .*pulumi +left as it is: this run did not make it/);
    expect(snapshot(account)).toEqual(made);
  });

  test('what another run took over since stays as well', async () => {
    const { account } = scenario;
    const job = jobOf('6');
    expect((await ephemeral(job)).exitCode).toBe(0);
    scenario.pass(7 * HOUR);
    const next = jobOf('7');
    expect((await ephemeral(next)).exitCode).toBe(0);
    const taken = snapshot(account);
    await finish(job);
    expect(snapshot(account)).toEqual(taken);
    await finish(next);
    expect(account.users.has('pulumi')).toBe(false);
  });

  test('a job’s things are not those of the next one of the same run', async () => {
    const { account } = scenario;
    const [job, other] = [jobOf('6'), jobOf('6')];
    expect((await ephemeral(job, { identities: ALONE })).exitCode).toBe(0);
    expectFailed(await ephemeral(other, { identities: ALONE }), 'ephemeral-of-another-run');
    await finish(other);
    expect(account.users.has('pulumi')).toBe(true);
    await finish(job);
    expect(account.users.has('pulumi')).toBe(false);
  });
});

test('post finds what main made last also where IAM shows it late', async () => {
  const { account, sandbox } = scenario;
  const before = snapshot(account);
  const job = jobOf('6');
  expect((await ephemeral(job, { identities: 'users: { pulumi: {} }' })).exitCode).toBe(0);
  sandbox.faults.add({
    action: 'GetUser',
    times: 1,
    error: { status: 404, code: 'NoSuchEntity', message: 'The user with name pulumi cannot be found.' },
  });
  expect(await finish(job)).toContain('Looking again in 30 s.');
  expect(snapshot(account)).toEqual(before);
});

test('the user that an ephemeral run found stays, and does not get its mark', async () => {
  const { account } = scenario;
  account.createUser('pulumi', { tags: OWNED });
  const job = jobOf('6');
  expect((await ephemeral(job)).exitCode).toBe(0);
  expect(marks()).toHaveLength(3);
  await finish(job);
  expect(account.users.get('pulumi')?.tags).toEqual(OWNED);
  expect(account.roles.has('deploy')).toBe(false);
});
