import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedRequest } from '../../sandbox/http/request';
import type { Job } from '../../sandbox/runner/job';
import { selfSigned } from '../network/certificate';
import { ForwardProxy } from '../network/forward-proxy';
import { ACCOUNT, REGION, Scenario } from '../scenarios/scenario';
import { aws2, HAS_AWS_CLI_2, signInBySdk } from './sign-in-clients';

const CENTER = 'eu-west-1';
const HOSTS = [`oidc.${CENTER}`, `portal.sso.${CENTER}`, `sts.${REGION}`].map((name) => `${name}.amazonaws.com`);
const PERSON = new RegExp(String.raw`:assumed-role/AWSReservedSSO_Admin_\w{16}/mona@example\.com$`);

let scenario: Scenario;
beforeEach(async () => {
  scenario = await Scenario.start();
  scenario.sandbox.identityCenter.assign(scenario.account, 'Admin');
});
afterEach(() => scenario.end());

function signInJob(): Job {
  const { url } = scenario.sandbox;
  return scenario.job({ env: { AWS_ENDPOINT_URL_SSO: url, AWS_ENDPOINT_URL_SSO_OIDC: url } });
}

function signIn(job: Job) {
  const { startUrl } = scenario.sandbox.identityCenter;
  const portal = { 'aws-region': REGION, 'sso-start-url': startUrl, 'sso-region': CENTER };
  return job.step({ with: { ...portal, 'sso-account-id': ACCOUNT, 'sso-role-name': 'Admin' } });
}

/** What an operation was asked with since the last time, without what is new each time. */
function asked(action: string, from: number) {
  const own = ['clientId', 'clientSecret', 'deviceCode'];
  const { params, path, headers } =
    scenario.sandbox.requests.slice(from).find((request) => request.action === action) ??
    ({} as Partial<RecordedRequest>);
  const shown = Object.entries(params ?? {}).map(([name, value]) => [name, own.includes(name) ? typeof value : value]);
  const { 'content-type': type, 'x-amz-sso_bearer_token': token } = headers ?? {};
  return { path, params: Object.fromEntries(shown) as unknown, type, token: typeof token };
}

describe('the clients of the SDK for JavaScript', () => {
  const input = () => ({
    startUrl: scenario.sandbox.identityCenter.startUrl,
    region: CENTER,
    accountId: ACCOUNT,
    roleName: 'Admin',
  });

  test('sign in at the local IAM Identity Center by the requests of the action', async () => {
    const { sandbox } = scenario;
    sandbox.identityCenter.person.takesMs = 1_500;
    const result = await signInBySdk(input(), { AWS_ENDPOINT_URL: sandbox.url });
    expect(result).toEqual({
      refusals: ['AuthorizationPendingException'],
      accountList: [{ accountId: ACCOUNT, accountName: 'account-1234', emailAddress: 'a@example.com' }],
      roleList: [{ accountId: ACCOUNT, roleName: 'Admin' }],
      roleCredentials: expect.objectContaining({ accessKeyId: expect.stringMatching(/^ASIA/) as string }) as unknown,
      noAccess: 'ForbiddenException',
      ended: 'UnauthorizedException',
    });
    const from = sandbox.requests.length;
    scenario.calls();
    const job = signInJob();
    expect(await signIn(job)).toMatchObject({ exitCode: 0 });
    await job.finish();
    for (const action of [
      'RegisterClient',
      'StartDeviceAuthorization',
      'CreateToken',
      'GetRoleCredentials',
      'Logout',
    ]) {
      expect([action, asked(action, from)]).toEqual([action, asked(action, 0)]);
    }
    scenario.calls();
  });

  test.each([
    ['refuse', 'AccessDeniedException'],
    ['nothing', 'ExpiredTokenException'],
  ] as const)('learn of a person who does %s', async (does, name) => {
    const { identityCenter, url } = scenario.sandbox;
    identityCenter.person.does = does;
    identityCenter.codeLifetime = 2;
    const { refusals } = (await signInBySdk(input(), { AWS_ENDPOINT_URL: url })) as { refusals: string[] };
    expect(refusals.at(-1)).toBe(name);
    scenario.calls();
  });
});

