import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import type { CallSettings } from '../../src/network/call';
import { systemClock } from '../../src/network/clock';
import { stsClient } from '../../src/sts/client';
import { searchDefaultChain, type FailedSource } from '../../src/sts/default-chain';
import { getCallerIdentity } from '../../src/sts/get-caller-identity';
import { useCleanEnvironment } from '../aws/environment';
import { connectionTo, connectionToAws, never } from '../aws/local-aws';
import { inJob, useJobDirectory } from '../runner/job-files';
import { ACCOUNT, EXAMPLE_KEYS, REGION, ROLE } from '../scenarios/scenario';

useCleanEnvironment();

useJobDirectory();

// Nobody waits for what is tried again.
const settings: CallSettings = {
  retry: { maxAttempts: 3 },
  clock: { ...systemClock, sleep: () => Promise.resolve() },
  log: (line) => logged.push(line),
};
const search = () => searchDefaultChain(connectionTo(sandbox), settings);
let logged: string[];
const writeProfile = (name: string, settings: Readonly<Record<string, string>>) => {
  const lines = Object.entries(settings).map(([setting, value]) => `${setting} = ${value}`);
  writeFileSync(inJob('credentials'), [`[${name}]`, ...lines, ''].join('\n'));
};

let sandbox: Sandbox;
beforeEach(async () => {
  logged = [];
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
  expect(await search()).toEqual({ source: 'environment', credentials: EXAMPLE_KEYS });
  expect(sandbox.requests).toEqual([]);
  const identity = await getCallerIdentity(stsClient(connectionTo(sandbox), { ...EXAMPLE_KEYS }), never);
  expect(identity.arn).toBe(`arn:aws:iam::${ACCOUNT}:user/ci`);
});

test('temporary credentials in the environment', async () => {
  process.env.AWS_ACCESS_KEY_ID = 'ASIAIOSFODNN7EXAMPLE';
  process.env.AWS_SECRET_ACCESS_KEY = EXAMPLE_KEYS.secretAccessKey;
  process.env.AWS_SESSION_TOKEN = 'AQoDYXdzEJrEXAMPLETOKEN';
  process.env.AWS_CREDENTIAL_EXPIRATION = '2026-08-01T12:00:00Z';
  const credentials = {
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    secretAccessKey: EXAMPLE_KEYS.secretAccessKey,
    sessionToken: 'AQoDYXdzEJrEXAMPLETOKEN',
    expiration: new Date('2026-08-01T12:00:00Z'),
  };
  expect(await search()).toEqual({ source: 'environment', credentials });
});

test('a client without credentials signs with those of the chain', async () => {
  process.env.AWS_ACCESS_KEY_ID = EXAMPLE_KEYS.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = EXAMPLE_KEYS.secretAccessKey;
  const { arn } = await getCallerIdentity(stsClient(connectionTo(sandbox)), never);
  expect(arn).toBe(`arn:aws:iam::${ACCOUNT}:user/ci`);
});

test('none anywhere: each source that was asked, in its own words', async () => {
  expect(await search()).toMatchObject({
    failed: [
      { source: 'environment', words: 'Unable to find environment variable credentials.' },
      { source: 'profile', words: expect.stringContaining('profile: [default]') as string },
    ],
  });
});

test('a profile that AWS_PROFILE names comes before keys in the environment', async () => {
  process.env.AWS_ACCESS_KEY_ID = 'AKIAI44QH8DHBEXAMPLE';
  process.env.AWS_SECRET_ACCESS_KEY = EXAMPLE_KEYS.secretAccessKey;
  process.env.AWS_PROFILE = 'ci';
  process.env.AWS_SHARED_CREDENTIALS_FILE = inJob('credentials');
  writeProfile('ci', {
    aws_access_key_id: EXAMPLE_KEYS.accessKeyId,
    aws_secret_access_key: EXAMPLE_KEYS.secretAccessKey,
  });
  expect(await search()).toEqual({ source: 'profile', credentials: EXAMPLE_KEYS });
});

test.each(['tomorrow', 1893456000000.5e9, '2030-01-01T00:00:00.000.000Z'])(
  'a program of a profile that gives %s for the end of credentials does not say when they end',
  async (Expiration) => {
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = EXAMPLE_KEYS;
    writeFileSync(inJob('answer'), JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey, Expiration }));
    process.env.AWS_PROFILE = 'program';
    process.env.AWS_SHARED_CREDENTIALS_FILE = inJob('credentials');
    writeProfile('program', { credential_process: `cat ${inJob('answer')}` });
    expect(await search()).toEqual({ source: 'profile', credentials: EXAMPLE_KEYS });
  },
);

