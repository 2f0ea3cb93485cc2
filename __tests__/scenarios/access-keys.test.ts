import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../../sandbox/runner/job';
import type { ErrorCode } from '../../src/errors/action-error';
import { ACCOUNT, EXAMPLE_KEYS, KEY_INPUTS, REGION, Scenario, expectFailed } from './scenario';

let scenario: Scenario;
beforeEach(async () => {
  scenario = await Scenario.start();
  scenario.account.createUser('ci', {}).createAccessKey(EXAMPLE_KEYS);
});
afterEach(() => scenario.end());

const ENV_KEYS = { AWS_ACCESS_KEY_ID: EXAMPLE_KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: EXAMPLE_KEYS.secretAccessKey };
const USER = `arn:aws:iam::${ACCOUNT}:user/ci`;
const inputs = { 'aws-region': REGION, ...KEY_INPUTS };

test('keys are verified with one call and exported', async () => {
  const job = scenario.job({ env: { AWS_SESSION_TOKEN: 'of-earlier-credentials' } });
  const main = await job.step({ with: inputs });
  expect(main.exitCode).toBe(0);
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);
  expect(main.exported).toEqual({ ...ENV_KEYS, AWS_SESSION_TOKEN: '', AWS_REGION: REGION, AWS_DEFAULT_REGION: REGION });
  expect(main.outputs).toEqual({
    mode: 'access-keys',
    'aws-account-id': ACCOUNT,
    'authenticated-arn': `arn:aws:iam::${ACCOUNT}:user/ci`,
    'role-arns': '{}',
    profiles: '[]',
  });
  await job.finish();
  expect(job.env).toMatchObject({ AWS_ACCESS_KEY_ID: '', AWS_SESSION_TOKEN: 'of-earlier-credentials' });
});

test('on Windows, a secret that begins with a slash reaches what steps in Git Bash call, until the job ends', async () => {
  const keys = { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: '/je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY' };
  scenario.account.createUser('windows', {}).createAccessKey(keys);
  const job = scenario.job({ env: { RUNNER_OS: 'Windows', MSYS2_ENV_CONV_EXCL: 'URL_PATH' } });
  const main = await job.step({
    with: {
      'aws-region': REGION,
      'aws-access-key-id': keys.accessKeyId,
      'aws-secret-access-key': keys.secretAccessKey,
    },
  });
  expect(main.exported).toMatchObject({
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    MSYS2_ENV_CONV_EXCL: 'URL_PATH;AWS_SECRET_ACCESS_KEY;AWS_SESSION_TOKEN',
  });
  await job.finish();
  expect(job.env).toMatchObject({ AWS_SECRET_ACCESS_KEY: '', MSYS2_ENV_CONV_EXCL: 'URL_PATH' });
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);
});

test('credentials are outputs only when asked for', async () => {
  const main = await scenario
    .job()
    .step({ with: { ...inputs, 'output-credentials': 'true', 'output-env-credentials': 'false' } });
  expect(main.exported).toEqual({});
  expect(main.outputs).toMatchObject({
    'aws-access-key-id': EXAMPLE_KEYS.accessKeyId,
    'aws-secret-access-key': EXAMPLE_KEYS.secretAccessKey,
  });
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);
});

test('credentials that the job has already are verified; the environment gets the region alone', async () => {
  const main = await scenario.job({ env: ENV_KEYS }).step({ with: { 'aws-region': REGION } });
  expect(main.exported).toEqual({ AWS_REGION: REGION, AWS_DEFAULT_REGION: REGION });
  expect(main.outputs['authenticated-arn']).toBe(`arn:aws:iam::${ACCOUNT}:user/ci`);
  const asked = await scenario
    .job({ env: ENV_KEYS })
    .step({ with: { 'aws-region': REGION, 'output-env-credentials': 'true' } });
  expect(asked.exported).toMatchObject(ENV_KEYS);
  expect(scenario.calls()).toEqual(['GetCallerIdentity', 'GetCallerIdentity']);
});

