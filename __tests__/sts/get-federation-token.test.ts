import type { STSClient } from '@aws-sdk/client-sts';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { UnusualAnswerError } from '../../src/network/failure';
import { stsClient } from '../../src/sts/client';
import { getCallerIdentity } from '../../src/sts/get-caller-identity';
import { getFederationToken, type GetFederationTokenSettings } from '../../src/sts/get-federation-token';
import { useCleanEnvironment } from '../aws/environment';
import { answerWith, connectionTo, givenUp, lastRequest, never } from '../aws/local-aws';
import { allow } from '../sandbox/sts-client';
import { ACCOUNT, EXAMPLE_KEYS } from '../scenarios/scenario';
import { BROKEN_CREDENTIALS, namelessAnswers, principal } from './session-answers';

useCleanEnvironment();

let sandbox: Sandbox;
let client: STSClient;
beforeEach(async () => {
  sandbox = await startSandbox();
  sandbox
    .account(ACCOUNT)
    .createUser('ci', { policies: [allow('*')] })
    .createAccessKey(EXAMPLE_KEYS);
  client = stsClient(connectionTo(sandbox), EXAMPLE_KEYS);
});
afterEach(() => sandbox.close());

const identity = { arn: `arn:aws:sts::${ACCOUNT}:federated-user/nightly`, account: ACCOUNT };
const plain: GetFederationTokenSettings = {
  name: 'nightly',
  duration: undefined,
  policies: { inline: undefined, managed: [] },
  tags: [],
};
const least = { Action: 'GetFederationToken', Version: '2011-06-15', Name: 'nightly' };

test("a session with a name of its own, as long as AWS's default", async () => {
  const session = await getFederationToken(client, plain, never);
  expect(lastRequest(sandbox)).toEqual({
    service: 'sts',
    caller: `arn:aws:iam::${ACCOUNT}:user/ci`,
    params: least,
  });
  expect(session.identity).toEqual(identity);
  expect(Math.round(((session.credentials.expiration?.getTime() ?? 0) - Date.now()) / 60_000)).toBe(720);
  expect(await getCallerIdentity(stsClient(connectionTo(sandbox), session.credentials), never)).toEqual(identity);
});

test('duration, policies and tags reach AWS', async () => {
  const inline = JSON.stringify(allow('s3:*'));
  const policies = { inline, managed: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] };
  await getFederationToken(
    client,
    { ...plain, duration: 129_600, policies, tags: [{ key: 'Team', value: 'Größe' }] },
    never,
  );
  expect(lastRequest(sandbox).params).toEqual({
    ...least,
    DurationSeconds: '129600',
    Policy: inline,
    'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    'Tags.member.1.Key': 'Team',
    'Tags.member.1.Value': 'Größe',
  });
});

test.each(BROKEN_CREDENTIALS)('an answer without %s is unusual', async (_, xml) => {
  answerWith(sandbox, 'GetFederationToken', xml + principal('FederatedUser', 'federated-user/nightly'));
  await expect(getFederationToken(client, plain, never)).rejects.toEqual(new UnusualAnswerError('credentials'));
});

test.each(namelessAnswers('FederatedUser', 'federated-user/nightly'))(
  'an answer with %s',
  async (_, result, identity) => {
    answerWith(sandbox, 'GetFederationToken', result);
    expect((await getFederationToken(client, plain, never)).identity).toEqual(identity);
  },
);

test('it can be given up', async () => {
  expect(await givenUp(sandbox, (signal) => getFederationToken(client, plain, signal))).toBe('AbortError');
});
