import fs from 'node:fs';
import { answer } from '../../src/credential-process/answer';
import { keptSession } from '../../src/credential-process/session-file';
import type { KeptSession } from '../../src/credential-process/session-file';
import { inJob, useJobDirectory } from '../runner/job-files';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

useJobDirectory();

const lasting = (minutes: number) => {
  const expiration = new Date(Date.now() + minutes * 60_000);
  return keptSession('deploy', { ...EXAMPLE_KEYS, sessionToken: `AQoEXAMPLE${minutes}`, expiration });
};

/** What is printed, by its stream, and how the process ends. */
let ended: unknown[];
beforeEach(() => {
  ended = [];
  jest.spyOn(fs, 'writeSync').mockImplementation((...[stream, text]: unknown[]) => {
    ended.push([stream, text]);
    return 0;
  });
  jest.spyOn(process, 'exit').mockImplementation((code) => {
    ended.push(code);
    return undefined as never;
  });
});
afterEach(() => jest.restoreAllMocks());

/** Answers from this session, with the other one where it is renewed. */
async function answering(kept: KeptSession | undefined, renew: () => Promise<KeptSession>): Promise<unknown[]> {
  jest.spyOn(fs, 'readFileSync').mockImplementation((path) => {
    if (kept === undefined || path !== inJob('1.json')) throw new Error('ENOENT');
    return JSON.stringify(kept);
  });
  await answer(inJob('1.json'), renew);
  return ended;
}

test('a session that lasts is printed, and none is asked for', async () => {
  const session = lasting(60);
  const renew = jest.fn(() => Promise.resolve(session));
  expect(await answering(session, renew)).toEqual([[1, JSON.stringify(session.credentials)], 0]);
  expect(renew).not.toHaveBeenCalled();
});

test('warnings of Node are not printed with it', async () => {
  process.on('warning', () => undefined);
  await answering(lasting(60), () => Promise.reject(new Error('not asked')));
  expect(process.listenerCount('warning')).toBe(0);
});

test('in the place of one that is due, the new one is', async () => {
  const [due, renewed] = [lasting(0), lasting(59)];
  const renew = jest.fn(() => Promise.resolve(renewed));
  expect(await answering(due, renew)).toEqual([[1, JSON.stringify(renewed.credentials)], 0]);
  expect(renew.mock.calls).toEqual([[inJob('1.json')]]);
});

test('what fails is reported on stderr, and nothing on stdout', async () => {
  const due = lasting(0);
  expect(await answering(due, () => Promise.reject(new Error('no role')))).toEqual([[2, 'no role\n'], 1]);
  ended = [];
  const [reported, code] = await answering(undefined, () => Promise.reject(new Error('not asked')));
  expect(reported).toEqual([
    2,
    expect.stringMatching(/^Could not read the session that this profile renews, in .*\n$/),
  ]);
  expect(code).toBe(1);
});
