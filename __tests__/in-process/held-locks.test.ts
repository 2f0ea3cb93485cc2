import { LockedError, takeLock } from '../../src/files/lock';
import { inJob, useJobDirectory } from '../runner/job-files';
import { Guest, hostGuests } from './guest';
import { ageLocks } from './held-locks';
import { MovedTime } from './moved-time';

useJobDirectory();

const HOUR = 3_600_000;

let stop: () => void;
const time = new MovedTime();
beforeEach(() => {
  time.start();
  const stops = [hostGuests(), ageLocks()];
  stop = () => {
    for (const undo of stops) undo();
    time.stop();
  };
});
afterEach(() => {
  stop();
});

const take = () => takeLock(inJob('file'), { deadline: 0, stale: 10_000 });
const guest = () => new Guest({ env: {}, argv: ['node'], print: () => undefined });

test('the lock of someone who goes on never counts as left behind, however far time is moved', async () => {
  const lock = await guest().run(take);
  for (let hour = 0; hour < 3; hour += 1) {
    time.advance(HOUR);
    await expect(take()).rejects.toThrow(LockedError);
  }
  await lock.release();
  await (await take()).release();
});

test('nor does one that is just being taken', async () => {
  time.advance(HOUR);
  const takers = Array.from({ length: 5 }, () => guest().run(take));
  const taken = (await Promise.allSettled(takers)).filter(({ status }) => status === 'fulfilled');
  expect(taken).toHaveLength(1);
});

test('that of someone who was killed does, after its time', async () => {
  const killed = guest();
  await killed.run(take);
  killed.end();
  time.advance(9_000);
  await expect(take()).rejects.toThrow(LockedError);
  time.advance(2_000);
  await (await take()).release();
});
