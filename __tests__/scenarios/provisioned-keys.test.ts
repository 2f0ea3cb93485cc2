import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure } from '../../sandbox/faults';
import type { Job, StepOptions } from '../../sandbox/runner/job';
import { deny } from '../sandbox/sts-client';
import {
  ADMIN,
  REPOSITORY,
  age,
  identityJob,
  identityScenario,
  keyIn,
  leftUser,
  ownerOf,
  recordsOf,
  statusesOf,
  writes,
  KEY_OF_JOB,
} from './identities';
import { REGION, expectFailed, type Scenario } from './scenario';

const HOUR_MS = 3_600_000;
const REFUSED: Failure = {
  error: { status: 403, code: 'AccessDenied', message: 'denied by a service control policy' },
};
/** And what its post step does. */
const ENDED = ['GetCallerIdentity', 'DeleteAccessKey', 'UntagUser'];

let scenario: Scenario;
beforeEach(async () => {
  scenario = await identityScenario();
});
afterEach(() => scenario.end());

const provision = (
  deliver: readonly unknown[] = ['environment'],
  {
    job = identityJob(scenario),
    inputs = {},
    kill,
  }: { job?: Job | undefined; inputs?: Record<string, string>; kill?: StepOptions['kill'] } = {},
) =>
  job.step({
    ...(kill && { kill }),
    with: {
      mode: 'provision',
      ...ADMIN,
      identities: JSON.stringify({ users: { pulumi: { 'access-key': { deliver } } } }),
      ...inputs,
    },
  });
const idsOf = (user: string) => Object.keys(statusesOf(scenario, user));

