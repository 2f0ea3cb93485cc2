// A step of a user's: it assumes a role with the credentials in its environment, and asks AWS whose it then has.
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

const assume = new AssumeRoleCommand({ RoleArn: process.env.ROLE_ARN, RoleSessionName: 'nightly' });
const { Credentials } = await new STSClient({}).send(assume);
const credentials = {
  accessKeyId: Credentials.AccessKeyId,
  secretAccessKey: Credentials.SecretAccessKey,
  sessionToken: Credentials.SessionToken,
};
const { Arn } = await new STSClient({ credentials }).send(new GetCallerIdentityCommand({}));
process.stdout.write(`${Arn}\n`);
