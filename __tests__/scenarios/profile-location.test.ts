import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Job } from '../../sandbox/runner/job';
import { allow } from '../sandbox/sts-client';
import { Client } from './renewing-profile';
import { EXAMPLE_KEYS, KEY_INPUTS, REGION, ROLE, Scenario, expectFailed } from './scenario';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await Scenario.start();
  scenario.createUserAndRole();
});
afterEach(() => scenario.end());

const INPUTS = { 'aws-region': REGION, ...KEY_INPUTS, 'role-to-assume': ROLE, 'profile-location': 'job' };
const DEPLOY = { ...INPUTS, 'aws-profile': 'deploy' };
const TEST = { ...INPUTS, 'aws-profile': 'test' };

// Latin-1, which must not turn into something else on the way.
const COMMENT = Buffer.from('# caf\u00e9\n', 'latin1');
const CREDENTIALS = Buffer.concat([
  COMMENT,
  Buffer.from(
    `[mine]\naws_access_key_id = ${EXAMPLE_KEYS.accessKeyId}\naws_secret_access_key = ${EXAMPLE_KEYS.secretAccessKey}\n`,
  ),
]);
const CONFIG = `[profile mine]\nregion = ${REGION}\n`;

/** What a user's home has: profiles of their own. */
function writeHome(home: string): void {
  mkdirSync(join(home, '.aws'));
  writeFileSync(join(home, '.aws/credentials'), CREDENTIALS, { mode: 0o644 });
  writeFileSync(join(home, '.aws/config'), CONFIG);
}

const filesOf = ({ env }: Job) => [env.AWS_SHARED_CREDENTIALS_FILE ?? '', env.AWS_CONFIG_FILE ?? ''] as const;

/** Whom a later step is, with a profile. */
async function whoIs(profile: string, env: Record<string, string>): Promise<string | undefined> {
  const client = Client.start({ ...env, AWS_PROFILE: profile });
  const { arn } = await client.call();
  await client.stop();
  return arn;
}

test('the profile is in files of the job alone, with those of the home, which stay as they are', async () => {
  const job = scenario.job();
  writeHome(job.home);
  const main = await job.step({ with: DEPLOY });
  const [credentials, config] = filesOf(job);
  expect(main.exported).toEqual({ AWS_SHARED_CREDENTIALS_FILE: credentials, AWS_CONFIG_FILE: config });
  const folder = dirname(credentials);
  expect([dirname(folder), dirname(config)]).toEqual([job.temp, folder]);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const file of [credentials, config]) expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(credentials).subarray(-CREDENTIALS.length)).toEqual(CREDENTIALS);
  expect(await whoIs('deploy', job.env)).toMatch(/assumed-role\/deploy/);
  expect(await whoIs('mine', job.env)).toMatch(/user\/ci$/);
  expect(scenario.calls()).toEqual(['AssumeRole', 'GetCallerIdentity', 'GetCallerIdentity']);
  expect(readFileSync(join(job.home, '.aws/credentials'))).toEqual(CREDENTIALS);
  expect(readFileSync(join(job.home, '.aws/config'), 'utf8')).toBe(CONFIG);

  await job.finish();
  expect(readdirSync(job.temp)).toEqual([]);
  // No variable can be taken away again: an empty one would hide the usual files.
  expect(filesOf(job)).toEqual(['credentials', 'config'].map((name) => join(job.home, '.aws', name)));
});

