import { writeFileSync } from 'node:fs';
import { list } from '../../sandbox/policy/document';
import { ACCOUNT, ISSUER, REGION, ROLE, Scenario, expectFailed } from './scenario';

let scenario: Scenario;
beforeEach(async () => (scenario = await Scenario.start()));
afterEach(() => scenario.end());

const inputs = { 'aws-region': REGION, 'role-to-assume': ROLE };
const OIDC_CALLS = ['id-token', 'AssumeRoleWithWebIdentity'];

test('a role is assumed with two calls, and its credentials are handed to later steps', async () => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true });

  const main = await job.step({ with: inputs });

  expect(main).toMatchObject({ exitCode: 0, stderr: '' });
  expect(scenario.calls()).toEqual(OIDC_CALLS);
  expect(main.exported).toEqual({
    AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/),
    AWS_SECRET_ACCESS_KEY: expect.stringMatching(/EXAMPLEKEY$/),
    AWS_SESSION_TOKEN: expect.any(String),
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
  });
  expect(main.outputs).toEqual({
    mode: 'assume-role',
    'aws-account-id': '123456789012',
    'authenticated-arn': 'arn:aws:sts::123456789012:assumed-role/deploy/GitHubActions',
    'role-arns': JSON.stringify({ deploy: ROLE }),
    profiles: '[]',
    'aws-expiration': expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  });
  expect(main.summary).toContain('assumed-role/deploy/GitHubActions');

  const [post] = await job.finish();
  expect(post).toMatchObject({ exitCode: 0, stderr: '' });
  expect(job.env).toMatchObject({
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_SESSION_TOKEN: '',
    AWS_REGION: '',
  });
});

test('the request carries what the inputs say, and nothing that a web identity cannot', async () => {
  scenario.createOidcRole('deploy', { maxSessionDuration: 7200 });
  const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}';
  const main = await scenario.job({ oidc: true }).step({
    with: {
      ...inputs,
      'role-duration-seconds': '7200',
      'role-session-name': 'release',
      'inline-session-policy': policy,
      'managed-session-policies':
        'arn:aws:iam::aws:policy/ReadOnlyAccess\n\narn:aws:iam::123456789012:policy/team/own\n',
      'custom-tags': '{"team":"platform"}',
      'role-external-id': 'partner',
    },
  });
  expect(main.exitCode).toBe(0);
  expect(scenario.calls()).toEqual(OIDC_CALLS);
  expect(scenario.sandbox.requests.at(-1)?.params).toEqual({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: ROLE,
    RoleSessionName: 'release',
    DurationSeconds: '7200',
    WebIdentityToken: expect.any(String),
    Policy: policy,
    'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    'PolicyArns.member.2.arn': 'arn:aws:iam::123456789012:policy/team/own',
  });
  expect(main.log.join('\n')).toMatch(/Warning: custom-tags .* not used/);
  expect(main.log.join('\n')).toMatch(/Warning: role-external-id is not used/);
});

describe('a refused web identity', () => {
  test.each([
    ['name', 'repo:octo/app:ref:refs/heads/main'],
    ['immutable', 'repo:octo@1/app@2:ref:refs/heads/main'],
  ] as const)('is reported with the token’s %s subject and both forms of the condition', async (subject, sub) => {
    scenario.createOidcRole('other');
    const job = scenario.job({ env: { ...scenario.sandbox.github.environment({ subject }) } });

    const main = await job.step({ with: inputs });

    expect(main.exitCode).toBe(1);
    expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity AccessDenied']);
    scenario.expectWithin(3000, main);
    const log = main.log.join('\n');
    expect(log).toContain(`Could not assume ${ROLE} with GitHub's OIDC token.`);
    expect(log).toContain('AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity');
    expect(log).toContain(`sub: ${sub}\n`);
    expect(log).toContain('aud: sts.amazonaws.com\n');
    expect(log).toContain('"repo:octo/app:ref:refs/heads/main"');
    expect(log).toContain('"repo:octo@1/app@2:ref:refs/heads/main"');
    expectFailed(main, 'web-identity-refused');
    expect(main.summary).toContain('**Fix:** ');
  });

  test('never shows the token', async () => {
    scenario.account.createOidcProvider({
      url: 'https://token.actions.githubusercontent.com',
      clientIds: ['sts.amazonaws.com'],
    });
    const main = await scenario.job({ oidc: true }).step({ with: inputs });
    scenario.calls();
    const token = scenario.sandbox.requests.at(-1)?.params.WebIdentityToken ?? '';
    const printed = main.lines.filter(({ command }) => command?.name !== 'add-mask').map(({ raw }) => raw);
    expect(token).not.toBe('');
    expect([...printed, main.summary].join('\n')).not.toContain(token);
  });
});

