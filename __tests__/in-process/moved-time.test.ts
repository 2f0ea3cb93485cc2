import { once } from 'node:events';
import { createServer, get, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { uptime } from 'node:os';
import { followExchanges } from './exchanges';
import { MovedTime } from './moved-time';

let time: MovedTime;
let unfollow: () => void;
beforeEach(() => {
  time = new MovedTime();
  time.start();
  unfollow = followExchanges([time]);
});
afterEach(() => {
  unfollow();
  time.stop();
});

const HOUR = 3_600_000;

test('who sleeps wakes at once, and all clocks have moved', async () => {
  const { clock } = time.clock();
  const [before, date, machine] = [clock.now(), Date.now(), uptime()];
  await clock.sleep(HOUR);
  expect(clock.now() - before).toBe(HOUR);
  expect(clock.time() - date).toBeGreaterThanOrEqual(HOUR);
  expect(new Date().getTime() - date).toBeGreaterThanOrEqual(HOUR);
  expect(uptime() - machine).toBeCloseTo(HOUR / 1000, 0);
});

test('dates are what they are elsewhere', () => {
  expect(new Date(0)).toBeInstanceOf(Date);
  expect(new Date(2026, 0, 31).getDate()).toBe(31);
  expect(Date.UTC(2026, 0, 1)).toBe(Date.parse('2026-01-01'));
});

test('what is due first happens first, whoever asked first', async () => {
  const { clock } = time.clock();
  const happened: string[] = [];
  clock.after(3000, () => happened.push('limit'));
  const sleeps = [4000, 1000].map(async (ms) => {
    await clock.sleep(ms);
    happened.push(`${ms}`);
  });
  await Promise.all(sleeps);
  expect(happened).toEqual(['1000', 'limit', '4000']);
});

test('a limit alone is not waited for, and one that is called off never comes', async () => {
  const { clock } = time.clock();
  const act = jest.fn();
  clock.after(1000, act);
  await turns();
  expect(act).not.toHaveBeenCalled();
  clock.after(1000, act)();
  await clock.sleep(2000);
  expect(act).toHaveBeenCalledTimes(1);
});

test('of a clock that is stopped nothing comes any more', async () => {
  const { clock, stop } = time.clock();
  const act = jest.fn();
  clock.after(1000, act);
  void clock.sleep(1000).then(act);
  stop();
  clock.after(1000, act);
  await time.clock().clock.sleep(5000);
  expect(act).not.toHaveBeenCalled();
});

describe('with a server', () => {
  let server: Server;
  let responses: ServerResponse[];
  beforeEach(async () => {
    responses = [];
    server = createServer((_, response) => responses.push(response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const ask = () => {
    const request = get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, (answer) =>
      answer.resume(),
    );
    request.on('error', () => undefined);
    return { request, closed: new Promise<void>((done) => request.on('close', done)) };
  };
  const asked = async () => {
    for (;;) {
      await turns();
      const [response] = responses;
      if (response) return response;
    }
  };

  test('who sleeps goes on when the answer that is under way has come', async () => {
    const { closed } = ask();
    const woken = jest.fn();
    const sleep = time.clock().clock.sleep(HOUR).then(woken);
    const response = await asked();
    await turns();
    expect(woken).not.toHaveBeenCalled();
    response.end('answer');
    await Promise.all([closed, sleep]);
    expect(time.moved).toBe(HOUR);
  });

  test('what is never answered lets its limit come', async () => {
    const { request, closed } = ask();
    time.clock().clock.after(10_000, () => request.destroy());
    time.inVain((await asked()).socket);
    await closed;
    expect(time.moved).toBe(10_000);
  });

  test('what is answered late is waited for no longer than its limit', async () => {
    const { request, closed } = ask();
    time.clock().clock.after(10_000, () => request.destroy());
    void time.pass(30_000, (await asked()).socket);
    await closed;
    expect(time.moved).toBe(10_000);
  });
});

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
