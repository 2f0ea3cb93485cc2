import {
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { killedBeforeReplacing } from './node-options';
import { MANY_PROCESSES } from './running';
import { EXAMPLE_KEYS, KEY_INPUTS, REGION, ROLE, Scenario, expectFailed } from './scenario';

let scenario: Scenario;
beforeEach(async () => (scenario = await Scenario.start()));
afterEach(() => scenario.end());

const OIDC_CALLS = ['id-token', 'AssumeRoleWithWebIdentity'];
const inputs = { 'aws-region': REGION, 'role-to-assume': ROLE, 'aws-profile': 'deploy' };

const CREDENTIALS = `# kept by hand
[default]
aws_access_key_id = ${EXAMPLE_KEYS.accessKeyId}   ; mine
aws_secret_access_key=${EXAMPLE_KEYS.secretAccessKey}

[ deploy ]
aws_access_key_id = AKIAI44QH8DHBEXAMPLE
`;
const CONFIG = `[default]
region = us-east-1
s3 =
  max_concurrent_requests = 20
  addressing_style = path

[sso-session corp]
sso_region = us-east-1
# no line end after this`;

function writeFiles(home: string): void {
  mkdirSync(join(home, '.aws'));
  writeFileSync(join(home, '.aws/credentials'), CREDENTIALS, { mode: 0o600 });
  writeFileSync(join(home, '.aws/config'), CONFIG, { mode: 0o600 });
}

function readFiles(home: string): [credentials: string, config: string] {
  return [readFileSync(join(home, '.aws/credentials'), 'utf8'), readFileSync(join(home, '.aws/config'), 'utf8')];
}

test('a profile is written for the length of the job, and nothing is exported', async () => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true });
  const main = await job.step({ with: inputs });
  expect([main.exitCode, main.exported]).toEqual([0, {}]);
  expect(main.outputs.profiles).toBe('["deploy"]');
  expect(scenario.calls()).toEqual(OIDC_CALLS);
  const [credentials, config] = readFiles(job.home);
  expect(credentials).toMatch(
    /^\[deploy\]\naws_access_key_id = ASIA\w+\naws_secret_access_key = \S+EXAMPLEKEY\naws_session_token = \S+\n/,
  );
  expect(config).toMatch(new RegExp(`^\\[profile deploy\\]\\nregion = ${REGION}\\n`));
  expect(statSync(join(job.home, '.aws/credentials')).mode & 0o777).toBe(0o600);
  expect(JSON.stringify(main.state)).not.toMatch(/EXAMPLE/);

  await job.finish();
  expect(readdirSync(join(job.home, '.aws'))).toEqual([]);
});

test('with output-env-credentials the profile is exported, too', async () => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true, env: { AWS_PROFILE: 'before' } });
  const main = await job.step({ with: { ...inputs, 'output-env-credentials': 'true' } });
  expect(main.exported).toMatchObject({
    AWS_PROFILE: 'deploy',
    AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/) as string,
  });
  await job.finish();
  expect(job.env.AWS_PROFILE).toBe('before');
  expect(scenario.calls()).toEqual(OIDC_CALLS);
});

test('a profile that is there already fails the step before any call', async () => {
  const job = scenario.job({ oidc: true });
  writeFiles(job.home);
  const main = await job.step({ with: inputs });
  expect(main.exitCode).toBe(1);
  expect(main.log.join('\n')).toContain('overwrite-aws-profile');
  expectFailed(main, 'profile-files');
  expect(scenario.calls()).toEqual([]);
  expect(readFiles(job.home)).toEqual([CREDENTIALS, CONFIG]);
});

test('overwrite-aws-profile replaces it until the job ends', async () => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true });
  writeFiles(job.home);
  const main = await job.step({ with: { ...inputs, 'overwrite-aws-profile': 'true' } });
  expect(main.exitCode).toBe(0);
  expect(readFiles(job.home)[0]).not.toContain('AKIAI44QH8DHBEXAMPLE');
  expect(JSON.stringify(main.state)).not.toContain('AKIAI44QH8DHBEXAMPLE');
  await job.finish();
  expect(readFiles(job.home)).toEqual([CREDENTIALS, CONFIG]);
  expect(readdirSync(job.temp)).toEqual([]);
  expect(scenario.calls()).toEqual(OIDC_CALLS);
});

