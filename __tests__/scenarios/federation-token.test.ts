import { ACCOUNT, EXAMPLE_KEYS, KEY_INPUTS, REGION, Scenario, expectFailed } from './scenario';

let scenario: Scenario;
beforeEach(async () => (scenario = await Scenario.start()));
afterEach(() => scenario.end());

const inputs = { 'aws-region': REGION, ...KEY_INPUTS, 'federated-user-name': 'report' };
const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}';

function createUser(...Action: string[]): void {
  const policies =
    Action.length === 0
      ? []
      : [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow' as const, Action, Resource: '*' }] }];
  scenario.account.createUser('ci', { policies }).createAccessKey(EXAMPLE_KEYS);
}

test('a federated session, with policies, tags and duration', async () => {
  createUser('sts:GetFederationToken', 'sts:TagSession');
  const job = scenario.job();
  const main = await job.step({
    with: {
      ...inputs,
      'inline-session-policy': policy,
      'managed-session-policies': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
      'custom-tags': '{"team":"platform"}',
      'role-duration-seconds': '129600',
    },
  });
  expect(main.exitCode).toBe(0);
  expect(scenario.sandbox.requests[0]?.params).toMatchObject({
    Action: 'GetFederationToken',
    Name: 'report',
    Policy: policy,
    'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    'Tags.member.1.Key': 'team',
    'Tags.member.1.Value': 'platform',
    DurationSeconds: '129600',
  });
  expect(scenario.calls()).toEqual(['GetFederationToken']);
  expect(main.outputs).toMatchObject({
    mode: 'federation-token',
    'authenticated-arn': `arn:aws:sts::${ACCOUNT}:federated-user/report`,
    'aws-account-id': ACCOUNT,
  });
  expect(main.exported.AWS_ACCESS_KEY_ID).toMatch(/^ASIA/);
  expect(main.log.join('\n')).not.toContain('Warning');
  await job.finish();
  expect(job.env.AWS_ACCESS_KEY_ID).toBe('');
});

test('without a session policy it warns that the session can do nothing', async () => {
  createUser('sts:GetFederationToken');
  const main = await scenario.job().step({ with: inputs });
  expect(main.exitCode).toBe(0);
  expect(main.log.join('\n')).toMatch(/Warning: Without a session policy a federated session may do nothing/);
  expect(scenario.sandbox.requests[0]?.params).not.toHaveProperty('DurationSeconds');
  expect(scenario.calls()).toEqual(['GetFederationToken']);
});

test('a user who may not', async () => {
  createUser();
  const main = await scenario.job().step({ with: { ...inputs, 'inline-session-policy': policy } });
  expectFailed(main, 'federation-refused');
  expect(scenario.calls()).toEqual(['GetFederationToken AccessDenied']);
});

test('a user who may not tag', async () => {
  createUser('sts:GetFederationToken');
  const main = await scenario
    .job()
    .step({ with: { ...inputs, 'inline-session-policy': policy, 'custom-tags': '{"a":"b"}' } });
  expectFailed(main, 'session-tagging-refused');
  expect(scenario.calls()).toEqual(['GetFederationToken AccessDenied']);
});

test('what a federated session cannot call is in the error where it bites', async () => {
  createUser('sts:GetFederationToken', 'sts:AssumeRole');
  const job = scenario.job();
  await job.step({ with: { ...inputs, 'managed-session-policies': 'arn:aws:iam::aws:policy/AdministratorAccess' } });
  const main = await job.step({
    with: { 'aws-region': REGION, 'role-to-assume': `arn:aws:iam::${ACCOUNT}:role/deploy`, 'role-chaining': 'true' },
  });
  expect(main.exitCode).toBe(1);
  expect(main.log.join('\n')).toMatch(
    /a federated one calls nothing of STS but GetCallerIdentity[^]*#temporary-source/,
  );
  expect(scenario.calls()).toEqual(['GetFederationToken', 'AssumeRole AccessDenied']);
});

test.each([
  [{ 'federated-user-name': 'x' }, 'federated-user-name: "x" is not 2 to 32'],
  [{ 'federated-user-name': 'a'.repeat(33) }, 'is not 2 to 32'],
  [{ mode: 'federation-token', 'federated-user-name': '' }, 'federated-user-name: is missing'],
  [{ 'role-to-assume': `arn:aws:iam::${ACCOUNT}:role/deploy` }, 'is for federation-token, and the mode is assume-role'],
  [
    { 'mfa-code': '123456' },
    'mfa-code: is for assume-role, session-token, verify, provision, rotate and deprovision, and the mode is federation-token',
  ],
])('%j never reaches AWS', async (extra, message) => {
  const main = await scenario.job().step({ with: { ...inputs, ...(extra as Record<string, string>) } });
  expect(main.exitCode).toBe(1);
  expect(main.log.join('\n')).toContain(message);
  expect(scenario.calls()).toEqual([]);
});
