import { createPrivateKey, X509Certificate } from 'node:crypto';
import { CertificateAuthority } from '../../sandbox/roles-anywhere/certificate-authority';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import type { Connection } from '../../src/aws/connection';
import { ActionError } from '../../src/errors/action-error';
import { systemClock } from '../../src/network/clock';
import { connectRolesAnywhere } from '../../src/roles-anywhere/connect';
import { endpointIn } from '../../src/roles-anywhere/endpoint';
import { useCleanEnvironment } from '../aws/environment';
import { connection } from '../aws/local-aws';

useCleanEnvironment();

describe('the endpoint', () => {
  test.each<[what: string, given: Partial<Connection>, env: NodeJS.ProcessEnv, host: string]>([
    ['of the region', {}, {}, 'rolesanywhere.us-east-1.amazonaws.com'],
    ['with FIPS by the input', { useFipsEndpoint: true }, {}, 'rolesanywhere-fips.us-east-1.amazonaws.com'],
    ['with FIPS by the variable', {}, { AWS_USE_FIPS_ENDPOINT: 'true' }, 'rolesanywhere-fips.us-east-1.amazonaws.com'],
    [
      'without FIPS, whatever the variable says',
      { useFipsEndpoint: false },
      { AWS_USE_FIPS_ENDPOINT: 'true' },
      'rolesanywhere.us-east-1.amazonaws.com',
    ],
    ['for IPv6', {}, { AWS_USE_DUALSTACK_ENDPOINT: 'true' }, 'rolesanywhere.us-east-1.api.aws'],
    ['of its own variable', {}, { AWS_ENDPOINT_URL_ROLESANYWHERE: 'https://own.example' }, 'own.example'],
    ['of the variable of all', {}, { AWS_ENDPOINT_URL: 'https://all.example' }, 'all.example'],
    [
      'which no variable of another service changes',
      {},
      { AWS_ENDPOINT_URL_STS: 'https://sts.example' },
      'rolesanywhere.us-east-1.amazonaws.com',
    ],
  ])('is that %s', (_, given, env, host) => {
    Object.assign(process.env, env);
    expect(endpointIn('us-east-1', connection(given)).host).toBe(host);
  });
});

describe('an answer', () => {
  const ARN = 'arn:aws:sts::123456789012:assumed-role/deploy/0a';
  const CREDENTIALS = {
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    sessionToken: 'AQoEXAMPLEH4aoAH0gNCAPyJxz4BlCFFxWNE1OPTgk5TthT',
    expiration: '2026-01-31T12:00:00Z',
  };

  let sandbox: Sandbox;
  beforeEach(async () => (sandbox = await startSandbox()));
  afterEach(() => sandbox.close());

  async function sessionFrom(status: number, body: string, headers: Record<string, string> = {}) {
    sandbox.faults.add({ raw: { status, headers, body } });
    process.env.AWS_ENDPOINT_URL_ROLESANYWHERE = `${sandbox.url}/behind/`;
    const issued = await (await CertificateAuthority.create()).issue();
    const calls = { retry: { maxAttempts: 1 }, clock: systemClock, log: () => undefined };
    const rolesAnywhere = await connectRolesAnywhere('eu-central-1', connection(), calls);
    const certificate = {
      leaf: new X509Certificate(issued.certificate),
      chain: [],
      privateKey: createPrivateKey(issued.privateKey),
    };
    const [trustAnchorArn, profileArn, roleArn] = ['anchor', 'profile', 'role'];
    const asked = { certificate, trustAnchorArn, profileArn, roleArn, duration: 900, sessionName: undefined };
    return rolesAnywhere.createSession(asked, 'assume the role');
  }

  const codeOf = (...answer: Parameters<typeof sessionFrom>) =>
    sessionFrom(...answer).then(
      () => 'success',
      (error: unknown) => (error instanceof ActionError ? error.code : String(error)),
    );
  const answer = (credentials: object, arn = ARN) =>
    JSON.stringify({ credentialSet: [{ assumedRoleUser: { arn }, credentials }] });

  test('gives the session, and how far this machine’s clock is ahead; what is before the path of the endpoint stays', async () => {
    const date = new Date(Date.now() - 90_000).toUTCString();
    const { credentials, identity } = await sessionFrom(201, answer(CREDENTIALS), { date });
    const { clockAhead = 0, ...others } = credentials;
    expect(others).toEqual({ ...CREDENTIALS, expiration: new Date(CREDENTIALS.expiration) });
    expect(Math.abs(clockAhead - 90_000)).toBeLessThan(5_000);
    expect(identity).toEqual({ arn: ARN, account: '123456789012' });
    expect(sandbox.requests.map(({ path }) => path)).toEqual(['/behind/sessions']);
  });

  test.each<[what: string, body: string]>([
    ['nothing', ''],
    ['a page', '<html>Log in</html>'],
    ['no credentials', JSON.stringify({ credentialSet: [] })],
    ['a token with a line break', answer({ ...CREDENTIALS, sessionToken: 'a\nb' })],
    ['no secret', answer({ ...CREDENTIALS, secretAccessKey: undefined })],
    ['no ARN of an account', answer(CREDENTIALS, 'deploy')],
  ])('that says it succeeded, with %s, is not of AWS', async (_, body) => {
    expect(await codeOf(201, body)).toBe('unusual-answer');
  });

  test.each<[status: number, code: string, expected: string]>([
    [429, 'ThrottlingException', 'throttled'],
    [500, 'InternalServerException', 'service-unavailable'],
    [403, 'AccessDeniedException', 'access-denied'],
    [400, 'ValidationException', 'unexpected'],
  ])('of status %s with %s, and words that nobody knows, is %s', async (status, code, expected) => {
    expect(await codeOf(status, '{"message":"?"}', { 'x-amzn-errortype': code })).toBe(expected);
  });

  const messageOf = (message: string) =>
    sessionFrom(403, JSON.stringify({ message }), { 'x-amzn-errortype': 'AccessDeniedException' }).then(
      () => 'success',
      (error: unknown) => String(error),
    );

  test.each(['Rejected.', 'The session policy of the profile is malformed.'])(
    'with the words "%s" sends nobody to policies of credentials that there are not',
    async (words) => {
      const said = await messageOf(words);
      expect(said).toContain("Check what AWS's words name. CloudTrail in eu-central-1 has the event CreateSession");
      expect(said).not.toMatch(/whom they belong to|There is no profile/);
    },
  );

  test.each(['Invalid or empty profile provided.', 'Profile not found', 'The profile is disabled.'])(
    'with the words "%s" is about the profile',
    async (words) => {
      expect(await messageOf(words)).toContain('There is no profile profile of IAM Roles Anywhere, or it is disabled');
    },
  );

  test.each(['instanceProperties are required by the profile', 'Missing instance properties'])(
    'with the words "%s" is about a profile that cannot be used',
    async (words) => {
      const said = await messageOf(words);
      expect(said).toContain('profile was made with requireInstanceProperties, and AWS documents no such properties');
      expect(said).toContain('create-profile --no-require-instance-properties');
    },
  );
});
