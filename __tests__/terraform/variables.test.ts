import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TerraformVariable, TerraformWorkspace } from '../../src/identities/stored-secret';
import { systemClock } from '../../src/network/clock';
import { connectTerraform } from '../../src/terraform/connect';
import { explainTerraform } from '../../src/terraform/explain';
import type { TerraformVariables } from '../../src/terraform/variables';
import { useCleanEnvironment } from '../aws/environment';
import recorded from './recorded.json';

useCleanEnvironment();

const WORKSPACE: TerraformWorkspace = {
  get server() {
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  organization: 'acme',
  name: 'prod',
};
const variable = (name: string): TerraformVariable => ({ store: 'terraform-cloud', name, workspace: WORKSPACE });
const [ID, SECRET] = [variable('AWS_ACCESS_KEY_ID'), variable('AWS_SECRET_ACCESS_KEY')];

interface Exchange {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly body: unknown;
  };
  readonly response: { readonly status: number; readonly headers: object; readonly body: unknown };
}
const EXCHANGES: readonly Exchange[] = recorded;
const exchange = (name: string): Exchange => {
  const found = EXCHANGES.find((one) => one.name === name);
  if (!found) throw new Error('not recorded');
  return found;
};
const variableOf = (id: string, key: string) => ({ id, type: 'vars', attributes: { key, category: 'env' } });
const EMPTY_LIST = { ...exchange('list').response, body: { data: [] } };

