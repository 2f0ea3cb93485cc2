import type { STSClient } from '@aws-sdk/client-sts';
import type { Role, User } from '../../sandbox/accounts/account';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { refusalOf } from '../../src/aws/failure';
import { UnusualAnswerError } from '../../src/network/failure';
import { assumeRole, type AssumeRoleSettings } from '../../src/sts/assume-role';
import { stsClient } from '../../src/sts/client';
import { getCallerIdentity } from '../../src/sts/get-caller-identity';
import { useCleanEnvironment } from '../aws/environment';
import { answerWith, connectionTo, givenUp, lastRequest, never } from '../aws/local-aws';
import { codeOf } from '../sandbox/mfa-code';
import { allow, trust } from '../sandbox/sts-client';
import { ACCOUNT, EXAMPLE_KEYS } from '../scenarios/scenario';
import { BROKEN_CREDENTIALS, credentials, namelessAnswers, principal } from './session-answers';

useCleanEnvironment();

let sandbox: Sandbox;
let user: User;
let role: Role;
let client: STSClient;
beforeEach(async () => {
  sandbox = await startSandbox();
  const account = sandbox.account(ACCOUNT);
  user = account.createUser('ci');
  user.createAccessKey(EXAMPLE_KEYS);
  const actions = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];
  role = account.createRole('deploy', { maxSessionDuration: 7200, trust: trust(user.arn, {}, actions) });
  client = stsClient(connectionTo(sandbox), EXAMPLE_KEYS);
});
afterEach(() => sandbox.close());

function settings(more: Partial<AssumeRoleSettings> = {}): AssumeRoleSettings {
  return {
    roleArn: role.arn,
    sessionName: 'run',
    duration: 3600,
    policies: { inline: undefined, managed: [] },
    externalId: undefined,
    sourceIdentity: undefined,
    mfa: undefined,
    tags: [],
    transitiveTagKeys: [],
    ...more,
  };
}

const least = {
  Action: 'AssumeRole',
  Version: '2011-06-15',
  RoleArn: `arn:aws:iam::${ACCOUNT}:role/deploy`,
  RoleSessionName: 'run',
};

test('a session of the role, asked for with no more than is needed', async () => {
  const session = await assumeRole(client, settings(), never);
  expect(lastRequest(sandbox)).toEqual({
    service: 'sts',
    caller: user.arn,
    params: { ...least, DurationSeconds: '3600' },
  });
  expect(session.identity).toEqual({ arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/run`, account: ACCOUNT });
  expect(await getCallerIdentity(stsClient(connectionTo(sandbox), session.credentials), never)).toEqual(
    session.identity,
  );
});

test('every setting reaches AWS', async () => {
  const device = user.createMfaDevice('ci');
  const code = codeOf(device, sandbox.clock.now());
  const inline = JSON.stringify(allow('s3:ListBucket'));
  await assumeRole(
    client,
    settings({
      duration: 7200,
      policies: { inline, managed: ['arn:aws:iam::aws:policy/ReadOnlyAccess', 'arn:aws:iam::aws:policy/Other'] },
      externalId: 'Unique:ID/1',
      sourceIdentity: 'octo+cat@example',
      mfa: { serial: device.serialNumber, code },
      tags: [
        { key: 'Team', value: 'Größe = 1' },
        { key: 'Empty', value: '' },
      ],
      transitiveTagKeys: ['Team', 'Empty'],
    }),
    never,
  );
  expect(lastRequest(sandbox).params).toEqual({
    ...least,
    DurationSeconds: '7200',
    Policy: inline,
    'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    'PolicyArns.member.2.arn': 'arn:aws:iam::aws:policy/Other',
    ExternalId: 'Unique:ID/1',
    SourceIdentity: 'octo+cat@example',
    SerialNumber: device.serialNumber,
    TokenCode: code,
    'Tags.member.1.Key': 'Team',
    'Tags.member.1.Value': 'Größe = 1',
    'Tags.member.2.Key': 'Empty',
    'Tags.member.2.Value': '',
    'TransitiveTagKeys.member.1': 'Team',
    'TransitiveTagKeys.member.2': 'Empty',
  });
});

test('a proof of MFA and an external ID open a role that asks for them', async () => {
  const device = user.createMfaDevice('ci');
  const conditions = { Bool: { 'aws:MultiFactorAuthPresent': 'true' }, StringEquals: { 'sts:ExternalId': 'ours' } };
  const { arn } = sandbox.account(ACCOUNT).createRole('guarded', { trust: trust(user.arn, conditions) });
  const proof = () => ({ serial: device.serialNumber, code: codeOf(device, sandbox.clock.now()) });
  const refused = settings({ roleArn: arn, externalId: 'ours' });
  await expect(assumeRole(client, refused, never)).rejects.toMatchObject({ name: 'AccessDenied' });
  const session = await assumeRole(client, { ...refused, mfa: proof() }, never);
  expect(session.identity.arn).toMatch(/assumed-role\/guarded\/run$/);
});

test("the answer's parts become ours", async () => {
  answerWith(sandbox, 'AssumeRole', credentials() + principal('AssumedRoleUser', 'assumed-role/deploy/run'));
  expect(await assumeRole(client, settings(), never)).toEqual({
    credentials: {
      accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      sessionToken: 'AQoDYXdzEJrEXAMPLETOKEN',
      expiration: new Date('2026-08-01T12:00:00Z'),
      clockAhead: expect.any(Number) as number,
    },
    identity: { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/run`, account: ACCOUNT },
  });
});

