import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allow, trust } from '../sandbox/sts-client';
import {
  GONE_KEY_OF_JOB,
  NEW_KEY_OF_JOB,
  expectCalls,
  identityJob,
  snapshot,
  ssoAdmin,
  WHAT_A_USER_HAS,
} from './identities';
import { ACCOUNT, Scenario } from './scenario';

const REGION = 'eu-west-1';
const TOOLS_ACCOUNT = '210987654321';
const POLICY_NAME = 'aws-refarch-cross-account-pipeline-sts-and-cloudformation-policy';
const POLICY = `arn:aws:iam::${ACCOUNT}:policy/${POLICY_NAME}`;
const ROLE_NAME = 'aws-refarch-cross-account-pipeline-service-role';
const TOOLS_ROLE = `arn:aws:iam::${TOOLS_ACCOUNT}:role/${ROLE_NAME}-2`;
const PULUMI = `arn:aws:iam::${ACCOUNT}:user/pulumi`;
const DEPLOYER = `arn:aws:sts::${TOOLS_ACCOUNT}:assumed-role/${ROLE_NAME}-2/AWSCLI-Session`;

const IDENTITIES = `
policies:
  ${POLICY_NAME}:
    document: Permissions-accounts-set-up/tools-admin-user-policy.json
users:
  pulumi:
    policies: [${POLICY_NAME}]
    access-key: { deliver: [ { profile: default } ] }
roles:
  ${ROLE_NAME}:
    trust: Permissions-accounts-set-up/trust-relationship-policy.json
    policies: [${POLICY_NAME}]
`;
const files = {
  'identities.yml': IDENTITIES,
  'Permissions-accounts-set-up/tools-admin-user-policy.json': JSON.stringify(
    allow(['cloudformation:*', 'sts:AssumeRole', 'sts:TagSession']),
  ),
  'Permissions-accounts-set-up/trust-relationship-policy.json': JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: ['codepipeline.amazonaws.com', 'cloudformation.amazonaws.com'] },
        Action: 'sts:AssumeRole',
      },
    ],
  }),
};

let scenario: Scenario;
let admin: Record<string, string>;
let before: object;
beforeEach(async () => {
  scenario = await Scenario.start({ asProcesses: true });
  scenario.sandbox.account(TOOLS_ACCOUNT).createRole(`${ROLE_NAME}-2`, {
    trust: trust(scenario.account.arn('iam', 'root'), {}, ['sts:AssumeRole', 'sts:TagSession']),
  });
  admin = { ...ssoAdmin(scenario), 'aws-region': REGION };
  before = snapshot(scenario.account);
});
afterEach(() => scenario.end());

