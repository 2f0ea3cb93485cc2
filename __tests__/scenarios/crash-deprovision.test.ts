import { breakAtEveryCall, type Breakage, type Procedure } from './crash';

const removal: Procedure = {
  mode: 'deprovision',
  identities: `
policies:
  assets: { document: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "s3:*", Resource: "*" }] } }
users:
  deployer:
    policies: [assets]
    access-key: { deliver: [{ github-secrets: { prefix: DEPLOY_ } }] }
    mfa-device: { deliver: [{ github-secret: DEPLOY_MFA_SECRET }] }
roles:
  reader: { trust: { user: deployer }, policies: [assets] }
oidc-providers:
  github: {}
`,
  provisioned: true,
  secrets: 'DEPLOY_',
};

test.each<Breakage>(['refused', 'answer lost', 'killed'])(
  'a removal, broken off at every call: %s',
  async (breakage) => {
    expect(await breakAtEveryCall(removal, breakage)).toEqual([]);
  },
);
