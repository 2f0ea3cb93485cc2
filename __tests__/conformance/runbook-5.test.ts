import { iamClient } from '../sandbox/iam-client';
import { allow } from '../sandbox/sts-client';
import { ACCOUNT } from '../scenarios/scenario';
import { iamArn, type AwsAccount } from './aws-account';
import { keyInputs, profileText, type KeyVariables, type PrintedCredentials } from './credentials';
import { testOnEveryAws } from './every-aws';
import { expectSame } from './same-state';

testOnEveryAws('a user and a role for a pipeline, and from there into the tools account', async (aws) => {
  const tools = '210987654321';
  const name = 'aws-refarch-cross-account-pipeline-service-role';
  const policyName = 'aws-refarch-cross-account-pipeline-sts-and-cloudformation-policy';
  const policyArn = iamArn(`policy/${policyName}`);
  const toolsRole = iamArn(`role/${name}-2`, tools);
  const pulumi = iamArn('user/pulumi');
  const session = `arn:aws:sts::${tools}:assumed-role/${name}-2/AWSCLI-Session`;
  const folder = 'Permissions-accounts-set-up';
  const identities = `
policies:
  ${policyName}:
    document: ${folder}/tools-admin-user-policy.json
users:
  pulumi:
    policies: [${policyName}]
    access-key: { deliver: [ { profile: default } ] }
roles:
  ${name}:
    trust: ${folder}/trust-relationship-policy.json
    policies: [${policyName}]
`;
  /** The files, the credentials of the portal, and the role that the tools account has. */
  let portal: KeyVariables;
  const prepare = async (account: AwsAccount) => {
    account.write(
      `${folder}/tools-admin-user-policy.json`,
      JSON.stringify(allow(['cloudformation:*', 'sts:AssumeRole', 'iam:ListRoles'])),
    );
    account.write(
      `${folder}/trust-relationship-policy.json`,
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'codepipeline.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      }),
    );
    await account.createRole(`${name}-2`, [pulumi], {
      iam: iamClient(aws.url, await aws.administrator(tools)),
      actions: ['iam:ListRoles'],
    });
    portal = await account.ssoSession();
  };
  const expectDeployer = async (account: AwsAccount) => {
    const who = await account.aws('aws sts get-caller-identity --profile tools_admin_deployer');
    expect(who).toMatchObject({ Account: tools, Arn: session });
    expect(await account.aws('aws iam list-roles --profile tools_admin_deployer')).toMatchObject({
      Roles: [{ Arn: toolsRole }],
    });
  };
  const developer = '--profile developer1';
  let key: PrintedCredentials;

  await expectSame(aws, {
    prepare,
    commands: [
      async (account) => {
        const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = portal;
        account.write(
          '~/.aws/credentials',
          profileText('developer1', {
            AccessKeyId: AWS_ACCESS_KEY_ID,
            SecretAccessKey: AWS_SECRET_ACCESS_KEY,
            SessionToken: AWS_SESSION_TOKEN,
          }),
        );
        account.write('~/.aws/config', '[profile developer1]\nregion = eu-west-1\noutput = json\n');
        await account.aws(`aws sts get-caller-identity ${developer}`);
        await account.aws(`aws iam create-user --user-name pulumi ${developer}`);
        const document = (file: string) => `file://${folder}/${file}.json ${developer}`;
        const create = `aws iam create-policy --policy-name ${policyName} --policy-document`;
        await account.aws(`${create} ${document('tools-admin-user-policy')}`);
        await account.aws(`aws iam attach-user-policy --user-name pulumi --policy-arn "${policyArn}" ${developer}`);
        const createRole = `aws iam create-role --role-name ${name} --assume-role-policy-document`;
        await account.aws(`${createRole} ${document('trust-relationship-policy')}`);
        await account.aws(`aws iam attach-role-policy --role-name ${name} --policy-arn "${policyArn}" ${developer}`);
        const list = `aws iam list-attached-role-policies --role-name ${name} ${developer}`;
        expect(await account.aws(list)).toEqual({
          AttachedPolicies: [{ PolicyName: policyName, PolicyArn: policyArn }],
        });
        const made = await account.aws(`aws iam create-access-key --user-name pulumi ${developer}`);
        key = made.AccessKey as PrintedCredentials;
        const { AccessKeyId = '', SecretAccessKey = '' } = key;
        const typed = `${AccessKeyId}\n${SecretAccessKey}\neu-west-1\njson\n`;
        expect(await account.run('aws configure', {}, typed)).toMatchObject({ exitCode: 0, stderr: '' });
        expect(await account.aws('aws sts get-caller-identity')).toMatchObject({ Account: ACCOUNT, Arn: pulumi });
        const assume = `aws sts assume-role --role-arn "${toolsRole}" --role-session-name AWSCLI-Session`;
        const { Credentials } = await account.aws(assume);
        const text = profileText('tools_admin_deployer', Credentials as PrintedCredentials);
        account.write('~/.aws/credentials', account.read('~/.aws/credentials') + text);
        await expectDeployer(account);
      },
      async (account) => {
        const { AccessKeyId = '' } = key;
        for (const command of [
          `delete-access-key --user-name pulumi --access-key-id ${AccessKeyId}`,
          `detach-user-policy --user-name pulumi --policy-arn ${policyArn}`,
          'delete-user --user-name pulumi',
          `detach-role-policy --role-name ${name} --policy-arn ${policyArn}`,
          `delete-role --role-name ${name}`,
          `delete-policy --policy-arn ${policyArn}`,
        ]) {
          await account.aws(`aws iam ${command} ${developer}`);
        }
      },
    ],
    action: [
      async (account) => {
        const asJson = { 'aws-region': 'eu-west-1', 'profile-output': 'json' };
        const asDeveloper = { AWS_PROFILE: 'developer1' };
        await account.step({ mode: 'access-keys', 'aws-profile': 'developer1', ...asJson, ...keyInputs(portal) });
        const { log } = await account.step({ mode: 'provision', identities, ...asJson }, asDeveloper);
        expect(log.join('\n')).toContain(`The role ${name} has the managed policies ${policyArn} attached.`);
        const { outputs } = await account.step({ mode: 'verify', 'expect-arn': pulumi }, { AWS_PROFILE: 'default' });
        expect(outputs['authenticated-arn']).toBe(pulumi);
        expect(await account.aws('aws sts get-caller-identity')).toMatchObject({ Account: ACCOUNT, Arn: pulumi });
        // The policies of the runbook allow no tags.
        const untagged = { 'role-skip-session-tagging': 'true' };
        const assume = { 'role-to-assume': toolsRole, 'role-session-name': 'AWSCLI-Session', ...untagged };
        await account.step({ ...assume, 'aws-profile': 'tools_admin_deployer' }, { AWS_PROFILE: 'default' });
        await expectDeployer(account);
      },
      async (account) => {
        await account.step({ mode: 'deprovision', identities }, { AWS_PROFILE: 'developer1' });
        await account.finish();
      },
    ],
  });
});
