import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { refusal, stsClient } from './sts-client';

let sandbox: Sandbox;
let client: STSClient;
beforeEach(async () => {
  sandbox = await startSandbox();
  client = stsClient(sandbox.url, sandbox.account('123456789012').createUser('mona').createAccessKey());
});
afterEach(() => sandbox.close());

const call = () => client.send(new GetCallerIdentityCommand({}));
const error = { status: 503, code: 'ServiceUnavailable', message: 'try later' };
const broken = /ECONNRESET|socket hang up/;

test('an error meets as many requests as it says, after those it skips', async () => {
  sandbox.faults.add({ error, skip: 1, times: 2 });
  await call();
  expect(await refusal(call())).toEqual(error);
  expect(await refusal(call())).toEqual(error);
  await call();
  expect(sandbox.requests.map(({ status, errorCode }) => [status, errorCode])).toEqual([
    [200, undefined],
    [503, 'ServiceUnavailable'],
    [503, 'ServiceUnavailable'],
    [200, undefined],
  ]);
  expect(sandbox.requests[1]?.caller).toBeUndefined();
});

test('a fault meets only what it is for', async () => {
  sandbox.faults.add({ error, action: 'AssumeRole' });
  sandbox.faults.add({ error, service: 'github' });
  sandbox.faults.add({ error, path: '/elsewhere' });
  await call();
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url } = sandbox.github.environment();
  const response = await fetch(url);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ message: 'try later' });
  expect((await fetch(`${sandbox.url}/elsewhere`)).status).toBe(503);
});

test('faults of one request after the other', async () => {
  sandbox.faults.add({ error, times: 1 });
  sandbox.faults.add({ reset: true, times: 1 });
  expect(await refusal(call())).toEqual(error);
  expect((await refusal(call())).message).toMatch(broken);
  await call();
});

test('all of them can be cleared', async () => {
  sandbox.faults.add({ error });
  sandbox.faults.rateLimit({ service: 'sts', perSecond: 0 });
  sandbox.faults.clear();
  await call();
});

test('latency adds up, and comes before an error', async () => {
  sandbox.faults.latency(40);
  sandbox.faults.add({ latencyMs: 40 });
  sandbox.faults.add({ error });
  const before = performance.now();
  expect(await refusal(call())).toEqual(error);
  expect(performance.now() - before).toBeGreaterThan(75);
});

test('something comes about first, and the answer is as it would be', async () => {
  const order: string[] = [];
  const first = async () => {
    order.push('asked');
    await new Promise((resolve) => setImmediate(resolve));
    order.push('done');
  };
  sandbox.faults.add({ first, times: 1 });
  await call();
  order.push('answered');
  await call();
  expect(order).toEqual(['asked', 'done', 'answered']);
  sandbox.faults.add({ first });
  sandbox.faults.add({ error });
  expect(await refusal(call())).toEqual(error);
  expect(order).toHaveLength(5);
});

test('a connection breaks before AWS acts, or after', async () => {
  sandbox.faults.add({ reset: true, times: 1 });
  expect((await refusal(call())).message).toMatch(broken);
  sandbox.faults.add({ resetAfter: true, times: 1 });
  expect((await refusal(call())).message).toMatch(broken);
  const [before, after] = sandbox.requests;
  expect(before?.caller).toBeUndefined();
  expect(after?.caller).toBe('arn:aws:iam::123456789012:user/mona');
  expect([before?.status, after?.status]).toEqual([undefined, undefined]);
});

test('no answer ever, and closing ends it', async () => {
  sandbox.faults.add({ hang: true });
  const refused = refusal(call());
  const first = await Promise.race([refused, new Promise((resolve) => setTimeout(resolve, 200, 'waiting'))]);
  expect(first).toBe('waiting');
  await sandbox.close();
  expect((await refused).message).toMatch(broken);
});

test('half an answer', async () => {
  sandbox.faults.add({ hangBody: true });
  const response = await fetch(`${sandbox.url}/?Action=GetCallerIdentity&Version=2011-06-15`);
  expect(response.status).toBe(403);
  const body = response.text();
  const first = await Promise.race([body, new Promise((resolve) => setTimeout(resolve, 200, 'waiting'))]);
  expect(first).toBe('waiting');
  const closed = sandbox.close();
  await expect(body).rejects.toThrow();
  await closed;
});

test('an answer that breaks off', async () => {
  sandbox.faults.add({ resetBody: true, times: 1 });
  const response = await fetch(`${sandbox.url}/?Action=GetCallerIdentity&Version=2011-06-15`);
  expect(response.status).toBe(403);
  await expect(response.text()).rejects.toThrow('terminated');
  sandbox.faults.add({ resetBody: true, times: 1 });
  await refusal(call());
  expect(sandbox.requests[1]?.caller).toBe('arn:aws:iam::123456789012:user/mona');
});

test('an answer of any kind', async () => {
  const raw = { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad gateway</html>' };
  sandbox.faults.add({ raw });
  const response = await fetch(sandbox.url);
  expect([response.status, await response.text()]).toEqual([502, raw.body]);
});

test('an answer without end, until the client has enough', async () => {
  sandbox.faults.add({ endless: { status: 200, headers: { 'content-type': 'text/xml' }, body: '<a>' }, times: 1 });
  const response = await fetch(sandbox.url);
  let bytes = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength;
    if (bytes > 5_000_000) break;
  }
  expect(bytes).toBeGreaterThan(5_000_000);
  expect((await fetch(`${sandbox.url}/other`)).status).toBe(404);
});

test('an answer in drops', async () => {
  sandbox.faults.add({ drip: { status: 200, headers: {}, body: 'abc' } });
  const response = await fetch(sandbox.url);
  const pieces: string[] = [];
  for await (const piece of response.body ?? []) pieces.push(Buffer.from(piece).toString());
  expect(pieces).toEqual(['a', 'b', 'c']);
});

test('a rate limit lets a burst through, then refills', async () => {
  sandbox.faults.rateLimit({ service: 'sts', perSecond: 0.1, burst: 2 });
  await call();
  await call();
  expect(await refusal(call())).toEqual({ status: 400, code: 'Throttling', message: 'Rate exceeded' });
  sandbox.clock.advance(10_000);
  await call();
  expect((await refusal(call())).code).toBe('Throttling');
});

test('a rate limit counts the operations that share it', async () => {
  sandbox.faults.rateLimit({ service: 'sts', actions: ['AssumeRole'], perSecond: 0 });
  await call();
  sandbox.faults.rateLimit({ service: 'sts', actions: ['AssumeRole', 'GetCallerIdentity'], perSecond: 0 });
  expect((await refusal(call())).code).toBe('Throttling');
});