test('what the job has for others, and the step does not use, is not masked', async () => {
  scenario.createOidcRole();
  const env = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_SESSION_TOKEN: 'somebody else’s' };
  const main = await scenario.job({ oidc: true, env }).step({ with: inputs });
  expect(main.exitCode).toBe(0);
  const masked = main.lines.filter(({ command }) => command?.name === 'add-mask').map(({ command }) => command?.value);
  expect(masked).toEqual(
    expect.arrayContaining([main.exported.AWS_SECRET_ACCESS_KEY, main.exported.AWS_SESSION_TOKEN]),
  );
  for (const value of Object.values(env)) expect(masked).not.toContain(value);
  expect(scenario.calls()).toEqual(OIDC_CALLS);
});

test('an expired token is fetched again, once', async () => {
  scenario.createOidcRole();
  scenario.sandbox.faults.add({
    action: 'AssumeRoleWithWebIdentity',
    times: 1,
    error: {
      status: 400,
      code: 'ExpiredTokenException',
      message: 'Token expired: current date/time 2 must be before the expiration date/time 1',
    },
  });
  const main = await scenario.job({ oidc: true }).step({ with: inputs });
  expect(main.exitCode).toBe(0);
  expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity ExpiredTokenException', ...OIDC_CALLS]);
});

test.each([
  ['identity-provider-missing', 'sts.amazonaws.com', false],
  ['incorrect-audience', 'https://example.com', true],
] as const)('%s is recognised', async (code, audience, provider) => {
  if (provider) scenario.createOidcRole();
  const main = await scenario.job({ oidc: true }).step({ with: { ...inputs, audience } });
  expect(main.exitCode).toBe(1);
  expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity InvalidIdentityToken']);
  expectFailed(main, code);
});

test('the role may come from the variable that the compatible action reads, and an input wins', async () => {
  scenario.createOidcRole();
  const job = scenario.job({
    oidc: true,
    env: { AWS_REGION: REGION, ROLE_TO_ASSUME: ROLE, ROLE_SESSION_NAME: 'from-variable' },
  });
  const main = await job.step({ with: { 'role-session-name': 'from-input' } });
  expect(main.outputs['authenticated-arn']).toMatch(/\/from-input$/);
  expect(scenario.calls()).toEqual(OIDC_CALLS);
});

test('a region in China has its own audience and its own partition', async () => {
  const partner = scenario.sandbox.account('210987654321', { partition: 'aws-cn' });
  partner.createOidcProvider({
    url: 'https://token.actions.githubusercontent.com',
    clientIds: ['sts.amazonaws.com.cn'],
  });
  const arn = 'arn:aws-cn:iam::210987654321:role/deploy';
  const main = await scenario.job({ oidc: true }).step({ with: { 'aws-region': 'cn-north-1', 'role-to-assume': arn } });
  const [idToken] = scenario.sandbox.requests;
  expect(idToken?.params.audience).toBe('sts.amazonaws.com.cn');
  expect(main.log.join('\n')).toContain('aud: sts.amazonaws.com.cn');
  expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity AccessDenied']);
});