describe('a key is delivered to the job, and ends with it', () => {
  test('in its environment; post deletes it, and puts back what was there', async () => {
    const before = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_REGION: 'us-east-1', AWS_SESSION_TOKEN: 'earlier' };
    const workflow = identityJob(scenario, { env: before });
    const main = await provision(['environment'], { job: workflow });
    expect(main.exitCode).toBe(0);
    const { id = '', secret } = keyIn(workflow);
    expect(ownerOf(scenario, { id, secret })).toBe('pulumi');
    expect(workflow.env).toMatchObject({ AWS_REGION: REGION, AWS_DEFAULT_REGION: REGION, AWS_SESSION_TOKEN: '' });
    expect(main.outputs).not.toHaveProperty('aws-secret-access-key');
    expect(recordsOf(scenario, 'pulumi')).toEqual([`job:${id}`]);
    expect(writes(scenario)).toEqual(['CreateUser', 'CreateAccessKey', 'TagUser', 'UntagUser']);

    const [post] = await workflow.finish();
    expect([post?.exitCode, post?.stderr]).toEqual([0, '']);
    // A variable cannot be unset: where the region was in one of the two, both hold it.
    expect(workflow.env).toMatchObject({ ...before, AWS_SECRET_ACCESS_KEY: '', AWS_DEFAULT_REGION: 'us-east-1' });
    expect(idsOf('pulumi')).toEqual([]);
    expect(recordsOf(scenario, 'pulumi')).toEqual([]);
    expect(scenario.calls()).toEqual(ENDED);
  });

  test('in a profile, that post removes; other profiles stay', async () => {
    const workflow = identityJob(scenario);
    const credentials = join(workflow.home, '.aws/credentials');
    mkdirSync(join(workflow.home, '.aws'));
    writeFileSync(credentials, '# mine\n[other]\naws_access_key_id = x\n');
    const main = await provision([{ profile: 'pulumi' }], { job: workflow, inputs: { 'profile-output': 'json' } });
    expect([main.exitCode, main.exported, main.outputs.profiles]).toEqual([0, {}, '["pulumi"]']);
    const written = readFileSync(credentials, 'utf8');
    const [, id, secret] = /\[pulumi\]\naws_access_key_id = (.*)\naws_secret_access_key = (.*)\n/.exec(written) ?? [];
    expect(ownerOf(scenario, { id, secret })).toBe('pulumi');
    expect(readFileSync(join(workflow.home, '.aws/config'), 'utf8')).toContain(
      `[profile pulumi]\nregion = ${REGION}\noutput = json\n`,
    );
    scenario.calls();

    await workflow.finish();
    expect(readFileSync(credentials, 'utf8')).toBe('# mine\n[other]\naws_access_key_id = x\n');
    expect(existsSync(join(workflow.home, '.aws/config'))).toBe(false);
    expect(idsOf('pulumi')).toEqual([]);
    expect(scenario.calls()).toEqual(ENDED);
  });

  test('in its outputs', async () => {
    const workflow = identityJob(scenario);
    const main = await provision(['outputs'], { job: workflow });
    const { 'aws-access-key-id': id, 'aws-secret-access-key': secret } = main.outputs;
    expect(ownerOf(scenario, { id, secret })).toBe('pulumi');
    expect(main.exported).toEqual({});
    expect(main.outputs).toMatchObject({
      changed: 'true',
      'user-arns': `{"pulumi":"${scenario.account.arn('iam', 'user/pulumi')}"}`,
    });
    await workflow.finish();
    expect(idsOf('pulumi')).toEqual([]);
    scenario.calls();
  });

  test('in all three, of several users: one key each', async () => {
    const workflow = identityJob(scenario);
    const users = {
      pulumi: { 'access-key': { deliver: ['environment', 'outputs', { profile: 'pulumi' }] } },
      reader: { 'access-key': { deliver: [{ profile: 'reader' }] } },
    };
    const main = await provision([], { job: workflow, inputs: { identities: JSON.stringify({ users }) } });
    expect(main.exitCode).toBe(0);
    const { id, secret } = keyIn(workflow);
    expect(main.outputs).toMatchObject({ 'aws-access-key-id': id, 'aws-secret-access-key': secret });
    expect(readFileSync(join(workflow.home, '.aws/credentials'), 'utf8')).toContain(
      `[pulumi]\naws_access_key_id = ${id}`,
    );
    expect([idsOf('pulumi'), idsOf('reader').length]).toEqual([[id], 1]);
    await workflow.finish();
    expect([...idsOf('pulumi'), ...idsOf('reader')]).toEqual([]);
    scenario.calls();
  });

  test('each run has its own, one after the other', async () => {
    const seen = new Set<string | undefined>();
    for (const first of [true, false]) {
      const workflow = identityJob(scenario);
      const main = await provision(['environment'], { job: workflow });
      expect([main.exitCode, main.outputs.changed]).toEqual([0, 'true']);
      expect(ownerOf(scenario, keyIn(workflow))).toBe('pulumi');
      seen.add(keyIn(workflow).id);
      if (!first) expect(writes(scenario)).toEqual(KEY_OF_JOB);
      await workflow.finish();
      scenario.calls();
    }
    expect(seen.size).toBe(2);
    expect(idsOf('pulumi')).toEqual([]);
  });

  test('two jobs have one each, at the same time; the third says whose they are, and changes nothing', async () => {
    const jobs = ['11', '12', '13'].map((GITHUB_RUN_ID) => identityJob(scenario, { env: { GITHUB_RUN_ID } }));
    const [first, second, third] = jobs;
    for (const job of [first, second]) expect((await provision(['environment'], { job })).exitCode).toBe(0);
    const keys = [first, second].flatMap((job) => (job ? keyIn(job) : []));
    expect(keys.map((key) => ownerOf(scenario, key))).toEqual(['pulumi', 'pulumi']);
    expect(new Set(keys.map(({ id }) => id)).size).toBe(2);
    scenario.calls();

    const main = await provision(['environment'], { job: third });
    expectFailed(main, 'access-keys-full');
    const said = main.log.join('\n');
    expect(said).toContain('for run 11 of octo/app');
    expect(said).toContain('for run 12 of octo/app');
    expect(said).toContain('Let one of those jobs end: its post step deletes its key');
    expect(writes(scenario)).toEqual([]);

    await first?.finish();
    expect(idsOf('pulumi')).toEqual([keys[1]?.id]);
    expect((await provision(['environment'], { job: third })).exitCode).toBe(0);
    for (const job of [second, third]) await job?.finish();
    expect(idsOf('pulumi')).toEqual([]);
    scenario.calls();
  });

  test('that began at the same moment have one each, too', async () => {
    leftUser(scenario);
    const jobs = ['11', '12'].map((GITHUB_RUN_ID) => identityJob(scenario, { env: { GITHUB_RUN_ID } }));
    const runs = await Promise.all(jobs.map((job) => provision(['environment'], { job })));
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(jobs.map((job) => ownerOf(scenario, keyIn(job)))).toEqual(['pulumi', 'pulumi']);
    expect(idsOf('pulumi').sort()).toEqual(jobs.map((job) => keyIn(job).id).sort());
    for (const job of jobs) await job.finish();
    expect([idsOf('pulumi'), recordsOf(scenario, 'pulumi')]).toEqual([[], []]);
    scenario.calls();
  });

  test('post deletes it also where a later step has failed, and where main was killed', async () => {
    const workflow = identityJob(scenario);
    leftUser(scenario);
    const after = new Promise<void>((holdAfter) => {
      scenario.sandbox.faults.add({ action: 'TagUser', skip: 1, times: 1, holdAfter });
    });
    const main = await provision(['environment'], { job: workflow, kill: { after, signal: 'SIGKILL' } });
    expect([main.exitCode, idsOf('pulumi').length]).toEqual([null, 1]);
    scenario.calls();
    const [post] = await workflow.finish();
    expect([post?.exitCode, post?.stderr]).toEqual([0, '']);
    expect(post?.log.join('\n')).not.toContain('Warning');
    expect([idsOf('pulumi'), recordsOf(scenario, 'pulumi')]).toEqual([[], []]);
    expect(scenario.calls()).toEqual(['GetCallerIdentity', 'ListAccessKeys', 'DeleteAccessKey', 'UntagUser']);
  });
});