let server: Server;
let arrived: Exchange['request'][];
let answers: Exchange['response'][];
beforeEach(async () => {
  arrived = [];
  answers = [];
  server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      arrived.push({ method, path, headers, body: text === '' ? null : (JSON.parse(text) as unknown) });
      const { status, headers: sent, body } = answers.shift() ?? { status: 500, headers: {}, body: null };
      response.writeHead(status, { ...sent }).end(body === null ? '' : JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

function connect(token = 'GOOD', maxAttempts = 1, waits: number[] = []): TerraformVariables {
  const sleep = (ms: number) => Promise.resolve(void waits.push(ms));
  const settings = { retry: { maxAttempts }, clock: { ...systemClock, random: () => 0, sleep }, log: () => undefined };
  return connectTerraform(token, settings);
}

/** Those that arrived, as far as the recorded ones go. */
function expectRequests(...expected: readonly Partial<Exchange['request']>[]) {
  expect(arrived).toEqual(
    expected.map(
      (request) =>
        expect.objectContaining({
          ...request,
          ...('headers' in request && { headers: expect.objectContaining(request.headers) as unknown }),
        }) as unknown,
    ),
  );
}

test('a workspace and its variables are asked for as go-tfe does', async () => {
  answers = [exchange('workspace by name').response, exchange('list').response];
  const variables = connect();
  await variables.check(WORKSPACE);
  expect(await variables.find(ID)).toMatchObject({ version: 'v1' });
  expectRequests(exchange('workspace by name').request, exchange('list').request);
});

test('a variable is created as go-tfe does, but for its description', async () => {
  const { request, response } = exchange('create secret key');
  answers = [exchange('workspace by name').response, EMPTY_LIST, response];
  expect(await connect().put(SECRET, 's3cr3t')).toEqual({ version: 'v2' });
  const { attributes } = (request.body as { data: { attributes: object } }).data;
  const described = { ...attributes, description: 'Access key of AWS, written by aws-identity-action' };
  expectRequests(exchange('workspace by name').request, exchange('list').request, {
    ...request,
    body: { data: { type: 'vars', attributes: described } },
  });
});

test('of a variable that is there, only the value is changed, as go-tfe does', async () => {
  const { request, response } = exchange('update value only');
  answers = [exchange('workspace by name').response, exchange('list').response, response];
  expect(await connect().put(ID, 'AKIANEW')).toEqual({ version: 'v1x' });
  const { data } = request.body as { data: object };
  expectRequests(exchange('workspace by name').request, exchange('list').request, {
    ...request,
    // The API's page asks for it.
    body: { data: { id: 'var-EavQ1LztoRTQHSN1', ...data } },
  });
});

test('one that is not there any more when it is to be changed is created', async () => {
  const created = exchange('create access key ID').response;
  answers = [
    exchange('workspace by name').response,
    exchange('list').response,
    exchange('delete again').response,
    EMPTY_LIST,
    created,
  ];
  expect(await connect().put(ID, 'AKIAEXAMPLE')).toEqual({ version: 'v1' });
  expect(arrived.map(({ method }) => method)).toEqual(['GET', 'GET', 'PATCH', 'GET', 'POST']);
});

test('one that somebody has removed and made again meanwhile is changed all the same', async () => {
  const { response } = exchange('update value only');
  const again = { ...EMPTY_LIST, body: { data: [variableOf('var-again', 'AWS_ACCESS_KEY_ID')] } };
  answers = [
    exchange('workspace by name').response,
    exchange('list').response,
    exchange('delete again').response,
    again,
    response,
  ];
  expect(await connect().put(ID, 'AKIANEW')).toEqual({ version: 'v1x' });
  expect(arrived.at(-1)).toMatchObject({ method: 'PATCH', path: expect.stringMatching(/\/var-again$/) });
});

test('a variable is removed as go-tfe does; that it is gone is no failure', async () => {
  const { request, response } = exchange('delete');
  answers = [exchange('workspace by name').response, exchange('list').response, response];
  const variables = connect();
  await variables.remove(ID);
  // go-tfe says a type of content although there is none.
  const { method, path, body } = request;
  expectRequests(exchange('workspace by name').request, exchange('list').request, { method, path, body });
  answers = [exchange('list').response, exchange('delete again').response, EMPTY_LIST];
  await variables.remove(ID);
});

test('what may not be removed is no success', async () => {
  answers = [
    exchange('workspace by name').response,
    exchange('list').response,
    exchange('delete again').response,
    exchange('list').response,
  ];
  await expect(connect().remove(ID)).rejects.toMatchObject({ code: 'terraform-variable-refused' });
});

test.each([
  ['workspace absent or hidden', 'terraform-variable-refused', /HTTP 404 to GET .*: not found/],
  ['bad token', 'terraform-token-refused', /HTTP 401 to GET .*: unauthorized/],
  ['throttled', 'throttled', /HTTP 429 to GET .*: Too many requests: You have exceeded/],
])('the answer "%s" is explained as %s', async (name, code, words) => {
  answers = [exchange(name).response];
  const failure = await connect()
    .check(WORKSPACE)
    .then(String, (error: unknown) => error);
  expect(failure).toMatchObject({ code });
  expect(String(failure)).toMatch(words);
});

test.each([
  ['errors in plain text', 403, { errors: ['no access'] }, 'terraform-variable-refused', 'no access'],
  ['a redirect', 302, null, 'unusual-answer', 'HTTP 302'],
  ['a page without an ID', 200, { data: {} }, 'unusual-answer', 'the answer has no id'],
  ['a problem of the server', 503, null, 'service-unavailable', 'HTTP 503'],
  ['a proxy that wants a password', 407, null, 'proxy-failed', 'HTTP 407'],
  ['words that are not known', 409, { errors: [{ title: 'conflict' }] }, 'unexpected', 'conflict'],
])('%s', async (_, status, body, code, words) => {
  answers = [{ status, headers: { location: 'http://127.0.0.1:1/' }, body }];
  const failure = await connect()
    .check(WORKSPACE)
    .then(String, (error: unknown) => error);
  expect(failure).toMatchObject({ code });
  expect(String(failure)).toContain(words);
});

test('no server at all', async () => {
  const settings = { retry: { maxAttempts: 1 }, clock: systemClock, log: () => undefined };
  const variables = connectTerraform('GOOD', settings);
  await expect(variables.check({ ...WORKSPACE, server: 'http://127.0.0.1:1' })).rejects.toMatchObject({
    code: 'connection-failed',
  });
});

test('several addresses, none of which could be reached', () => {
  const failure = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
  expect(explainTerraform(failure, 'write').message).toContain('Answer: ECONNREFUSED');
});

test('a wait that is too long is named', async () => {
  answers = [{ status: 503, headers: { 'retry-after': '3600' }, body: null }];
  await expect(connect().check(WORKSPACE)).rejects.toThrow('HCP Terraform asks to wait 60 minutes');
});

test.each([
  ['can-read-variable', 'may not read its variables'],
  ['can-update-variable', 'may not write its variables'],
])('without %s the token %s', async (permission, said) => {
  const attributes = { permissions: { 'can-read-variable': true, 'can-update-variable': true, [permission]: false } };
  answers = [{ status: 200, headers: {}, body: { data: { id: 'ws-1', attributes } } }];
  await expect(connect().check(WORKSPACE)).rejects.toThrow(said);
});

test('what runs get instead is looked for once for both variables of a workspace', async () => {
  const of = (id: string) => ({ ...exchange('list').response, body: { data: [variableOf(id, 'AWS_ACCESS_KEY_ID')] } });
  answers = [exchange('workspace by name').response, of('var-own'), of('var-of-set')];
  expect(await connect().overruled([ID, SECRET])).toEqual([ID]);
  expect(arrived.map(({ path }) => path.split('/').at(-1))).toEqual([WORKSPACE.name, 'vars', 'all-vars']);
});

test('the limit is waited for as long as the answer says', async () => {
  const waits: number[] = [];
  answers = [exchange('throttled').response, exchange('workspace by name').response];
  await connect('GOOD', 2, waits).check(WORKSPACE);
  expect(waits[0]).toBeGreaterThanOrEqual(700);
});