test('a user and a role for a pipeline, and from there into the tools account', async () => {
  const job = identityJob(scenario, { files });
  const step = (inputs: Record<string, string>, profile?: string) =>
    job.step({
      with: { 'aws-region': REGION, ...inputs },
      ...(profile !== undefined && { env: { AWS_PROFILE: profile } }),
    });

  // Paste the credentials of the portal into the profile developer1, and verify it.
  const paste = await step({ ...admin, mode: 'access-keys', 'aws-profile': 'developer1', 'profile-output': 'json' });
  expect(paste).toMatchObject({ exitCode: 0, stderr: '' });
  expect(paste.exported).toEqual({});
  const developer = await step(
    { mode: 'verify', 'expect-arn': `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_AdministratorAccess_*/mona` },
    'developer1',
  );
  expect(developer.exitCode).toBe(0);
  expect(scenario.calls()).toEqual(['GetCallerIdentity', 'GetCallerIdentity']);

  // Create user, policy and role, attach the policy to both, see what is attached, create the key.
  const provision = await step(
    { mode: 'provision', identities: 'identities.yml', 'profile-output': 'json' },
    'developer1',
  );
  expect(provision).toMatchObject({ exitCode: 0, stderr: '' });
  expect(provision.exported).toEqual({});
  expectCalls(scenario, [
    ['GetCallerIdentity', 'GetUser NoSuchEntity', 'GetRole NoSuchEntity'],
    'GetPolicy NoSuchEntity',
    'ListPolicies',
    'CreatePolicy',
    'CreateUser',
    'CreateRole',
    {
      concurrent: [
        NEW_KEY_OF_JOB,
        ['AttachUserPolicy', ['ListUserTags', 'ListAttachedUserPolicies']],
        ['AttachRolePolicy', 'ListAttachedRolePolicies'],
      ],
    },
  ]);
  expect(provision.log.join('\n')).toContain(`The role ${ROLE_NAME} has the managed policies ${POLICY} attached.`);
  expect(provision.log.join('\n')).toMatch(
    new RegExp(`The user pulumi has .* the managed policies ${POLICY} attached`),
  );
  expect(provision.outputs).toMatchObject({
    'user-arns': JSON.stringify({ pulumi: PULUMI }),
    'policy-arns': JSON.stringify({ [POLICY_NAME]: POLICY }),
    'role-arns': JSON.stringify({ [ROLE_NAME]: `arn:aws:iam::${ACCOUNT}:role/${ROLE_NAME}` }),
    profiles: '["default"]',
  });

  // The default profile is the user's, with its region and its output.
  const config = readFileSync(join(job.home, '.aws/config'), 'utf8');
  expect(config).toMatch(/^\[default\]\nregion = eu-west-1\noutput = json$/m);
  expect(config).toMatch(/^\[profile developer1\]\nregion = eu-west-1\noutput = json$/m);
  const whoAmI = await step({ mode: 'verify', 'expect-arn': PULUMI });
  expect(whoAmI.exitCode).toBe(0);
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);

  // On into the tools account.
  const assumed = await step({
    'role-to-assume': TOOLS_ROLE,
    'role-session-name': 'AWSCLI-Session',
    'aws-profile': 'tools_admin_deployer',
  });
  expect(assumed).toMatchObject({ exitCode: 0, stderr: '' });
  expect(assumed.exported).toEqual({});
  expect(assumed.outputs).toMatchObject({ 'authenticated-arn': DEPLOYER, 'aws-account-id': TOOLS_ACCOUNT });
  expect(scenario.calls()).toEqual(['AssumeRole']);
  const deployer = await step({ mode: 'verify', 'expect-arn': DEPLOYER }, 'tools_admin_deployer');
  expect(deployer.exitCode).toBe(0);
  expect(scenario.calls()).toEqual(['GetCallerIdentity']);

  const deprovision = await step({ mode: 'deprovision', identities: 'identities.yml' }, 'developer1');
  expect(deprovision).toMatchObject({ exitCode: 0, stderr: '' });
  expectCalls(scenario, [
    'GetCallerIdentity',
    {
      concurrent: [
        ['GetUser', WHAT_A_USER_HAS],
        ['GetRole', ['ListRolePolicies', 'ListAttachedRolePolicies', 'ListInstanceProfilesForRole']],
      ],
    },
    'GetPolicy',
    ['ListPolicyVersions', ...Array.from({ length: 4 }, () => 'ListEntitiesForPolicy')],
    {
      concurrent: [
        ['DeleteAccessKey', 'DetachUserPolicy', 'ListAccessKeys', 'DeleteUser'],
        ['DetachRolePolicy', 'DeleteRole'],
      ],
    },
    'DeletePolicy',
  ]);
  expect(snapshot(scenario.account)).toEqual(before);

  for (const post of await job.finish()) expect(post).toMatchObject({ exitCode: 0, stderr: '' });
  expect(scenario.calls()).toEqual(GONE_KEY_OF_JOB);
  expect(existsSync(join(job.home, '.aws/credentials'))).toBe(false);
  expect(existsSync(join(job.home, '.aws/config'))).toBe(false);
});
