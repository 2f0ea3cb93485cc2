import { createHash } from 'node:crypto';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import type { AccessKey, Account, User } from '../../sandbox/accounts/account';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { listBuckets } from './s3-client';
import { allow, credentialsOf, deny, stsClient, type Keys } from './sts-client';

let sandbox: Sandbox;
let account: Account;
let user: User;
let key: AccessKey;
beforeEach(async () => {
  sandbox = await startSandbox();
  account = sandbox.account('123456789012');
  user = account.createUser('mona', { policies: [allow('s3:ListAllMyBuckets')] });
  key = user.createAccessKey();
});
afterEach(() => sandbox.close());

const emptyHash = createHash('sha256').digest('hex');

async function refusedCode(keys: Keys, signingDate = new Date()) {
  const response = await listBuckets(sandbox.url, keys, { signingDate });
  const [, code] = /<Code>(\w+)<\/Code>/.exec(await response.text()) ?? [];
  return [response.status, code, sandbox.requests.at(-1)?.errorCode];
}

test.each(['UNSIGNED-PAYLOAD', emptyHash])('lists the buckets of the account, with the payload %s', async (payload) => {
  account.buckets.add('assets').add('logs');
  const response = await listBuckets(sandbox.url, key, { payload });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe(`<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Owner>
    <ID>123456789012</ID>
  </Owner>
  <Buckets>
    <Bucket>
      <Name>assets</Name>
      <CreationDate>2026-01-01T00:00:00.000Z</CreationDate>
    </Bucket>
    <Bucket>
      <Name>logs</Name>
      <CreationDate>2026-01-01T00:00:00.000Z</CreationDate>
    </Bucket>
  </Buckets>
</ListAllMyBucketsResult>
`);
  expect(sandbox.requests).toMatchObject([{ service: 's3', action: 'ListBuckets', caller: user.arn, status: 200 }]);
});

test.each([
  ['without', []],
  ['with a denied', [allow('*'), deny('s3:*')]],
])('is refused %s permission', async (_, policies) => {
  user.policies = policies;
  const response = await listBuckets(sandbox.url, key);
  expect([response.status, await response.text()]).toEqual([
    403,
    '<Error>\n  <Code>AccessDenied</Code>\n  <Message>Access Denied</Message>\n</Error>\n',
  ]);
  expect(sandbox.requests).toMatchObject([{ caller: user.arn, status: 403, errorCode: 'AccessDenied' }]);
});

test('refuses credentials that are no good, in its own words', async () => {
  const unknown = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' };
  expect(await refusedCode(unknown)).toEqual([403, 'InvalidAccessKeyId', 'InvalidAccessKeyId']);
  const wrong = { accessKeyId: key.accessKeyId, secretAccessKey: 'wrong' };
  expect(await refusedCode(wrong)).toEqual([403, 'SignatureDoesNotMatch', 'SignatureDoesNotMatch']);
});

test('refuses a session that has expired', async () => {
  const command = new GetSessionTokenCommand({ DurationSeconds: 900 });
  const session = await credentialsOf(stsClient(sandbox.url, key).send(command));
  sandbox.clock.advance(900_000);
  expect(await refusedCode(session, sandbox.clock.now())).toEqual([400, 'ExpiredToken', 'ExpiredToken']);
});

test('meets faults like the others', async () => {
  sandbox.faults.add({
    service: 's3',
    error: { status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' },
  });
  expect(await refusedCode(key)).toEqual([503, 'SlowDown', 'SlowDown']);
});
