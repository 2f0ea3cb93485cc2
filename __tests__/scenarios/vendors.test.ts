import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Account, VendorName } from '../../sandbox/accounts/account';
import type { Run } from '../../sandbox/runner/job';
import { fetchIdToken, idTokenEndpoint } from '../../src/github/id-token';
import { never } from '../aws/local-aws';
import { ForwardProxy } from '../network/forward-proxy';
import { allow, trust } from '../sandbox/sts-client';
import { ADMIN, identityJob } from './identities';
import { roleFor, roleForOidc } from './role-paths';
import { EXAMPLE_KEYS, expectFailed, KEY_INPUTS, REGION, ROLE, Scenario, textOf } from './scenario';

let scenario: Scenario;
beforeEach(async () => (scenario = await Scenario.start()));
afterEach(() => scenario.end());

const CEPH_ACCOUNT = 'RGW33567154695143645';
const NOT_SAID = 'The service at sts-endpoint does not say';

/** The account of a vendor, at whose service all calls arrive from now on. */
function accountAt(vendor: VendorName, id: string, partition = 'aws'): Account {
  scenario.sandbox.settings.vendor = vendor;
  return scenario.sandbox.account(id, { partition });
}

function createUser(account: Account) {
  const user = account.createUser('ci', { policies: [allow(['sts:*', 'iam:*'])] });
  user.createAccessKey(EXAMPLE_KEYS);
  return user;
}

/** A step that assumes this role with GitHub's token, at an endpoint that the input names. */
function assumeByToken(role: string, inputs: Readonly<Record<string, string>> = {}): Promise<Run> {
  const job = scenario.job({ oidc: true, env: { AWS_ENDPOINT_URL_STS: '' } });
  const settings = { 'aws-region': REGION, 'sts-endpoint': scenario.sandbox.url, 'role-to-assume': role };
  return job.step({ with: { ...settings, ...inputs } });
}

describe('SeaweedFS answers without an assumed role', () => {
  test('so it is asked whose the session is, once', async () => {
    const role = roleForOidc(accountAt('SeaweedFS', '000000000000'), 'deploy');
    const main = await assumeByToken(role.arn, { 'allowed-account-ids': '000000000000' });
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity', 'GetCallerIdentity']);
    expect(main.outputs).toMatchObject({
      'aws-account-id': '000000000000',
      'authenticated-arn': 'arn:aws:sts::assumed-role/deploy/GitHubActions',
    });
    expect(main.exported.AWS_SESSION_TOKEN).toBeTruthy();
  });

  test('in a chain only of the last role, and of many roles each', async () => {
    const account = accountAt('SeaweedFS', '1');
    const entry = roleForOidc(account, 'entry');
    const hub = roleFor(entry.arn, account, 'hub');
    const chain = await assumeByToken(`${entry.arn}\n${hub.arn}`);
    expect(chain.outputs['authenticated-arn']).toBe('arn:aws:sts::1:assumed-role/hub/GitHubActions');
    expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity', 'AssumeRole']);

    const job = scenario.job({ oidc: true });
    const roles = `entry: ${entry.arn}\nhub: [${entry.arn}, ${hub.arn}]\n`;
    const many = await job.step({ with: { 'aws-region': REGION, roles, 'allowed-account-ids': '1' } });
    expect(many.exitCode).toBe(0);
    expect(many.summary).toContain(`| \`entry\` | \`${entry.arn}\` | 1 |`);
    expect(scenario.calls().filter((call) => call === 'GetCallerIdentity')).toHaveLength(1);
  });

  test('federated sessions are as at AWS', async () => {
    createUser(accountAt('SeaweedFS', '1'));
    const inputs = { 'aws-region': REGION, 'federated-user-name': 'nightly', ...KEY_INPUTS };
    const main = await scenario.job().step({ with: { ...inputs, 'allowed-account-ids': '1' } });
    expect(main.outputs['authenticated-arn']).toBe('arn:aws:sts::1:federated-user/nightly');
    expect(scenario.calls()).toEqual(['GetFederationToken']);
  });

  test('it has no sessions of users', async () => {
    createUser(accountAt('SeaweedFS', '1'));
    const main = await scenario.job().step({ with: { mode: 'session-token', 'aws-region': REGION, ...KEY_INPUTS } });
    expectFailed(main, 'unusual-answer');
    expect(textOf(main)).toContain('AccessDenied: IAM write operations are disabled on this server');
    expect(textOf(main)).toContain('The service at sts-endpoint does not have this operation');
    expect(scenario.calls().sort()).toEqual(['GetCallerIdentity', 'GetSessionToken AccessDenied']);
  });
});