describe('the key of a job whose machine is lost', () => {
  const lose = async (env: Record<string, string>) => {
    const workflow = identityJob(scenario, { env: { GITHUB_RUN_ID: '11', ...env } });
    expect((await provision(['environment'], { job: workflow })).exitCode).toBe(0);
    scenario.calls();
    return keyIn(workflow).id ?? '';
  };

  test.each<{ on: string; env: Record<string, string>; hours: number }>([
    { on: 'a machine of GitHub', env: { RUNNER_ENVIRONMENT: 'github-hosted' }, hours: 6 },
    { on: "a machine of one's own", env: { RUNNER_ENVIRONMENT: 'self-hosted' }, hours: 120 },
    { on: 'a machine that says nothing', env: {}, hours: 120 },
  ])('on $on: the next run ends it when its job can last no longer', async ({ env, hours }) => {
    const lost = await lose(env);
    scenario.pass((hours - 0.1) * HOUR_MS);
    const before = identityJob(scenario, { env: { GITHUB_RUN_ID: '12' } });
    const meanwhile = await provision(['environment'], { job: before });
    expect(meanwhile.exitCode).toBe(0);
    expect(meanwhile.log.join('\n')).toContain(`${lost} is for run 11 of octo/app`);
    expect(idsOf('pulumi')).toEqual([lost, keyIn(before).id]);
    await before.finish();
    scenario.pass(0.2 * HOUR_MS);
    scenario.calls();

    const after = identityJob(scenario);
    const main = await provision(['environment'], { job: after });
    expect(main.exitCode).toBe(0);
    expect(main.log.join('\n')).toContain(`Deleted the access key ${lost} of pulumi: the job that it was for is over.`);
    expect(idsOf('pulumi')).toEqual([keyIn(after).id]);
    expect(writes(scenario)).toEqual(['DeleteAccessKey', 'UntagUser', ...KEY_OF_JOB]);
  });

  describe('where it stands in the way, and the token may see workflow runs', () => {
    const runOf = (runId: string) => ({ repository: REPOSITORY, runId, attempt: '1' });

    test('ends when GitHub says that its run is over', async () => {
      const { github } = scenario.sandbox;
      const [first, second] = [await lose({}), await lose({ GITHUB_RUN_ID: '12' })];
      github.runs.set(runOf('11'), 'completed');
      github.runs.set(runOf('12'), 'in_progress');
      const inputs = { 'github-token': github.secrets.token({ runs: [REPOSITORY] }) };
      const workflow = identityJob(scenario, { env: { GITHUB_RUN_ID: '13' } });
      const main = await provision(['environment'], { job: workflow, inputs });
      expect(main.exitCode).toBe(0);
      expect(idsOf('pulumi').sort()).toEqual([second, keyIn(workflow).id].sort());
      expect(first).not.toBe(second);
      expect(writes(scenario)).toEqual(['DeleteAccessKey', 'UntagUser', ...KEY_OF_JOB]);
    });

    test('stays while GitHub says that its run goes on', async () => {
      const { github } = scenario.sandbox;
      const keys = [await lose({}), await lose({ GITHUB_RUN_ID: '12' })];
      for (const id of ['11', '12']) github.runs.set(runOf(id), 'in_progress');
      const inputs = { 'github-token': github.secrets.token({ runs: [REPOSITORY] }) };
      expectFailed(await provision(['environment'], { inputs }), 'access-keys-full');
      expect(idsOf('pulumi')).toEqual(keys);
      expect(writes(scenario)).toEqual([]);
    });

    test('stays where GitHub does not say', async () => {
      const keys = [await lose({}), await lose({ GITHUB_RUN_ID: '12' })];
      const inputs = { 'github-token': scenario.sandbox.github.secrets.token({ runs: [REPOSITORY] }) };
      expectFailed(await provision(['environment'], { inputs }), 'access-keys-full');
      expect(scenario.calls().filter((call) => call.startsWith('GET run-attempt'))).toEqual([
        'GET run-attempt NotFound',
        'GET run-attempt NotFound',
      ]);
      expect(idsOf('pulumi')).toEqual(keys);
    });
  });
});

