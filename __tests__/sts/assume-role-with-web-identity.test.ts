import type { STSClient } from '@aws-sdk/client-sts';
import { fetchIdToken, idTokenEndpoint } from '../../src/github/id-token';
import { UnusualAnswerError } from '../../src/network/failure';
import {
  assumeRoleWithWebIdentity,
  type AssumeRoleWithWebIdentitySettings,
} from '../../src/sts/assume-role-with-web-identity';
import { stsClient } from '../../src/sts/client';
import { getCallerIdentity } from '../../src/sts/get-caller-identity';
import { useCleanEnvironment } from '../aws/environment';
import { answerWith, connectionTo, givenUp, lastRequest, never } from '../aws/local-aws';
import { allow } from '../sandbox/sts-client';
import { ACCOUNT, ROLE, Scenario } from '../scenarios/scenario';
import { BROKEN_CREDENTIALS, namelessAnswers, principal } from './session-answers';

useCleanEnvironment();

let scenario: Scenario;
let client: STSClient;
beforeEach(async () => {
  scenario = await Scenario.start();
  scenario.createOidcRole('deploy', { maxSessionDuration: 7200 });
  client = stsClient(connectionTo(scenario.sandbox));
});
afterEach(async () => {
  scenario.calls();
  await scenario.end();
});

const identity = { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/run`, account: ACCOUNT };

function settings(more: Partial<AssumeRoleWithWebIdentitySettings> = {}): AssumeRoleWithWebIdentitySettings {
  return {
    roleArn: ROLE,
    sessionName: 'run',
    duration: 3600,
    policies: { inline: undefined, managed: [] },
    token: 'a.b.c',
    ...more,
  };
}

async function token(): Promise<string> {
  const endpoint = idTokenEndpoint({ ...scenario.sandbox.github.environment() });
  if (!endpoint) throw new Error('no endpoint');
  return fetchIdToken(endpoint, 'sts.amazonaws.com', never, () => undefined);
}

test('a token of GitHub becomes a session, in a request that nobody signs', async () => {
  const given = settings({ token: await token(), duration: 7200 });
  const session = await assumeRoleWithWebIdentity(client, given, never);
  expect(lastRequest(scenario.sandbox)).toEqual({
    service: 'sts',
    caller: undefined,
    params: {
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: ROLE,
      RoleSessionName: 'run',
      DurationSeconds: '7200',
      WebIdentityToken: given.token,
    },
  });
  expect(scenario.sandbox.requests.at(-1)?.headers).not.toHaveProperty('authorization');
  expect(session.identity).toEqual(identity);
  expect(session.credentials.expiration?.getTime()).toBeGreaterThan(Date.now() + 7_000_000);
  const signed = stsClient(connectionTo(scenario.sandbox), session.credentials);
  expect(await getCallerIdentity(signed, never)).toEqual(identity);
});

test('session policies reach AWS', async () => {
  const inline = JSON.stringify(allow('s3:*'));
  const managed = ['arn:aws:iam::aws:policy/ReadOnlyAccess', `arn:aws:iam::${ACCOUNT}:policy/own`];
  const refused = assumeRoleWithWebIdentity(client, settings({ policies: { inline, managed } }), never);
  await expect(refused).rejects.toThrow();
  expect(lastRequest(scenario.sandbox).params).toMatchObject({
    Policy: inline,
    'PolicyArns.member.1.arn': managed[0],
    'PolicyArns.member.2.arn': managed[1],
  });
});

test.each(BROKEN_CREDENTIALS)('an answer without %s is unusual', async (_, xml) => {
  answerWith(
    scenario.sandbox,
    'AssumeRoleWithWebIdentity',
    xml + principal('AssumedRoleUser', 'assumed-role/deploy/run'),
  );
  const call = assumeRoleWithWebIdentity(client, settings(), never);
  await expect(call).rejects.toEqual(new UnusualAnswerError('credentials'));
});

test.each(namelessAnswers('AssumedRoleUser', 'assumed-role/deploy/run'))(
  'an answer with %s',
  async (_, result, named) => {
    answerWith(scenario.sandbox, 'AssumeRoleWithWebIdentity', result);
    expect((await assumeRoleWithWebIdentity(client, settings(), never)).identity).toEqual(named);
  },
);

test('it can be given up', async () => {
  const call = (signal: AbortSignal) => assumeRoleWithWebIdentity(client, settings(), signal);
  expect(await givenUp(scenario.sandbox, call)).toBe('AbortError');
});
