import { aws } from '../conformance/aws-cli';
import { HAS_GO } from '../conformance/go';
import { expectFailed, KEY_INPUTS, REGION, Scenario, textOf } from '../scenarios/scenario';
import { arnOf, Seaweedfs } from './seaweedfs';

const IN_ROLE = { 'role-session-name': 'ci' };
/** The ARN of a session by a token has no account. The sandbox answers as this does. */
const BY_TOKEN = 'arn:aws:sts::assumed-role/deploy/ci';
const BY_KEYS = 'arn:aws:sts::123456789012:assumed-role/hub/ci';

(HAS_GO ? describe : describe.skip)(`SeaweedFS${HAS_GO ? '' : ', for which this machine has no Go'}`, () => {
  let scenario: Scenario;
  let seaweedfs: Seaweedfs;
  beforeAll(async () => {
    scenario = await Scenario.start({ asProcesses: true });
    seaweedfs = await Seaweedfs.start(`${scenario.sandbox.url}/.well-known/jwks`);
  });
  afterAll(async () => {
    await seaweedfs.stop();
    scenario.calls();
    await scenario.end();
  });

  const step = (inputs: Readonly<Record<string, string>>, oidc = false) => {
    const job = scenario.job({ oidc, env: { AWS_ENDPOINT_URL_STS: seaweedfs.url } });
    return job.step({ with: { 'aws-region': REGION, ...inputs } });
  };
  const whoIs = async ({ exported }: Awaited<ReturnType<typeof step>>) => {
    const env = { PATH: process.env.PATH ?? '', AWS_ENDPOINT_URL: seaweedfs.url, ...exported };
    const { stdout } = await aws(['sts', 'get-caller-identity', '--output', 'json'], env);
    return JSON.parse(stdout) as unknown;
  };

  test("a role by GitHub's OIDC token", async () => {
    const main = await step(
      { ...IN_ROLE, 'role-to-assume': arnOf('deploy'), 'allowed-account-ids': '123456789012' },
      true,
    );
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(main.outputs).toMatchObject({
      'aws-account-id': '123456789012',
      'authenticated-arn': BY_TOKEN,
    });
    expect(await whoIs(main)).toMatchObject({ Account: '123456789012', Arn: BY_TOKEN });
  });

  test('a role that does not trust the token', async () => {
    const main = await step({ ...IN_ROLE, 'role-to-assume': arnOf('release') }, true);
    expectFailed(main, 'web-identity-refused');
    expect(textOf(main)).toContain('repo:octo/app:ref:refs/heads/main');
  });

  test('a role by keys', async () => {
    const main = await step({ ...IN_ROLE, 'role-to-assume': arnOf('hub'), ...KEY_INPUTS });
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(main.outputs['authenticated-arn']).toBe(BY_KEYS);
    expect(await whoIs(main)).toMatchObject({ Arn: BY_KEYS });
  });

  test('a role that the keys may not assume', async () => {
    expectFailed(await step({ ...IN_ROLE, 'role-to-assume': arnOf('deploy'), ...KEY_INPUTS }), 'role-refused');
  });

  test('a federated session', async () => {
    const main = await step({ 'federated-user-name': 'nightly', ...KEY_INPUTS });
    expect(main).toMatchObject({ exitCode: 0, stderr: '' });
    expect(main.outputs['authenticated-arn']).toMatch(/:federated-user\/nightly$/);
  });

  test('a session of a user, which it does not have', async () => {
    const main = await step({ mode: 'session-token', ...KEY_INPUTS });
    expectFailed(main, 'unusual-answer');
    expect(textOf(main)).toContain('AccessDenied: IAM write operations are disabled on this server');
  });
});