describe('an audience that the identity provider does not list', () => {
  const CN_ROLE = 'arn:aws-cn:iam::210987654321:role/deploy';
  const REFUSED = ['id-token', 'AssumeRoleWithWebIdentity InvalidIdentityToken'];
  const inChina = { 'aws-region': 'cn-north-1', 'role-to-assume': CN_ROLE };

  /** A role in China, and a provider there that lists these audiences. */
  function createRoleInChina(clientIds: string[]): void {
    const partner = scenario.sandbox.account('210987654321', { partition: 'aws-cn' });
    const provider = partner.createOidcProvider({ url: ISSUER, clientIds });
    const Condition = {
      StringEquals: { 'token.actions.githubusercontent.com:sub': 'repo:octo/app:ref:refs/heads/main' },
    };
    const Action = 'sts:AssumeRoleWithWebIdentity';
    partner.createRole('deploy', {
      trust: { Statement: { Effect: 'Allow', Action, Principal: { Federated: provider.arn }, Condition } },
    });
  }

  test('gives way to the other usual one where none is given', async () => {
    createRoleInChina(['sts.amazonaws.com']);
    const main = await scenario.job({ oidc: true }).step({ with: inChina });
    expect(main.exitCode).toBe(0);
    expect(main.outputs['authenticated-arn']).toContain('arn:aws-cn:sts::210987654321:assumed-role/deploy/');
    expect(main.log.join('\n')).toContain(
      'for the audience sts.amazonaws.com, as AWS did not accept sts.amazonaws.com.cn. The input audience saves the first try.',
    );
    expect(scenario.calls()).toEqual([...REFUSED, ...OIDC_CALLS]);
  });

  test('gives way outside China, too, and for all roles once', async () => {
    scenario.createOidcRole();
    scenario.createOidcRole('other');
    const provider = scenario.account.oidcProviders.get(ISSUER);
    if (provider) provider.clientIds = ['sts.amazonaws.com.cn'];
    for (const { trust } of scenario.account.roles.values()) {
      for (const { Condition } of list(trust.Statement)) {
        Object.assign(Condition?.StringEquals ?? {}, {
          'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com.cn',
        });
      }
    }
    const roles = `a: ${ROLE}\nb: arn:aws:iam::${ACCOUNT}:role/other`;
    const main = await scenario.job({ oidc: true }).step({ with: { 'aws-region': REGION, roles } });
    expect(main.exitCode).toBe(0);
    const calls = scenario.calls();
    expect(calls.filter((call) => call === 'id-token')).toHaveLength(2);
    expect(calls.filter((call) => call.startsWith('AssumeRoleWithWebIdentity'))).toHaveLength(4);
  });

  describe("where the other one fails, too, the first is reported: it is the partition's own", () => {
    test('the provider lists neither', async () => {
      scenario.createOidcRole();
      const provider = scenario.account.oidcProviders.get(ISSUER);
      if (provider) provider.clientIds = ['mine'];
      const main = await scenario.job({ oidc: true }).step({ with: inputs });
      expectFailed(main, 'incorrect-audience');
      const log = main.log.join('\n');
      expect(log).toContain("does not list the token's audience, sts.amazonaws.com. ");
      expect(log).toContain('Fix: Add the audience sts.amazonaws.com to ');
      expect(log).toContain(
        "Tried as well with GitHub's OIDC token for the audience sts.amazonaws.com.cn, as AWS did not accept sts.amazonaws.com: InvalidIdentityToken: Incorrect",
      );
      expect(scenario.calls()).toEqual([...REFUSED, ...REFUSED]);
    });

    test('in China', async () => {
      createRoleInChina(['mine']);
      const main = await scenario.job({ oidc: true }).step({ with: inChina });
      expectFailed(main, 'incorrect-audience');
      expect(main.log.join('\n')).toContain('Fix: Add the audience sts.amazonaws.com.cn to ');
      expect(scenario.calls()).toEqual([...REFUSED, ...REFUSED]);
    });

    test('the trust policy refuses the other', async () => {
      scenario.createOidcRole();
      const provider = scenario.account.oidcProviders.get(ISSUER);
      if (provider) provider.clientIds = ['sts.amazonaws.com.cn'];
      const main = await scenario.job({ oidc: true }).step({ with: inputs });
      expectFailed(main, 'incorrect-audience');
      const log = main.log.join('\n');
      expect(log).toContain('Fix: Add the audience sts.amazonaws.com to ');
      expect(log).toContain('"token.actions.githubusercontent.com:aud": "sts.amazonaws.com",');
      expect(log).toContain('as AWS did not accept sts.amazonaws.com: AccessDenied: Not authorized');
      expect(scenario.calls()).toEqual([...REFUSED, 'id-token', 'AssumeRoleWithWebIdentity AccessDenied']);
    });

    test('no token is to be had for the other', async () => {
      scenario.createOidcRole();
      const provider = scenario.account.oidcProviders.get(ISSUER);
      if (provider) provider.clientIds = ['mine'];
      scenario.sandbox.faults.add({ action: 'id-token', skip: 1, error: { status: 403, code: 'x', message: 'no' } });
      const main = await scenario.job({ oidc: true }).step({ with: inputs });
      expectFailed(main, 'incorrect-audience');
      expect(main.log.join('\n')).toContain('Tried as well with ');
      scenario.calls();
    });
  });
});

