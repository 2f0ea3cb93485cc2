import type { FaultScope } from '../../sandbox/faults';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import recorded from '../sso/recorded.json';

const ACCOUNT = '123456789012';
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
  sandbox.identityCenter.assign(sandbox.account(ACCOUNT), 'Admin');
});
afterEach(() => sandbox.close());

async function ask(method: string, path: string, { body, token }: { body?: object | null; token?: string } = {}) {
  const response = await fetch(sandbox.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...(token !== undefined && { 'x-amz-sso_bearer_token': token }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const data = (text === '' ? null : JSON.parse(text)) as Readonly<Record<string, unknown>> | null;
  return { status: response.status, error: response.headers.get('x-amzn-errortype'), data: data ?? {}, text };
}

/** A client with a sign-in that waits for the person. */
async function start() {
  const { data: client } = await ask('POST', '/client/register', {
    body: { clientName: 'test', clientType: 'public' },
  });
  const { clientId, clientSecret } = client;
  const { startUrl } = sandbox.identityCenter;
  const { data } = await ask('POST', '/device_authorization', { body: { clientId, clientSecret, startUrl } });
  const body = { clientId, clientSecret, grantType: DEVICE_CODE, deviceCode: data.deviceCode };
  return { device: data, token: () => ask('POST', '/token', { body }), body };
}

async function signIn(): Promise<string> {
  const { token } = await start();
  return String((await token()).data.accessToken);
}

describe('answers', () => {
  test('to whoever has signed in have the fields that were recorded', async () => {
    const { device, token } = await start();
    const granted = await token();
    const accessToken = String(granted.data.accessToken);
    const get = (path: string) => ask('GET', path, { token: accessToken });
    const answers = {
      StartDeviceAuthorization: device,
      CreateToken: granted.data,
      GetRoleCredentials: (await get(`/federation/credentials?account_id=${ACCOUNT}&role_name=Admin`)).data,
      ListAccounts: (await get('/assignment/accounts?max_result=100')).data,
      ListAccountRoles: (await get(`/assignment/roles?account_id=${ACCOUNT}`)).data,
    };
    for (const [operation, data] of Object.entries(answers)) {
      const of = recorded.find((one) => one.operation === operation && one.response.status === 200);
      expect([operation, shapeOf(data)]).toEqual([operation, shapeOf(of?.response.body)]);
    }
  });

  const refusals = recorded.filter(({ response }) => response.status !== 200);
  test.each(refusals)(
    'of $operation refuse with $response.status as was recorded',
    async ({ operation, request, response }) => {
      const header = (response.headers as Record<string, string>)['x-amzn-ErrorType'] ?? '';
      const [code = ''] = header.split(':');
      const { error_description: described, message = described } = Object(response.body) as Record<string, string>;
      const scope: FaultScope = { service: 'sso', action: operation };
      sandbox.faults.add({ ...scope, error: { status: response.status, code, message: message ?? '' } });
      const refused = await ask(request.method, request.path, { body: request.body });
      expect(refused).toMatchObject({ status: response.status, error: header, data: response.body });
    },
  );
});

/** The fields of an answer, with what kind of value each has; empty ones may have any. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value === 'number' ? 'number' : 'text or nothing';
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, shapeOf(field)]));
}

describe('a sign-in', () => {
  test('waits for the person, and gives its token once', async () => {
    sandbox.identityCenter.person.takesMs = 60_000;
    const { token } = await start();
    expect(await token()).toMatchObject({ status: 400, data: { error: 'authorization_pending' } });
    sandbox.clock.advance(60_000);
    expect(await token()).toMatchObject({ status: 200, error: null });
    expect(await token()).toMatchObject({ status: 400, data: { error: 'invalid_grant' } });
  });

  test('that is asked about too often wants longer waits for good', async () => {
    sandbox.identityCenter.person.does = 'nothing';
    const { token } = await start();
    const errors = [];
    for (const waitMs of [0, 100, 5_900, 5_000, 10_500]) {
      sandbox.clock.advance(waitMs);
      errors.push((await token()).data.error);
    }
    expect(errors).toEqual([
      'authorization_pending',
      'slow_down',
      'authorization_pending',
      'slow_down',
      'authorization_pending',
    ]);
  });

  test('can be refused, and expires', async () => {
    sandbox.identityCenter.person.does = 'refuse';
    const { token } = await start();
    expect((await token()).data.error).toBe('access_denied');
    sandbox.clock.advance(600_000);
    expect((await token()).data.error).toBe('expired_token');
  });

  test('is for the portal that there is, and for a client that is registered', async () => {
    const { body } = await start();
    const startUrl = 'https://other.awsapps.com/start';
    expect(await ask('POST', '/device_authorization', { body: { ...body, startUrl } })).toMatchObject({
      status: 400,
      data: { error: 'invalid_request' },
    });
    expect(await ask('POST', '/token', { body: { ...body, clientSecret: 'other' } })).toMatchObject({
      status: 401,
      data: { error: 'invalid_client' },
    });
    expect((await ask('POST', '/client/register', { body: { clientName: 'test' } })).status).toBe(400);
  });
});

describe('an access token', () => {
  test('gives credentials of the roles of its person, and no others', async () => {
    const token = await signIn();
    const credentials = (role: string) =>
      ask('GET', `/federation/credentials?account_id=${ACCOUNT}&role_name=${role}`, { token });
    expect(await credentials('Other')).toMatchObject({ status: 403, data: { message: 'No access' } });
    const { data } = await credentials('Admin');
    const { accessKeyId = '' } = data.roleCredentials as Record<string, string>;
    expect(sandbox.world.sessions.get(accessKeyId)?.arn).toMatch(
      /^arn:aws:sts::123456789012:assumed-role\/AWSReservedSSO_Admin_[0-9a-f]{16}\/mona@example.com$/,
    );
  });

  test('is good until it expires or its sign-in is ended', async () => {
    for (const end of [
      () => {
        sandbox.clock.advance(28_800_000);
        return Promise.resolve();
      },
      async (token: string) => {
        await ask('POST', '/logout', { token });
      },
    ]) {
      const token = await signIn();
      expect((await ask('GET', '/assignment/accounts', { token })).status).toBe(200);
      await end(token);
      expect(await ask('GET', '/assignment/accounts', { token })).toMatchObject({
        status: 401,
        data: { message: 'Session token not found or invalid' },
      });
    }
  });

  test('lists page by page', async () => {
    for (const id of ['210987654321', '333333333333']) sandbox.identityCenter.assign(sandbox.account(id), 'Read');
    const token = await signIn();
    const first = await ask('GET', '/assignment/accounts?max_result=2', { token });
    const second = await ask('GET', `/assignment/accounts?max_result=2&next_token=${String(first.data.nextToken)}`, {
      token,
    });
    const ids = [first, second].flatMap(({ data }) =>
      (data.accountList as { accountId: string }[]).map(({ accountId }) => accountId),
    );
    expect(ids).toEqual([ACCOUNT, '210987654321', '333333333333']);
    expect(second.data.nextToken).toBeNull();
  });
});
