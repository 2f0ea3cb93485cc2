import { execFile } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Fault } from '../../sandbox/faults';
import type { Job } from '../../sandbox/runner/job';
import { warningsIn } from '../../src/credential-process/renewal-warnings';
import type { KeptSession } from '../../src/credential-process/session-file';
import { selfSigned } from '../network/certificate';
import { ForwardProxy } from '../network/forward-proxy';
import { allow } from '../sandbox/sts-client';
import { certificateJob, roleForCertificates, trustCertificate } from './certificates';
import { ask, Client, type Answer, commandOf, JobClock, sessionsOf } from './renewing-profile';
import { roleFor, roleForOidc } from './role-paths';
import { MANY_PROCESSES } from './running';
import { ACCOUNT, EXAMPLE_KEYS, KEY_INPUTS, REGION, ROLE, Scenario, expectFailed, type JobSettings } from './scenario';

let scenario: Scenario;
beforeEach(async () => (scenario = await Scenario.start()));
afterEach(() => scenario.end());

const OIDC_CALLS = ['id-token', 'AssumeRoleWithWebIdentity'];
const REFRESH = { 'aws-region': REGION, 'refresh-credentials': 'true' };
const DEPLOY = { ...REFRESH, 'role-to-assume': ROLE, 'aws-profile': 'deploy', 'role-duration-seconds': '900' };

/** A job whose step wrote the profile `deploy` with OIDC, which renews itself, and its time. */
async function jobWithProfile(settings?: JobSettings): Promise<{ job: Job; clock: JobClock; command: string }> {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true, ...settings });
  const main = await job.step({ with: DEPLOY });
  expect([main.exitCode, main.exported]).toEqual([0, {}]);
  expect(scenario.calls()).toEqual(OIDC_CALLS);
  return { job, clock: new JobClock(job, scenario.sandbox), command: commandOf(job, 'deploy') };
}

/** The session of the profile is over, in a job whose time nobody moved: the age of a lock is that of a file. */
async function jobWithEndedSession(): Promise<{ job: Job; command: string }> {
  const { job, command } = await jobWithProfile();
  const file = join(sessionsOf(job, 'deploy'), '1.json');
  const session = JSON.parse(readFileSync(file, 'utf8')) as KeptSession;
  const { time, uptime } = session.obtained;
  writeFileSync(file, JSON.stringify({ ...session, obtained: { time: time + 15 * 60_000, uptime } }));
  return { job, command };
}

test('the profile names a program, without a secret in its arguments, and nothing is left of it in the end', async () => {
  const { job, command } = await jobWithProfile({ asProcess: true });
  const folder = sessionsOf(job, 'deploy');
  const secrets = [...job.masks].filter((mask) => mask.length > 12);
  expect(secrets.length).toBeGreaterThan(3);
  for (const secret of secrets) expect(command).not.toContain(secret);
  expect(existsSync(join(job.home, '.aws/credentials'))).toBe(false);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);

  const answer = await ask(command, job.env);
  expect(answer).toMatchObject({ exitCode: 0, stderr: '' });
  expect(Object.keys(JSON.parse(answer.stdout) as object)).toEqual([
    'Version',
    'AccessKeyId',
    'SecretAccessKey',
    'SessionToken',
    'Expiration',
  ]);
  expect(scenario.calls()).toEqual([]);

  const [post] = await job.finish();
  expect(post?.log.join('\n')).toContain(folder);
  expect(readdirSync(job.temp)).toEqual([]);
  expect(readdirSync(join(job.home, '.aws'))).toEqual([]);
  const after = await ask(command, job.env);
  expect(after).toMatchObject({ exitCode: 1, stdout: '' });
  expect(after.stderr).toContain('the post step of its job removes it');
});

test('roles of a file are renewed as the step read them, whatever became of the file', async () => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true });
  const file = join(job.workspace, 'roles.yml');
  writeFileSync(file, `deploy: ${ROLE}\n`);
  const main = await job.step({ with: { ...REFRESH, roles: 'roles.yml', 'role-duration-seconds': '900' } });
  expect(main.exitCode).toBe(0);
  expect(scenario.calls()).toEqual(OIDC_CALLS);
  rmSync(file);
  const clock = new JobClock(job, scenario.sandbox);
  clock.advance(20);
  expect(await ask(commandOf(job, 'deploy'), clock.environment)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(scenario.calls()).toEqual(OIDC_CALLS);
  await job.finish();
});

