import { resolve } from 'node:path';
import { idealEnds, type Fleet } from '../../bench/fleet/fleet';
import { simulate } from '../../bench/fleet/simulation';

const fleet: Fleet = {
  action: resolve(__dirname, '../..'),
  from: 'OIDC',
  starts: evenly(20),
  limit: undefined,
  latencyMs: 50,
};

/** Starts within one second. */
function evenly(jobs: number): number[] {
  return Array.from({ length: jobs }, (_, index) => (index / jobs) * 1_000);
}

test('without a limit, each job makes one call, and waits for GitHub and STS alone', async () => {
  const { jobs, calls } = await simulate(fleet);
  expect(jobs).toEqual(fleet.starts.map((start) => ({ endedAt: start + 100, error: undefined })));
  expect(calls).toEqual({ made: 20, throttled: 0 });
});

test('with access keys, each job waits for STS alone', async () => {
  const { jobs } = await simulate({ ...fleet, from: 'keys' });
  expect(jobs).toEqual(fleet.starts.map((start) => ({ endedAt: start + 50, error: undefined })));
});

test('a limit holds for all jobs together: none ends before it lets it through', async () => {
  const limited = { ...fleet, starts: evenly(30), limit: 8 };
  const { jobs, calls } = await simulate(limited);
  const best = idealEnds(limited);
  expect(jobs.filter(({ error }) => error !== undefined)).toEqual([]);
  expect(jobs.filter(({ endedAt }, index) => endedAt < (best[index] ?? Infinity) - 1)).toEqual([]);
  expect(calls.throttled).toBeGreaterThan(0);
  expect(calls.made).toBe(30 + calls.throttled);
});

test('jobs that a limit holds up for too long end with their error', async () => {
  const { jobs, calls } = await simulate({ ...fleet, from: 'keys', starts: evenly(40), limit: 0.25 });
  const failed = jobs.filter(({ error }) => error !== undefined);
  expect(jobs.length).toBe(40);
  expect(failed.length).toBeGreaterThanOrEqual(40 - 31);
  expect(failed[0]?.error).toMatch(/Rate exceeded/);
  expect(calls.made - calls.throttled).toBe(40 - failed.length);
});

test.each<[string, Partial<Fleet>, number[]]>([
  ['no limit', { limit: undefined }, [100, 350, 600, 850]],
  ['a limit that nobody meets', { limit: 4 }, [100, 350, 600, 850]],
  ['a limit of one a second', { limit: 1 }, [100, 1_100, 2_100, 3_100]],
  ['a limit of two a second', { limit: 2 }, [100, 350, 600, 1_100]],
  ['a limit that is met late', { limit: 1, starts: [0, 5_000, 5_000] }, [100, 5_100, 6_100]],
  ['access keys', { limit: 1, from: 'keys' }, [50, 1_050, 2_050, 3_050]],
])('the best that can be: %s', (_, settings, ends) => {
  expect(idealEnds({ ...fleet, starts: evenly(4), ...settings })).toEqual(ends);
});