test('without the permission id-token: write the error says how to get it', async () => {
  const main = await scenario.job({ env: { GITHUB_EVENT_NAME: 'pull_request' } }).step({ with: inputs });
  expect(main.exitCode).toBe(1);
  const log = main.log.join('\n');
  expectFailed(main, 'id-token-permission-missing');
  expect(log).toContain('id-token: write');
  expect(log).toContain('forks');
  expect(scenario.calls()).toEqual([]);
});

test('a token file takes the place of GitHub’s token', async () => {
  scenario.createOidcRole();
  const job = scenario.job();
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } =
    scenario.sandbox.github.environment({});
  const answer = await fetch(`${url}&audience=sts.amazonaws.com`, { headers: { authorization: `Bearer ${bearer}` } });
  const { value } = (await answer.json()) as { value: string };
  writeFileSync(`${job.workspace}/token`, `${value}\n`);
  scenario.calls();

  const main = await job.step({ with: { ...inputs, 'web-identity-token-file': 'token' } });

  expect(main.exitCode).toBe(0);
  expect(scenario.calls()).toEqual(['AssumeRoleWithWebIdentity']);
  expect(main.lines.some(({ command }) => command?.name === 'add-mask' && command.value === value)).toBe(true);
});

describe('on a runner of Forgejo or Gitea', () => {
  const FORGE = { GITHUB_SERVER_URL: 'https://codeberg.org' };

  test.each(['FORGEJO_ACTIONS', 'GITEA_ACTIONS'])(
    'with %s, the token has the name of its own issuer',
    async (runner) => {
      scenario.createOidcRole();
      const main = await scenario.job({ oidc: true, env: { ...FORGE, [runner]: 'true' } }).step({ with: inputs });
      expect(main.log).toContain(`Assuming ${ROLE} with codeberg.org's OIDC token.`);
      expect(main.log.join('\n')).not.toContain("GitHub's");
      expect(scenario.calls()).toEqual(['id-token', 'AssumeRoleWithWebIdentity']);
    },
  );

  test.each([
    ['FORGEJO_ACTIONS', 'enable-openid-connect: true'],
    ['GITEA_ACTIONS', 'the permission id-token: write'],
  ])('with %s, a refused token is not explained by GitHub', async (runner, permission) => {
    const env = { ...FORGE, [runner]: 'true', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'not-it' };
    const main = await scenario.job({ oidc: true, env }).step({ with: inputs });
    expectFailed(main, 'id-token-refused');
    const log = main.log.join('\n');
    expect(log).toContain('Could not get an OIDC token from codeberg.org for the audience sts.amazonaws.com.');
    expect(log).toContain(
      `Check that the job has ${permission} and is still running; then see the status page of code`,
    );
    expect(`${log}${main.summary}`).not.toContain('GitHub');
    expect(scenario.calls()).toEqual(['id-token Unauthorized']);
  });

  test('a job that may not ask for one learns how it may', async () => {
    const main = await scenario.job({ env: { ...FORGE, FORGEJO_ACTIONS: 'true' } }).step({ with: inputs });
    expectFailed(main, 'id-token-permission-missing');
    const log = main.log.join('\n');
    expect(log).toContain("may not ask for codeberg.org's OIDC token");
    expect(log).toContain('it lacks enable-openid-connect: true.');
    expect(log).not.toContain('id-token: write');
  });

  test('where Gitea may have none, that is said', async () => {
    const main = await scenario.job({ env: { ...FORGE, GITEA_ACTIONS: 'true' } }).step({ with: inputs });
    expectFailed(main, 'id-token-permission-missing');
    expect(main.log.join('\n')).toContain(
      'it lacks the permission id-token: write, or this version of Gitea has no such tokens.',
    );
  });
});
