import { githubRepository, keyInSecrets } from '../scenarios/identities';
import { Scenario } from '../scenarios/scenario';
import { AwsAccount, iamArn } from './aws-account';
import { testOnEveryAws } from './every-aws';

const identities = `
oidc-providers:
  github: {}
policies:
  deploy:
    document: { Version: "2012-10-17", Statement: { Effect: Allow, Action: "s3:ListAllMyBuckets", Resource: "*" } }
    description: What deployments may do
    tags: { team: platform }
users:
  ci:
    path: /machine/
    tags: { team: platform }
    policies: [deploy]
    inline-policies:
      assume: { Version: "2012-10-17", Statement: { Effect: Allow, Action: "sts:AssumeRole", Resource: "*" } }
    access-key: { deliver: [ { github-secrets: {} } ] }
roles:
  deployer:
    description: Deploys
    trust: [ { user: machine/ci }, { github: { repository: octo/app, branch: main } } ]
    max-session-duration: 4h
    tags: { team: platform }
    policies: [deploy]
`;

testOnEveryAws('provisioned, the same the second time, rotated and gone', async (aws) => {
  const github = await Scenario.start();
  const account = await AwsAccount.start(aws);
  const token = githubRepository(github);
  const step = async (mode: string, inputs: Readonly<Record<string, string>> = {}) => {
    aws.calls();
    const env = { GITHUB_API_URL: github.sandbox.github.secrets.apiUrl };
    const { outputs } = await account.step({ mode, identities, ...token, ...account.adminInputs, ...inputs }, env);
    return { changed: outputs.changed, writes: aws.calls().filter((call) => !/^(Get|List|Simulate)/.test(call)) };
  };
  const expectKey = async () => {
    const { id = '', secret = '' } = keyInSecrets(github);
    const env = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret };
    const who = await account.aws('aws sts get-caller-identity', env);
    expect(who).toMatchObject({ Arn: iamArn('user/machine/ci') });
    return id;
  };
  try {
    const before = await account.state();
    expect(await step('provision')).toMatchObject({ changed: 'true' });
    const made = await account.state();
    expect(made).toMatchObject({
      roles: [{ description: 'Deploys', maxSessionDuration: 14_400, tags: { team: 'platform' } }],
      policies: [{ description: 'What deployments may do', attachments: 2 }],
      oidcProviders: [{ clientIds: ['sts.amazonaws.com'] }],
    });
    const first = await expectKey();

    expect(await step('provision')).toEqual({ changed: 'false', writes: [] });
    expect(await account.state()).toEqual(made);

    await step('rotate', { 'rotate-now': 'true', 'delete-old-keys': 'true' });
    expect(await expectKey()).not.toBe(first);
    expect(await account.state()).toEqual(made);

    expect(await step('deprovision')).toMatchObject({ changed: 'true' });
    expect(await account.state()).toEqual(before);
    expect(keyInSecrets(github)).toEqual({ id: undefined, secret: undefined });
    expect(await step('deprovision')).toEqual({ changed: 'false', writes: [] });
    await account.finish();
  } finally {
    account.remove();
    github.calls();
    await github.end();
  }
});
