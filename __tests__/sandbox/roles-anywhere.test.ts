import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { IssuedCertificate } from '../../sandbox/roles-anywhere/certificate-authority';
import type { Profile, TrustAnchor } from '../../sandbox/roles-anywhere/resources';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { signedHeaders } from '../../src/roles-anywhere/sign';
import { roleForCertificates, testAuthority } from '../scenarios/certificates';

const REGION = 'eu-central-1';

let sandbox: Sandbox;
let anchor: TrustAnchor;
let profile: Profile;
let issued: IssuedCertificate;
let role: string;
beforeEach(async () => {
  sandbox = await startSandbox();
  const account = sandbox.account('123456789012');
  const authority = await testAuthority();
  issued = await authority.issue({ dnsNames: ['a.example'] });
  role = roleForCertificates(account, 'deploy', { maxSessionDuration: 7200 }).arn;
  anchor = sandbox.rolesAnywhere.createTrustAnchor(account, { region: REGION, certificates: [authority.certificate] });
  profile = sandbox.rolesAnywhere.createProfile(account, { region: REGION, roles: [role], durationSeconds: 7200 });
});
afterEach(() => sandbox.close());

interface Changed {
  readonly body?: object;
  /** What is sent in the place of what was signed. */
  readonly sent?: {
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly path?: string;
  };
  readonly region?: string;
  /** Milliseconds by which the time of the signature is off. */
  readonly skew?: number;
  readonly key?: string;
}

/** Asks for a session, and gives the status and what was answered. */
async function ask({ body: more = {}, sent = {}, region = REGION, skew = 0, key = issued.privateKey }: Changed = {}) {
  const url = new URL('/sessions', sandbox.url);
  const body = JSON.stringify({ trustAnchorArn: anchor.arn, profileArn: profile.arn, roleArn: role, ...more });
  const certificate = { leaf: new X509Certificate(issued.certificate), chain: [], privateKey: createPrivateKey(key) };
  const unsigned = { method: 'POST', url, contentType: 'application/json', body };
  const { host, ...headers } = signedHeaders(unsigned, certificate, { region, time: Date.now() + skew });
  expect(host).toBe(url.host);
  const answer = await fetch(new URL(sent.path ?? '/sessions', sandbox.url), {
    method: 'POST',
    headers: { ...headers, ...sent.headers },
    body: sent.body ?? body,
  });
  const data = (await answer.json()) as Answered;
  return { status: answer.status, type: answer.headers.get('x-amzn-errortype'), ...data };
}

interface Answered {
  readonly message?: string;
  readonly credentialSet?: readonly {
    readonly sourceIdentity: string;
    readonly credentials: { readonly expiration: string };
  }[];
}

const INVALID = { status: 403, type: 'AccessDeniedException', message: 'Invalid signature' };

test('a session has the common name as its source identity, and tags of the certificate', async () => {
  const { status, credentialSet } = await ask();
  expect([status, credentialSet?.[0]?.sourceIdentity]).toEqual([201, 'CN=deploy']);
  const [session] = sandbox.world.sessions.values();
  expect(session?.tags).toEqual({
    'x509Subject/CN': 'deploy',
    'x509Subject/O': 'octo',
    'x509Issuer/CN': 'Root',
    'x509Issuer/O': 'octo',
    'x509SAN/DNS': 'a.example',
  });
  expect(session?.transitiveTagKeys).toEqual([]);
});

test.each<[asked: number | undefined, lasts: number]>([
  [undefined, 7200],
  [900, 900],
  [7200, 7200],
])('a session for which %s seconds are asked lasts %s', async (durationSeconds, lasts) => {
  const before = sandbox.clock.now().getTime();
  const { credentialSet } = await ask({ body: { durationSeconds } });
  const seconds = (Date.parse(credentialSet?.[0]?.credentials.expiration ?? '') - before) / 1000;
  expect(Math.abs(seconds - lasts)).toBeLessThan(5);
});

test.each([899, 43_201, 1.5])('a session of %s seconds is refused', async (durationSeconds) => {
  expect(await ask({ body: { durationSeconds } })).toMatchObject({ status: 400, type: 'ValidationException' });
});

test.each<[what: string, changed: () => Changed | Promise<Changed>]>([
  [
    'another body',
    () => ({
      sent: {
        body: JSON.stringify({
          trustAnchorArn: anchor.arn,
          profileArn: profile.arn,
          roleArn: role,
          durationSeconds: 900,
        }),
      },
    }),
  ],
  ['another query', () => ({ sent: { path: '/sessions?durationSeconds=900' } })],
  ['another type of its body', () => ({ sent: { headers: { 'content-type': 'text/plain' } } })],
  ['a scope of another region', () => ({ region: 'us-east-1' })],
  ['a clock behind', () => ({ skew: -6 * 60_000 })],
  ['a clock ahead', () => ({ skew: 6 * 60_000 })],
  ['a key of another certificate', async () => ({ key: (await (await testAuthority()).issue()).privateKey })],
  ['no signature', () => ({ sent: { headers: { authorization: 'none' } } })],
])('a signature with %s is refused as not valid', async (_, changed) => {
  expect(await ask(await changed())).toMatchObject(INVALID);
  expect(sandbox.world.sessions.size).toBe(0);
});

test('a clock that is four minutes off is not', async () => {
  expect(await ask({ skew: -4 * 60_000 })).toMatchObject({ status: 201 });
});

test('a profile of another region is none', async () => {
  const other = sandbox.rolesAnywhere.createProfile(sandbox.account('123456789012'), {
    region: 'us-east-1',
    roles: [role],
  });
  expect(await ask({ body: { profileArn: other.arn } })).toMatchObject({
    message: 'Invalid or empty profile provided.',
  });
});

test('more than 10 a second are refused with status 429', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => ask()));
  const refused = answers.filter(({ status }) => status !== 201);
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(10);
  expect(refused[0]).toMatchObject({ status: 429, type: 'ThrottlingException', message: 'Rate exceeded' });
});