const MARK = '\uFEFF';

test.each([
  ['a setting without a section, and without a line ending', 'region = x'],
  ['settings above the first section', 'region = x\n  nested = 1\n\n[default]\noutput = json\n'],
  ['a byte order mark', `${MARK}[default]\nregion = x\n`],
  ['a byte order mark above a comment', `${MARK}# ours\r\n[default]\r\nregion = x\r\n`],
  ['a byte order mark in a comment', `#${MARK}\n[default]\nregion = x\n`],
])('what AWS’s tools cannot read a file for is a comment until the profile is removed: %s', async (_, config) => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true });
  mkdirSync(join(job.home, '.aws'));
  writeFileSync(join(job.home, '.aws/config'), config);
  const main = await job.step({ with: inputs });
  expect([main.exitCode, scenario.calls()]).toEqual([0, OIDC_CALLS]);
  const written = readFileSync(join(job.home, '.aws/config'), 'utf8');
  expect(written).toMatch(new RegExp(`^\\[profile deploy\\]\nregion = ${REGION}\n`.replaceAll('\n', '\r?\n')));
  // The AWS CLI reads nothing of a file with a mark outside of a comment, or with a setting above all sections.
  expect(written).not.toMatch(/^[^#\r\n]*\uFEFF/m);
  await job.finish();
  expect(readFileSync(join(job.home, '.aws/config'), 'utf8')).toBe(config);
});

