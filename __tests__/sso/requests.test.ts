import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../src/network/clock';
import { connectSso } from '../../src/sso/connect';
import { useCleanEnvironment } from '../aws/environment';
import recorded from './recorded.json';

useCleanEnvironment();

const CLIENT = { clientId: 'CLIENTID', clientSecret: 'S' };
const ROLE = { accountId: '123456789012', roleName: 'Admin' };
const START_URL = 'https://d-1234567890.awsapps.com/start';

interface Request {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

let server: Server;
let arrived: Request[];
let answer: { readonly status: number; readonly headers: object; readonly body: unknown };
beforeEach(async () => {
  arrived = [];
  server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      const { method, url: path, headers } = request;
      arrived.push({ method, path, headers, body: text === '' ? null : JSON.parse(text) });
      response
        .writeHead(answer.status, { ...answer.headers })
        .end(answer.body === null ? '' : JSON.stringify(answer.body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

function connect() {
  const settings = { retry: { maxAttempts: 1 }, clock: systemClock, log: () => undefined };
  return connectSso(
    'eu-west-1',
    { proxy: { httpProxy: undefined, noProxy: undefined }, useFipsEndpoint: undefined },
    settings,
  );
}

const CALLS = {
  RegisterClient: (sso) => sso.registerClient('try'),
  StartDeviceAuthorization: (sso) => sso.startDeviceAuthorization(CLIENT, START_URL, 'try'),
  CreateToken: (sso) => sso.createToken(CLIENT, { deviceCode: 'DEVICECODE' }, 'try'),
  ListAccounts: (sso) => sso.listAccounts('ACCESSTOKEN', 'try'),
  ListAccountRoles: (sso) => sso.listAccountRoles('ACCESSTOKEN', ROLE.accountId, 'try'),
  GetRoleCredentials: (sso) => sso.getRoleCredentials('ACCESSTOKEN', ROLE, 'try'),
  Logout: (sso) => sso.logOut('ACCESSTOKEN', 'try'),
} as const satisfies Record<string, (sso: ReturnType<typeof connectSso>) => Promise<unknown>>;

const exchanges = recorded.filter(({ client }) => client.includes('SDK'));

test.each(Object.keys(CALLS) as (keyof typeof CALLS)[])('%s is asked for as the SDK of AWS does', async (operation) => {
  const { request, response } = exchanges.findLast((one) => one.operation === operation) ?? {};
  if (!request || !response) throw new Error('not recorded');
  answer = response;
  await CALLS[operation](connect());
  const { method, path, headers, body } = request;
  expect(arrived).toEqual([{ method, path, headers: expect.objectContaining(headers) as unknown, body }]);
  const others = Object.keys(arrived[0]?.headers ?? {}).filter((name) => !(name in headers));
  expect(others.filter((name) => /^(?:x-amz|authorization|content-type|cookie)/.test(name))).toEqual([]);
});

test('the answers that were recorded are understood', async () => {
  const results: Record<string, unknown> = {};
  for (const operation of Object.keys(CALLS) as (keyof typeof CALLS)[]) {
    const { response } = exchanges.findLast((one) => one.operation === operation && one.response.status === 200) ?? {};
    if (!response) throw new Error('not recorded');
    answer = response;
    results[operation] = await CALLS[operation](connect());
  }
  expect(results).toEqual({
    RegisterClient: { clientId: 'CLIENTID', clientSecret: 'CLIENTSECRET.jwt.like' },
    StartDeviceAuthorization: {
      deviceCode: 'DEVICECODE',
      userCode: 'ABCD-EFGH',
      url: `${START_URL}/#/device?user_code=ABCD-EFGH`,
      expiresIn: 600,
      interval: 1,
    },
    CreateToken: { accessToken: 'ACCESSTOKEN', expiresIn: 28_800 },
    ListAccounts: [{ accountId: ROLE.accountId, accountName: 'dev' }],
    ListAccountRoles: [ROLE],
    GetRoleCredentials: {
      accessKeyId: 'ASIASSOTESTTESTTEST1',
      secretAccessKey: 'ssosecret',
      sessionToken: 'ssotoken',
      expiration: new Date(1_796_006_171_616),
    },
    Logout: undefined,
  });
});

/** What each refusal of CreateToken comes to. */
const OF_TOKEN: Readonly<Record<string, string>> = {
  authorization_pending: 'pending',
  slow_down: 'slow down',
  expired_token: 'sign-in-not-approved',
  access_denied: 'sign-in-refused',
  invalid_grant: 'sign-in-lost',
  invalid_client: 'unexpected',
  invalid_request: 'unexpected',
  server_error: 'service-unavailable',
};
/** And each of the portal. */
const OF_PORTAL: Readonly<Record<string, string>> = {
  UnauthorizedException: 'sign-in-ended',
  ForbiddenException: 'sso-role-refused',
  ResourceNotFoundException: 'sso-role-refused',
  InvalidRequestException: 'sso-role-refused',
  TooManyRequestsException: 'throttled',
};

const refusals = recorded.filter(({ response }) => response.status !== 200);

test.each(refusals)(
  'a refusal of $operation with $response.status has its meaning',
  async ({ operation, response }) => {
    const { error = '', __type: type = '' } = Object(response.body) as Record<string, string>;
    const expected = OF_TOKEN[error] ?? OF_PORTAL[type.split('#').at(-1) ?? ''];
    // The header may be lost on its way, as where a proxy removes what it does not know.
    for (const headers of [response.headers, {}]) {
      answer = { ...response, headers };
      const call = CALLS[operation as keyof typeof CALLS](connect());
      const result: unknown = await call.catch((failure: unknown) => Object(failure) as { readonly code: string });
      expect(typeof result === 'string' ? result : Object(result)).toEqual(
        typeof result === 'string' ? expected : expect.objectContaining({ code: expected }),
      );
    }
  },
);

test.each<[operation: keyof typeof CALLS, body: object, missing: string]>([
  ['StartDeviceAuthorization', { deviceCode: 'D', userCode: 'U', expiresIn: 600 }, 'verificationUri'],
  [
    'StartDeviceAuthorization',
    { deviceCode: 'D', userCode: 'U', expiresIn: 600, verificationUri: 'javascript:alert(1)' },
    'URL to open',
  ],
  [
    'StartDeviceAuthorization',
    { deviceCode: 'D', userCode: 'U\n::set-env', expiresIn: 600, verificationUri: START_URL },
    'userCode',
  ],
  ['CreateToken', { accessToken: 'A' }, 'expiresIn'],
  ['GetRoleCredentials', {}, 'accessKeyId'],
  [
    'GetRoleCredentials',
    { roleCredentials: { accessKeyId: 'A', secretAccessKey: 'B', sessionToken: 'C' } },
    'expiration',
  ],
  ['ListAccounts', {}, 'accountList'],
])('an answer to %s that holds %j is not of AWS', async (operation, body, missing) => {
  answer = { status: 200, headers: {}, body };
  await expect(CALLS[operation](connect())).rejects.toMatchObject({
    code: 'unusual-answer',
    answer: `the answer has no ${missing}`,
  });
});
