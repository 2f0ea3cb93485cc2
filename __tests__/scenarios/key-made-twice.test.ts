import type { Run } from '../../sandbox/runner/job';
import {
  ADMIN,
  LASTING_KEY,
  githubRepository,
  identityJob,
  identityScenario,
  keyIn,
  keyInSecrets,
  leftUser,
  ownerOf,
  recordsOf,
  statusesOf,
  endOfKeys,
  FOR_THE_JOB,
} from './identities';
import { expectFailed, type Scenario } from './scenario';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let scenario: Scenario;
let token: { readonly 'github-token': string };
beforeEach(async () => {
  scenario = await identityScenario();
  token = githubRepository(scenario);
});
afterEach(() => endOfKeys(scenario));

let runs = 0;
const jobOf = () => identityJob(scenario, { env: { GITHUB_RUN_ID: String((runs += 1)) } });
const provision = (identities: string, job = jobOf()): Promise<Run> =>
  job.step({ with: { mode: 'provision', ...ADMIN, ...token, identities } });
const idsOf = () => Object.keys(statusesOf(scenario, 'pulumi'));

/** The next request that makes a key arrives twice: this is the first. The keys that it makes come to the list. */
function twice(): string[] {
  const twins: string[] = [];
  const first = () => void twins.push(scenario.account.users.get('pulumi')?.createAccessKey().accessKeyId ?? '');
  scenario.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, first });
  return twins;
}

/** Runs of provision find that a key may come from a lost answer, and end it when nobody has used it for a day. */
async function expectSuspect(id: string, identities: string) {
  expect(recordsOf(scenario, 'pulumi').filter((line) => line.startsWith('making'))).toHaveLength(1);
  scenario.pass(11 * MINUTE_MS);
  const next = jobOf();
  const found = await provision(identities, next);
  expect(found.log.join('\n')).toContain(`${id} may come from an answer that a run lost`);
  await next.finish();
  scenario.pass(DAY_MS + MINUTE_MS);
  const job = jobOf();
  const later = await provision(identities, job);
  expect([later.exitCode, later.log.join('\n')]).toEqual([0, expect.stringContaining(`Deleted the access key ${id}`)]);
  await job.finish();
}

describe('of a request that arrives twice, the key that was not answered is no person’s', () => {
  test('where the other ends with the job', async () => {
    leftUser(scenario);
    const twins = twice();
    const job = jobOf();
    const main = await provision(FOR_THE_JOB, job);
    expect(main.exitCode).toBe(0);
    expect(ownerOf(scenario, keyIn(job))).toBe('pulumi');
    expect(main.log.join('\n')).toContain(
      `The user pulumi has also the access key ${twins[0] ?? ''}. The next run says`,
    );
    await job.finish();
    expect(idsOf()).toEqual(twins);
    await expectSuspect(twins[0] ?? '', FOR_THE_JOB);
    expect(idsOf()).toEqual([]);
  });

  test('where it was first, and the other is taken back', async () => {
    leftUser(scenario);
    const twins = twice();
    const later = () => {
      scenario.pass(2_000);
    };
    scenario.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, first: later });
    expectFailed(await provision(LASTING_KEY), 'another-run');
    expect(idsOf()).toEqual(twins);
    await expectSuspect(twins[0] ?? '', LASTING_KEY);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
  });

  test('where AWS has answered that the user has as many as it may', async () => {
    const { accessKeyId: other } = leftUser(scenario).createAccessKey();
    scenario.pass(DAY_MS);
    const twins = twice();
    expectFailed(await provision(LASTING_KEY), 'another-run');
    expect(idsOf()).toEqual([other, ...twins]);
    await expectSuspect(twins[0] ?? '', LASTING_KEY);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
  });

  test('where a post step delivers the other, as the machine of main was lost', async () => {
    leftUser(scenario);
    const twins: string[] = [];
    const first = () => {
      scenario.pass(2_000);
      twins.push(scenario.account.users.get('pulumi')?.createAccessKey().accessKeyId ?? '');
    };
    scenario.sandbox.faults.add({ action: 'TagUser', skip: 1, times: 1, first });
    const after = new Promise<void>((holdAfter) => {
      scenario.sandbox.faults.add({ action: 'PUT secret', times: 1, holdAfter });
    });
    const job = jobOf();
    await job.step({
      with: { mode: 'provision', ...ADMIN, ...token, identities: LASTING_KEY },
      kill: { after, signal: 'SIGKILL' },
    });
    const [post] = await job.finish();
    expect([post?.exitCode, post?.stderr]).toEqual([0, '']);
    expect(ownerOf(scenario, keyInSecrets(scenario))).toBe('pulumi');
    await expectSuspect(twins[0] ?? '', LASTING_KEY);
  });
});