test('keys that AWS refuses fail the step and are handed to nobody', async () => {
  const main = await scenario.job().step({ with: { ...inputs, 'aws-secret-access-key': 'wrong/EXAMPLEKEY' } });
  expectFailed(main, 'invalid-credentials');
  expect(scenario.calls()).toEqual(['GetCallerIdentity SignatureDoesNotMatch']);
});

test.each<[what: string, code: ErrorCode, wrong: Readonly<Record<string, string>>]>([
  ['keys that AWS does not know', 'invalid-credentials', { 'aws-access-key-id': 'AKIAI44QH8DHBEXAMPLE' }],
  ['an account that is not allowed', 'account-not-allowed', { 'allowed-account-ids': '111122223333' }],
  ['an identity that is not expected', 'unexpected-identity', { 'expect-arn': 'arn:aws:sts::*:assumed-role/x/*' }],
])('where the role may come from an empty secret, %s: the error says that none is assumed', async (_, code, wrong) => {
  const NO_ROLE = 'No role is assumed: role-to-assume is not set, or comes from a secret or a variable that is empty.';
  const fail = async (more: Readonly<Record<string, string>>) => {
    const main = await scenario.job().step({ with: { ...inputs, ...wrong, ...more } });
    expectFailed(main, code);
    expect(scenario.calls()).toHaveLength(1);
    return main.log.join('\n');
  };
  expect(await fail({ 'role-to-assume': '' })).toContain(NO_ROLE);
  expect(await fail({ mode: 'access-keys' })).not.toContain(NO_ROLE);
});

test.each([
  ['AWS_ACCESS_KEY_ID', 'minio\n'],
  ['AWS_SECRET_ACCESS_KEY', 'key\n'],
  ['AWS_SESSION_TOKEN', 'a\u0007b'],
])(
  'a line break or another control character in %s, also in a short one, is said, and not sent',
  async (name, value) => {
    const main = await scenario.job({ env: { ...ENV_KEYS, [name]: value } }).step({ with: { 'aws-region': REGION } });
    expectFailed(main, 'no-credentials');
    expect(main.log.join('\n')).toContain('In one of them is white space, a line break');
    expect(scenario.calls()).toEqual([]);
  },
);

test('no credentials at all', async () => {
  const main = await scenario.job({ env: { GITHUB_ACTIONS: 'false' } }).step({ with: { 'aws-region': REGION } });
  expectFailed(main, 'no-credentials');
  expect(scenario.calls()).toEqual([]);
});

test('no credentials in a device without an end, in place of profile files', async () => {
  const files = { AWS_CONFIG_FILE: '/dev/zero', AWS_SHARED_CREDENTIALS_FILE: '/dev/zero' };
  const main = await scenario
    .job({ env: { ...files, GITHUB_ACTIONS: 'false' } })
    .step({ with: { 'aws-region': REGION } });
  expectFailed(main, 'no-credentials');
  expect(scenario.calls()).toEqual([]);
});

