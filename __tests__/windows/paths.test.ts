import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from '../../sandbox/runner/job';
import { expectFailed, REGION, ROLE, Scenario, textOf } from '../scenarios/scenario';
import { describeOnWindows, finishWell, stepWell } from './job-on-windows';
import { IS_WINDOWS, ON_WINDOWS, otherDrive, windowsPath } from './windows';

const OIDC = ['id-token', 'AssumeRoleWithWebIdentity'];
const INPUTS = { 'aws-region': REGION, 'role-to-assume': ROLE, 'aws-profile': 'dev' };
const TO_JOB = { ...INPUTS, 'profile-location': 'job' };
const OF_OTHERS = '[other]\r\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\r\n';

describeOnWindows('paths', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.start({ running: ON_WINDOWS });
    scenario.createOidcRole();
  });
  afterEach(() => scenario.end());

  test.each(['my temp (x86)', 'Jürgens Büro', '日本 & Co, GmbH'])(
    'may have spaces and letters of any script: %s',
    async (name) => {
      const job = jobIn(name);
      await stepWell(job, INPUTS);
      expect(readFileSync(join(job.folder, name, '.aws/credentials'), 'utf8')).toContain('[dev]');
      await stepWell(job, { ...TO_JOB, 'aws-profile': 'job' });
      expect(existsSync(join(job.folder, name, 'temp'))).toBe(true);
      await finishWell(job);
      expect(existsSync(join(job.folder, name, '.aws/credentials'))).toBe(false);
      expect(scenario.calls()).toEqual([...OIDC, ...OIDC]);
    },
  );

  test('of a profile that renews itself have letters that all tools read alike', async () => {
    const job = jobIn('Jürgens Büro');
    const run = await job.step({ with: { ...INPUTS, 'refresh-credentials': 'true' } });
    expectFailed(run, 'credential-process-path');
    expect(textOf(run)).toContain(
      'On Windows, the AWS CLI and boto3 read profile files in the code page of the machine',
    );
  });

  test('of a profile that renews itself have spaces with a warning for tools that cannot run its line', async () => {
    const job = jobIn('my temp');
    const run = await stepWell(job, { ...INPUTS, 'refresh-credentials': 'true' });
    expect(textOf(run)).toMatch(/Warning: The program that renews the profile has spaces/);
    await finishWell(job);
    expect(scenario.calls()).toEqual(OIDC);
  });

  test('of profile files may be on another drive, with either slash and any case', async () => {
    const drive = otherDrive();
    try {
      const job = scenario.job({ oidc: true });
      writeFileSync(join(drive.folder, 'Credentials'), OF_OTHERS);
      job.env.AWS_SHARED_CREDENTIALS_FILE = `${drive.letter.toLowerCase()}:/credentials`;
      job.env.AWS_CONFIG_FILE = `${drive.letter}:\\aws\\config`;
      await stepWell(job, INPUTS);
      expect(readFileSync(join(drive.folder, 'Credentials'), 'utf8')).toContain('[dev]');
      expect(readFileSync(join(drive.folder, 'aws/config'), 'utf8')).toContain('[profile dev]');
      await finishWell(job);
      expect(readFileSync(join(drive.folder, 'Credentials'), 'utf8')).toBe(OF_OTHERS);
      expect(scenario.calls()).toEqual(OIDC);
    } finally {
      drive.remove();
    }
  });

  test.each(['%USERPROFILE%\\.aws\\x', '$HOME/x', 'NUL', 'C:\\aux.txt'])(
    'of profile files are the paths themselves, and not %s',
    async (path) => {
      const job = scenario.job({ oidc: true, env: { AWS_SHARED_CREDENTIALS_FILE: path } });
      expectFailed(await job.step({ with: INPUTS }), 'profile-files');
    },
  );

  test('that differ by the case of their letters alone are of one file', async () => {
    const job = scenario.job({ oidc: true });
    const file = join(job.home, 'profiles');
    job.env.AWS_SHARED_CREDENTIALS_FILE = windowsPath(file);
    job.env.AWS_CONFIG_FILE = windowsPath(file).toUpperCase();
    await stepWell(job, { ...INPUTS, 'aws-profile': 'default' });
    const text = readFileSync(file, 'utf8');
    expect(text.match(/^\[default\]/gm)).toHaveLength(1);
    expect(text).toMatch(/^aws_access_key_id = ASIA/m);
    expect(text).toMatch(/^region = /m);
    await finishWell(job);
    expect(existsSync(file)).toBe(false);
    expect(scenario.calls()).toEqual(OIDC);
  });

  test('of a read-only file lead to a whole file, or to a refusal that names it', async () => {
    const job = scenario.job({ oidc: true });
    mkdirSync(join(job.home, '.aws'));
    const file = join(job.home, '.aws/credentials');
    writeFileSync(file, OF_OTHERS);
    chmodSync(file, 0o444);
    const run = await job.step({ with: INPUTS });
    if (run.exitCode === 0) expect(readFileSync(file, 'utf8')).toMatch(/^\[dev\]\r\n[^]*\[other\]/);
    else expectFailed(run, 'profile-files');
    await finishWell(job);
    expect(readFileSync(file, 'utf8')).toBe(OF_OTHERS);
    scenario.calls();
  });

  (IS_WINDOWS ? test.skip : test)('of a folder in which no lock can be made lead to a refusal at once', async () => {
    // Linux lets nobody make a file there, nor does Windows on it.
    const job = scenario.job({ oidc: true, env: { AWS_SHARED_CREDENTIALS_FILE: windowsPath('/sys/credentials') } });
    const run = await job.step({ with: INPUTS });
    expectFailed(run, 'profile-files');
    expect(textOf(run)).toMatch(/E(PERM|ACCES): .*credentials/);
    expect(textOf(run)).not.toContain('was still there');
  });

  describe('where HOME is not USERPROFILE', () => {
    let job: Job;
    let elsewhere: string;
    beforeEach(() => {
      job = scenario.job({ oidc: true });
      elsewhere = mkdtempSync(join(tmpdir(), 'home-'));
      job.env.HOME = elsewhere;
    });
    afterEach(() => {
      rmSync(elsewhere, { recursive: true });
    });

    test('a profile is read where another step wrote it, and a warning says who looks elsewhere', async () => {
      const run = await stepWell(job, INPUTS);
      expect(textOf(run)).toMatch(
        /Warning: Profiles are read and written in .+\.aws, as by the AWS CLI, and not in HOME/,
      );
      expect([existsSync(join(job.home, '.aws')), existsSync(join(elsewhere, '.aws'))]).toEqual([true, false]);
      const next = await job.step({
        with: { 'aws-region': REGION },
        env: { AWS_PROFILE: 'dev', ACTIONS_ID_TOKEN_REQUEST_URL: '' },
      });
      expect([next.exitCode, next.outputs['authenticated-arn']]).toEqual([0, run.outputs['authenticated-arn']]);
      expect(scenario.calls()).toEqual([...OIDC, 'GetCallerIdentity']);
      await finishWell(job);
    });

    test('files of the job need no warning', async () => {
      expect(textOf(await stepWell(job, TO_JOB))).not.toContain('Warning');
      expect(scenario.calls()).toEqual(OIDC);
      await finishWell(job);
    });
  });

  /** A job whose home and temporary folder are in a folder of that name. */
  function jobIn(name: string): Job {
    const job = scenario.job({ oidc: true });
    const folder = join(job.folder, name);
    mkdirSync(join(folder, 'temp'), { recursive: true });
    Object.assign(job.env, { HOME: folder, USERPROFILE: folder, RUNNER_TEMP: join(folder, 'temp') });
    return job;
  }
});
