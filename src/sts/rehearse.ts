import { Readable } from 'node:stream';
import { AssumeRoleWithWebIdentityCommand, type STSClient } from '@aws-sdk/client-sts';

/** What STS answers, but for everything that is in it. */
const ANSWER = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleWithWebIdentityResult>
<AssumedRoleUser><Arn>rehearsal</Arn><AssumedRoleId>rehearsal</AssumedRoleId></AssumedRoleUser>
<Credentials><AccessKeyId>rehearsal</AccessKeyId><SecretAccessKey>rehearsal</SecretAccessKey>
<SessionToken>rehearsal</SessionToken><Expiration>2026-01-31T12:00:00Z</Expiration></Credentials>
</AssumeRoleWithWebIdentityResult>
<ResponseMetadata><RequestId>rehearsal</RequestId></ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>`;

/**
 * Takes a call through all code of the SDK, but not over the network. Node compiles code when it first runs, which for
 * the first call takes longer than the rest of its work: here it is done while something else is waited for.
 *
 * @returns what was read from an answer made up for this
 */
export async function rehearse(client: STSClient): Promise<unknown> {
  const command = new AssumeRoleWithWebIdentityCommand({
    RoleArn: 'arn:aws:iam::123456789012:role/rehearsal',
    RoleSessionName: 'rehearsal',
    WebIdentityToken: 'rehearsal',
  });
  const answer = {
    statusCode: 200,
    headers: { 'content-type': 'text/xml' },
    body: Readable.from([Buffer.from(ANSWER)]),
  };
  // The last before the network, it does not go on to that.
  command.middlewareStack.add(() => () => Promise.resolve({ response: answer, output: {} as never }), {
    step: 'deserialize',
    priority: 'low',
  });
  return client.send(command);
}