describe('MinIO never says whose a session is', () => {
  const ROLE = 'arn:minio:iam:::role/nOybJqMNzNmroqEKq5D0EUsRZw0';
  const CALLS = ['id-token', 'AssumeRoleWithWebIdentity', 'GetCallerIdentity AccessDenied'];

  test('a role of its own is assumed, and what is not known is omitted, with a notice', async () => {
    roleForOidc(accountAt('MinIO', '', 'minio'), 'nOybJqMNzNmroqEKq5D0EUsRZw0');
    const main = await assumeByToken(ROLE, { 'mask-aws-account-id': 'true' });
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(scenario.calls()).toEqual(CALLS);
    expect(main.outputs).toEqual({
      mode: 'assume-role',
      'role-arns': `{"nOybJqMNzNmroqEKq5D0EUsRZw0":"${ROLE}"}`,
      profiles: '[]',
      'aws-expiration': expect.any(String) as string,
    });
    expect(textOf(main)).toContain(
      `Notice: ${NOT_SAID} whose the credentials are: without aws-account-id and authenticated-arn in the outputs.`,
    );
    expect(main.summary).toContain('| Account | not known |');
    expect(main.exported.AWS_SESSION_TOKEN).toBeTruthy();
  });

  test('where the account must be an allowed one, it is refused', async () => {
    roleForOidc(accountAt('MinIO', '', 'minio'), 'nOybJqMNzNmroqEKq5D0EUsRZw0');
    const main = await assumeByToken(ROLE, { 'allowed-account-ids': '1' });
    expectFailed(main, 'account-not-allowed');
    expect(textOf(main)).toContain(`${NOT_SAID} to which account they belong; allowed-account-ids names 1.`);
    expect(scenario.calls()).toEqual(CALLS);
  });

  test('whatever stands for a role where none is meant goes as it is written', async () => {
    const account = accountAt('MinIO', '', 'minio');
    roleFor(createUser(account).arn, account, 'any');
    const main = await scenario
      .job()
      .step({ with: { 'aws-region': REGION, 'role-to-assume': 'arn:xxx:xxx:xxx:xxxx', ...KEY_INPUTS } });
    expect(main.exitCode).toBe(0);
    expect(main.outputs['role-arns']).toBe('{"xxxx":"arn:xxx:xxx:xxx:xxxx"}');
    expect(scenario.calls()).toEqual(['AssumeRole', 'GetCallerIdentity AccessDenied']);
  });

  test('a name of a role cannot be completed', async () => {
    createUser(accountAt('MinIO', '', 'minio'));
    const main = await scenario
      .job()
      .step({ with: { 'aws-region': REGION, 'role-to-assume': 'deploy', ...KEY_INPUTS } });
    expectFailed(main, 'unusual-answer');
    expect(textOf(main)).toContain('Fix: Give the whole ARN of the role');
    expect(scenario.calls()).toEqual(['GetCallerIdentity InvalidParameterValue']);
  });

  test('what is expected of someone unknown is not met', async () => {
    createUser(accountAt('MinIO', '', 'minio'));
    const verify = (expected: Readonly<Record<string, string>>) =>
      identityJob(scenario).step({ with: { mode: 'verify', 'aws-region': REGION, ...KEY_INPUTS, ...expected } });
    expectFailed(await verify({ 'expect-arn': 'arn:aws:iam::*:user/ci' }), 'unexpected-identity');
    expectFailed(await verify({ 'expect-allowed': 's3:GetObject' }), 'simulation-refused');
    expect(new Set(scenario.calls())).toEqual(new Set(['GetCallerIdentity InvalidParameterValue']));
  });

  test('keys cannot be verified, and are exported all the same', async () => {
    createUser(accountAt('MinIO', '', 'minio'));
    const main = await scenario.job().step({ with: { 'aws-region': REGION, ...KEY_INPUTS } });
    expect(main.exitCode).toBe(0);
    expect(main.exported.AWS_ACCESS_KEY_ID).toBe(EXAMPLE_KEYS.accessKeyId);
    expect(textOf(main)).toContain(`Notice: ${NOT_SAID} whose the credentials are`);
    expect(scenario.calls()).toEqual(['GetCallerIdentity InvalidParameterValue']);
  });
});