test('its command is read without a shell and without quotes, and needs no variable of a later step', async () => {
  const { clock, command } = await jobWithProfile();
  expect(command).not.toMatch(/["'\\]/);
  const { CLOCK_OFFSET_FILE } = clock.environment;
  clock.advance(16);
  const [program = '', ...args] = command.split(' ');
  const { stdout, stderr } = await promisify(execFile)(program, args, { env: { CLOCK_OFFSET_FILE } });
  expect([JSON.parse(stdout), stderr]).toEqual([expect.objectContaining({ Version: 1 }), '']);
  expect(scenario.calls()).toEqual(OIDC_CALLS);
});

test('what a later step has Node do for its own programs, is not done', async () => {
  const { clock, command } = await jobWithProfile({ asProcess: true });
  const coverage = join(tmpdir(), 'coverage-of-the-step');
  for (const ofStep of [
    { NODE_OPTIONS: '-r dd-trace/ci/init' },
    { NODE_OPTIONS: '--require ./tracer.cjs' },
    { NODE_OPTIONS: '--loader ts-node/esm' },
    { NODE_OPTIONS: '--no-such-option' },
    { NODE_OPTIONS: '--inspect=0' },
    { NODE_OPTIONS: '--trace-exit' },
    { NODE_EXTRA_CA_CERTS: '/nowhere.pem' },
    { NODE_DEBUG: 'fs,module,https' },
    { NODE_V8_COVERAGE: coverage },
  ]) {
    const env = { ...clock.environment, ...ofStep };
    const first = await ask(command, env);
    clock.advance(16);
    const renewed = await ask(command, env);
    for (const { exitCode, stderr } of [first, renewed]) {
      expect({ ofStep, exitCode, stderr }).toEqual({ ofStep, exitCode: 0, stderr: '' });
    }
    const { AccessKeyId: id } = first.credentials;
    expect({ ofStep, id: renewed.credentials.AccessKeyId }).not.toEqual({ ofStep, id });
    expect(existsSync(coverage)).toBe(false);
    expect(scenario.calls()).toEqual(OIDC_CALLS);
  }
});

test('it renews its session in a folder with a space in its name', async () => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true });
  job.env.RUNNER_TEMP = join(job.folder, 'my temp');
  mkdirSync(job.env.RUNNER_TEMP);
  expect(await job.step({ with: DEPLOY })).toMatchObject({ exitCode: 0 });
  const clock = new JobClock(job, scenario.sandbox);
  clock.advance(11);
  const command = commandOf(job, 'deploy');
  expect(command).toMatch(/^[^"]+ "[^"]+\/my temp\/aws-sessions-[^"]+"$/);
  expect(await ask(command, clock.environment)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(scenario.calls()).toEqual([...OIDC_CALLS, ...OIDC_CALLS]);
});

test('a renewal takes the other usual audience, too, where AWS does not accept the default', async () => {
  scenario.createOidcRole();
  const [provider] = scenario.account.oidcProviders.values();
  const role = scenario.account.roles.get('deploy');
  if (!provider || !role) throw new Error('no provider or role');
  provider.clientIds = ['sts.amazonaws.com.cn'];
  role.trust = JSON.parse(
    JSON.stringify(role.trust).replace('"sts.amazonaws.com"', '"sts.amazonaws.com.cn"'),
  ) as typeof role.trust;
  const calls = ['id-token', 'AssumeRoleWithWebIdentity InvalidIdentityToken', ...OIDC_CALLS];
  const job = scenario.job({ oidc: true });
  expect((await job.step({ with: DEPLOY })).exitCode).toBe(0);
  expect(scenario.calls()).toEqual(calls);
  const clock = new JobClock(job, scenario.sandbox);
  clock.advance(11);
  expect(await ask(commandOf(job, 'deploy'), clock.environment)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(scenario.calls()).toEqual(calls);
});

test('the state that a runner keeps in clear text names the folder, and no secret', async () => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true });
  const { state } = await job.step({ with: DEPLOY });
  expect(JSON.stringify(state)).toContain(sessionsOf(job, 'deploy'));
  expect(JSON.stringify(state)).not.toMatch(/EXAMPLE|ASIA/);
  scenario.calls();
});

