import { DeleteRoleCommand, DeleteRolePolicyCommand } from '@aws-sdk/client-iam';
import { allow } from '../sandbox/sts-client';
import { ACCOUNT } from '../scenarios/scenario';
import { iamArn, type AwsAccount } from './aws-account';
import { profileText, type PrintedCredentials } from './credentials';
import { testOnEveryAws, UNCHECKED } from './every-aws';
import { expectSame } from './same-state';

testOnEveryAws(
  'a machine user that may do nothing but assume one role',
  async (aws) => {
    const user = 'sts-machine-user';
    const role = 'my-sts-fun-stack-StsRole-DAkQBbY7THJk';
    const roleArn = iamArn(`role/${role}`);
    const session = `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/s3-sts-fun`;
    const alone = { identities: `users: { ${user}: { access-key: { deliver: [ { profile: sts } ] } } }` };
    /** Declares no key: each step that declares one makes one, and the runbook goes on with the key of its profile. */
    const withPolicy = {
      identities: `users: { ${user}: { inline-policies: { StsAssumePolicy: ./bin/policy.json } } }`,
    };
    const writePolicy = (account: AwsAccount) => {
      account.write('bin/policy.json', JSON.stringify(allow('sts:AssumeRole', roleArn)));
    };
    /** What CloudFormation makes in the runbook, and takes down in the end. */
    const stack = async (account: AwsAccount) => {
      await account.createRole(role, [iamArn(`user/${user}`)], { actions: ['s3:*'] });
    };
    const tearDown = async ({ iam }: AwsAccount) => {
      await iam.send(new DeleteRolePolicyCommand({ RoleName: role, PolicyName: 'own' }));
      await iam.send(new DeleteRoleCommand({ RoleName: role }));
    };
    const expectUser = async (account: AwsAccount, profile = '') => {
      const who = await account.aws(`aws sts get-caller-identity ${profile}`);
      expect(who).toMatchObject({ Arn: iamArn(`user/${user}`) });
    };
    const expectNoBuckets = async (account: AwsAccount) => {
      const refused = await account.run('aws s3 ls --profile sts');
      expect(refused.stderr).toContain('An error occurred (AccessDenied) when calling the ListBuckets operation');
    };
    const expectRole = async (account: AwsAccount) => {
      expect(await account.aws('aws sts get-caller-identity --profile assumed')).toMatchObject({ Arn: session });
      expect(await account.run('aws s3 ls --profile assumed')).toMatchObject({ exitCode: 0, stderr: '' });
    };
    let key: PrintedCredentials;

    await expectSame(aws, {
      commands: [
        async (account) => {
          const admin = account.adminVariables;
          writePolicy(account);
          await account.aws(`aws iam create-user \\\n--user-name ${user}`, admin);
          key = (await account.aws(`aws iam create-access-key \\\n--user-name ${user}`, admin))
            .AccessKey as PrintedCredentials;
          const { AccessKeyId = '', SecretAccessKey = '' } = key;
          const configured = await account.run('aws configure', {}, `${AccessKeyId}\n${SecretAccessKey}\n\n\n`);
          expect(configured).toMatchObject({ exitCode: 0, stderr: '' });
          await expectUser(account);
          const file = '~/.aws/credentials';
          account.write(file, account.read(file).replace('[default]', '[sts]'));
          await expectUser(account, '--profile sts');
          await expectNoBuckets(account);
          await stack(account);
          const put = `aws iam put-user-policy \\\n--user-name ${user} \\\n--policy-name StsAssumePolicy \\\n`;
          await account.aws(`${put}--policy-document file://./bin/policy.json`, admin);
          const assume = `aws sts assume-role \\\n--role-arn ${roleArn} \\\n--role-session-name s3-sts-fun \\\n`;
          const { Credentials } = await account.aws(`${assume}--profile sts`);
          account.write(file, account.read(file) + profileText('assumed', Credentials as PrintedCredentials));
          await expectRole(account);
        },
        async (account) => {
          const admin = account.adminVariables;
          await tearDown(account);
          const { AccessKeyId = '' } = key;
          const deleteKey = `aws iam delete-access-key \\\n--access-key-id ${AccessKeyId} \\\n--user-name ${user}`;
          await account.aws(deleteKey, admin);
          const deletePolicy = `aws iam delete-user-policy \\\n--user-name ${user} \\\n--policy-name StsAssumePolicy`;
          await account.aws(deletePolicy, admin);
          await account.aws(`aws iam delete-user \\\n--user-name ${user}`, admin);
        },
      ],
      action: [
        async (account) => {
          const { adminInputs } = account;
          writePolicy(account);
          await account.step({ mode: 'provision', ...alone, ...adminInputs });
          await account.step({ mode: 'verify', 'expect-arn': iamArn(`user/${user}`) }, { AWS_PROFILE: 'sts' });
          await expectUser(account, '--profile sts');
          await expectNoBuckets(account);
          await stack(account);
          await account.step({ mode: 'provision', ...withPolicy, ...adminInputs });
          // The policies of the runbook allow no tags.
          const untagged = { 'role-skip-session-tagging': 'true' };
          const inputs = {
            'role-to-assume': roleArn,
            'role-session-name': 's3-sts-fun',
            'aws-profile': 'assumed',
            ...untagged,
          };
          await account.step(inputs, { AWS_PROFILE: 'sts' });
          await expectRole(account);
        },
        async (account) => {
          await tearDown(account);
          await account.step({ mode: 'deprovision', ...withPolicy, ...account.adminInputs });
          await account.finish();
        },
      ],
    });
  },
  { LocalStack: UNCHECKED },
);
