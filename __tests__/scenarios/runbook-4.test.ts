import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listBuckets } from '../sandbox/s3-client';
import {
  ADMIN,
  GONE_KEY_OF_JOB,
  NEW_KEY_OF_JOB,
  expectCalls,
  identityJob,
  identityScenario,
  profileKeys,
  snapshot,
  WHAT_A_USER_HAS,
} from './identities';
import { ACCOUNT, REGION, type Scenario, expectFailed } from './scenario';

const ROLE_NAME = 'my-sts-fun-stack-StsRole-DAkQBbY7THJk';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/${ROLE_NAME}`;
const USER = `arn:aws:iam::${ACCOUNT}:user/sts-machine-user`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/${ROLE_NAME}/s3-sts-fun`;

const USER_ALONE = `
users:
  sts-machine-user:
    access-key: { deliver: [ { profile: sts } ] }
`;
const STACK = `
roles:
  ${ROLE_NAME}:
    trust: { account: "${ACCOUNT}" }
    inline-policies:
      s3: { Version: "2012-10-17", Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } }
`;
const USER_WITH_POLICY = `
users:
  sts-machine-user:
    inline-policies: { StsAssumePolicy: ./bin/policy.json }
`;
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Resource: ROLE }],
});

let scenario: Scenario;
let before: object;
beforeEach(async () => {
  scenario = await identityScenario(undefined, { asProcesses: true });
  scenario.account.buckets.add('fun');
  before = snapshot(scenario.account);
});
afterEach(() => scenario.end());

test('a user that may do nothing assumes the one role that it is let', async () => {
  const job = identityJob(scenario, {
    files: {
      'user.yml': USER_ALONE,
      'stack.yml': STACK,
      'user-with-policy.yml': USER_WITH_POLICY,
      'bin/policy.json': POLICY,
    },
  });
  const asProfile = (profile: string, inputs: Record<string, string>) =>
    job.step({ env: { AWS_PROFILE: profile }, with: { 'aws-region': REGION, ...inputs } });
  const listBucketsAs = async (profile: string) => {
    const { status } = await listBuckets(scenario.sandbox.url, profileKeys(job, profile));
    return status;
  };
  const assume = {
    'role-to-assume': ROLE,
    'role-session-name': 's3-sts-fun',
    'aws-profile': 'assumed',
  };

  // Create the user and its key; put the key into the profile sts.
  const user = await job.step({ with: { mode: 'provision', identities: 'user.yml', ...ADMIN } });
  expect(user).toMatchObject({ exitCode: 0, stderr: '' });
  expect(user.exported).toEqual({});
  expect(user.outputs.profiles).toBe('["sts"]');
  expect(user.log.join('\n')).toContain('The user sts-machine-user has the tags');
  expect(user.log.join('\n')).toContain('no managed policies attached');
  expectCalls(
    scenario,
    [['GetCallerIdentity', 'GetUser NoSuchEntity'], 'CreateUser', ...NEW_KEY_OF_JOB],
    ['ListUserTags', 'ListAttachedUserPolicies'],
  );

  // Who am I, and no access to S3.
  const sts = await asProfile('sts', { mode: 'verify', 'expect-arn': USER });
  expect(sts.exitCode).toBe(0);
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);
  expect(await listBucketsAs('sts')).toBe(403);
  expect(scenario.calls()).toEqual(['ListBuckets AccessDenied']);

  // The stack with the role. The user may not assume it yet.
  const stack = await job.step({ with: { mode: 'provision', identities: 'stack.yml', ...ADMIN } });
  expect(stack.exitCode).toBe(0);
  expect(stack.outputs['role-arns']).toBe(JSON.stringify({ [ROLE_NAME]: ROLE }));
  expectCalls(
    scenario,
    [['GetCallerIdentity', 'GetRole NoSuchEntity'], 'CreateRole', 'PutRolePolicy'],
    ['ListAttachedRolePolicies'],
  );
  expectFailed(await asProfile('sts', assume), 'role-refused');
  expect(scenario.calls()).toEqual(['AssumeRole AccessDenied']);

  // Put the policy. A document that declares no key leaves the one that the profile has.
  const key = profileKeys(job, 'sts');
  const policy = await job.step({ with: { mode: 'provision', identities: 'user-with-policy.yml', ...ADMIN } });
  expect(policy).toMatchObject({ exitCode: 0, stderr: '' });
  expect(policy.log.join('\n')).toContain('+ inline policy StsAssumePolicy');
  expectCalls(
    scenario,
    [
      ['GetCallerIdentity', 'GetUser'],
      ['ListAttachedUserPolicies', 'ListUserPolicies', 'ListAccessKeys'],
      'PutUserPolicy',
    ],
    ['ListUserTags', 'ListAttachedUserPolicies'],
  );
  expect(profileKeys(job, 'sts')).toEqual(key);

  // Assume the role, put what comes of it into the profile assumed, and look at S3.
  const assumed = await asProfile('sts', assume);
  expect(assumed).toMatchObject({ exitCode: 0, stderr: '' });
  expect(assumed.exported).toEqual({});
  expect(assumed.outputs).toMatchObject({ profiles: '["assumed"]', 'authenticated-arn': SESSION });
  expect(scenario.calls()).toEqual(['AssumeRole']);
  const whoAmI = await asProfile('assumed', { mode: 'verify', 'expect-arn': SESSION });
  expect(whoAmI.exitCode).toBe(0);
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);
  expect(await listBucketsAs('assumed')).toBe(200);
  expect(scenario.calls()).toEqual(['ListBuckets']);

  // Clean up: the stack, then the key, the policy and the user.
  const tearDown = await job.step({ with: { mode: 'deprovision', identities: 'stack.yml', ...ADMIN } });
  expect(tearDown).toMatchObject({ exitCode: 0, stderr: '' });
  expectCalls(scenario, [
    'GetCallerIdentity',
    'GetRole',
    ['ListRolePolicies', 'ListAttachedRolePolicies', 'ListInstanceProfilesForRole'],
    'DeleteRolePolicy',
    'DeleteRole',
  ]);
  const cleanUp = await job.step({ with: { mode: 'deprovision', identities: 'user-with-policy.yml', ...ADMIN } });
  expect(cleanUp).toMatchObject({ exitCode: 0, stderr: '' });
  expectCalls(scenario, [
    'GetCallerIdentity',
    'GetUser',
    WHAT_A_USER_HAS,
    'DeleteAccessKey',
    'DeleteUserPolicy',
    'ListAccessKeys',
    'DeleteUser',
  ]);
  expect(snapshot(scenario.account)).toEqual(before);

  for (const post of await job.finish()) expect(post).toMatchObject({ exitCode: 0, stderr: '' });
  expect(scenario.calls()).toEqual(GONE_KEY_OF_JOB);
  expect(existsSync(join(job.home, '.aws/credentials'))).toBe(false);
  expect(existsSync(join(job.home, '.aws/config'))).toBe(false);
});
