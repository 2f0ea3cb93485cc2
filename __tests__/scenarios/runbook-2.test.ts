import { ADMIN, GONE_KEY_OF_JOB, identityJob, identityScenario, snapshot } from './identities';
import { ACCOUNT, REGION, type Scenario } from './scenario';

const ROLE = `arn:aws:iam::${ACCOUNT}:role/role-for-s3-fileserver`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/role-for-s3-fileserver/RoleSession1`;
const IDENTITIES = `
users:
  myid:
    access-key: { deliver: [ { profile: myid } ] }
roles:
  role-for-s3-fileserver:
    trust: [ { service: s3.amazonaws.com }, { user: myid } ]
`;

let scenario: Scenario;
beforeEach(async () => (scenario = await identityScenario(undefined, { asProcesses: true })));
afterEach(() => scenario.end());

test('a role that a service and a user may assume', async () => {
  const before = snapshot(scenario.account);
  const job = identityJob(scenario, { files: { 'identities.yml': IDENTITIES } });
  const identities = { identities: 'identities.yml', ...ADMIN };

  expect(await job.step({ with: { mode: 'provision', ...identities } })).toMatchObject({ exitCode: 0, stderr: '' });
  scenario.calls();
  const assumed = await job.step({
    env: { AWS_PROFILE: 'myid' },
    with: {
      'aws-region': REGION,
      'role-to-assume': ROLE,
      'role-session-name': 'RoleSession1',
      'output-credentials': 'true',
    },
  });
  expect(assumed).toMatchObject({ exitCode: 0, stderr: '' });
  expect(scenario.calls()).toEqual(['AssumeRole']);
  // What the command prints: Credentials and AssumedRoleUser.
  expect(assumed.outputs).toMatchObject({
    'authenticated-arn': SESSION,
    'aws-access-key-id': expect.stringMatching(/^ASIA/),
    'aws-secret-access-key': job.env.AWS_SECRET_ACCESS_KEY,
    'aws-session-token': job.env.AWS_SESSION_TOKEN,
    'aws-expiration': expect.stringMatching(/^\d{4}-.*Z$/),
  });
  expect((await job.step({ with: { mode: 'verify', 'aws-region': REGION, 'expect-arn': SESSION } })).exitCode).toBe(0);
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);

  expect(await job.step({ with: { mode: 'deprovision', ...identities } })).toMatchObject({ exitCode: 0, stderr: '' });
  scenario.calls();
  expect(snapshot(scenario.account)).toEqual(before);
  await job.finish();
  expect(scenario.calls()).toEqual(GONE_KEY_OF_JOB);
});
