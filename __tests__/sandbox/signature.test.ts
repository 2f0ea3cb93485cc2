import { AssumeRoleCommand, GetAccessKeyInfoCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { credentialsOf, refusal, stsClient, trust } from './sts-client';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

const whoAmI = new GetCallerIdentityCommand({});
const invalidToken = {
  status: 403,
  code: 'InvalidClientTokenId',
  message: 'The security token included in the request is invalid.',
};

function createUser() {
  return sandbox.account('123456789012').createUser('mona', { path: '/machine/' });
}

function startSession(user = createUser()) {
  const role = sandbox.account('123456789012').createRole('deploy', { trust: trust(user.arn) });
  const assume = new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'try', DurationSeconds: 900 });
  return credentialsOf(stsClient(sandbox.url, user.createAccessKey()).send(assume));
}

test('a user learns who it is', async () => {
  const user = createUser();
  const answer = await stsClient(sandbox.url, user.createAccessKey()).send(whoAmI);
  expect(answer).toMatchObject({
    Arn: 'arn:aws:iam::123456789012:user/machine/mona',
    Account: '123456789012',
    UserId: user.id,
  });
  expect(answer.$metadata.requestId).toMatch(/^[\da-f-]{36}$/);
  expect(sandbox.requests).toMatchObject([
    { service: 'sts', action: 'GetCallerIdentity', caller: user.arn, status: 200, params: { Version: '2011-06-15' } },
  ]);
});

test('keys look like those in the documentation', () => {
  const { accessKeyId, secretAccessKey } = createUser().createAccessKey();
  expect(accessKeyId).toMatch(/^AKIA[A-Z2-7]{9}EXAMPLE$/);
  expect(secretAccessKey).toMatch(/^[A-Za-z0-9/+]{30}EXAMPLEKEY$/);
});

test('a test decides which characters a secret has', async () => {
  sandbox.settings.secretAlphabet = '/+';
  const key = createUser().createAccessKey();
  expect(key.secretAccessKey).toMatch(/^[/+]{30}EXAMPLEKEY$/);
  await stsClient(sandbox.url, key).send(whoAmI);
});

test('a given key works', async () => {
  const key = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
  createUser().createAccessKey(key);
  await stsClient(sandbox.url, key).send(whoAmI);
});

test('an unsigned request is refused, in XML', async () => {
  const response = await fetch(sandbox.url, {
    method: 'POST',
    body: new URLSearchParams({ Action: 'GetCallerIdentity', Version: '2011-06-15' }),
  });
  const id = response.headers.get('x-amzn-requestid');
  expect(response.status).toBe(403);
  expect(response.headers.get('content-type')).toBe('text/xml');
  expect(await response.text()).toBe(`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>MissingAuthenticationToken</Code>
    <Message>Request is missing Authentication Token</Message>
  </Error>
  <RequestId>${id ?? ''}</RequestId>
</ErrorResponse>
`);
});

test('a malformed Authorization header is refused', async () => {
  const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE' };
  const response = await fetch(`${sandbox.url}/?Action=GetCallerIdentity&Version=2011-06-15`, { headers });
  expect(response.status).toBe(400);
  expect(sandbox.requests[0]?.errorCode).toBe('IncompleteSignature');
});

test('unknown and inactive keys are refused', async () => {
  const unknown = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' };
  expect(await refusal(stsClient(sandbox.url, unknown).send(whoAmI))).toEqual(invalidToken);
  const inactive = createUser().createAccessKey();
  inactive.status = 'Inactive';
  expect(await refusal(stsClient(sandbox.url, inactive).send(whoAmI))).toEqual(invalidToken);
});

test('a wrong secret is refused', async () => {
  const { accessKeyId } = createUser().createAccessKey();
  expect(await refusal(stsClient(sandbox.url, { accessKeyId, secretAccessKey: 'wrong' }).send(whoAmI))).toEqual({
    status: 403,
    code: 'SignatureDoesNotMatch',
    message:
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access ' +
      'Key and signing method. Consult the service documentation for details.',
  });
  expect(sandbox.requests[0]?.caller).toBeUndefined();
});