test('a client of the SDK goes on working past three sessions of 15 minutes', async () => {
  const { clock } = await jobWithProfile();
  const client = Client.start({ ...clock.environment, AWS_PROFILE: 'deploy', AWS_REGION: REGION });
  const keys = new Set<string | undefined>();
  // An hour, a call every eight minutes.
  for (let minutes = 0; minutes <= 64; minutes += 8) {
    const { arn, key, error } = await client.call();
    expect(error).toBeUndefined();
    expect(arn).toMatch(/assumed-role\/deploy\/GitHubActions$/);
    keys.add(key);
    clock.advance(8);
  }
  await client.stop();
  expect(keys.size).toBe(5);
  const calls = scenario.calls();
  expect(calls.filter((call) => call === 'GetCallerIdentity')).toHaveLength(9);
  expect(calls.filter((call) => call !== 'GetCallerIdentity')).toEqual(Array(4).fill(OIDC_CALLS).flat());
});

test('of many processes that ask when the session has ended, one renews it', async () => {
  const { job, command } = await jobWithEndedSession();
  const answers = await Promise.all(Array.from({ length: MANY_PROCESSES }, () => ask(command, job.env)));
  expect(new Set(answers.map(({ stdout }) => stdout)).size).toBe(1);
  for (const answer of answers) expect(answer).toMatchObject({ exitCode: 0, stderr: '' });
  expect(Date.parse(answers[0]?.credentials.Expiration ?? '')).toBeGreaterThan(Date.now());
  expect(scenario.calls()).toEqual(OIDC_CALLS);
});

test.each([-30, 30])(
  'to a job whose clock is %i minutes ahead of AWS, a session lasts as long as it does',
  async (ahead) => {
    scenario.sandbox.clock.advance(-ahead * 60_000);
    const { clock, command } = await jobWithProfile();
    const { credentials } = await ask(command, clock.environment);
    clock.advance(9);
    expect((await ask(command, clock.environment)).credentials).toEqual(credentials);
    expect(scenario.calls()).toEqual([]);
    clock.advance(7);
    const renewed = await ask(command, clock.environment);
    expect(renewed.credentials.AccessKeyId).not.toBe(credentials.AccessKeyId);
    expect((await ask(command, clock.environment)).credentials).toEqual(renewed.credentials);
    expect(scenario.calls()).toEqual(OIDC_CALLS);
  },
);

test('of several that ask when the session has ended and AWS refuses, one tries, and all say why', async () => {
  const { job, command } = await jobWithEndedSession();
  scenario.account.roles.delete('deploy');
  const answers = await Promise.all(Array.from({ length: 5 }, () => ask(command, job.env)));
  for (const { exitCode, stdout, stderr } of answers) {
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^The session of the profile deploy ended at .*\. Could not assume arn:aws:iam::/);
    expect(stderr).toContain('Fix: ');
    expect(stderr).not.toMatch(/^ {4}at /m);
  }
  expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity AccessDenied']);
});

test('a renewal that fails while the session works gives that alone, is noted for post, and is not tried again at once', async () => {
  const { job, clock, command } = await jobWithProfile();
  const first = await ask(command, clock.environment);
  clock.advance(11);
  const error = { status: 403, code: 'Forbidden', message: 'not now' };
  scenario.sandbox.faults.add({ action: 'id-token', error, times: 1 });
  for (const calls of [['id-token Forbidden'], []]) {
    const answer = await ask(command, clock.environment);
    expect(answer).toMatchObject({ exitCode: 0, stderr: '', credentials: first.credentials });
    expect(scenario.calls()).toEqual(calls);
  }
  const noted = () => warningsIn(sessionsOf(job, 'deploy'));
  expect(noted()).toEqual([expect.stringMatching(/^The profile deploy could not be renewed\. .*\n[^]*not now/)]);
  clock.advance(1);
  const renewed = await ask(command, clock.environment);
  expect([renewed.exitCode, renewed.stderr]).toEqual([0, '']);
  expect(renewed.credentials.AccessKeyId).not.toBe(first.credentials.AccessKeyId);
  expect(scenario.calls()).toEqual(OIDC_CALLS);
  expect(noted()).toEqual([]);
});

