// A program that a later step of a job might be: one client of STS, which asks who it is for each line of its input.
import { createInterface } from 'node:readline';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

const client = new STSClient({ maxAttempts: 1 });
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'call') continue;
  try {
    const { Arn: arn } = await client.send(new GetCallerIdentityCommand({}));
    const { accessKeyId: key } = await client.config.credentials();
    process.stdout.write(`${JSON.stringify({ arn, key })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ error: error.message })}\n`);
  }
}