test('a file that cannot be read fails the step before any call', async () => {
  const job = scenario.job({ oidc: true });
  mkdirSync(join(job.home, '.aws/config'), { recursive: true });
  expectFailed(await job.step({ with: inputs }), 'profile-files');
  expect(scenario.calls()).toEqual([]);
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;

describe('what would stop the profile from being written fails the step before any call:', () => {
  const overwrite = { ...inputs, 'overwrite-aws-profile': 'true' };
  const roles = { 'aws-region': REGION, roles: `deploy: ${ROLE}\ntest: ${ROLE}`, 'overwrite-aws-profile': 'true' };
  const refresh = { ...overwrite, 'refresh-credentials': 'true' };
  const twice = '[deploy]\nregion = x\n[deploy]\nregion = y\n';
  const config = (text: string) => (home: string) => {
    mkdirSync(join(home, '.aws'));
    writeFileSync(join(home, '.aws/config'), text);
    return undefined;
  };
  const circle = (home: string) => {
    symlinkSync('.aws', join(home, '.aws'));
    return undefined;
  };
  const unwritable = () => ({ AWS_CONFIG_FILE: '/proc/config', AWS_SHARED_CREDENTIALS_FILE: '/proc/credentials' });

  type Prepare = (home: string) => Record<string, string> | undefined;
  test.each<[what: string, with_: Record<string, string>, prepare: Prepare, words: string]>([
    [
      'a section that is there twice',
      overwrite,
      config(twice.replaceAll('[', '[profile ')),
      '[profile deploy] 2 times',
    ],
    ['the same, with roles', roles, config(twice.replaceAll('[', '[profile ')), '[profile deploy] 2 times'],
    ['a folder in which nothing can be made', overwrite, unwritable, 'Could not write the profile file /proc/'],
    ['the same, with roles', roles, unwritable, 'Could not write the profile file /proc/'],
    [
      'variables in the path of a file, which would be in the workspace',
      overwrite,
      () => ({ AWS_SHARED_CREDENTIALS_FILE: '%USERPROFILE%\\.aws\\x' }),
      'AWS_SHARED_CREDENTIALS_FILE is "%USERPROFILE%\\\\.aws\\\\x". Not all of',
    ],
    ['the same, with roles', roles, () => ({ AWS_CONFIG_FILE: '$HOME/x' }), 'AWS_CONFIG_FILE is "$HOME/x".'],
    ['links that lead in a circle', overwrite, circle, 'a link that leads nowhere'],
  ])('%s', async (_, with_, prepare, words) => {
    const job = scenario.job({ oidc: true });
    const main = await job.step({ with: with_, env: prepare(job.home) ?? {} });
    expectFailed(main, 'profile-files');
    expect(main.log.join('\n')).toContain(words);
    expect(scenario.calls()).toEqual([]);
  });

  asRoot('what another user could turn, or would get', async () => {
    const job = scenario.job({ oidc: true });
    const [folder, file] = [join(job.home, '.aws'), join(job.workspace, 'credentials')];
    symlinkSync(job.workspace, folder);
    lchownSync(folder, 1001, 1001);
    writeFileSync(file, CREDENTIALS);
    for (const [with_, env, words] of [
      [overwrite, {}, 'that another user (1001) made'],
      [roles, {}, 'that another user (1001) made'],
      [overwrite, { AWS_SHARED_CREDENTIALS_FILE: file }, 'It belongs to another user (1001)'],
    ] as const) {
      if ('AWS_SHARED_CREDENTIALS_FILE' in env) chownSync(file, 1001, 1001);
      const main = await job.step({ with: with_, env });
      expectFailed(main, 'profile-files');
      expect(main.log.join('\n')).toContain(words);
    }
    expect(scenario.calls()).toEqual([]);
    expect(readdirSync(job.workspace)).toEqual(['credentials']);
  });

  test('a folder of the runner whose path AWS’s tools would misread, where the profile renews itself', async () => {
    const job = scenario.job({ oidc: true });
    const temp = join(job.folder, 'a $b');
    mkdirSync(temp);
    expectFailed(await job.step({ with: refresh, env: { RUNNER_TEMP: temp } }), 'credential-process-path');
    expect([scenario.calls(), readdirSync(temp)]).toEqual([[], []]);
  });
});

asRoot('in a container job, whose home is that of another user, the profile is written and removed', async () => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true });
  chownSync(job.home, 1001, 1001);
  const main = await job.step({ with: inputs });
  expect([main.exitCode, scenario.calls()]).toEqual([0, OIDC_CALLS]);
  expect(readFiles(job.home)[0]).toMatch(/^\[deploy\]/);
  await job.finish();
  expect(readdirSync(join(job.home, '.aws'))).toEqual([]);
});

test('a file that cannot be written in the end leaves nothing behind', async () => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true });
  const folder = join(job.home, 'elsewhere');
  // The files were looked at before the first call; now a file takes the place of the folder.
  const takePlace = () => {
    writeFileSync(folder, '');
  };
  scenario.sandbox.faults.add({ action: 'AssumeRoleWithWebIdentity', first: takePlace });
  const main = await job.step({
    with: { ...inputs, 'output-env-credentials': 'true', 'output-credentials': 'true' },
    env: { AWS_CONFIG_FILE: join(folder, 'config') },
  });

  expectFailed(main, 'profile-files');
  expect(scenario.calls()).toEqual(OIDC_CALLS);
  expect(existsSync(join(job.home, '.aws/credentials'))).toBe(false);
  const [post] = await job.finish();
  expect([post?.exitCode, post?.exported]).toEqual([0, {}]);
});

test('many jobs at once in one home all find their profile, and leave the files as they were', async () => {
  scenario.createUserAndRole();
  const home = scenario.job().home;
  writeFiles(home);
  const jobs = Array.from({ length: MANY_PROCESSES }, () => scenario.job({ env: { HOME: home }, asProcess: true }));
  const mains = await Promise.all(
    jobs.map((job, index) => job.step({ with: { ...inputs, ...KEY_INPUTS, 'aws-profile': `job-${index}` } })),
  );
  expect(mains.map(({ exitCode }) => exitCode)).toEqual(mains.map(() => 0));
  const [credentials, config] = readFiles(home);
  for (const index of mains.keys()) {
    expect(credentials).toMatch(new RegExp(`^\\[job-${index}\\]\\naws_access_key_id = ASIA`, 'm'));
    expect(config).toMatch(new RegExp(`^\\[profile job-${index}\\]\\nregion = `, 'm'));
  }
  expect(credentials.endsWith(CREDENTIALS)).toBe(true);
  expect(config.endsWith(CONFIG)).toBe(true);

  await Promise.all(jobs.map((job) => job.finish()));
  expect(readFiles(home)).toEqual([CREDENTIALS, CONFIG]);
  expect(readdirSync(join(home, '.aws')).sort()).toEqual(['config', 'credentials']);
  expect(scenario.calls()).toEqual(mains.map(() => 'AssumeRole'));
});