test('credentials that STS gave without saying whose, and then does not know, are none', async () => {
  createUser(accountAt('SeaweedFS', '1'));
  const keys = {
    AccessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    SecretAccessKey: 'secret/EXAMPLEKEY',
    SessionToken: 'EXAMPLETOKEN',
  };
  const fields = Object.entries(keys).map(([name, value]) => `<${name}>${value}</${name}>`);
  const body = `<AssumeRoleResponse><AssumeRoleResult><Credentials>${fields.join('')}</Credentials></AssumeRoleResult></AssumeRoleResponse>`;
  scenario.sandbox.faults.add({
    action: 'AssumeRole',
    raw: { status: 200, headers: { 'content-type': 'text/xml' }, body },
  });
  const role = 'arn:aws:iam::1:role/deploy';
  const main = await scenario.job().step({ with: { 'aws-region': REGION, 'role-to-assume': role, ...KEY_INPUTS } });
  expectFailed(main, 'unusual-answer');
  expect(textOf(main)).toContain('did not say whose they are, and does not know them');
  expect(scenario.calls()).toEqual(['AssumeRole', 'GetCallerIdentity InvalidClientTokenId']);
});

test.each(['eu--central-1', 'RegionOne'])('a region of a vendor goes to it, and to later steps: %s', async (region) => {
  const account = accountAt('MinIO', '000000000000');
  roleForOidc(account, 'deploy');
  const main = await assumeByToken('arn:minio:iam:::role/deploy', {
    'aws-region': region,
    'managed-session-policies': 'readwrite',
  });
  expect(main).toMatchObject({ exitCode: 0, exported: { AWS_REGION: region, AWS_DEFAULT_REGION: region } });
  scenario.calls();
});

describe('Ceph has accounts and tenants of its own', () => {
  test('the account that a role names is known, hidden where it is to be, and compared', async () => {
    const { arn } = roleForOidc(accountAt('Ceph', CEPH_ACCOUNT), 'deploy');
    const inputs = { 'allowed-account-ids': CEPH_ACCOUNT, 'mask-aws-account-id': 'true' };
    const main = await assumeByToken(arn, inputs);
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity']);
    expect(main.outputs['aws-account-id']).toBe(CEPH_ACCOUNT);
    expect(main.outputs['aws-expiration']).toMatch(/^\d{4}-.*Z$/);
    expect(main.lines.map(({ command }) => command?.value)).toContain(CEPH_ACCOUNT);
    expect(main.summary).not.toContain(CEPH_ACCOUNT);

    const other = await assumeByToken(arn, { 'allowed-account-ids': '123456789012' });
    expectFailed(other, 'invalid-input');
    expect(textOf(other)).toContain(`${arn} is in none of the allowed-account-ids 123456789012`);
  });

  test('without an account, only the ARN is known', async () => {
    const account = accountAt('Ceph', '');
    const user = createUser(account);
    const role = roleFor(user.arn, account, 'S3Access', { path: '/xxx/policy/' });
    expect(role.arn).toBe('arn:aws:iam:::role/xxx/policy/S3Access');
    const main = await scenario
      .job()
      .step({ with: { 'aws-region': REGION, 'role-to-assume': role.arn, ...KEY_INPUTS } });
    expect(main.exitCode).toBe(0);
    expect(main.outputs['authenticated-arn']).toBe('arn:aws:sts:::assumed-role/S3Access/GitHubActions');
    expect(main.outputs).not.toHaveProperty('aws-account-id');
    expect(scenario.calls()).toEqual(['AssumeRole', 'GetCallerIdentity MethodNotAllowed']);
  });

  test('sessions of users', async () => {
    createUser(accountAt('Ceph', CEPH_ACCOUNT));
    const main = await scenario.job().step({ with: { mode: 'session-token', 'aws-region': REGION, ...KEY_INPUTS } });
    expect(main.exitCode).toBe(0);
    expect(main.exported.AWS_SESSION_TOKEN).toBeTruthy();
    expect(scenario.calls().sort()).toEqual(['GetCallerIdentity MethodNotAllowed', 'GetSessionToken']);
  });

  test('a refusal says what Ceph says', async () => {
    const account = accountAt('Ceph', CEPH_ACCOUNT);
    createUser(account);
    const role = account.createRole('deploy', { trust: trust('arn:aws:iam:::user/other') });
    const main = await scenario
      .job()
      .step({ with: { 'aws-region': REGION, 'role-to-assume': role.arn, ...KEY_INPUTS } });
    expectFailed(main, 'role-refused');
    expect(scenario.calls()).toEqual(['AssumeRole AccessDenied']);
  });
});