describe('allowed-account-ids', () => {
  test.each(['111122223333, 444455556666', ',111122223333'])(
    '%s: credentials of another account are not exported',
    async (ids) => {
      const main = await scenario.job().step({ with: { ...inputs, 'allowed-account-ids': ids } });
      expectFailed(main, 'account-not-allowed');
      expect(main.log.join('\n')).toContain(ACCOUNT);
      expect(scenario.calls()).toEqual(['GetCallerIdentity']);
    },
  );

  test('credentials of a named account pass', async () => {
    const main = await scenario.job().step({ with: { ...inputs, 'allowed-account-ids': `111122223333,${ACCOUNT}` } });
    expect(main.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(['GetCallerIdentity']);
  });
});

describe('use-existing-credentials', () => {
  const existing = {
    ...inputs,
    'aws-access-key-id': '',
    'aws-secret-access-key': '',
    'use-existing-credentials': 'true',
  };

  test('true: credentials that work are kept', async () => {
    const main = await scenario.job({ env: ENV_KEYS }).step({ with: existing });
    expect(main.exitCode).toBe(0);
    expect(main.exported).toEqual({ AWS_REGION: REGION, AWS_DEFAULT_REGION: REGION });
    expect(main.outputs).toMatchObject({ 'aws-account-id': ACCOUNT });
    expect(scenario.calls()).toEqual(['GetCallerIdentity']);
  });

  test('true: the account must be an allowed one all the same', async () => {
    const main = await scenario
      .job({ env: ENV_KEYS })
      .step({ with: { ...existing, 'allowed-account-ids': '111122223333' } });
    expectFailed(main, 'account-not-allowed');
    expect(scenario.calls()).toEqual(['GetCallerIdentity']);
  });

  test('true: credentials that AWS refuses are replaced', async () => {
    const main = await scenario
      .job({ env: { ...ENV_KEYS, AWS_ACCESS_KEY_ID: 'AKIAI44QH8DHBEXAMPLE' } })
      .step({ with: { ...inputs, 'use-existing-credentials': 'true' } });
    expect(main.exported).toMatchObject(ENV_KEYS);
    expect(main.log).toContain('Notice: There are no valid credentials in the job: obtaining some.');
    expect(scenario.calls()).toEqual(['GetCallerIdentity InvalidClientTokenId', 'GetCallerIdentity']);
  });

  describe.each([
    ['dev', {}],
    ['default', {}],
    ['dev', ENV_KEYS],
  ])('true, with the profile %s, and %j in the environment:', (name, env) => {
    const withProfile = {
      'aws-region': REGION,
      'role-to-assume': `arn:aws:iam::${ACCOUNT}:role/deploy`,
      'aws-profile': name,
      'output-env-credentials': 'true',
      'use-existing-credentials': 'true',
    };
    const written = ({ home }: Job) => readFileSync(join(home, '.aws/credentials'), 'utf8');

    test('a profile that is there already stops nobody who keeps what the job has', async () => {
      scenario.createOidcRole();
      const job = scenario.job({ oidc: true, env });
      mkdirSync(join(job.home, '.aws'));
      const { accessKeyId, secretAccessKey } = EXAMPLE_KEYS;
      const text = `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
      writeFileSync(join(job.home, '.aws/credentials'), text);
      job.env.AWS_PROFILE = name;
      const main = await job.step({ with: withProfile });
      expect(main.exitCode).toBe(0);
      expect(written(job)).toBe(text);
      expect(new Set(scenario.calls())).toEqual(new Set(['GetCallerIdentity']));
    });

    test('it stops who obtains others, before they are obtained', async () => {
      scenario.createOidcRole();
      const job = scenario.job({ oidc: true });
      mkdirSync(join(job.home, '.aws'));
      const text = `[${name}]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = wrong/EXAMPLEKEY\n`;
      writeFileSync(join(job.home, '.aws/credentials'), text);
      job.env.AWS_PROFILE = name;
      expectFailed(await job.step({ with: withProfile }), 'profile-files');
      expect(written(job)).toBe(text);
      expect(scenario.calls()).toEqual(['GetCallerIdentity InvalidClientTokenId']);
    });
  });

  test('true, twice the same step with a profile: the second keeps what the first obtained', async () => {
    scenario.createOidcRole();
    const job = scenario.job({ oidc: true });
    const step = {
      with: {
        'aws-region': REGION,
        'role-to-assume': `arn:aws:iam::${ACCOUNT}:role/deploy`,
        'aws-profile': 'dev',
        'output-env-credentials': 'true',
        'use-existing-credentials': 'true',
      },
    };
    expect([(await job.step(step)).exitCode, (await job.step(step)).exitCode]).toEqual([0, 0]);
    // The profile and the variables are of one session: whose it is, is asked of both.
    expect(scenario.calls()).toEqual([
      ...['id-token', 'AssumeRoleWithWebIdentity'],
      ...['GetCallerIdentity', 'GetCallerIdentity'],
    ]);
  });

  test('false is false', async () => {
    scenario.createOidcRole();
    const main = await scenario.job({ oidc: true, env: ENV_KEYS }).step({
      with: {
        ...existing,
        'role-to-assume': `arn:aws:iam::${ACCOUNT}:role/deploy`,
        'use-existing-credentials': 'false',
      },
    });
    expect(main.exported.AWS_ACCESS_KEY_ID).toMatch(/^ASIA/);
    expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity']);
  });
});

describe('unset-current-credentials', () => {
  const unset = { 'aws-region': REGION, 'unset-current-credentials': 'true' };
  const session = { ...ENV_KEYS, AWS_SESSION_TOKEN: 'AQoDYXdzEJrEXAMPLETOKEN' };
  const emptied = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '' };

  test('takes credentials away, also when the step fails, and nothing that is none', async () => {
    const job = scenario.job({ env: { ...session, AWS_REGION: 'us-east-1' } });
    const main = await job.step({ with: { ...unset, ...KEY_INPUTS, 'aws-secret-access-key': 'wrong/EXAMPLEKEY' } });
    expect(main.exitCode).toBe(1);
    expect(main.exported).toEqual(emptied);
    await job.finish();
    expect(job.env).toMatchObject({ ...session, AWS_REGION: 'us-east-1' });
    expect(scenario.calls()).toEqual(['GetCallerIdentity SignatureDoesNotMatch']);
  });

  test.each([
    ['aws-profile', { ...KEY_INPUTS, 'aws-profile': 'ci' }],
    ['output-env-credentials: false', { ...KEY_INPUTS, 'output-env-credentials': 'false' }],
    ['roles', { ...KEY_INPUTS, roles: `deploy: arn:aws:iam::${ACCOUNT}:role/deploy` }],
    ['verify', { ...KEY_INPUTS, mode: 'verify' }],
  ])('with %s: empties credentials that are there, and no region', async (_, others) => {
    scenario.account.createRole('deploy', {
      trust: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Principal: { AWS: USER } }],
      },
    });
    const job = scenario.job({ env: { ...ENV_KEYS, AWS_REGION: 'us-east-1' } });
    const main = await job.step({ with: { ...unset, ...others } });
    expect([main.exitCode, main.exported]).toEqual([0, { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }]);
    expect(scenario.calls()).toHaveLength(1);
  });

  test('alone, it is a log-out, which asks AWS nothing where nothing is left', async () => {
    const job = scenario.job({ env: { ...session, AWS_REGION: 'us-east-1' } });
    const main = await job.step({ with: unset });
    expect([main.exitCode, main.exported]).toEqual([0, emptied]);
    expect(main.outputs).toEqual({ mode: 'access-keys' });
    expect(main.log.join('\n')).toContain('Notice: ');
    expect(scenario.calls()).toEqual([]);
    await job.finish();
    expect(job.env).toMatchObject({ ...session, AWS_REGION: 'us-east-1' });
  });

  test.each([
    ['allowed-account-ids', { 'allowed-account-ids': ACCOUNT }],
    ['output-env-credentials: false', { 'output-env-credentials': 'false' }],
    ['mask-aws-account-id', { 'mask-aws-account-id': 'true' }],
  ])('with %s, which only limits the step, it is a log-out as well', async (_, others) => {
    const job = scenario.job({ env: session });
    const main = await job.step({ with: { ...unset, ...others } });
    expect([main.exitCode, main.exported]).toEqual([0, emptied]);
    expect(main.log.join('\n')).toContain('This step logs out');
    expect(scenario.calls()).toEqual([]);
  });

  test.each([
    ['aws-profile', { 'aws-profile': 'ci' }],
    ['output-credentials', { 'output-credentials': 'true' }],
    ['verify', { mode: 'verify' }],
    ['role-chaining', { 'role-to-assume': 'x', 'role-chaining': 'true' }],
  ])('with %s, which needs credentials: none are left, and the error says why', async (_, others) => {
    const main = await scenario.job({ env: session }).step({ with: { ...unset, ...others } });
    expect([main.exitCode, main.exported]).toEqual([1, emptied]);
    const log = main.log.join('\n');
    expect(log).toContain('#no-credentials');
    expect(log).toContain(
      'unset-current-credentials: true has emptied AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in this step',
    );
    expect(log).toContain('Fix: Omit unset-current-credentials, which');
    expect(log).not.toContain('are not set');
    expect(log).not.toContain('Let an earlier step');
    expect(scenario.calls()).toEqual([]);
  });

  test('alone, it takes away a profile, too, and says whose credentials the runner has by itself', async () => {
    const job = scenario.job({ env: { AWS_REGION: REGION } });
    mkdirSync(join(job.home, '.aws'));
    const keys = `aws_access_key_id = ${EXAMPLE_KEYS.accessKeyId}\naws_secret_access_key = ${EXAMPLE_KEYS.secretAccessKey}\n`;
    writeFileSync(join(job.home, '.aws/credentials'), `[default]\n${keys}`);
    await job.step({ with: { ...inputs, 'aws-profile': 'ci', 'output-env-credentials': 'true' } });
    const main = await job.step({ with: { 'unset-current-credentials': 'true' } });
    expect(main.exported).toMatchObject({ AWS_ACCESS_KEY_ID: '', AWS_PROFILE: '', AWS_DEFAULT_PROFILE: '' });
    expect(readFileSync(job.env.AWS_CONFIG_FILE ?? '', 'utf8')).toContain('[profile ""]');
    expect(main.log).toContain('Credentials found: those of the profile default.');
    expect(main.outputs).toMatchObject({ 'authenticated-arn': USER });
    expect(scenario.calls()).toEqual(['GetCallerIdentity', 'GetCallerIdentity']);
    await job.finish();
    expect(job.env).toMatchObject({ AWS_PROFILE: 'default', AWS_REGION: REGION });
  });

  test('alone, without a region, and with nothing to take away', async () => {
    const main = await scenario.job().step({ with: { 'unset-current-credentials': 'true' } });
    expect([main.exitCode, main.exported]).toEqual([0, {}]);
    expect(scenario.calls()).toEqual([]);
  });
});

test('unset-current-credentials leaves role-chaining what else there is', async () => {
  const job = scenario.job({ env: { ...ENV_KEYS, GITHUB_ACTIONS: 'false' } });
  const main = await job.step({
    with: { 'aws-region': REGION, 'role-to-assume': 'x', 'role-chaining': 'true', 'unset-current-credentials': 'true' },
  });
  expect(main.log.join('\n')).toContain('#no-credentials');
  expect(scenario.calls()).toEqual([]);
});

test('mask-aws-account-id keeps the account out of the log and the summary', async () => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true });
  const masked = { 'mask-aws-account-id': 'true' };
  const runs = [
    await job.step({ with: { ...inputs, ...masked } }),
    await job.step({
      with: { 'aws-region': REGION, 'role-to-assume': `arn:aws:iam::${ACCOUNT}:role/deploy`, ...masked },
    }),
    await job.step({
      with: { 'aws-region': REGION, 'role-to-assume': `arn:aws:iam::${ACCOUNT}:role/none`, ...masked },
    }),
    await job.step({ with: { ...inputs, ...masked, 'allowed-account-ids': '111122223333' } }),
  ];
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 1, 1]);
  for (const run of runs) {
    const printed = run.lines.filter(({ command }) => command?.name !== 'add-mask');
    const maskedAt = run.lines.findIndex(({ command }) => command?.name === 'add-mask' && command.value === ACCOUNT);
    const firstShown = run.lines.findIndex(({ raw, command }) => command?.name !== 'add-mask' && raw.includes(ACCOUNT));
    expect(printed.length).toBeGreaterThan(0);
    expect(firstShown === -1 || (maskedAt !== -1 && maskedAt < firstShown)).toBe(true);
    expect(run.summary).not.toContain(ACCOUNT);
  }
  scenario.calls();
});

test('AWS_SKIP_CLEANUP_STEP leaves everything as it is', async () => {
  const job = scenario.job({ env: { AWS_SKIP_CLEANUP_STEP: 'true' } });
  await job.step({ with: inputs });
  const [post] = await job.finish();
  expect([post?.exitCode, post?.exported]).toEqual([0, {}]);
  expect(job.env).toMatchObject(ENV_KEYS);
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);
});