test.each<[string, object]>([
  ['throttles', { error: { status: 400, code: 'Throttling', message: 'Rate exceeded' } }],
  ['does not answer', { hang: true }],
])(
  'while STS %s, a session that works is given within seconds, also to a step that starts from it',
  async (_, fault) => {
    const entry = roleForOidc(scenario.account, 'entry');
    roleFor(entry.arn, scenario.account, 'deploy');
    const job = scenario.job({ oidc: true });
    await job.step({ with: { ...DEPLOY, 'role-to-assume': entry.arn, 'aws-profile': 'entry' } });
    await job.step({ with: { ...DEPLOY, 'role-chaining': 'true' }, env: { AWS_PROFILE: 'entry' } });
    scenario.calls();
    const clock = new JobClock(job, scenario.sandbox);
    const command = commandOf(job, 'entry');
    const { credentials } = await ask(command, clock.environment);
    clock.advance(11);
    scenario.sandbox.faults.add({ action: 'AssumeRoleWithWebIdentity', ...fault } as Fault);
    const began = performance.now();
    for (const what of ['tries', 'pauses']) {
      const answer = await ask(command, clock.environment);
      expect([what, answer]).toMatchObject([what, { exitCode: 0, stderr: '', credentials }]);
    }
    expect(performance.now() - began).toBeLessThan(8_000);
    expect(scenario.calls().filter((call) => call === 'id-token')).toHaveLength(1);
    expect(await ask(commandOf(job, 'deploy'), clock.environment)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(scenario.calls()).toEqual(['AssumeRole']);
  },
);

test('a disk that takes nothing more does not keep anyone from a new session', async () => {
  const { clock, command } = await jobWithProfile();
  const { credentials } = await ask(command, clock.environment);
  clock.advance(11);
  // As some SDKs do, this reads both together.
  const { stdout } = await ask(`ulimit -f 0; ${command} 2>&1`, clock.environment);
  expect(JSON.parse(stdout)).toMatchObject({ Version: 1 });
  expect(stdout).not.toContain(credentials.AccessKeyId);
  expect(scenario.calls()).toEqual(OIDC_CALLS);
});

test('while one process renews a session that works, others are given that without waiting', async () => {
  const { clock, command } = await jobWithProfile();
  const { credentials } = await ask(command, clock.environment);
  clock.advance(11);
  const other = new Promise<Answer>((answered) => {
    const first = async () => {
      answered(await ask(command, clock.environment));
    };
    scenario.sandbox.faults.add({ action: 'AssumeRoleWithWebIdentity', first });
  });
  // Only when the other has its answer, this one gets the new session.
  const renewing = ask(command, clock.environment);
  expect(await other).toMatchObject({ exitCode: 0, stderr: '', credentials });
  expect((await renewing).credentials.AccessKeyId).not.toBe(credentials.AccessKeyId);
  expect(scenario.calls()).toEqual(OIDC_CALLS);
});

test('it is renewed where the step called AWS, and not where a profile is that a later step wrote', async () => {
  const { key, cert } = selfSigned([`sts.${REGION}.amazonaws.com`]);
  const proxy = await ForwardProxy.start({ key, cert, to: () => scenario.sandbox.url });
  scenario.createOidcRole();
  const job = scenario.job({
    oidc: true,
    asProcess: true,
    env: { AWS_ENDPOINT_URL_STS: '', HTTPS_PROXY: proxy.url },
  });
  job.env.AWS_CA_BUNDLE = join(job.folder, 'ca.pem');
  writeFileSync(job.env.AWS_CA_BUNDLE, cert);
  expect(await job.step({ with: DEPLOY })).toMatchObject({ exitCode: 0 });
  const elsewhere = 'endpoint_url = http://127.0.0.1:9\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true';
  appendFileSync(join(job.home, '.aws/config'), `[default]\n${elsewhere}\n`);
  const clock = new JobClock(job, scenario.sandbox);
  clock.advance(16);
  expect(await ask(commandOf(job, 'deploy'), clock.environment)).toMatchObject({ exitCode: 0, stderr: '' });
  proxy.close();
  expect(proxy.passed).toEqual([`sts.${REGION}.amazonaws.com:443`, `sts.${REGION}.amazonaws.com:443`]);
  expect(scenario.calls()).toEqual([...OIDC_CALLS, ...OIDC_CALLS]);
});

test('it is not renewed for the role of that name in another account, to which a profile leads that a later step wrote', async () => {
  const OTHER_KEYS = { ...EXAMPLE_KEYS, accessKeyId: 'AKIAI44QH8DHBEXAMPLE' };
  for (const [id, keys] of [
    [ACCOUNT, EXAMPLE_KEYS],
    ['210987654321', OTHER_KEYS],
  ] as const) {
    const account = scenario.sandbox.account(id);
    const user = account.createUser('ci', { policies: [allow('sts:*')] });
    user.createAccessKey(keys);
    roleFor(user.arn, account, 'deploy');
  }
  const job = scenario.job();
  const writeDefault = ({ accessKeyId, secretAccessKey }: typeof EXAMPLE_KEYS | typeof OTHER_KEYS) => {
    mkdirSync(join(job.home, '.aws'), { recursive: true });
    const keys = `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}`;
    writeFileSync(join(job.home, '.aws/credentials'), `[default]\n${keys}\n`);
  };
  writeDefault(EXAMPLE_KEYS);
  expect(await job.step({ with: { ...DEPLOY, 'role-to-assume': 'deploy' } })).toMatchObject({ exitCode: 0 });
  const clock = new JobClock(job, scenario.sandbox);
  writeDefault(OTHER_KEYS);
  clock.advance(16);
  const { exitCode, stderr } = await ask(commandOf(job, 'deploy'), clock.environment);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    'The inputs of the step lead to arn:aws:sts::210987654321:assumed-role/deploy now, and the profile is for ' +
      `arn:aws:sts::${ACCOUNT}:assumed-role/deploy: a later step has changed where the step's own credentials come from.`,
  );
  expect(scenario.calls()).toEqual(['GetCallerIdentity', 'AssumeRole', 'GetCallerIdentity', 'AssumeRole']);
});

