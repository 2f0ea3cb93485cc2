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

  test('and one that always breaks off is told as such', async () => {
    scenario.createOidcRole();
    scenario.sandbox.faults.add({ action: WEB_IDENTITY, resetBody: true });
    const main = await scenario.job({ oidc: true }).step({ with: { ...inputs, 'retry-max-attempts': '2' } });
    expectFailed(main, 'connection-failed');
    expect(main.log.join('\n')).not.toContain('Deserialization');
    expect(scenario.calls()).toEqual(['id-token', WEB_IDENTITY, WEB_IDENTITY]);
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
