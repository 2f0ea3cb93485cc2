import { concurrently } from '../../../src/provisioning/changes/concurrently';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('results are in the order of the items, whenever they come', async () => {
  const late = concurrently([3, 1, 2], async (turns) => {
    for (let waited = 0; waited < turns; waited += 1) await turn();
    return turns * 10;
  });
  expect(await late).toEqual([30, 10, 20]);
});

test('a result may be nothing', async () => {
  expect(await concurrently([1, 2], () => Promise.resolve(undefined))).toEqual([undefined, undefined]);
  expect(await concurrently([], turn)).toEqual([]);
});

test('eight are under way at once, and no more', async () => {
  let [now, most] = [0, 0];
  await concurrently(Array(30).fill(0), async () => {
    now += 1;
    most = Math.max(most, now);
    await turn();
    now -= 1;
  });
  expect(most).toBe(8);
});

test('when one fails, what was begun is ended and nothing more is begun; the first failure is reported', async () => {
  const [begun, ended]: [number[], number[]] = [[], []];
  const items = Array.from({ length: 20 }, (_, index) => index);
  const work = concurrently(items, async (item) => {
    begun.push(item);
    await turn();
    if (item === 5) throw new Error('first');
    await turn();
    ended.push(item);
    if (item === 6) throw new Error('second');
  });
  await expect(work).rejects.toThrow('first');
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(ended).toEqual(begun.filter((item) => item !== 5));
});

test('a failure that is no error is reported as it is', async () => {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- nothing keeps code from doing so
  await expect(concurrently([1], () => Promise.reject(undefined))).rejects.toBeUndefined();
});

test('what all failed with can be reported, where it is needed', async () => {
  const work = concurrently(
    ['one', 'two'],
    async (word) => {
      await turn();
      throw new Error(word);
    },
    (errors) => new Error(errors.join('; ')),
  );
  await expect(work).rejects.toThrow('Error: one; Error: two');
});
