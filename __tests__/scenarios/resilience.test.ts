import { KEY_INPUTS, REGION, ROLE, Scenario, expectFailed } from './scenario';

let scenario: Scenario;
beforeEach(async () => (scenario = await Scenario.start()));
afterEach(() => scenario.end());

const inputs = { 'aws-region': REGION, 'role-to-assume': ROLE };
const WEB_IDENTITY = 'AssumeRoleWithWebIdentity';

describe('what can succeed is tried again', () => {
  test.each([
    [
      'a throttled call',
      { error: { status: 400, code: 'Throttling', message: 'Rate exceeded' } },
      `${WEB_IDENTITY} Throttling`,
    ],
    [
      'a service that is not available',
      { error: { status: 503, code: 'ServiceUnavailable', message: 'Service Unavailable' } },
      `${WEB_IDENTITY} ServiceUnavailable`,
    ],
    [
      'an identity provider that AWS did not reach',
      { error: { status: 400, code: 'IDPCommunicationError', message: 'IDP did not answer' } },
      `${WEB_IDENTITY} IDPCommunicationError`,
    ],
    [
      'the keys of an identity provider that AWS could not fetch',
      {
        error: {
          status: 400,
          code: 'InvalidIdentityToken',
          message:
            "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity " +
            'documentation for requirements',
        },
      },
      `${WEB_IDENTITY} InvalidIdentityToken`,
    ],
    ['a connection that breaks', { reset: true as const }, WEB_IDENTITY],
    ['an answer that is lost', { resetAfter: true as const }, WEB_IDENTITY],
    [
      'a gateway that is down',
      { raw: { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>502</h1>' } },
      WEB_IDENTITY,
    ],
  ])('%s', async (_, fault, failed) => {
    scenario.createOidcRole();
    scenario.sandbox.faults.add({ action: WEB_IDENTITY, times: 1, ...fault });
    const main = await scenario.job({ oidc: true }).step({ with: inputs });
    expect(main.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(['id-token', failed, WEB_IDENTITY]);
    expect(main.log.join('\n')).toMatch(/AssumeRoleWithWebIdentity: .*Attempt 2 of 12 in \d/);
  });

  test('also at GitHub', async () => {
    scenario.createOidcRole();
    scenario.sandbox.faults.add({ service: 'github', times: 2, raw: { status: 503, headers: {}, body: 'busy' } });
    const main = await scenario.job({ oidc: true }).step({ with: inputs });
    expect(main.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(['id-token', 'id-token', 'id-token', WEB_IDENTITY]);
  });

  test('also where an answer breaks off, of GitHub or of AWS', async () => {
    scenario.createOidcRole();
    scenario.sandbox.faults.add({ service: 'github', times: 1, resetBody: true });
    scenario.sandbox.faults.add({ action: WEB_IDENTITY, times: 1, resetBody: true });
    const main = await scenario.job({ oidc: true }).step({ with: inputs });
    expect(main.exitCode).toBe(0);
    expect(scenario.calls()).toEqual(['id-token', 'id-token', WEB_IDENTITY, WEB_IDENTITY]);
    expect(main.log.join('\n')).toMatch(/AssumeRoleWithWebIdentity: aborted\. Attempt 2 of 12 in \d/);
  });

  test('and one that always breaks off is reported as such', async () => {
    scenario.createOidcRole();
    scenario.sandbox.faults.add({ action: WEB_IDENTITY, resetBody: true });
    const main = await scenario.job({ oidc: true }).step({ with: { ...inputs, 'retry-max-attempts': '2' } });
    expectFailed(main, 'connection-failed');
    expect(main.log.join('\n')).not.toContain('Deserialization');
    expect(scenario.calls()).toEqual(['id-token', WEB_IDENTITY, WEB_IDENTITY]);
  });

  test.each([
    ['a connection that breaks', { action: WEB_IDENTITY, reset: true as const }, 'connection-failed'],
    ['at GitHub', { service: 'github' as const, reset: true as const }, 'connection-failed'],
    [
      'an identity provider',
      { action: WEB_IDENTITY, error: { status: 400, code: 'IDPCommunicationError', message: 'No answer' } },
      'identity-provider-unreachable',
    ],
    [
      'throttling',
      { action: WEB_IDENTITY, error: { status: 400, code: 'Throttling', message: 'Rate exceeded' } },
      'throttled',
    ],
  ] as const)('what is said of one attempt is true of it: %s', async (_, fault, code) => {
    scenario.createOidcRole();
    scenario.sandbox.faults.add(fault);
    const main = await scenario.job({ oidc: true }).step({ with: { ...inputs, 'disable-retry': 'true' } });
    expectFailed(main, code);
    expect(scenario.calls().join()).not.toMatch(/,.*,/);
    expect(main.log.join('\n')).not.toMatch(/(asked|tried) again|twice|more attempts|raise/);
  });

  test('but not with disable-retry, and not more often than retry-max-attempts', async () => {
    scenario.createOidcRole();
    scenario.sandbox.faults.add({ action: WEB_IDENTITY, reset: true });
    const once = await scenario.job({ oidc: true }).step({ with: { ...inputs, 'disable-retry': 'true' } });
    expect(once.exitCode).toBe(1);
    expectFailed(once, 'connection-failed');
    expect(scenario.calls()).toEqual(['id-token', WEB_IDENTITY]);
    const thrice = await scenario.job({ oidc: true }).step({ with: { ...inputs, 'retry-max-attempts': '3' } });
    expect(thrice.exitCode).toBe(1);
    expect(scenario.calls()).toEqual(['id-token', WEB_IDENTITY, WEB_IDENTITY, WEB_IDENTITY]);
  });
});

test.each([
  ['HTML', '<html><h1>Bad Gateway</h1></html>', { 'content-type': 'text/html' }],
  ['XML', '<?xml version="1.0"?><error>busy</error>', { 'content-type': 'text/xml' }],
  ['JSON', '{"message": "busy"}', { 'content-type': 'application/json' }],
  ['nothing', '', {}],
])('the log has the status of a page that is not from AWS or GitHub: %s', async (_, body, headers) => {
  scenario.createOidcRole();
  const page = { times: 1, raw: { status: 502, headers, body } };
  scenario.sandbox.faults.add({ action: 'id-token', ...page });
  scenario.sandbox.faults.add({ action: WEB_IDENTITY, ...page });
  const { log } = await scenario.job({ oidc: true }).step({ with: inputs });
  expect(log.filter((line) => line.includes('Attempt'))).toEqual([
    expect.stringMatching(/^GitHub's OIDC token: HTTP 502(: busy)?\. Attempt 2 of 12 in /),
    expect.stringMatching(/^AssumeRoleWithWebIdentity: HTTP 502\. Attempt 2 of 12 in /),
  ]);
  expect(scenario.calls()).toEqual(['id-token', 'id-token', WEB_IDENTITY, WEB_IDENTITY]);
});

describe('what an answer asks to wait is waited for', () => {
  const busy = { status: 400, code: 'Throttling', message: 'Rate exceeded' };

  test.each([
    ['of STS', 'AssumeRole', busy, { 'retry-after': '45' }],
    ['of STS, in milliseconds', 'AssumeRole', busy, { 'x-amz-retry-after': '45000' }],
    [
      'of STS that is not available',
      'AssumeRole',
      { ...busy, status: 503, code: 'ServiceUnavailable' },
      { 'retry-after': '45' },
    ],
    ['of IAM', 'ListMFADevices', busy, { 'retry-after': '45' }],
    ['of GitHub', 'id-token', { ...busy, status: 429 }, { 'retry-after': '45' }],
    ['of GitHub, with 403', 'id-token', { ...busy, status: 403 }, { 'retry-after': '45' }],
  ])('%s', async (_, action, error, headers) => {
    const { user } = scenario.createUserAndRole();
    scenario.createOidcRole('by-oidc');
    const { uri } = user.createMfaDevice('ci', {});
    scenario.sandbox.faults.add({ action, times: 1, error: { ...error, headers } });
    const oidc = action === 'id-token';
    const given = oidc ? { 'role-to-assume': ROLE.replace('deploy', 'by-oidc') } : KEY_INPUTS;
    const main = await scenario.job({ oidc, env: { AWS_ENDPOINT_URL_IAM: scenario.sandbox.url } }).step({
      with: { ...inputs, ...given, ...(action === 'ListMFADevices' && { 'mfa-secret': uri }) },
    });
    expect(main.log.join('\n')).toMatch(/Attempt 2 of 12 in 4[5-9]\.\d s, as the answer asks for 45 s\./);
    expect(scenario.calls().filter((call) => call.startsWith(action))).toHaveLength(2);
  });

  test('not longer than five minutes, and then the error says so', async () => {
    scenario.createUserAndRole();
    scenario.sandbox.faults.rateLimit({ service: 'sts', perSecond: 1, burst: 0, retryAfter: 3_600 });
    const main = await scenario.job().step({ with: { ...inputs, ...KEY_INPUTS } });
    expectFailed(main, 'throttled');
    expect(main.log.join('\n')).toContain('AWS asks to wait 60 minutes');
    expect(scenario.calls()).toEqual(['AssumeRole Throttling']);
  });
});

test('throttling is waited for longer than a minute, and less than two', async () => {
  scenario.createUserAndRole();
  scenario.sandbox.faults.add({
    action: 'AssumeRole',
    error: { status: 400, code: 'Throttling', message: 'Rate exceeded' },
  });
  const main = await scenario.job().step({ with: { ...inputs, ...KEY_INPUTS, 'retry-max-attempts': '99' } });
  expectFailed(main, 'throttled');
  const waits = [...main.log.join('\n').matchAll(/in (\d+\.\d) s/g)].map(([, seconds]) => Number(seconds));
  const waited = waits.reduce((total, wait) => total + wait, 0);
  expect(waited).toBeGreaterThan(80);
  expect(waited).toBeLessThanOrEqual(121);
  scenario.calls();
});

test('a refusal of GitHub is not tried again', async () => {
  const main = await scenario
    .job({ oidc: true, env: { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'not-it' } })
    .step({ with: inputs });
  expect(main.exitCode).toBe(1);
  expectFailed(main, 'id-token-refused');
  expect(scenario.calls()).toHaveLength(1);
});

describe('a service that takes the connection and never answers', () => {
  // As documented: at most 25 s, whatever action-timeout-s is.
  const BOUND_MS = 25_000;

  // Concurrently, as each waits for the bound.
  test('ends the step with an error that says so', async () => {
    const cases = [
      { fault: { action: WEB_IDENTITY, hang: true as const }, calls: ['id-token', WEB_IDENTITY, WEB_IDENTITY] },
      { fault: { action: WEB_IDENTITY, hangBody: true as const }, calls: ['id-token', WEB_IDENTITY, WEB_IDENTITY] },
      { fault: { service: 'github' as const, hang: true as const }, calls: ['id-token', 'id-token'] },
    ];
    await Promise.all(
      cases.map(async ({ fault, calls }) => {
        const own = await Scenario.start();
        own.createOidcRole();
        own.sandbox.faults.add(fault);
        const main = await own.job({ oidc: true }).step({ with: { ...inputs, 'action-timeout-s': '300' } });
        expectFailed(main, 'no-answer');
        expect(main.log.join('\n')).toContain('no answer within 10 s');
        own.expectWithin(BOUND_MS, main);
        expect(own.calls()).toEqual(calls);
        await own.end();
      }),
    );
  });
});

test('action-timeout-s ends a step that takes longer, and hides no error that comes before', async () => {
  scenario.createOidcRole();
  scenario.sandbox.faults.add({ action: WEB_IDENTITY, times: 1, hang: true });
  const late = await scenario.job({ oidc: true }).step({ with: { ...inputs, 'action-timeout-s': '5' } });
  expect(late.exitCode).toBe(1);
  expectFailed(late, 'action-timeout');
  scenario.expectWithin(6000, late);

  const refused = await scenario
    .job({ oidc: true })
    .step({ with: { ...inputs, 'role-to-assume': `${ROLE}-2`, 'action-timeout-s': '30' } });
  expectFailed(refused, 'web-identity-refused');
  scenario.expectWithin(3000, refused);
  expect(scenario.calls()).toEqual(['id-token', WEB_IDENTITY, 'id-token', `${WEB_IDENTITY} AccessDenied`]);
});

test('an answer from something in the place of AWS is reported as such', async () => {
  scenario.createUserAndRole();
  scenario.sandbox.faults.add({
    action: 'AssumeRole',
    times: 1,
    raw: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Log in to the network</html>' },
  });
  const main = await scenario.job().step({ with: { ...inputs, ...KEY_INPUTS } });
  expect(main.exitCode).toBe(1);
  expectFailed(main, 'unusual-answer');
  expect(scenario.calls()).toEqual(['AssumeRole']);
});

test('an endpoint at which nothing listens is reported as such', async () => {
  const main = await scenario.job({ oidc: true }).step({ with: { ...inputs, 'sts-endpoint': 'http://127.0.0.1:9' } });
  expect(main.exitCode).toBe(1);
  expectFailed(main, 'connection-failed');
  expect(scenario.calls()).toEqual(['id-token']);
});

test('40 jobs at once against an STS that serves 8 requests a second are all served, with 3 calls each at the most', async () => {
  scenario.createOidcRole();
  scenario.sandbox.faults.rateLimit({ service: 'sts', perSecond: 8 });
  const jobs = Array.from({ length: 40 }, () => scenario.job({ oidc: true }));
  const mains = await Promise.all(jobs.map((job) => job.step({ with: inputs })));
  expect(mains.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
  const calls = scenario.calls();
  expect(calls.filter((call) => call === WEB_IDENTITY)).toHaveLength(40);
  expect(calls.filter((call) => call.startsWith(WEB_IDENTITY)).length / 40).toBeLessThanOrEqual(3);
});