test('a process without the job’s variables renews with those of the step', async () => {
  const { clock, command } = await jobWithProfile();
  clock.advance(20);
  const { CLOCK_OFFSET_FILE } = clock.environment;
  const answer = await ask(command, { CLOCK_OFFSET_FILE, AWS_PROFILE: 'deploy' });
  expect(answer).toMatchObject({ exitCode: 0, stderr: '' });
  expect(scenario.calls()).toEqual(OIDC_CALLS);
});

describe('each way to a session is gone again', () => {
  beforeEach(() => {
    const user = scenario.account.createUser('ci', { policies: [allow('sts:*')] });
    user.createAccessKey(EXAMPLE_KEYS);
    roleFor(roleFor(user.arn, scenario.account, 'deploy').arn, scenario.account, 'chained');
  });

  test.each<[string, Record<string, string>, string[]]>([
    ['keys', { 'role-to-assume': ROLE, 'aws-profile': 'deploy' }, ['AssumeRole']],
    [
      'a chain',
      { 'role-to-assume': `${ROLE}\n${ROLE.replace('deploy', 'chained')}`, 'aws-profile': 'deploy' },
      ['AssumeRole', 'AssumeRole'],
    ],
    ['many roles', { roles: `deploy: ${ROLE}\nother: ${ROLE}` }, ['AssumeRole']],
    [
      'a session of the user',
      { mode: 'session-token', 'aws-profile': 'deploy' },
      ['GetCallerIdentity', 'GetSessionToken'],
    ],
    [
      'a federated session',
      {
        'federated-user-name': 'nightly',
        'aws-profile': 'deploy',
        'managed-session-policies': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
      },
      ['GetFederationToken'],
    ],
  ])('%s', async (_, inputs, calls) => {
    const job = scenario.job();
    const main = await job.step({ with: { ...REFRESH, ...KEY_INPUTS, 'role-duration-seconds': '900', ...inputs } });
    expect(main.exitCode).toBe(0);
    scenario.calls();
    const clock = new JobClock(job, scenario.sandbox);
    const command = commandOf(job, 'deploy');
    const before = await ask(command, clock.environment);
    clock.advance(20);
    const after = await ask(command, clock.environment);
    expect(after).toMatchObject({ exitCode: 0, stderr: '' });
    expect(after.credentials.AccessKeyId).not.toBe(before.credentials.AccessKeyId);
    expect(scenario.calls().sort()).toEqual(calls);
    await job.finish();
  });
});

