// A program that a later step of a job might be: asks AWS, with the SDK for JavaScript v3, who it is.
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

const { Arn } = await new STSClient({}).send(new GetCallerIdentityCommand({}));
process.stdout.write(`${Arn}\n`);