test.each([-30, 0, 30])('how far this machine is ahead of AWS, if that is %i minutes', async (minutes) => {
  sandbox.clock.advance(-minutes * 60_000);
  answerWith(sandbox, 'AssumeRole', credentials() + principal('AssumedRoleUser', 'assumed-role/deploy/run'));
  const { clockAhead = Number.NaN } = (await assumeRole(client, settings(), never)).credentials;
  // The answer's time is in whole seconds.
  expect(Math.abs(clockAhead - minutes * 60_000)).toBeLessThan(5_000);
});

test('credentials without an expiration have none', async () => {
  const user = principal('AssumedRoleUser', 'assumed-role/deploy/run');
  answerWith(sandbox, 'AssumeRole', credentials('Expiration') + user);
  expect((await assumeRole(client, settings(), never)).credentials.expiration).toBeUndefined();
});

test.each(BROKEN_CREDENTIALS)('an answer without %s is unusual', async (_, xml) => {
  answerWith(sandbox, 'AssumeRole', xml + principal('AssumedRoleUser', 'assumed-role/deploy/run'));
  await expect(assumeRole(client, settings(), never)).rejects.toEqual(new UnusualAnswerError('credentials'));
});

test.each(namelessAnswers('AssumedRoleUser', 'assumed-role/deploy/run'))(
  'an answer with %s',
  async (_, result, identity) => {
    answerWith(sandbox, 'AssumeRole', result);
    expect((await assumeRole(client, settings(), never)).identity).toEqual(identity);
  },
);

test("a refusal comes as AWS words it, with AWS's time", async () => {
  sandbox.clock.advance(60_000);
  const call = assumeRole(client, settings({ roleArn: `arn:aws:iam::${ACCOUNT}:role/other` }), never);
  const refusal = refusalOf(await call.catch((error: unknown) => error));
  expect(refusal).toMatchObject({
    code: 'AccessDenied',
    status: 403,
    message: `User: ${user.arn} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${ACCOUNT}:role/other`,
  });
  expect((refusal?.date?.getTime() ?? 0) - Date.now()).toBeGreaterThan(50_000);
});

test('one request is one attempt', async () => {
  sandbox.faults.add({ error: { status: 503, code: 'ServiceUnavailable', message: 'later' } });
  await expect(assumeRole(client, settings(), never)).rejects.toThrow('later');
  expect(sandbox.requests).toHaveLength(1);
});

test('it can be given up', async () => {
  expect(await givenUp(sandbox, (signal) => assumeRole(client, settings(), signal))).toBe('AbortError');
});
