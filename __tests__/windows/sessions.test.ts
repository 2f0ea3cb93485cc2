import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Job } from '../../sandbox/runner/job';
import { ACCOUNT, REGION, ROLE, Scenario } from '../scenarios/scenario';
import { describeOnWindows, finishWell, stepWell } from './job-on-windows';
import { ON_WINDOWS, pathHere } from './windows';

const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/GitHubActions`;
const OIDC = ['id-token', 'AssumeRoleWithWebIdentity'];
const INPUTS = { 'aws-region': REGION, 'role-to-assume': ROLE };

describeOnWindows('sessions', () => {
  let scenario: Scenario;
  beforeEach(async () => {
    scenario = await Scenario.start({ running: ON_WINDOWS });
    scenario.createOidcRole();
  });
  afterEach(() => scenario.end());

  test('go to the environment of later steps, and are gone after the job', async () => {
    const job = scenario.job({ oidc: true });
    const { exported, outputs } = await stepWell(job, INPUTS);
    expect(outputs['authenticated-arn']).toBe(SESSION);
    expect(exported).toEqual({
      AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/),
      AWS_SECRET_ACCESS_KEY: expect.any(String),
      AWS_SESSION_TOKEN: expect.any(String),
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      MSYS2_ENV_CONV_EXCL: expect.stringContaining('AWS_SECRET_ACCESS_KEY'),
    });
    expect(scenario.calls()).toEqual(OIDC);
    await finishWell(job);
    expect(job.env).toMatchObject({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '' });
  });

  test('go to a profile of the user, whom no HOME names, and other lines keep their endings', async () => {
    const job = scenario.job({ oidc: true });
    delete job.env.HOME;
    const before = '# by hand\r\n[other]\r\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\r\n';
    const { credentials } = filesAtHome(job);
    write(credentials, before);
    await stepWell(job, { ...INPUTS, 'aws-profile': 'deploy' });
    const written = readFileSync(credentials, 'utf8');
    expect(written.endsWith(before)).toBe(true);
    expect(written).toMatch(/^\[deploy\]\r\naws_access_key_id = ASIA\w+\r\n/);
    expect(written.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(scenario.calls()).toEqual(OIDC);
    await finishWell(job);
    expect(readFileSync(credentials, 'utf8')).toBe(before);
  });

  test('go to files of the job, where no variable says HOME', async () => {
    const job = scenario.job({ oidc: true });
    delete job.env.HOME;
    const { exported } = await stepWell(job, { ...INPUTS, 'aws-profile': 'deploy', 'profile-location': 'job' });
    const files = [exported.AWS_SHARED_CREDENTIALS_FILE, exported.AWS_CONFIG_FILE].map((file = '') => pathHere(file));
    expect(files.map((file) => dirname(dirname(file)))).toEqual([job.temp, job.temp]);
    expect(readFileSync(files[0] ?? '', 'utf8')).toContain('[deploy]');
    expect(scenario.calls()).toEqual(OIDC);
    await finishWell(job);
    expect(files.some(existsSync)).toBe(false);
    expect(existsSync(join(job.home, '.aws'))).toBe(false);
  });

  test('of so many roles that their names fill no variable of Windows are all gone after the job', async () => {
    const names = Array.from({ length: 135 }, (_, index) => `team-${index}-${'x'.repeat(40)}`);
    const job = scenario.job({ oidc: true });
    const { state } = await stepWell(job, {
      ...INPUTS,
      'role-to-assume': '',
      roles: names.map((name) => `${name}: ${ROLE}`).join('\n'),
    });
    expect(Math.max(...Object.values(state).map(({ length }) => length))).toBeLessThan(32_767);
    const { credentials, config } = filesAtHome(job);
    expect(readFileSync(credentials, 'utf8').match(/^\[team-/gm)).toHaveLength(names.length);
    expect(scenario.calls().filter((call) => call === 'AssumeRoleWithWebIdentity')).toHaveLength(names.length);
    await finishWell(job);
    expect([credentials, config].filter(existsSync)).toEqual([]);
  });
});

function filesAtHome({ home }: Job): { readonly credentials: string; readonly config: string } {
  return { credentials: join(home, '.aws/credentials'), config: join(home, '.aws/config') };
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