test('a post whose files are gone has nothing to warn of', async () => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true });
  await job.step({ with: inputs });
  await job.step({ with: { ...inputs, 'aws-profile': 'other' } });
  const { rmSync } = await import('node:fs');
  rmSync(join(job.home, '.aws'), { recursive: true });
  const posts = await job.finish();
  expect(posts.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual([
    [0, ''],
    [0, ''],
  ]);
  expect(posts.flatMap(({ log }) => log).join('\n')).not.toContain('Warning');
  scenario.calls();
});

test('a step that is killed at any moment leaves nothing that its post does not take away', async () => {
  scenario.createOidcRole();
  const home = scenario.job().home;
  writeFiles(home);
  for (let after = 0; after <= 100; after += 200 / MANY_PROCESSES) {
    const job = scenario.job({ oidc: true, env: { HOME: home }, asProcess: true });
    const answered = new Promise<void>((resolve) => {
      const first = () => void delay(after).then(resolve);
      scenario.sandbox.faults.add({ action: 'AssumeRoleWithWebIdentity', first });
    });
    const killed = await job.step({
      with: { ...inputs, 'aws-profile': 'killed', 'output-env-credentials': 'true' },
      kill: { after: answered, signal: 'SIGKILL' },
    });
    scenario.sandbox.faults.clear();
    const [post] = await job.finish();
    expect(post).toMatchObject({ exitCode: 0, stderr: '' });
    expect([after, killed.exitCode, ...readFiles(home)]).toEqual([after, killed.exitCode, CREDENTIALS, CONFIG]);
    expect(job.env.AWS_SECRET_ACCESS_KEY ?? '').toBe('');
  }
  scenario.calls();
});

test('the copy of a step that is killed before it replaces a profile file goes with its post', async () => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true, asProcess: true });
  writeFiles(job.home);
  const folder = join(job.home, '.aws');
  const env = killedBeforeReplacing('credentials');
  expect((await job.step({ with: { ...inputs, 'aws-profile': 'killed' }, env })).exitCode).toBeNull();
  expect(readdirSync(folder).filter((name) => name.startsWith('credentials.aws-identity-'))).toHaveLength(1);
  // Nobody waits until the lock counts as left behind.
  utimesSync(join(folder, 'credentials.lock'), 1, 1);
  const [post] = await job.finish();
  expect(post).toMatchObject({ exitCode: 0, stderr: '' });
  expect([readdirSync(folder), ...readFiles(job.home)]).toEqual([['config', 'credentials'], CREDENTIALS, CONFIG]);
  expect(scenario.calls()).toEqual(OIDC_CALLS);
});

test('a post that runs twice changes nothing the second time', async () => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true, env: { AWS_REGION: 'us-east-1' } });
  writeFiles(job.home);
  await job.step({ with: { ...inputs, 'overwrite-aws-profile': 'true', 'output-env-credentials': 'true' } });
  await job.finish();
  const [second] = await job.finish();
  expect(second).toMatchObject({ exitCode: 0, stderr: '', log: ['Nothing to clean up.'] });
  expect(second?.exported).toEqual({});
  expect(job.env).toMatchObject({ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: '' });
  expect(readFiles(job.home)).toEqual([CREDENTIALS, CONFIG]);
  expect(scenario.calls()).toEqual(OIDC_CALLS);
});
