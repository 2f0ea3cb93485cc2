import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { defaultChainCredentials, stsClient } from '../../src/sts/client';
import { getCallerIdentity } from '../../src/sts/get-caller-identity';
import { useCleanEnvironment } from '../aws/environment';
import { connectionTo, never } from '../aws/local-aws';
import { ACCOUNT, EXAMPLE_KEYS } from '../scenarios/scenario';

useCleanEnvironment();

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
  sandbox.account(ACCOUNT).createUser('ci').createAccessKey(EXAMPLE_KEYS);
  // Neither the files nor the metadata of the machine that runs the tests are a source.
  process.env.AWS_SHARED_CREDENTIALS_FILE = '/nowhere/credentials';
  process.env.AWS_CONFIG_FILE = '/nowhere/config';
  process.env.AWS_EC2_METADATA_DISABLED = 'true';
});
afterEach(() => sandbox.close());

test("a user's keys in the environment", async () => {
  process.env.AWS_ACCESS_KEY_ID = EXAMPLE_KEYS.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = EXAMPLE_KEYS.secretAccessKey;
  const credentials = await defaultChainCredentials(connectionTo(sandbox));
  expect(credentials).toEqual(EXAMPLE_KEYS);
  expect(sandbox.requests).toEqual([]);
  const identity = await getCallerIdentity(stsClient(connectionTo(sandbox), credentials), never);
  expect(identity.arn).toBe(`arn:aws:iam::${ACCOUNT}:user/ci`);
});

test('temporary credentials in the environment', async () => {
  process.env.AWS_ACCESS_KEY_ID = 'ASIAIOSFODNN7EXAMPLE';
  process.env.AWS_SECRET_ACCESS_KEY = EXAMPLE_KEYS.secretAccessKey;
  process.env.AWS_SESSION_TOKEN = 'AQoDYXdzEJrEXAMPLETOKEN';
  process.env.AWS_CREDENTIAL_EXPIRATION = '2026-08-01T12:00:00Z';
  expect(await defaultChainCredentials(connectionTo(sandbox))).toEqual({
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    secretAccessKey: EXAMPLE_KEYS.secretAccessKey,
    sessionToken: 'AQoDYXdzEJrEXAMPLETOKEN',
    expiration: new Date('2026-08-01T12:00:00Z'),
  });
});

test('a client without credentials signs with those of the chain', async () => {
  process.env.AWS_ACCESS_KEY_ID = EXAMPLE_KEYS.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = EXAMPLE_KEYS.secretAccessKey;
  const { arn } = await getCallerIdentity(stsClient(connectionTo(sandbox)), never);
  expect(arn).toBe(`arn:aws:iam::${ACCOUNT}:user/ci`);
});

test('none anywhere', async () => {
  await expect(defaultChainCredentials(connectionTo(sandbox))).rejects.toMatchObject({
    name: 'CredentialsProviderError',
  });
});