describe('the same, where reads are as old as they may be, and do not show it', () => {
  const OLDEST_MS = 25_000;
  /** From the moment at which a key is asked for. */
  const withOldReads = () => {
    const first = () => void (scenario.sandbox.settings.readAgeMs = () => OLDEST_MS);
    scenario.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, first });
  };
  const withFreshReads = () => {
    scenario.sandbox.settings.readAgeMs = () => 0;
  };

  test('and the other ends with the job', async () => {
    leftUser(scenario);
    scenario.pass(DAY_MS);
    const twins = twice();
    withOldReads();
    const job = jobOf();
    expect((await provision(FOR_THE_JOB, job)).exitCode).toBe(0);
    await job.finish();
    withFreshReads();
    expect(idsOf()).toEqual(twins);
    await expectSuspect(twins[0] ?? '', FOR_THE_JOB);
  });

  test('and AWS has answered that the user has as many as it may', async () => {
    expect((await provision(LASTING_KEY)).exitCode).toBe(0);
    scenario.pass(DAY_MS);
    const { id: other } = keyInSecrets(scenario);
    const twins = twice();
    withOldReads();
    const inputs = { mode: 'rotate', ...ADMIN, ...token, identities: LASTING_KEY, 'rotate-now': 'true' };
    expectFailed(await jobOf().step({ with: inputs }), 'another-run');
    withFreshReads();
    expect(idsOf()).toEqual([other, ...twins]);
    await expectSuspect(twins[0] ?? '', LASTING_KEY);
    expect(idsOf()).toEqual([other]);
  });

  test('and the other is taken back at once', async () => {
    leftUser(scenario);
    scenario.pass(DAY_MS);
    const twins = twice();
    withOldReads();
    const error = { status: 403, code: 'AccessDenied', message: 'no' };
    scenario.sandbox.faults.add({ action: 'TagUser', skip: 1, times: 1, error });
    expectFailed(await provision(LASTING_KEY), 'iam-refused');
    withFreshReads();
    expect(idsOf()).toEqual(twins);
    await expectSuspect(twins[0] ?? '', LASTING_KEY);
  });

  test('where there is none, the announcement goes with the key, or with the next one', async () => {
    leftUser(scenario);
    scenario.pass(DAY_MS);
    const making = () => recordsOf(scenario, 'pulumi').filter((line) => line.startsWith('making'));
    for (const isRead of [true, false]) {
      withOldReads();
      const job = jobOf();
      expect((await provision(FOR_THE_JOB, job)).exitCode).toBe(0);
      expect(making()).toHaveLength(1);
      if (isRead) withFreshReads();
      await job.finish();
      expect(making()).toHaveLength(isRead ? 0 : 1);
      withFreshReads();
    }
    scenario.pass(31 * MINUTE_MS);
    const next = jobOf();
    expect((await provision(FOR_THE_JOB, next)).exitCode).toBe(0);
    expect(making()).toEqual([]);
    await next.finish();
    expect([idsOf(), recordsOf(scenario, 'pulumi')]).toEqual([[], []]);
  });
});

test('keys of jobs that run at the same time leave no announcement', async () => {
  leftUser(scenario);
  const [one, other] = [jobOf(), jobOf()];
  const first = async () => {
    expect((await provision(FOR_THE_JOB, other)).exitCode).toBe(0);
  };
  scenario.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, first });
  expect((await provision(FOR_THE_JOB, one)).exitCode).toBe(0);
  expect(recordsOf(scenario, 'pulumi')).toEqual(
    idsOf()
      .map((id) => `job:${id}`)
      .sort(),
  );
  for (const job of [one, other]) await job.finish();
  expect([idsOf(), recordsOf(scenario, 'pulumi')]).toEqual([[], []]);
});
