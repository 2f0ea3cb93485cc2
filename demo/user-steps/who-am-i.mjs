// A step of the user's workflow: it asks AWS whose credentials are in its environment.
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

const { Arn } = await new STSClient({}).send(new GetCallerIdentityCommand({}));
process.stdout.write(`${Arn}\n`);