(HAS_AWS_CLI_2 ? describe : describe.skip)('version 2 of the AWS CLI', () => {
  const tls = selfSigned(HOSTS);
  let proxy: ForwardProxy;
  let env: Record<string, string>;
  let deviceCode: readonly string[];

  beforeEach(async () => {
    const { sandbox } = scenario;
    proxy = await ForwardProxy.start({ ...tls, to: () => sandbox.url });
    const { folder, home } = scenario.job();
    mkdirSync(join(home, '.aws'));
    writeFileSync(join(folder, 'proxy-ca.pem'), tls.cert);
    writeFileSync(
      join(home, '.aws/config'),
      `[profile admin]
sso_start_url = ${sandbox.identityCenter.startUrl}
sso_region = ${CENTER}
sso_account_id = ${ACCOUNT}
sso_role_name = Admin
region = ${REGION}
`,
    );
    env = { HOME: home, HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: join(folder, 'proxy-ca.pem'), AWS_PROFILE: 'admin' };
    // Since 2.22, it has another way to sign in, which needs a browser on the same machine.
    const { stdout } = await aws2(['--version'], env);
    const [, minor = 0] = (/aws-cli\/2\.(\d+)/.exec(stdout) ?? []).map(Number);
    deviceCode = minor >= 22 ? ['--use-device-code'] : [];
  });
  afterEach(() => {
    proxy.close();
  });

  test('signs in at the local IAM Identity Center, and out, as the action does', async () => {
    const { sandbox } = scenario;
    sandbox.identityCenter.person.takesMs = 2_500;
    const login = await aws2(['sso', 'login', '--no-browser', ...deviceCode], env);
    expect(login.stderr + login.stdout).toContain(
      `Successfully logged into Start URL: ${sandbox.identityCenter.startUrl}`,
    );
    const calls = scenario.calls();
    expect(calls.slice(0, 3)).toEqual([
      'RegisterClient',
      'StartDeviceAuthorization',
      'CreateToken AuthorizationPendingException',
    ]);
    expect(calls.at(-1)).toBe('CreateToken');
    const who = await aws2(['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'], env);
    expect(who.stdout.trim()).toMatch(PERSON);
    expect(scenario.calls()).toEqual(['GetRoleCredentials', 'GetCallerIdentity']);
    expect((await aws2(['sso', 'logout'], env)).exitCode).toBe(0);
    expect(scenario.calls()).toEqual(['Logout']);
    expect(sandbox.identityCenter.signedIn.size).toBe(0);

    const from = sandbox.requests.length;
    const job = signInJob();
    const main = await signIn(job);
    expect(main.outputs['authenticated-arn']).toBe(who.stdout.trim());
    await job.finish();
    for (const action of ['StartDeviceAuthorization', 'CreateToken', 'GetRoleCredentials', 'Logout']) {
      const { type, ...others } = asked(action, 0);
      // It says the type of a body also where there is none.
      expect([action, asked(action, from)]).toEqual([action, expect.objectContaining(others)]);
      expect(type === undefined || type === 'application/json').toBe(true);
    }
    scenario.calls();
  });

  test.each([
    ['refuse', /AccessDeniedException/],
    ['nothing', /expired/i],
  ] as const)('learns of a person who does %s', async (does, words) => {
    const { identityCenter } = scenario.sandbox;
    identityCenter.person.does = does;
    identityCenter.codeLifetime = 3;
    const login = await aws2(['sso', 'login', '--no-browser', ...deviceCode], env);
    expect(login.exitCode).not.toBe(0);
    expect(login.stderr).toMatch(words);
    scenario.calls();
  });

  test('learns which roles there are, and that another is not', async () => {
    const login = await aws2(['sso', 'login', '--no-browser', ...deviceCode], env);
    expect(login.exitCode).toBe(0);
    const [token = ''] = scenario.sandbox.identityCenter.signedIn.keys();
    const list = async (command: string, ...more: string[]) =>
      aws2(['sso', command, '--access-token', token, '--region', CENTER, '--output', 'json', ...more], env);
    expect(JSON.parse((await list('list-accounts')).stdout)).toMatchObject({ accountList: [{ accountId: ACCOUNT }] });
    const roles = await list('list-account-roles', '--account-id', ACCOUNT);
    expect(JSON.parse(roles.stdout)).toMatchObject({ roleList: [{ roleName: 'Admin', accountId: ACCOUNT }] });
    const other = await list('get-role-credentials', '--account-id', ACCOUNT, '--role-name', 'Other');
    expect(other.stderr).toContain('(ForbiddenException) when calling the GetRoleCredentials operation: No access');
    scenario.calls();
  });
});
