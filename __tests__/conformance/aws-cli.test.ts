import { EXAMPLE_KEYS, KEY_INPUTS, REGION, ROLE, Scenario } from '../scenarios/scenario';
import { aws } from './aws-cli';

let scenario: Scenario;
beforeEach(async () => (scenario = await Scenario.start()));
afterEach(() => scenario.end());

/** What every `aws` command of a test needs to reach the local AWS, and no credentials of this machine. */
const endpoint = () => ({
  AWS_ENDPOINT_URL: scenario.sandbox.url,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_DEFAULT_REGION: REGION,
  HOME: '/nonexistent',
});
const keys = { AWS_ACCESS_KEY_ID: EXAMPLE_KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: EXAMPLE_KEYS.secretAccessKey };
const json = ({ stdout, stderr }: { stdout: string; stderr: string }) => {
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Record<string, unknown>;
};

test('the local AWS answers the real aws command, refusals included', async () => {
  const { user } = scenario.createUserAndRole();
  const env = { ...endpoint(), ...keys };
  expect(json(await aws(['sts', 'get-caller-identity'], env))).toMatchObject({ Arn: user.arn });
  const assume = ['sts', 'assume-role', '--role-session-name', 'cli', '--role-arn'];
  expect(json(await aws([...assume, ROLE], env))).toMatchObject({
    AssumedRoleUser: { Arn: expect.stringMatching(/assumed-role\/deploy\/cli$/) as string },
  });
  const refused = await aws([...assume, `${ROLE}-2`], env);
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toContain('An error occurred (AccessDenied) when calling the AssumeRole operation: User: ');
  const wrong = await aws(['sts', 'get-caller-identity'], { ...env, AWS_SECRET_ACCESS_KEY: 'wrong/EXAMPLEKEY' });
  expect(wrong.stderr).toContain('(SignatureDoesNotMatch)');
  expect(scenario.calls()).toEqual([
    'GetCallerIdentity',
    'AssumeRole',
    'AssumeRole AccessDenied',
    'GetCallerIdentity SignatureDoesNotMatch',
  ]);
});

test('the aws command uses what assume-role exported, and what it wrote to a profile', async () => {
  scenario.createOidcRole();
  const job = scenario.job({ oidc: true });
  const inputs = { 'aws-region': REGION, 'role-to-assume': ROLE };
  await job.step({ with: inputs });
  await job.step({
    with: { ...inputs, 'aws-profile': 'deploy', 'role-session-name': 'profile', 'profile-output': 'text' },
  });
  const exported = await aws(['sts', 'get-caller-identity'], { ...job.env, ...endpoint() });
  expect(json(exported)).toMatchObject({
    Arn: expect.stringMatching(/assumed-role\/deploy\/GitHubActions$/) as string,
  });
  const profile = await aws(['sts', 'get-caller-identity', '--profile', 'deploy'], { ...endpoint(), HOME: job.home });
  expect(profile.stdout).toMatch(/assumed-role\/deploy\/profile/);
  expect(profile.stdout).not.toContain('{');
  await job.finish();
  const after = await aws(['sts', 'get-caller-identity', '--profile', 'deploy'], { ...endpoint(), HOME: job.home });
  expect(after.stderr).toContain('The config profile (deploy) could not be found');
  scenario.calls();
});

test('runbook 3: aws s3 ls is refused before MFA, and allowed with the profile of the session', async () => {
  const statements = [
    { Effect: 'Allow' as const, Action: ['s3:ListAllMyBuckets', 'iam:ListMFADevices'], Resource: '*' },
    {
      Effect: 'Deny' as const,
      NotAction: ['sts:GetSessionToken', 'iam:ListMFADevices'],
      Resource: '*',
      Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
    },
  ];
  const user = scenario.account.createUser('mona', { policies: [{ Version: '2012-10-17', Statement: statements }] });
  user.createAccessKey(EXAMPLE_KEYS);
  const device = user.createMfaDevice('mona', {});
  scenario.account.buckets.add('reports');

  const before = await aws(['s3', 'ls'], { ...endpoint(), ...keys });
  expect(before.stderr).toContain(
    'An error occurred (AccessDenied) when calling the ListBuckets operation: Access Denied',
  );

  const job = scenario.job({ env: { AWS_ENDPOINT_URL_IAM: scenario.sandbox.url } });
  const main = await job.step({
    with: {
      'aws-region': REGION,
      ...KEY_INPUTS,
      'mfa-secret': device.seed,
      'role-duration-seconds': '900',
      'aws-profile': 'mfa',
      'profile-output': 'json',
    },
  });
  expect(main.log.join('\n')).toContain('user/mona');
  const after = await aws(['s3', 'ls'], { ...endpoint(), HOME: job.home, AWS_DEFAULT_PROFILE: 'mfa' });
  expect(after).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('reports') as string });
  await job.finish();
  expect(scenario.calls().sort()).toEqual([
    'GetCallerIdentity',
    'GetSessionToken',
    'ListBuckets',
    'ListBuckets AccessDenied',
    'ListMFADevices',
  ]);
});
