import { ACCOUNT } from '../scenarios/scenario';
import { iamArn, type AwsAccount } from './aws-account';
import { beyondMoto } from './beyond-moto';
import { exportedBy, variables, type KeyVariables, type PrintedCredentials } from './credentials';
import { testOnEveryAws } from './every-aws';
import { expectSame } from './same-state';

beyondMoto([
  {
    what: 'the trust policy that names a service and a user',
    moto: 'refuses whom not every statement names',
    coveredBy: ['scenarios/runbook-2.test.ts', 'a role that a service and a user may assume'],
  },
]);

testOnEveryAws(
  'a role that a service and a user may assume, and its temporary credentials',
  async (aws) => {
    const role = 'role-for-s3-fileserver';
    const arn = iamArn(`role/${role}`);
    const identities = `
users:
  myid:
    access-key: { deliver: [ { profile: myid } ] }
roles:
  ${role}:
    trust:
      Version: "2012-10-17"
      Statement:
        - { Effect: Allow, Principal: { Service: s3.amazonaws.com }, Action: "sts:AssumeRole" }
        - { Effect: Allow, Principal: { AWS: "${iamArn('user/myid')}" }, Action: "sts:AssumeRole" }
`;
    const trusted = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' },
        { Effect: 'Allow', Principal: { AWS: iamArn('user/myid') }, Action: 'sts:AssumeRole' },
      ],
    });
    const session = `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/RoleSession1`;
    const expectSession = async (account: AwsAccount, env: KeyVariables) => {
      expect(await account.aws('aws sts get-caller-identity', env)).toMatchObject({ Arn: session });
    };
    let key: PrintedCredentials;

    await expectSame(aws, {
      commands: [
        async (account) => {
          const admin = account.adminVariables;
          await account.aws('aws iam create-user --user-name myid', admin);
          await account.aws(
            `aws iam create-role --role-name ${role} --assume-role-policy-document '${trusted}'`,
            admin,
          );
          key = (await account.aws('aws iam create-access-key --user-name myid', admin))
            .AccessKey as PrintedCredentials;
          await aws.authorize('off');
          const command = `aws sts assume-role --role-arn ${arn} --role-session-name "RoleSession1"`;
          const { Credentials, AssumedRoleUser } = await account.aws(command, variables(key));
          await aws.authorize('on');
          expect(AssumedRoleUser).toMatchObject({ Arn: session });
          await expectSession(account, variables(Credentials as PrintedCredentials));
        },
        async (account) => {
          const admin = account.adminVariables;
          await account.aws(`aws iam delete-role --role-name ${role}`, admin);
          const { AccessKeyId = '' } = key;
          await account.aws(`aws iam delete-access-key --user-name myid --access-key-id ${AccessKeyId}`, admin);
          await account.aws('aws iam delete-user --user-name myid', admin);
        },
      ],
      action: [
        async (account) => {
          await account.step({ mode: 'provision', identities, ...account.adminInputs });
          const inputs = { 'role-to-assume': arn, 'role-session-name': 'RoleSession1', 'role-chaining': 'true' };
          await aws.authorize('off');
          const { outputs } = await account.step(inputs, { AWS_PROFILE: 'myid' });
          await aws.authorize('on');
          expect(outputs['authenticated-arn']).toBe(session);
          await expectSession(account, exportedBy(account.job));
        },
        async (account) => {
          await account.step({ mode: 'deprovision', identities, ...account.adminInputs });
          await account.finish();
        },
      ],
    });
  },
  { MiniStack: 'asks for a policy of the user too, where the trust policy names them' },
);