test('a body that was changed on its way is refused', async () => {
  const client = stsClient(sandbox.url, createUser().createAccessKey());
  client.middlewareStack.add(
    (next) => (args) => {
      Object.assign(args.request as object, { body: 'Version=2011-06-15&Action=GetCallerIdentity' });
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'tamper' },
  );
  expect((await refusal(client.send(whoAmI))).code).toBe('SignatureDoesNotMatch');
});

test('temporary credentials work until they expire', async () => {
  const credentials = await startSession();
  expect(credentials.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{9}EXAMPLE$/);
  expect((await stsClient(sandbox.url, credentials).send(whoAmI)).Arn).toBe(
    'arn:aws:sts::123456789012:assumed-role/deploy/try',
  );
  sandbox.clock.advance(901_000);
  const late = stsClient(sandbox.url, credentials, { systemClockOffset: 901_000 });
  expect(await refusal(late.send(whoAmI))).toEqual({
    status: 403,
    code: 'ExpiredToken',
    message: 'The security token included in the request is expired',
  });
});

test('temporary credentials need their own session token', async () => {
  const credentials = await startSession();
  const other = { ...credentials, SessionToken: 'other' };
  expect(await refusal(stsClient(sandbox.url, other).send(whoAmI))).toEqual(invalidToken);
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = credentials;
  expect(await refusal(stsClient(sandbox.url, { accessKeyId, secretAccessKey }).send(whoAmI))).toEqual(invalidToken);
});

test.each([
  [400_000, /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$/],
  [-400_000, /^Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 5 min\.\)$/],
])('a clock that is %i ms off is refused, and the Date of the answer tells the right time', async (skew, message) => {
  sandbox.clock.advance(skew);
  const client = stsClient(sandbox.url, createUser().createAccessKey());
  const refused = await refusal(client.send(whoAmI));
  expect(refused).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
  expect(refused.message).toMatch(message);
  await client.send(whoAmI);
});

test('a clock that is four minutes off will do', async () => {
  sandbox.clock.advance(240_000);
  await stsClient(sandbox.url, createUser().createAccessKey()).send(whoAmI);
});

test('a region that the account has disabled is refused', async () => {
  sandbox.account('123456789012').disabledRegions.add('ap-east-1');
  const key = createUser().createAccessKey();
  await stsClient(sandbox.url, key).send(whoAmI);
  expect(await refusal(stsClient(sandbox.url, key, { region: 'ap-east-1' }).send(whoAmI))).toEqual({
    status: 403,
    code: 'RegionDisabledException',
    message:
      'STS is not activated in this region for account:123456789012. Your account administrator can activate STS in ' +
      'this region using the IAM Console.',
  });
});

test('an unknown operation or version is refused', async () => {
  for (const [action, version] of [
    ['Dance', '2011-06-15'],
    ['GetCallerIdentity', '2000-01-01'],
    ['toString', '2011-06-15'],
  ]) {
    const response = await fetch(`${sandbox.url}/?Action=${action ?? ''}&Version=${version ?? ''}`);
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(text).toContain('<Code>InvalidAction</Code>');
    expect(text).toContain(`Could not find operation ${action ?? ''} for version ${version ?? ''}`);
  }
});

test('an unknown path is not found, and recorded', async () => {
  expect((await fetch(`${sandbox.url}/elsewhere`)).status).toBe(404);
  expect(sandbox.requests).toMatchObject([{ service: 'unknown', path: '/elsewhere', status: 404 }]);
});

test('any key has an account', async () => {
  const user = createUser();
  const client = stsClient(sandbox.url, user.createAccessKey());
  const other = sandbox.account('210987654321').createUser('hubot').createAccessKey();
  const ask = (AccessKeyId: string) => client.send(new GetAccessKeyInfoCommand({ AccessKeyId }));
  expect((await ask(other.accessKeyId)).Account).toBe('210987654321');
  const { AccessKeyId = '' } = await startSession(user);
  expect((await ask(AccessKeyId)).Account).toBe('123456789012');
  expect(await refusal(ask('AKIAIOSFODNN7EXAMPLE'))).toMatchObject({ status: 400, code: 'ValidationError' });
  expect((await refusal(ask('short'))).message).toBe(
    "1 validation error detected: Value 'short' at 'accessKeyId' failed to satisfy constraint: Member must have " +
      'length greater than or equal to 16',
  );
});