test('places that last and places that end with the job are refused together, before any call', async () => {
  const main = await provision(['environment', 'github-secrets'], { inputs: { 'github-token': 'ghp_x' } });
  expectFailed(main, 'invalid-input');
  const said = main.log.join('\n');
  expect(said).toContain('users.pulumi.access-key.deliver');
  expect(said).toContain('places that last and places that end with the job');
  expect(scenario.calls()).toEqual([]);
});

describe('keys that are there already', () => {
  test('two of them: said, with their ages and last use, and nothing is changed', async () => {
    const user = leftUser(scenario);
    const old = user.createAccessKey();
    old.lastUsed = { at: new Date(Date.now() - 3.5 * 86_400_000), service: 's3', region: REGION };
    age(user, 300);
    const recent = user.createAccessKey();
    recent.status = 'Inactive';
    age(user, 100);
    const main = await provision();
    expectFailed(main, 'access-keys-full');
    const said = main.log.join('\n');
    expect(said).toContain(`${old.accessKeyId} (active, 400 days old, last used 3 days ago (s3 in ${REGION}))`);
    expect(said).toContain(`${recent.accessKeyId} (inactive, 100 days old, never used)`);
    expect(said).toContain('aws iam delete-access-key --user-name pulumi --access-key-id');
    expect(writes(scenario)).toEqual([]);
  });

  test('one that is none of ours: a second is made, and it stays', async () => {
    const user = leftUser(scenario);
    const foreign = user.createAccessKey();
    age(user, 1);
    const workflow = identityJob(scenario);
    const main = await provision(['environment'], { job: workflow });
    expect(main.exitCode).toBe(0);
    const { id = '', secret } = keyIn(workflow);
    expect(ownerOf(scenario, { id, secret })).toBe('pulumi');
    expect(statusesOf(scenario, 'pulumi')).toEqual({ [foreign.accessKeyId]: 'Active', [id]: 'Active' });
    expect(writes(scenario)).toEqual(KEY_OF_JOB);
    await workflow.finish();
    expect(idsOf('pulumi')).toEqual([foreign.accessKeyId]);
    scenario.calls();
  });
});

