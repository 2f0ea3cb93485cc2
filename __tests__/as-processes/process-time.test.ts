import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Clock } from '../../sandbox/clock';
import { ProcessTime } from './process-time';

let time: ProcessTime;
let sandbox: Clock;
let folder: string;
let scripts = 0;
/** How long the last program ran. */
let took: number;
beforeEach(() => {
  time = new ProcessTime();
  sandbox = new Clock(time);
  time.carry(sandbox);
  folder = mkdtempSync(join(tmpdir(), 'time-'));
});
afterEach(() => {
  time.end();
  rmSync(folder, { recursive: true });
});

const HOUR = 3_600_000;

/** Runs a program as a process; what it gives to `say` is the result. */
async function run(program: string, env: Record<string, string> = {}): Promise<unknown[]> {
  scripts += 1;
  const file = `script-${scripts}.cjs`;
  const tools = `
    const said = [];
    const say = (thing) => said.push(thing);
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    process.on('exit', () => process.stdout.write(JSON.stringify(said)));
    (async () => {${program}})();
  `;
  writeFileSync(join(folder, file), tools);
  const part = { action: folder, name: 'main', file, env, cwd: folder, kill: undefined } as const;
  const { stdout, stderr, duration } = await time.driver(part);
  expect(stderr).toBe('');
  took = duration;
  return JSON.parse(stdout) as unknown[];
}

const offset = () => sandbox.now().getTime() - Date.now();

/** About so much: some of it is real time. */
function expectAbout(ms: number, actual: unknown): void {
  expect(actual).toBeGreaterThan(ms - 3_000);
  expect(actual).toBeLessThan(ms + 30_000);
}

test('who sleeps wakes at once, and all clocks have moved', async () => {
  const [date, wall, now] = await run(`
    const [wall, now] = [Date.now(), performance.now()];
    await sleep(${HOUR});
    say(new Date().getTime() - wall);
    say(Date.now() - wall);
    say(performance.now() - now);
  `);
  for (const ms of [date, wall, now, offset(), took]) expectAbout(HOUR, ms);
  const [next] = await run('say(Date.now())');
  expectAbout(HOUR, Number(next) - Date.now());
});

test('dates are what they are elsewhere', async () => {
  expect(
    await run(`
      say(new Date(0).getTime());
      say(new Date(2026, 0, 31).getDate());
      say(require('node:fs').statSync('.').mtime instanceof Date);
      say(Date.UTC(2026, 0, 1) === Date.parse('2026-01-01'));
    `),
  ).toEqual([0, 31, true, true]);
});

test('what is due first happens first, whoever asked first', async () => {
  expect(
    await run(`
      setTimeout(() => say('limit'), 30_000);
      await Promise.all([40_000, 10_000].map(async (ms) => { await sleep(ms); say(ms); }));
    `),
  ).toEqual([10_000, 'limit', 40_000]);
});

test('a limit alone is not brought forward, and one that is called off never comes', async () => {
  const [called, waited] = await run(`
    const started = performance.now();
    clearTimeout(setTimeout(() => say('never'), 10_000));
    await sleep(20_000);
    say('slept');
    const from = performance.now();
    setTimeout(() => say(performance.now() - from), 300);
  `);
  expect(called).toBe('slept');
  expect(waited).toBeLessThan(10_000);
  expectAbout(20_000, offset());
});

test.each([
  ['of timers', `require('node:timers/promises').setTimeout(200)`],
  ['of another process', `require('node:util').promisify(require('node:child_process').execFile)('sleep', ['0.2'])`],
  ['with files', `Array.from({ length: 2_000 }).reduce((before) => before.then(() => readdir('.')), readdir('.'))`],
  [
    'in turns',
    `new Promise((done) => (function turn(left) { left ? setImmediate(turn, left - 1) : done(); })(100_000))`,
  ],
])('work that is under way goes on before: %s', async (_, work) => {
  const [first] = await run(`
    const { readdir } = require('node:fs/promises');
    await Promise.all([sleep(${HOUR}).then(() => say('slept')), (${work}).then(() => say('work'))]);
  `);
  expect(first).toBe('work');
});

test('a process finds the environment of its job', async () => {
  const env = { PATH: '/bin', NODE_OPTIONS: '--no-warnings' };
  expect(await run('say(process.env)', env)).toEqual([env]);
  expect(await run('say(process.env)', { PATH: '/bin' })).toEqual([{ PATH: '/bin' }]);
});

test('of processes at once none is left behind: time is moved when all wait', async () => {
  const [quick, slow] = await Promise.all([
    run(`await sleep(60_000); say(Date.now());`),
    run(`
      await require('node:timers/promises').setTimeout(500);
      await sleep(10_000);
      say(Date.now());
    `),
  ]);
  expectAbout(60_000, offset());
  expect(Number(quick[0]) - Number(slow[0])).toBeGreaterThan(40_000);
});

test('one that waits for another is not waited for', async () => {
  const [, slept] = await Promise.all([
    run(`await require('node:timers/promises').setTimeout(1_000);`),
    run(`
      const started = performance.now();
      await sleep(500);
      say(performance.now() - started);
    `),
  ]);
  expect(slept[0]).toBeLessThan(1_000);
});

describe('with a server', () => {
  let server: Server;
  let answer: (response: ServerResponse) => void;
  beforeEach(async () => {
    server = createServer((_, response) => {
      answer(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  const ask = (more = '') => {
    const { port } = server.address() as AddressInfo;
    return run(`
      const { get } = require('node:http');
      const started = performance.now();
      const end = (how) => () => { clearTimeout(limit); say(how); say(performance.now() - started); };
      const asked = get({ host: '127.0.0.1', port: ${port} }, (answer) => answer.resume().on('end', end('answer')));
      asked.on('error', end('limit'));
      const limit = setTimeout(() => asked.destroy(new Error()), 10_000);
      ${more}
    `);
  };

  test('who sleeps goes on when the answer that is under way has come', async () => {
    answer = (response) => setTimeout(() => response.end('answer'), 300);
    const [first, after, second] = await ask(`await sleep(${HOUR}); say('slept');`);
    expect([first, second]).toEqual(['answer', 'slept']);
    expect(after).toBeLessThan(10_000);
    expectAbout(HOUR, offset());
  });

  test('what is never answered lets its limit come', async () => {
    answer = ({ socket }) => {
      time.inVain(socket);
    };
    const [how, after] = await ask();
    expect(how).toBe('limit');
    expectAbout(10_000, after);
    expectAbout(10_000, offset());
  });

  test('what is answered late is waited for no longer than its limit', async () => {
    answer = ({ socket }) => void time.pass(30_000, socket);
    expect((await ask())[0]).toBe('limit');
    expect(offset()).toBeLessThan(20_000);
  });

  test('and until then it is', async () => {
    answer = (response) => void time.pass(8_000, response.socket).then(() => response.end('answer'));
    const [how, after] = await ask();
    expect(how).toBe('answer');
    expectAbout(8_000, after);
  });

  test('time that passes while an answer is under way is there with the answer, and ends no wait for it', async () => {
    answer = (response) => {
      time.advance(HOUR);
      response.end('answer');
    };
    const [how, after] = await ask();
    expect(how).toBe('answer');
    expectAbout(HOUR, after);
  });
});
