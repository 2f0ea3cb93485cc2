import { iamArn } from './aws-account';
import { exportedBy, keyInputs, variables, type KeyVariables, type PrintedCredentials } from './credentials';
import { testOnEveryAws } from './every-aws';
import { expectSame } from './same-state';

const ADMINISTRATOR_ACCESS = 'arn:aws:iam::aws:policy/AdministratorAccess';

testOnEveryAws('a user for Terraform Cloud, made with the temporary credentials of an administrator', async (aws) => {
  const user = 'tfc';
  const arn = iamArn(`user/${user}`);
  const identities = `
users:
  ${user}:
    tags: { deployedby: bsj-tjmoon, usedby: BSG Terraform Cloud }
    policies: [${ADMINISTRATOR_ACCESS}]
    access-key: { deliver: [environment] }
`;
  let admin: KeyVariables;
  let key: KeyVariables;
  await expectSame(aws, {
    prepare: async (account) => {
      admin = await account.ssoSession();
    },
    commands: [
      async (account) => {
        await account.aws(`aws iam create-user --user-name ${user}`, admin);
        const tag = (json: string) => account.aws(`aws iam tag-user --user-name ${user} --tags '${json}'`, admin);
        await tag('{"Key": "deployedby", "Value": "bsj-tjmoon"}');
        await tag('{"Key": "usedby", "Value": "BSG Terraform Cloud"}');
        expect(await account.aws(`aws iam list-user-tags --user-name ${user}`, admin)).toMatchObject({
          Tags: [{ Key: 'deployedby' }, { Key: 'usedby' }],
        });
        await account.aws(`aws iam attach-user-policy --policy-arn ${ADMINISTRATOR_ACCESS} --user-name ${user}`, admin);
        const result = await account.aws(`aws iam create-access-key --user-name ${user}`, admin);
        key = variables(result.AccessKey as PrintedCredentials);
        expect(await account.aws('aws sts get-caller-identity', key)).toMatchObject({ Arn: arn });
        await account.aws('aws iam list-users', key);
      },
      async (account) => {
        const id = key.AWS_ACCESS_KEY_ID;
        await account.aws(`aws iam delete-access-key --user-name ${user} --access-key-id ${id}`, admin);
        await account.aws(`aws iam detach-user-policy --user-name ${user} --policy-arn ${ADMINISTRATOR_ACCESS}`, admin);
        await account.aws(`aws iam delete-user --user-name ${user}`, admin);
      },
    ],
    action: [
      async (account) => {
        const provision = await account.step({ mode: 'provision', identities, ...keyInputs(admin) });
        expect(provision.log.join('\n')).toMatch(/deployedby=bsj-tjmoon, usedby=BSG Terraform Cloud/);
        expect(await account.aws('aws sts get-caller-identity', exportedBy(account.job))).toMatchObject({ Arn: arn });
        await account.aws('aws iam list-users', exportedBy(account.job));
      },
      async (account) => {
        await account.step({ mode: 'deprovision', identities, ...keyInputs(admin) });
        await account.finish();
      },
    ],
  });
});