test('the role of a token file that variables name is assumed where the input says', async () => {
  const account = accountAt('SeaweedFS', '1');
  const entry = roleForOidc(account, 'entry');
  const hub = roleFor(entry.arn, account, 'hub');
  const endpoint = idTokenEndpoint({ ...scenario.sandbox.github.environment({}) });
  const job = scenario.job({ env: { AWS_ENDPOINT_URL_STS: '', AWS_ROLE_ARN: entry.arn } });
  const token = endpoint && (await fetchIdToken(endpoint, 'sts.amazonaws.com', never, () => undefined));
  job.env.AWS_WEB_IDENTITY_TOKEN_FILE = join(job.workspace, 'token');
  writeFileSync(job.env.AWS_WEB_IDENTITY_TOKEN_FILE, token ?? '');
  const inputs = { 'aws-region': REGION, 'sts-endpoint': scenario.sandbox.url, 'role-to-assume': hub.arn };
  const main = await job.step({ with: inputs });
  expect(main.exitCode).toBe(0);
  expect(main.outputs['authenticated-arn']).toBe('arn:aws:sts::1:assumed-role/hub/GitHubActions');
  expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity', 'AssumeRole']);
});

test('a role assumed with temporary credentials may last longer than the hour of AWS, in a chain and in the next step', async () => {
  const account = accountAt('SeaweedFS', '1');
  const longer = { maxSessionDuration: 43_200 };
  const hub = roleFor(createUser(account).arn, account, 'hub', longer);
  const target = roleFor(hub.arn, account, 'target', longer);
  const job = scenario.job();
  const long = { 'aws-region': REGION, 'role-duration-seconds': '7200', 'role-skip-session-tagging': 'true' };
  const chain = await job.step({ with: { ...long, ...KEY_INPUTS, 'role-to-assume': `${hub.arn}\n${target.arn}` } });
  expect([chain.exitCode, textOf(chain)]).toEqual([0, expect.not.stringContaining('3600')]);
  const entry = await job.step({ with: { ...long, ...KEY_INPUTS, 'role-to-assume': hub.arn } });
  expect(entry.exitCode).toBe(0);
  const next = await job.step({ with: { ...long, 'role-chaining': 'true', 'role-to-assume': target.arn } });
  expect([next.exitCode, textOf(next)]).toEqual([0, expect.not.stringContaining('3600')]);
  const durations = scenario.sandbox.requests.map(({ params }) => params.DurationSeconds);
  expect(durations.filter(Boolean)).toEqual(['900', '7200', '7200', '7200']);
  scenario.calls();
});

