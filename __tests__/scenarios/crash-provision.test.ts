import { breakAtEveryCall, type Breakage, type Procedure } from './crash';

const runbook1: Procedure = {
  mode: 'provision',
  identities: `
users:
  tfc:
    tags: { deployedby: bsj-tjmoon, usedby: BSG Terraform Cloud }
    policies: [arn:aws:iam::aws:policy/AdministratorAccess]
    access-key: { deliver: [environment, outputs] }
`,
};

const runbook4: Procedure = {
  mode: 'provision',
  identities: `
users:
  sts-machine-user:
    inline-policies: { StsAssumePolicy: bin/policy.json }
    access-key: { deliver: [{ profile: sts }] }
`,
  files: {
    'bin/policy.json': JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::590183687974:role/*' }],
    }),
  },
};

const runbook5: Procedure = {
  mode: 'provision',
  identities: `
policies:
  aws-refarch-cross-account-pipeline-sts-and-cloudformation-policy:
    document: Permissions-accounts-set-up/tools-admin-user-policy.json
users:
  pulumi:
    policies: [aws-refarch-cross-account-pipeline-sts-and-cloudformation-policy]
    access-key: { deliver: [{ github-secrets: { prefix: PULUMI_ } }] }
    require-mfa: true
    mfa-device: { deliver: [{ github-secret: PULUMI_MFA_SECRET }] }
roles:
  aws-refarch-cross-account-pipeline-service-role:
    trust: { user: pulumi }
    policies: [aws-refarch-cross-account-pipeline-sts-and-cloudformation-policy]
`,
  secrets: 'PULUMI_',
  files: {
    'Permissions-accounts-set-up/tools-admin-user-policy.json': JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['sts:AssumeRole', 'cloudformation:*'], Resource: '*' }],
    }),
  },
};

const BREAKAGES: readonly Breakage[] = ['refused', 'answer lost', 'killed'];

describe.each<[string, Procedure, readonly Breakage[]]>([
  ['runbook 1', runbook1, BREAKAGES],
  ['runbook 4', runbook4, BREAKAGES],
  ['runbook 5, with GitHub secrets and an MFA device', runbook5, [...BREAKAGES, 'machine lost']],
])('%s, broken off at every call', (_, procedure, breakages) => {
  test.each(breakages)('%s', async (breakage) => {
    expect(await breakAtEveryCall(procedure, breakage)).toEqual([]);
  });
});