describe('a source that must call AWS for its credentials', () => {
  const ROLE = `arn:aws:iam::${ACCOUNT}:role/deploy`;
  const region = 'us-west-2';
  const raw = (body: string) => ({ raw: { status: 200, headers: { 'content-type': 'text/xml' }, body } });
  const given = {
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'secret/EXAMPLEKEY',
    sessionToken: 'TOKENEXAMPLE',
  };
  const answer = (action: string) =>
    raw(
      `<${action}Response><${action}Result><Credentials><AccessKeyId>${given.accessKeyId}</AccessKeyId>` +
        `<SecretAccessKey>${given.secretAccessKey}</SecretAccessKey><SessionToken>${given.sessionToken}</SessionToken>` +
        `</Credentials></${action}Result></${action}Response>`,
    );
  beforeEach(() => {
    process.env.AWS_SHARED_CREDENTIALS_FILE = inJob('credentials');
    process.env.AWS_CONFIG_FILE = inJob('config');
    process.env.HOME = inJob('');
    writeFileSync(inJob('token'), 'e30.e30.c2ln');
  });

  /** Where the search sent what, and what it found, by the endpoint and by AWS's own behind a proxy. */
  async function searchBoth() {
    const found = await Promise.all([search(), searchDefaultChain(connectionToAws(sandbox), settings)]);
    expect(found[1]).toEqual(found[0]);
    return found[0];
  }

  test('the token file that variables name', async () => {
    process.env.AWS_WEB_IDENTITY_TOKEN_FILE = inJob('token');
    process.env.AWS_ROLE_ARN = ROLE;
    sandbox.faults.add({ action: 'AssumeRoleWithWebIdentity', ...answer('AssumeRoleWithWebIdentity') });
    expect(await searchBoth()).toMatchObject({ source: 'token file', credentials: given });
    expect(sandbox.requests).toHaveLength(2);
    expect(sandbox.requests[0]?.params).toMatchObject({ RoleArn: ROLE, WebIdentityToken: 'e30.e30.c2ln' });
  });

  test('a profile with a token file', async () => {
    process.env.AWS_PROFILE = 'web';
    writeProfile('web', { role_arn: ROLE, web_identity_token_file: inJob('token'), region });
    sandbox.faults.add({ action: 'AssumeRoleWithWebIdentity', ...answer('AssumeRoleWithWebIdentity') });
    expect(await searchBoth()).toMatchObject({ source: 'profile', credentials: given });
    expect(sandbox.requests).toHaveLength(2);
  });

  test('a profile with a role, in the region of the step', async () => {
    process.env.AWS_PROFILE = 'role';
    const keys = `aws_access_key_id = ${EXAMPLE_KEYS.accessKeyId}\naws_secret_access_key = ${EXAMPLE_KEYS.secretAccessKey}`;
    const role = `role_arn = ${ROLE}\nsource_profile = keys\nregion = ${region}`;
    writeFileSync(inJob('credentials'), `[keys]\n${keys}\n\n[role]\n${role}\n`);
    sandbox.faults.add({ action: 'AssumeRole', ...answer('AssumeRole') });
    expect(await searchBoth()).toMatchObject({ source: 'profile', credentials: given });
    expect(sandbox.requests).toHaveLength(2);
    for (const { headers } of sandbox.requests) {
      expect(headers.authorization).toContain(`/${REGION}/sts/aws4_request`);
      expect(headers['user-agent']).toContain('aws-identity-action');
    }
  });

  describe.each(['AssumeRoleWithWebIdentity', 'AssumeRole'])('by %s', (action) => {
    const patient = { ...settings, retry: { maxAttempts: 12 } };
    beforeEach(() => {
      if (action === 'AssumeRoleWithWebIdentity') {
        process.env.AWS_WEB_IDENTITY_TOKEN_FILE = inJob('token');
        process.env.AWS_ROLE_ARN = ROLE;
        return;
      }
      process.env.AWS_PROFILE = 'role';
      const keys = `aws_access_key_id = ${EXAMPLE_KEYS.accessKeyId}\naws_secret_access_key = ${EXAMPLE_KEYS.secretAccessKey}`;
      writeFileSync(inJob('credentials'), `[keys]\n${keys}\n\n[role]\nrole_arn = ${ROLE}\nsource_profile = keys\n`);
    });

    test.each<[status: number, code: string, message: string]>([
      [400, 'Throttling', 'Rate exceeded'],
      [503, 'ServiceUnavailable', 'later'],
      [400, 'IDPCommunicationError', 'An error occurred'],
    ])('%s %s is waited for, as where a step assumes a role itself', async (status, code, message) => {
      sandbox.faults.add({ action, times: 5, error: { status, code, message } });
      sandbox.faults.add({ action, ...answer(action) });
      const found = await searchDefaultChain(connectionTo(sandbox), patient);
      expect(found).toMatchObject({ credentials: given });
      expect(sandbox.requests).toHaveLength(6);
      expect(logged).toHaveLength(5);
      expect(logged[4]).toContain(`${code}: ${message}. Attempt 6 of 12`);
    });

    test('a connection that breaks is, too', async () => {
      sandbox.faults.add({ action, times: 5, reset: true });
      sandbox.faults.add({ action, ...answer(action) });
      expect(await searchDefaultChain(connectionTo(sandbox), patient)).toMatchObject({ credentials: given });
    });

    test('a refusal is not', async () => {
      sandbox.faults.add({ action, error: { status: 403, code: 'AccessDenied', message: 'no' } });
      expect(await searchDefaultChain(connectionTo(sandbox), patient)).toHaveProperty('failed');
      expect(sandbox.requests).toHaveLength(1);
    });
  });

  test('a sign-in at IAM Identity Center, which has another host, through the same proxy', async () => {
    process.env.AWS_PROFILE = 'person';
    process.env.AWS_ENDPOINT_URL_SSO = 'http://portal.sso.us-west-2.amazonaws.com';
    const start = 'https://acme.awsapps.com/start';
    const sso = `sso_start_url = ${start}\nsso_region = us-west-2\nsso_account_id = ${ACCOUNT}\nsso_role_name = admin`;
    writeFileSync(inJob('config'), `[profile person]\n${sso}\n`);
    mkdirSync(inJob('.aws/sso/cache'), { recursive: true });
    const cache = createHash('sha1').update(start).digest('hex');
    const signedIn = {
      accessToken: 'TOKENEXAMPLE',
      expiresAt: '2030-01-01T00:00:00Z',
      region: 'us-west-2',
      startUrl: start,
    };
    writeFileSync(inJob(`.aws/sso/cache/${cache}.json`), JSON.stringify(signedIn));
    const body = JSON.stringify({ roleCredentials: { ...given, expiration: 1893456000000 } });
    sandbox.faults.add({
      path: '/federation/credentials',
      raw: { status: 200, headers: { 'content-type': 'application/json' }, body },
    });
    const found = await searchDefaultChain(connectionToAws(sandbox), settings);
    expect(found).toMatchObject({ source: 'profile', credentials: given });
    expect(sandbox.requests.map(({ path, headers }) => [path, headers.host])).toEqual([
      ['/federation/credentials', 'portal.sso.us-west-2.amazonaws.com'],
    ]);
  });
});

