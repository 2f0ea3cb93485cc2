import { once } from 'node:events';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { followExchanges } from './exchanges';
import { Guest, guestExchanges, hostGuests } from './guest';

let printed: string;
let stop: () => void;
beforeEach(() => {
  printed = '';
  const unfollow = followExchanges([guestExchanges]);
  const leave = hostGuests();
  stop = () => {
    leave();
    unfollow();
  };
});
afterEach(() => {
  stop();
});

function guestAt(home: string): Guest {
  return new Guest({ env: { HOME: home }, argv: ['node', home], print: (text) => void (printed += text) });
}

test('each guest finds a process of its own, and nobody else does', async () => {
  const own = () => ({ env: process.env, argv: process.argv, node: process.execPath, home: homedir() });
  const before = own();
  const look = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    process.env.SEEN = process.argv[1];
    process.stdout.write(`${process.execPath} ${homedir()}\n`);
    return process.env;
  };
  const seen = await Promise.all(['/one', '/two'].map((home) => guestAt(home).run(look)));
  expect(seen).toEqual([
    { HOME: '/one', SEEN: '/one' },
    { HOME: '/two', SEEN: '/two' },
  ]);
  expect(printed).toBe('node /one\nnode /two\n');
  expect(process.env.SEEN).toBeUndefined();
  expect(own()).toEqual(before);
});

describe('one that has ended', () => {
  let server: Server;
  let url: string;
  let arrived: number;
  beforeEach(async () => {
    arrived = 0;
    server = createServer((_, response) => {
      arrived += 1;
      response.write('half');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const ask = () =>
    new Promise<void>((resolve, reject) => {
      get(url, (answer) =>
        answer
          .on('data', () => undefined)
          .on('end', resolve)
          .on('error', reject),
      ).on('error', reject);
    });

  test('prints nothing, and never hears of what it asked', async () => {
    const guest = guestAt('/home');
    const heard = jest.fn();
    const asking = () => ask().then(heard, heard);
    void guest.run(asking);
    while (arrived === 0) await turns();
    guest.end();
    await turns();
    void guest.run(() => {
      process.stdout.write('late');
      return asking();
    });
    await turns();
    server.closeAllConnections();
    await turns();
    expect(heard).not.toHaveBeenCalled();
    expect(printed).toBe('');
    expect(arrived).toBe(1);
  });
});

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
