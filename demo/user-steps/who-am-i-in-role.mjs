// A step of the user's workflow: it assumes a role with the credentials in its environment, and asks AWS who it then is.
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