describe('the endpoint of the profile in use', () => {
  const withProfile = (lines: (url: string) => string, env: Record<string, string> = {}) => {
    const job = scenario.job({ oidc: true, env: { AWS_ENDPOINT_URL_STS: '', ...env } });
    job.env.AWS_CONFIG_FILE = join(job.workspace, 'config');
    writeFileSync(job.env.AWS_CONFIG_FILE, lines(scenario.sandbox.url));
    return job;
  };
  const CALLS = ['id-token', 'AssumeRoleWithWebIdentity', 'GetCallerIdentity'];
  const assume = { 'aws-region': REGION, 'role-to-assume': 'arn:aws:iam::1:role/deploy' };

  test.each<[lines: (url: string) => string, env: Record<string, string>]>([
    [(url) => `[default]\nendpoint_url = ${url}\n`, {}],
    [
      (url) => `[profile ci]\nservices = local\n[services local]\nsts =\n  endpoint_url = ${url}\n`,
      { AWS_PROFILE: 'ci' },
    ],
  ])('is called, and takes the forms of its vendor: %s', async (lines, env) => {
    roleForOidc(accountAt('SeaweedFS', '1'), 'deploy');
    const main = await withProfile(lines, env).step({ with: assume });
    expect(textOf(main)).toContain(
      `AWS_ENDPOINT_URL_STS is taken from endpoint_url of the profile ${env.AWS_PROFILE ?? 'default'}.`,
    );
    expect(main.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(CALLS);
  });

  test('is checked before any call', async () => {
    const job = withProfile(() => '[default]\nendpoint_url = htps://mona:S3cret@sts.example\n');
    const main = await job.step({ with: assume });
    expect(textOf(main)).toContain(
      'sts-endpoint (from AWS_ENDPOINT_URL_STS): "htps://mona:***@sts.example" is not a URL',
    );
    const masks = main.lines.map(({ command }) => (command?.name === 'add-mask' ? command.value : ''));
    expect(masks.indexOf('S3cret')).toBeGreaterThanOrEqual(0);
  });

  test('is looked for when every secret is masked', async () => {
    const job = withProfile(() => '[default]\nendpoint_url = htps://sts.example\n');
    const { lines } = await job.step({ with: { ...assume, ...KEY_INPUTS } });
    const firstLine = lines.findIndex(({ command }) => command?.name !== 'add-mask');
    const masked = lines.slice(0, firstLine).map(({ command }) => command?.value);
    expect(masked).toEqual(expect.arrayContaining(Object.values(KEY_INPUTS)));
  });

  test('is not called where the profile file is a device without an end', async () => {
    roleForOidc(accountAt('SeaweedFS', '1'), 'deploy');
    const job = scenario.job({
      oidc: true,
      env: { AWS_CONFIG_FILE: '/dev/zero', AWS_ENDPOINT_URL_STS: scenario.sandbox.url },
    });
    expect((await job.step({ with: assume })).exitCode).toBe(0);
    expect(scenario.calls()).toEqual(CALLS);
  });

  test('is not called where such endpoints are to be ignored, or a variable names another', async () => {
    roleForOidc(accountAt('SeaweedFS', '1'), 'deploy');
    const lines = () => '[default]\nendpoint_url = http://127.0.0.1:9\n';
    const named = await withProfile(lines, { AWS_ENDPOINT_URL: scenario.sandbox.url }).step({ with: assume });
    expect(named.exitCode).toBe(0);
    const ignored = await withProfile(lines, { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }).step({
      with: { ...assume, 'sts-endpoint': scenario.sandbox.url },
    });
    expect(ignored.exitCode).toBe(0);
    expect(textOf(named) + textOf(ignored)).not.toContain('is taken from');
    expect(scenario.calls()).toEqual([...CALLS, ...CALLS]);
  });

  test('nor are variables that name one, where the profile says that such endpoints are to be ignored', async () => {
    roleForOidc(accountAt('SeaweedFS', '1'), 'deploy');
    const job = withProfile(() => '[default]\nignore_configured_endpoint_urls = true\n', {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    });
    const main = await job.step({ with: { ...assume, 'sts-endpoint': scenario.sandbox.url } });
    expect(textOf(main)).toContain('AWS_ENDPOINT_URL is ignored, as the profile default says');
    expect(main.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(CALLS);
  });

  test.each([
    ['FIPS', 'sts-fips', 'use_fips_endpoint = true'],
    ['FIPS', 'sts-fips', 'use_fips_endpoint = True'],
    ['IPv6', 'sts', 'use_dualstack_endpoint = true'],
  ])('AWS’s own for %s is called where the profile asks for it', async (kind, name, lines) => {
    const proxy = await ForwardProxy.start();
    const job = withProfile(() => `[profile ci]\n${lines}\n`, { AWS_PROFILE: 'ci', HTTPS_PROXY: proxy.url });
    const main = await job.step({ with: { ...assume, 'role-to-assume': ROLE, 'disable-retry': 'true' } });
    proxy.close();
    expect(textOf(main)).toContain(`is taken from ${lines.split(' ')[0] ?? ''} of the profile ci.`);
    expect(proxy.passed).toEqual([`${name}.${REGION}.${kind === 'FIPS' ? 'amazonaws.com' : 'api.aws'}:443`]);
    expect(scenario.calls()).toEqual(['id-token']);
  });

  test.each([
    ['TRUE', 'sts-fips', ''],
    ['False', 'sts', ''],
    ['yes', 'sts', 'Warning: AWS_USE_FIPS_ENDPOINT: "yes" is neither true nor false, and counts as false.'],
  ])('AWS’s own for FIPS by a variable that is %s', async (text, name, warning) => {
    const proxy = await ForwardProxy.start();
    const job = withProfile(() => '', { AWS_USE_FIPS_ENDPOINT: text, HTTPS_PROXY: proxy.url });
    const main = await job.step({ with: { ...assume, 'role-to-assume': ROLE, 'disable-retry': 'true' } });
    proxy.close();
    expect(textOf(main)).toContain(warning);
    expect(proxy.passed).toEqual([`${name}.${REGION}.amazonaws.com:443`]);
    expect(scenario.calls()).toEqual(['id-token']);
  });

  test.each([
    ['use_fips_endpoint', 'use-fips-endpoint (from AWS_USE_FIPS_ENDPOINT)'],
    ['use_dualstack_endpoint', 'AWS_USE_DUALSTACK_ENDPOINT'],
  ])('%s of the profile is refused before any call where another endpoint is named', async (setting, named) => {
    const job = withProfile((url) => `[default]\n${setting} = true\nendpoint_url = ${url}\n`);
    const main = await job.step({ with: assume });
    expectFailed(main, 'invalid-input');
    expect(textOf(main)).toContain(`${named}: is for`);
  });
});

describe('the IAM of another vendor', () => {
  const DOCUMENT = `
users:
  tfc:
    access-key: { deliver: [outputs] }
    policies: [arn:aws:iam::aws:policy/ReadOnlyAccess]
roles:
  deploy:
    trust: [{ user: tfc }, { account: RGW00000000000000002 }]
`;
  const iamJob = () => identityJob(scenario, { files: { 'identities.yml': DOCUMENT } });
  const inputs = { ...ADMIN, identities: 'identities.yml' };

  test('users, roles and keys are made and removed in an account of its own form', async () => {
    const account = accountAt('LocalStack', 'RGW33567154695143645');
    account.createUser('admin', { policies: [allow('*')] }).createAccessKey(EXAMPLE_KEYS);
    const job = iamJob();
    const made = await job.step({ with: { ...inputs, mode: 'provision' } });
    expect(made).toMatchObject({ exitCode: 0, stderr: '' });
    expect(made.outputs['user-arns']).toBe(`{"tfc":"arn:aws:iam::${CEPH_ACCOUNT}:user/tfc"}`);
    expect(account.roles.get('deploy')?.trust.Statement).toMatchObject([
      { Principal: { AWS: [`arn:aws:iam::${CEPH_ACCOUNT}:user/tfc`, 'arn:aws:iam::RGW00000000000000002:root'] } },
    ]);
    // It knows no certificates, SSH keys and passwords of services: there are none to remove.
    const removed = await job.step({ with: { ...inputs, mode: 'deprovision' } });
    expect(removed).toMatchObject({ exitCode: 0, stderr: '' });
    expect([...account.users.keys()]).toEqual(['admin']);
    scenario.calls();
  });

  test.each(['home', 'job'])(
    'what an ephemeral step made goes from the endpoint of the profile where it was made, with profiles in: %s',
    async (location) => {
      const account = accountAt('LocalStack', '000000000000');
      account.createUser('admin', { policies: [allow('*')] }).createAccessKey(EXAMPLE_KEYS);
      const job = identityJob(scenario, {
        env: { AWS_ENDPOINT_URL_STS: '', AWS_ENDPOINT_URL_IAM: '', AWS_PROFILE: 'ci' },
      });
      job.env.AWS_CONFIG_FILE = join(job.workspace, 'config');
      writeFileSync(job.env.AWS_CONFIG_FILE, `[profile ci]\nendpoint_url = ${scenario.sandbox.url}\n`);
      const identities = JSON.stringify({
        users: { tfc: { 'access-key': { deliver: ['environment', { profile: 'tfc' }] } } },
      });
      const made = await job.step({
        with: { ...ADMIN, mode: 'provision', ephemeral: 'true', identities, 'profile-location': location },
      });
      expect(made).toMatchObject({ exitCode: 0, stderr: '' });
      expect([...account.users.keys()]).toEqual(['admin', 'tfc']);
      // What a later step names is not where main was.
      Object.assign(job.env, { AWS_PROFILE: 'tfc', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
      const [post] = await job.finish();
      expect(post?.log.join('\n')).not.toContain('Warning');
      expect([...account.users.keys()]).toEqual(['admin']);
      scenario.calls();
    },
  );

  test('a principal that is meant to be of the document, under another path, is found there, too', async () => {
    const account = accountAt('LocalStack', CEPH_ACCOUNT);
    account.createUser('admin', { policies: [allow('*')] }).createAccessKey(EXAMPLE_KEYS);
    const principal = `arn:aws:iam::${CEPH_ACCOUNT}:user/team/tfc`;
    const identities = JSON.stringify({ users: { tfc: {} }, roles: { deploy: { trust: trust(principal) } } });
    const main = await identityJob(scenario).step({ with: { ...ADMIN, mode: 'provision', identities } });
    expectFailed(main, 'policy-malformed');
    expect(textOf(main)).toContain(
      `to trust ${principal}, and the document declares arn:aws:iam::${CEPH_ACCOUNT}:user/tfc`,
    );
    expect(scenario.calls().filter((call) => call.startsWith('Create'))).toEqual([]);
  });

  test.each<VendorName>(['LocalStack', 'SeaweedFS', 'Ceph'])('a user is removed at %s', async (vendor) => {
    const account = accountAt(vendor, '000000000000');
    account.createUser('admin', { policies: [allow('*')] }).createAccessKey(EXAMPLE_KEYS);
    const tags = { 'managed-by': 'aws-identity-action', 'managed-by-repository': 'octo/app' };
    account.createUser('tfc', { tags });
    const identities = { ...ADMIN, 'sts-endpoint': scenario.sandbox.url, identities: 'users: { tfc: {} }' };
    const removed = await identityJob(scenario).step({ with: { ...identities, mode: 'deprovision' } });
    expect(removed.exitCode).toBe(vendor === 'Ceph' ? 1 : 0);
    if (vendor === 'Ceph') expect(textOf(removed)).toContain('Could not find out which account is to be changed.');
    expect([...account.users.keys()]).toEqual(vendor === 'Ceph' ? ['admin', 'tfc'] : ['admin']);
    scenario.calls();
  });

  test('what the caller may do is asked of LocalStack with every resource named', async () => {
    const account = accountAt('LocalStack', '000000000000');
    createUser(account);
    const main = await identityJob(scenario).step({
      with: {
        mode: 'verify',
        'aws-region': REGION,
        ...KEY_INPUTS,
        'expect-arn': 'arn:aws:iam::000000000000:user/ci',
        'expect-allowed': 'iam:GetUser\niam:ListUsers on *',
        'expect-denied': 's3:GetObject',
      },
    });
    expect(main.exitCode).toBe(0);
    expect(scenario.calls().sort()).toEqual(['GetCallerIdentity', 'SimulatePrincipalPolicy']);
  });
});

describe('AWS itself, behind a proxy', () => {
  const inputs = () => ({ 'aws-region': REGION, ...scenario.proxyToAws });
  const job = () => scenario.job({ oidc: true, env: { AWS_ENDPOINT_URL_STS: '' } });

  test('takes its own forms only', async () => {
    const roles = ['arn:minio:iam:::role/x', 'arn:aws:iam::1:role/deploy', 'arn:aws:iam::role/deploy'];
    for (const role of roles) {
      const main = await job().step({
        with: { ...inputs(), 'role-to-assume': role, 'allowed-account-ids': CEPH_ACCOUNT },
      });
      expectFailed(main, 'invalid-input');
      expect(textOf(main)).toContain(`${JSON.stringify(role)} is not one role`);
      expect(textOf(main)).toContain(`"${CEPH_ACCOUNT}" is not an account ID of 12 digits`);
    }
  });

  test('must say whose a session is', async () => {
    const role = scenario.createOidcRole();
    scenario.sandbox.settings.vendor = 'SeaweedFS';
    const main = await job().step({ with: { ...inputs(), 'role-to-assume': role.arn } });
    expectFailed(main, 'unusual-answer');
    expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity']);
  });
});

describe('sessions that renew themselves', () => {
  test('are of the account that was allowed', async () => {
    const role = roleForOidc(accountAt('SeaweedFS', '1'), 'deploy');
    const job = scenario.job({ oidc: true });
    const main = await job.step({
      with: {
        'aws-region': REGION,
        'role-to-assume': role.arn,
        'aws-profile': 'deploy',
        'refresh-credentials': 'true',
        'allowed-account-ids': '1',
      },
    });
    expect(main.exitCode).toBe(0);
    expect(readFileSync(join(job.home, '.aws/config'), 'utf8')).toContain('credential_process = ');
    scenario.calls();
  });
});