/** What gives credentials to a container or a machine, on this machine. */
describe('a service of the container or the machine', () => {
  let server: Server;
  let answers: Record<string, readonly [status: number, body: string]>;
  beforeEach(async () => {
    server = createServer(({ method = '', url = '' }, response) => {
      const [status, body] = answers[`${method} ${url}`] ?? [404, 'Not Found'];
      response.writeHead(status).end(body);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(() => server.close());
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answer = (found: object) => JSON.stringify({ Token: '', Expiration: '2030-01-01T00:00:00Z', ...found });
  const KEY = { AccessKeyId: EXAMPLE_KEYS.accessKeyId, SecretAccessKey: EXAMPLE_KEYS.secretAccessKey };
  const ROLES = '/latest/meta-data/iam/security-credentials/';
  const expiration = new Date('2030-01-01T00:00:00Z');

  test('gives credentials to a container', async () => {
    process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = `${url()}/role`;
    answers = { 'GET /role': [200, answer(KEY)] };
    expect(await search()).toEqual({ source: 'container', credentials: { ...EXAMPLE_KEYS, expiration } });
  });

  test('refuses a container, and says why', async () => {
    process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = `${url()}/role`;
    answers = { 'GET /role': [400, 'AccessDeniedException: EKS may not assume the associated role.\n'] };
    const { failed } = (await search()) as { failed: readonly FailedSource[] };
    expect(failed.at(-1)).toMatchObject({
      source: 'container',
      words: 'HTTP 400: AccessDeniedException: EKS may not assume the associated role.',
    });
  });

  test.each([429, 503])('is busy for a container (%s), and is asked again', async (status) => {
    process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = `${url()}/role`;
    answers = { 'GET /role': [status, 'busy'] };
    const waiting = {
      ...settings,
      log(line: string) {
        logged.push(line);
        answers = { 'GET /role': [200, answer(KEY)] };
      },
    };
    expect(await searchDefaultChain(connectionTo(sandbox), waiting)).toMatchObject({ source: 'container' });
    expect(logged).toEqual([expect.stringContaining(`Server responded with status: ${status}. Attempt 2 of 3`)]);
  });

  test.each(['http://elsewhere.example/role', 'http://169.254.170.2@elsewhere.example/role'])(
    'is not given the token of a container at %s, which the SDK does not ask either',
    async (uri) => {
      process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = uri;
      process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN = 'TOKENEXAMPLE';
      const asked = jest.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('asked'));
      const { failed } = (await search()) as { failed: readonly FailedSource[] };
      expect(asked).not.toHaveBeenCalled();
      asked.mockRestore();
      expect(failed.at(-1)?.words).toContain('URL not accepted');
    },
  );

  test('refuses a machine, and says why', async () => {
    process.env.AWS_EC2_METADATA_DISABLED = 'false';
    process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT = url();
    const refusal = { Code: 'AssumeRoleUnauthorizedAccess', Message: 'EC2 cannot assume the role build.' };
    answers = {
      'PUT /latest/api/token': [200, 'TOKENEXAMPLE'],
      [`GET ${ROLES}`]: [200, 'build'],
      [`GET ${ROLES}build`]: [200, JSON.stringify(refusal)],
    };
    const { failed } = (await search()) as { failed: readonly FailedSource[] };
    expect(failed.at(-1)).toMatchObject({
      source: 'machine',
      words: 'AssumeRoleUnauthorizedAccess: EC2 cannot assume the role build. (the role is build)',
    });
  });

  test.each([429, 503])('is busy for a machine (%s), and is asked again', async (status) => {
    process.env.AWS_EC2_METADATA_DISABLED = 'false';
    process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT = url();
    const ready = {
      'PUT /latest/api/token': [200, 'TOKENEXAMPLE'],
      [`GET ${ROLES}`]: [200, 'build'],
      [`GET ${ROLES}build`]: [200, answer({ Code: 'Success', ...KEY })],
    } as const;
    answers = { ...ready, [`GET ${ROLES}`]: [status, 'busy'] };
    const waiting = {
      ...settings,
      log(line: string) {
        logged.push(line);
        answers = ready;
      },
    };
    const found = { source: 'machine', credentials: { ...EXAMPLE_KEYS, expiration } };
    expect(await searchDefaultChain(connectionTo(sandbox), waiting)).toEqual(found);
    expect(logged).toEqual([expect.stringContaining('Attempt 2 of 3')]);
  });

  test('has no role for a machine', async () => {
    process.env.AWS_EC2_METADATA_DISABLED = 'false';
    process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT = url();
    answers = { 'PUT /latest/api/token': [200, 'TOKENEXAMPLE'] };
    const { failed } = (await search()) as { failed: readonly FailedSource[] };
    expect(failed.at(-1)).toMatchObject({ source: 'machine', words: expect.stringContaining('metadata') as string });
  });
});

describe('a token file', () => {
  const fail = (message: string) => {
    writeFileSync(inJob('token'), 'e30.e30.c2ln');
    process.env.AWS_WEB_IDENTITY_TOKEN_FILE = inJob('token');
    process.env.AWS_ROLE_ARN = ROLE;
    process.env.AWS_ENDPOINT_URL_STS = sandbox.url;
    const error = { status: 400, code: 'InvalidIdentityToken', message };
    sandbox.faults.add({ action: 'AssumeRoleWithWebIdentity', error });
  };
  const KEYS_NOT_FETCHED = "Couldn't retrieve verification key from your identity provider";

  test('whose keys AWS could not fetch is sent again', async () => {
    fail(KEYS_NOT_FETCHED);
    expect(await search()).toMatchObject({ failed: [{}, {}, { source: 'token file' }] });
    expect(sandbox.requests).toHaveLength(3);
    expect(logged[0]).toContain(
      `Credentials of the token file: InvalidIdentityToken: ${KEYS_NOT_FETCHED}. Attempt 2 of 3`,
    );
  });

  test('that AWS does not accept is not', async () => {
    fail('Incorrect token audience');
    expect(await search()).toMatchObject({ failed: [{}, {}, { source: 'token file' }] });
    expect(sandbox.requests).toHaveLength(1);
  });
});
