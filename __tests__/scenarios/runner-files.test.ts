import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandFile, Job } from '../../sandbox/runner/job';
import { expectFailed, KEY_INPUTS, REGION, ROLE, Scenario } from './scenario';

/** The runner's files when they cannot be written: no disk, no room, no file. Each a clear error, and nothing half done. */
let scenario: Scenario;
let job: Job;
beforeEach(async () => {
  scenario = await Scenario.start({ asProcesses: true });
  scenario.createUserAndRole();
  job = scenario.job();
});
afterEach(() => scenario.end());

const PROFILES = '[default]\nregion = eu-west-1\n';
const FULL_DISK = '/dev/full';
/** Linux has a device that is a full disk. */
const fullDisk: [string, () => string, string][] = existsSync(FULL_DISK)
  ? [['on a full disk', () => FULL_DISK, 'ENOSPC']]
  : [];
const inputs = { 'aws-region': REGION, 'role-to-assume': ROLE, ...KEY_INPUTS };

/** Profile files as someone wrote them, which stay as they are. */
function writeProfiles(): { readonly credentials: string; readonly left: () => [string, string[]] } {
  const folder = join(job.home, '.aws');
  mkdirSync(folder);
  const credentials = join(folder, 'credentials');
  writeFileSync(credentials, PROFILES);
  return { credentials, left: () => [readFileSync(credentials, 'utf8'), readdirSync(folder)] };
}

describe.each<CommandFile>(['GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_STATE'])('%s', (name) => {
  test.each<[string, () => string, string]>([
    ...fullDisk,
    ['that is a folder', () => job.workspace, 'EISDIR'],
    ['that is not there', () => join(job.folder, 'missing'), 'Missing file at path'],
  ])('%s ends the step, and nothing is exported', async (_, file, why) => {
    const { left } = writeProfiles();
    const with_ = { ...inputs, 'aws-profile': 'dev', 'output-env-credentials': 'true' };
    const main = await job.step({ with: with_, files: { [name]: file() } });
    expectFailed(main, 'runner-files');
    const log = main.log.join('\n');
    expect(log).toContain(name);
    expect(log).toContain(why);
    expect(left()).toEqual([PROFILES, ['credentials']]);
    expect(scenario.calls()).toEqual(['AssumeRole']);
  });
});

test.each<[string, () => string, string]>([
  ...fullDisk,
  ['that is a folder', () => job.workspace, 'EISDIR'],
  ['that is not there', () => join(job.folder, 'missing', 'file'), 'missing'],
])('a summary %s is a pity, not a failure', async (_, file, why) => {
  const main = await job.step({ with: inputs, files: { GITHUB_STEP_SUMMARY: file() } });
  expect(main.exitCode).toBe(0);
  expect(main.log.join('\n')).toMatch(new RegExp(`Warning: The job summary could not be written: .*${why}`));
  expect(scenario.calls()).toEqual(['AssumeRole']);
});

test.each([
  ['that is not there', () => join(job.folder, 'missing')],
  ['that is a file', () => '/dev/null'],
])('RUNNER_TEMP %s ends the step before anything is changed', async (_, folder) => {
  const { left } = writeProfiles();
  // What stands in a variable is kept there for post.
  const env = { RUNNER_TEMP: folder(), AWS_REGION: 'eu-west-1' };
  const main = await job.step({ with: { ...inputs, 'aws-profile': 'dev', 'output-env-credentials': 'true' }, env });
  expectFailed(main, 'runner-files');
  expect(main.log.join('\n')).toContain('RUNNER_TEMP');
  expect(left()).toEqual([PROFILES, ['credentials']]);
  expect(scenario.calls()).toEqual(['AssumeRole']);
});

describe('profile files', () => {
  test.each([
    ...fullDisk.map(([what]): [string, string, string] => [what, FULL_DISK, 'device']),
    ['nothing', '/dev/null', 'device'],
    ['zeros without end', '/dev/zero', 'device'],
    ['a folder', '/', 'directory'],
    ['a file below a file', '/etc/passwd/credentials', 'ENOTDIR'],
  ])('on %s end the step', async (_, path, why) => {
    const env = { AWS_SHARED_CREDENTIALS_FILE: path, AWS_CONFIG_FILE: join(job.home, 'config') };
    const main = await job.step({ with: { ...inputs, 'aws-profile': 'dev' }, env });
    expectFailed(main, 'profile-files');
    expect(main.log.join('\n')).toContain(why);
    expect(existsSync(join(job.home, 'config'))).toBe(false);
    expect(scenario.calls().filter((call) => call !== 'AssumeRole')).toEqual([]);
  });
});

test('post warns where a variable cannot be put back, and does the rest', async () => {
  const { left } = writeProfiles();
  await job.step({ with: { ...inputs, 'aws-profile': 'dev', 'output-env-credentials': 'true' } });
  expect(left()[0]).toContain('[dev]');
  scenario.calls();
  const [post] = await job.finish({ files: { GITHUB_ENV: job.workspace } });
  expect(post).toMatchObject({ exitCode: 0, stderr: '' });
  expect(post?.log.join('\n')).toMatch(/Warning: Variables could not be restored: AWS_ACCESS_KEY_ID, .*EISDIR/);
  expect(left()).toEqual([PROFILES, ['credentials']]);
});