test('with a seed, the code is computed again', async () => {
  const { user } = scenario.createUserAndRole();
  const device = user.createMfaDevice('ci', {});
  const job = scenario.job();
  const inputs = { ...REFRESH, ...KEY_INPUTS, 'aws-profile': 'mfa', 'mfa-serial': device.serialNumber };
  await job.step({ with: { ...inputs, 'mfa-secret': device.seed, 'role-duration-seconds': '900' } });
  const clock = new JobClock(job, scenario.sandbox);
  clock.advance(20);
  expect(await ask(commandOf(job, 'mfa'), clock.environment)).toMatchObject({ exitCode: 0, stderr: '' });
  const calls = ['GetCallerIdentity', 'GetSessionToken'];
  expect(scenario.calls().sort()).toEqual([...calls, ...calls].sort());
});

test('with a certificate, it and its key are kept where only the job’s user reads them, and the session is renewed', async () => {
  roleForCertificates(scenario.account);
  const { inputs, issued } = await trustCertificate(scenario, [ROLE]);
  const job = certificateJob(scenario);
  const main = await job.step({ with: { ...DEPLOY, ...inputs } });
  expect(main).toMatchObject({ exitCode: 0, exported: {} });
  const folder = sessionsOf(job, 'deploy');
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const holding = readdirSync(folder).filter((file) =>
    readFileSync(join(folder, file), 'utf8').includes(JSON.stringify(issued.privateKey.trim()).slice(1, -1)),
  );
  expect(holding).toEqual(['environment.json']);
  expect(statSync(join(folder, 'environment.json')).mode & 0o777).toBe(0o600);

  const clock = new JobClock(job, scenario.sandbox);
  clock.advance(11);
  const command = commandOf(job, 'deploy');
  for (const line of issued.privateKey.split('\n').filter(Boolean)) expect(command).not.toContain(line);
  expect(await ask(command, clock.environment)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(scenario.calls()).toEqual(['CreateSession', 'CreateSession']);

  // Of an expired one, the reason is said.
  clock.advance(91 * 24 * 60);
  const { exitCode, stderr } = await ask(command, clock.environment);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('It was valid until ');
  await job.finish();
  expect(readdirSync(job.temp)).toEqual([]);
  expect(scenario.calls()).toEqual([]);
});

test('a role is assumed from another profile that renews itself, and both go on', async () => {
  const entry = roleForOidc(scenario.account, 'entry');
  roleFor(entry.arn, scenario.account, 'deploy');
  const job = scenario.job({ oidc: true });
  await job.step({ with: { ...DEPLOY, 'role-to-assume': entry.arn, 'aws-profile': 'entry' } });
  const main = await job.step({ with: { ...DEPLOY, 'role-chaining': 'true' }, env: { AWS_PROFILE: 'entry' } });
  expect(main.exitCode).toBe(0);
  expect(scenario.calls()).toEqual([...OIDC_CALLS, 'AssumeRole']);
  const clock = new JobClock(job, scenario.sandbox);
  clock.advance(20);
  const { exitCode, stderr } = await ask(commandOf(job, 'deploy'), { ...clock.environment, AWS_PROFILE: 'deploy' });
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(scenario.calls()).toEqual([...OIDC_CALLS, 'AssumeRole']);
});

describe('profiles that would be renewed from each other are refused before any call, with the reason', () => {
  const ENTRY = { ...DEPLOY, 'aws-profile': 'entry', 'overwrite-aws-profile': 'true' };

  test('both of steps', async () => {
    const entry = roleForOidc(scenario.account, 'entry');
    const deploy = roleFor(entry.arn, scenario.account, 'deploy');
    const job = scenario.job({ oidc: true });
    await job.step({ with: { ...ENTRY, 'role-to-assume': entry.arn } });
    await job.step({
      with: { ...DEPLOY, 'role-to-assume': deploy.arn, 'role-chaining': 'true' },
      env: { AWS_PROFILE: 'entry' },
    });
    scenario.calls();
    const before = readFileSync(join(job.home, '.aws/config'), 'utf8');
    const main = await job.step({ with: { ...ENTRY, 'role-chaining': 'true' }, env: { AWS_PROFILE: 'deploy' } });
    expectFailed(main, 'source-not-renewable');
    expect(main.log.join('\n')).toContain('entry from deploy from entry');
    expect(readFileSync(join(job.home, '.aws/config'), 'utf8')).toBe(before);
    // Another name, or another source, is no circle.
    const other = await job.step({
      with: { ...ENTRY, 'aws-profile': 'other', 'role-chaining': 'true' },
      env: { AWS_PROFILE: 'entry' },
    });
    const overwritten = await job.step({
      with: { ...ENTRY, 'role-to-assume': entry.arn },
      env: { AWS_PROFILE: 'deploy' },
    });
    expect([other.exitCode, overwritten.exitCode]).toEqual([0, 0]);
    expect(scenario.calls()).toEqual(['AssumeRole', ...OIDC_CALLS]);
  });

  test('one with a source_profile of its own', async () => {
    const job = scenario.job({ oidc: true, env: { AWS_PROFILE: 'deploy' } });
    mkdirSync(join(job.home, '.aws'));
    writeFileSync(join(job.home, '.aws/config'), `[profile deploy]\nrole_arn = ${ROLE}\nsource_profile = entry\n`);
    const main = await job.step({ with: { ...ENTRY, 'role-chaining': 'true' } });
    expectFailed(main, 'source-not-renewable');
    expect(scenario.calls()).toEqual([]);
  });
});

test('temporary credentials in the environment are refused before any call, with the reason', async () => {
  const job = scenario.job({
    env: {
      AWS_ACCESS_KEY_ID: 'ASIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: EXAMPLE_KEYS.secretAccessKey,
      AWS_SESSION_TOKEN: 'AQoEXAMPLEH4aoAH0gNCAPyJxz4BlCFFxWNE1OPTgk5TthT',
    },
  });
  const main = await job.step({ with: { ...DEPLOY, 'role-chaining': 'true' } });
  expectFailed(main, 'source-not-renewable');
  expect(scenario.calls()).toEqual([]);
});

test('temporary credentials written in a profile are, too', async () => {
  const job = scenario.job({ env: { AWS_PROFILE: 'entry' } });
  const file = join(job.folder, 'credentials');
  writeFileSync(
    file,
    `[entry]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = ${EXAMPLE_KEYS.secretAccessKey}\naws_session_token = AQoEXAMPLE\n`,
  );
  const main = await job.step({
    with: { ...DEPLOY, 'role-chaining': 'true' },
    env: { AWS_SHARED_CREDENTIALS_FILE: file },
  });
  expectFailed(main, 'source-not-renewable');
  expect(scenario.calls()).toEqual([]);
});

test('exported, later steps get the profile and no keys, as these would end', async () => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true, env: { AWS_ACCESS_KEY_ID: 'before', AWS_SECRET_ACCESS_KEY: 'before' } });
  const main = await job.step({ with: { ...DEPLOY, 'output-env-credentials': 'true' } });
  expect(main.exported).toEqual({
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_PROFILE: 'deploy',
    AWS_DEFAULT_PROFILE: 'deploy',
  });
  expect(main.summary).toContain('renewed for as long as the job runs');
  expect(scenario.calls()).toEqual(OIDC_CALLS);
  const client = Client.start(job.env);
  expect((await client.call()).arn).toMatch(/assumed-role\/deploy/);
  await client.stop();
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);
  await job.finish();
  expect(job.env).toMatchObject({ AWS_ACCESS_KEY_ID: 'before', AWS_PROFILE: '' });
});

test('a step that fails at its end leaves neither session nor folder', async () => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true });
  const folder = join(job.home, 'elsewhere');
  const takePlace = () => {
    writeFileSync(folder, '');
  };
  scenario.sandbox.faults.add({ action: 'AssumeRoleWithWebIdentity', first: takePlace });
  const main = await job.step({ with: DEPLOY, env: { AWS_CONFIG_FILE: join(folder, 'config') } });
  expectFailed(main, 'profile-files');
  expect(readdirSync(job.temp)).toEqual([]);
  expect(scenario.calls()).toEqual(OIDC_CALLS);
});

test('what is kept of the environment is what decides, and no more', async () => {
  scenario.createOidcRole();
  const job = scenario.job({
    oidc: true,
    env: { GITHUB_TOKEN: 'ghs_EXAMPLE', OTHER_SECRET: 'other', NO_PROXY: 'localhost' },
  });
  await job.step({ with: DEPLOY });
  const kept = readFileSync(join(sessionsOf(job, 'deploy'), 'environment.json'), 'utf8');
  expect(kept).toContain('"NO_PROXY":"localhost"');
  expect(kept).not.toMatch(/ghs_EXAMPLE|OTHER_SECRET|GITHUB_ENV/);
  scenario.calls();
});