describe('a key that cannot be made or delivered', () => {
  test('AWS knows the key after a while: it is waited for, asked three times, and then delivered', async () => {
    leftUser(scenario);
    scenario.sandbox.settings.propagationMs = 8_000;
    const workflow = identityJob(scenario);
    const main = await provision(['environment'], { job: workflow });
    expect(main.exitCode).toBe(0);
    const calls = scenario.calls();
    const tests = calls.slice(calls.indexOf('CreateAccessKey'));
    expect(tests.filter((call) => call === 'GetCallerIdentity')).toHaveLength(3);
    expect(tests).toContain('GetCallerIdentity InvalidClientTokenId');
  });

  test('AWS never comes to know the key: it is deleted after a minute', async () => {
    leftUser(scenario);
    scenario.sandbox.settings.propagationMs = 3_600_000;
    const workflow = identityJob(scenario);
    const main = await provision(['environment'], { job: workflow });
    expectFailed(main, 'access-key-not-accepted');
    expect(main.log.join('\n')).toContain('AWS did not learn of it within a minute');
    expect(idsOf('pulumi')).toEqual([]);
    expect(recordsOf(scenario, 'pulumi')).toEqual([]);
    expect(keyIn(workflow)).toEqual({ id: undefined, secret: undefined });
    expect(new Set(writes(scenario))).toEqual(new Set(['TagUser', 'CreateAccessKey', 'DeleteAccessKey', 'UntagUser']));
  });

  test('AWS does not know the key within action-timeout-s: it is deleted then', async () => {
    leftUser(scenario);
    scenario.sandbox.settings.propagationMs = 3_600_000;
    const main = await provision(['environment'], { inputs: { 'action-timeout-s': '5' } });
    expectFailed(main, 'action-timeout');
    scenario.expectWithin(20_000, main);
    expect(idsOf('pulumi')).toEqual([]);
    expect(writes(scenario)).toEqual([...KEY_OF_JOB, 'DeleteAccessKey', 'UntagUser']);
  });

  test('its profile was written by another meanwhile: the key is deleted again', async () => {
    leftUser(scenario);
    const workflow = identityJob(scenario);
    const writeTheirs = () => {
      mkdirSync(join(workflow.home, '.aws'));
      writeFileSync(join(workflow.home, '.aws/credentials'), '[pulumi]\naws_access_key_id = theirs\n');
    };
    scenario.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, first: writeTheirs });
    const running = provision(['environment', 'outputs', { profile: 'pulumi' }], { job: workflow });
    expectFailed(await running, 'profile-files');
    expect(readFileSync(join(workflow.home, '.aws/credentials'), 'utf8')).toBe(
      '[pulumi]\naws_access_key_id = theirs\n',
    );
    expect(idsOf('pulumi')).toEqual([]);
    expect(recordsOf(scenario, 'pulumi')).toEqual([]);
    expect(writes(scenario)).toEqual([...KEY_OF_JOB, 'DeleteAccessKey', 'UntagUser']);
  });

  test('its profile is there before: known before anything is changed', async () => {
    const workflow = identityJob(scenario);
    mkdirSync(join(workflow.home, '.aws'));
    writeFileSync(join(workflow.home, '.aws/credentials'), '[pulumi]\naws_access_key_id = theirs\n');
    expectFailed(await provision([{ profile: 'pulumi' }], { job: workflow }), 'profile-files');
    expect(writes(scenario)).toEqual([]);

    const overwriting = await provision([{ profile: 'pulumi' }], {
      job: workflow,
      inputs: { 'overwrite-aws-profile': 'true' },
    });
    expect(overwriting.exitCode).toBe(0);
    expect(readFileSync(join(workflow.home, '.aws/credentials'), 'utf8')).toContain(idsOf('pulumi')[0]);
    await workflow.finish();
    expect(readFileSync(join(workflow.home, '.aws/credentials'), 'utf8')).toBe(
      '[pulumi]\naws_access_key_id = theirs\n',
    );
    scenario.calls();
  });

  test('its record is refused: nobody gets the key, and it is deleted', async () => {
    scenario.sandbox.faults.add({ action: 'TagUser', times: 1, ...REFUSED });
    const workflow = identityJob(scenario);
    expectFailed(await provision(['environment', { profile: 'pulumi' }], { job: workflow }), 'iam-refused');
    expect(keyIn(workflow)).toEqual({ id: undefined, secret: undefined });
    expect(existsSync(join(workflow.home, '.aws/credentials'))).toBe(false);
    expect(idsOf('pulumi')).toEqual([]);
    expect(writes(scenario)).toEqual([
      'CreateUser',
      'CreateAccessKey',
      'TagUser AccessDenied',
      'DeleteAccessKey',
      'UntagUser',
    ]);
  });

  test('and cannot be deleted either: said, by post as well, which records that its job is over; the next run deletes it', async () => {
    const { faults } = scenario.sandbox;
    faults.add({ action: 'TagUser', times: 1, ...REFUSED });
    faults.add({ action: 'DeleteAccessKey', times: 2, ...REFUSED });
    const workflow = identityJob(scenario);
    const main = await provision(['environment'], { job: workflow });
    expect(main.exitCode).toBe(1);
    const [orphan = ''] = idsOf('pulumi');
    expect(main.log.join('\n')).toContain(
      'Warning: The access key *** of pulumi, which nobody has, could not be deleted',
    );
    expect(main.exported).toEqual({});
    const [post] = await workflow.finish();
    expect(post?.exitCode).toBe(0);
    expect(post?.log.join('\n')).toMatch(/^Warning: In IAM, something may be left of: access key of pulumi\./m);
    expect(idsOf('pulumi')).toEqual([orphan]);
    scenario.pass(11 * 60_000);
    scenario.calls();

    const next = identityJob(scenario);
    const again = await provision(['environment'], { job: next });
    expect(again.exitCode).toBe(0);
    expect(again.log).toContain(`Deleted the access key ${orphan} of pulumi: the job that it was for is over.`);
    expect(idsOf('pulumi')).toEqual([keyIn(next).id]);
    expect(writes(scenario)).toEqual(['DeleteAccessKey', 'UntagUser', ...KEY_OF_JOB]);
  });

  test('its user may not ask who it is: the error says so, and the key is deleted', async () => {
    leftUser(scenario).policies = [deny('sts:GetCallerIdentity')];
    scenario.sandbox.faults.add({ action: 'GetCallerIdentity', skip: 1, ...REFUSED });
    expectFailed(await provision(), 'access-key-not-accepted');
    expect(idsOf('pulumi')).toEqual([]);
    scenario.calls();
  });
});