test('steps of a job share the files, and the last clean-up takes them away', async () => {
  const job = scenario.job();
  await job.step({ with: DEPLOY });
  const files = filesOf(job);
  await job.step({ with: TEST });
  // Without the input, the files that the environment names.
  await job.step({ with: { ...INPUTS, 'profile-location': '', 'aws-profile': 'third' } });
  expect(filesOf(job)).toEqual(files);
  expect(readFileSync(files[0], 'utf8').match(/^\[.*\]$/gm)).toEqual(['[third]', '[test]', '[deploy]']);
  const posts = await job.finish();
  expect(posts.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  expect(readdirSync(job.temp)).toEqual([]);
  expect(existsSync(join(job.home, '.aws'))).toBe(false);
  expect(scenario.calls()).toEqual(['AssumeRole', 'AssumeRole', 'AssumeRole']);
});

test('in a container, where each step may have another HOME, the profile is found and taken away', async () => {
  const job = scenario.job();
  const homes = ['github/home', 'root', 'nobody'].map((name) => join(job.folder, name));
  const [home = '', ...others] = homes;
  mkdirSync(home, { recursive: true });
  writeHome(home);
  await job.step({ with: DEPLOY, env: { HOME: home, USERPROFILE: home } });
  for (const HOME of others) {
    expect(await whoIs('deploy', { ...job.env, HOME })).toMatch(/assumed-role\/deploy/);
    expect(await whoIs('mine', { ...job.env, HOME })).toMatch(/user\/ci$/);
  }
  await job.finish();
  expect(readdirSync(job.temp)).toEqual([]);
  expect(others.filter((folder) => existsSync(folder))).toEqual([]);
  expect(scenario.calls()).toEqual(['AssumeRole', ...Array<string>(4).fill('GetCallerIdentity')]);
});

test('jobs of one home at once keep out of each other’s way, with a profile of the same name', async () => {
  const { home } = scenario.job();
  writeHome(home);
  const jobs = Array.from({ length: 5 }, () => scenario.job({ env: { HOME: home } }));
  const mains = await Promise.all(jobs.map((job) => job.step({ with: DEPLOY })));
  expect(mains.map(({ exitCode }) => exitCode)).toEqual(mains.map(() => 0));
  expect(new Set(jobs.map((job) => filesOf(job)[0])).size).toBe(5);
  await Promise.all(jobs.map((job) => job.finish()));
  expect(readFileSync(join(home, '.aws/credentials'))).toEqual(CREDENTIALS);
  expect(scenario.calls()).toEqual(mains.map(() => 'AssumeRole'));
});

test('a profile of the home by that name fails the step before any call, unless it may be replaced in the job', async () => {
  const job = scenario.job();
  writeHome(job.home);
  expectFailed(await job.step({ with: { ...INPUTS, 'aws-profile': 'mine' } }), 'profile-files');
  expect(scenario.calls()).toEqual([]);
  await job.step({ with: { ...INPUTS, 'aws-profile': 'mine', 'overwrite-aws-profile': 'true' } });
  expect(await whoIs('mine', job.env)).toMatch(/assumed-role\/deploy/);
  expect(scenario.calls()).toEqual(['AssumeRole', 'GetCallerIdentity']);
  await job.finish();
  expect(readFileSync(join(job.home, '.aws/credentials'))).toEqual(CREDENTIALS);
});

test('files named by the environment are what the job’s begin with, and named again in the end', async () => {
  const job = scenario.job();
  const named = { AWS_SHARED_CREDENTIALS_FILE: join(job.folder, 'one'), AWS_CONFIG_FILE: join(job.folder, 'one') };
  writeFileSync(named.AWS_CONFIG_FILE, CREDENTIALS);
  Object.assign(job.env, named);
  await job.step({ with: DEPLOY });
  expect(new Set(filesOf(job)).size).toBe(1);
  expect(await whoIs('mine', { ...job.env, AWS_REGION: REGION })).toMatch(/user\/ci$/);
  expect(scenario.calls()).toEqual(['AssumeRole', 'GetCallerIdentity']);
  await job.finish();
  expect(job.env).toMatchObject(named);
  expect(readFileSync(named.AWS_CONFIG_FILE)).toEqual(CREDENTIALS);
});

test('a step that fails at its end leaves no file', async () => {
  const job = scenario.job();
  mkdirSync(join(job.home, '.aws'));
  const takePlace = () => {
    mkdirSync(join(job.home, '.aws/config'));
  };
  scenario.sandbox.faults.add({ action: 'AssumeRole', first: takePlace });
  expectFailed(await job.step({ with: DEPLOY }), 'profile-files');
  expect(readdirSync(job.temp)).toEqual([]);
  expect(scenario.calls()).toEqual(['AssumeRole']);
});

test('many roles go to the job’s files', async () => {
  const job = scenario.job();
  await job.step({
    with: { 'aws-region': REGION, ...KEY_INPUTS, roles: `a: ${ROLE}\nb: ${ROLE}`, 'profile-location': 'job' },
  });
  expect(readFileSync(filesOf(job)[0], 'utf8').match(/^\[.*\]$/gm)).toEqual(['[b]', '[a]']);
  expect(existsSync(join(job.home, '.aws'))).toBe(false);
  expect(scenario.calls()).toEqual(['AssumeRole', 'AssumeRole']);
});

test('keys of a document do, too', async () => {
  const { accessKeyId, secretAccessKey } = scenario.account
    .createUser('admin', { policies: [allow('*')] })
    .createAccessKey();
  const job = scenario.job({ env: { AWS_ENDPOINT_URL_IAM: scenario.sandbox.url } });
  const main = await job.step({
    with: {
      mode: 'provision',
      'aws-region': REGION,
      'aws-access-key-id': accessKeyId,
      'aws-secret-access-key': secretAccessKey,
      identities: 'users: { sts: { access-key: { deliver: [{ profile: sts }] } } }',
      'profile-location': 'job',
    },
  });
  expect(main.exitCode).toBe(0);
  expect(scenario.calls()).toContain('CreateAccessKey');
  expect(await whoIs('sts', job.env)).toMatch(/user\/sts$/);
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);
  expect(existsSync(join(job.home, '.aws'))).toBe(false);
});
