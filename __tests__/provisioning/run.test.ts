import { describeRun, readRun, sameJob, sameRun, thisRun, writeRun, type Run } from '../../src/provisioning/run';

const ENV = { GITHUB_RUN_ID: '123456', GITHUB_RUN_ATTEMPT: '2' };

test('a run is read as it was written', () => {
  const run = thisRun('octo/app', ENV);
  expect(writeRun(run)).toMatch(/^octo\/app:123456\.2:[0-9a-f]{8}$/);
  expect(readRun(writeRun(run))).toEqual(run);
});

test('two steps of a workflow run are two runs', () => {
  const run = thisRun('octo/app', ENV);
  expect(sameRun(run, run)).toBe(true);
  expect(sameRun(thisRun('octo/app', ENV), run)).toBe(false);
  expect(sameRun(undefined, run)).toBe(false);
});

test('what the runner does not say is 0', () => {
  expect(thisRun('octo/app', { GITHUB_RUN_ID: 'x y' })).toMatchObject({ id: '0', attempt: '0' });
});

test.each(['', 'octo/app', 'octo/app:1:ab', 'octo app:1.1:ab'])('%j names no run', (word) => {
  expect(readRun(word)).toBeUndefined();
});

test.each([
  ['1', 'run 7 of octo/app'],
  ['3', 'run 7 of octo/app, attempt 3'],
])('attempt %s is described', (attempt, text) => {
  expect(describeRun({ repository: 'octo/app', id: '7', attempt, random: 'ab' })).toBe(text);
});

describe('the job of a run', () => {
  const inJob = (GITHUB_JOB: string, RUNNER_NAME?: string, RUNNER_TRACKING_ID?: string) =>
    thisRun('octo/app', { ...ENV, GITHUB_JOB, RUNNER_NAME, RUNNER_TRACKING_ID });
  const again = (run: Run) => readRun(writeRun(run));

  test('is written, with the runner that it is on, and read again', () => {
    const run = inJob('deploy', 'GitHub Actions 12');
    expect(writeRun(run)).toMatch(/^octo\/app:123456\.2:[0-9a-f]{8}:deploy@GitHub_Actions_12$/);
    expect(again(run)).toEqual(run);
    expect(again(inJob('deploy'))?.job).toBe('deploy');
  });

  test('is in words that a tag can hold, and no more of it than there is room for', () => {
    const repository = `${'o'.repeat(39)}/${'a'.repeat(100)}`;
    for (const job of ['deploy', 'd'.repeat(200)]) {
      const run = thisRun(repository, { ...ENV, GITHUB_JOB: job, RUNNER_NAME: 'Büro: "3" x' });
      expect(writeRun(run).length).toBeLessThanOrEqual(170);
      expect(writeRun(run)).toMatch(/^[\w./:@-]+$/);
      expect(sameRun(again(run), run)).toBe(true);
    }
    const long = thisRun(`${repository}${'b'.repeat(60)}`, { ...ENV, GITHUB_JOB: 'deploy' });
    expect(again(long)).toEqual({ ...long, job: undefined });
  });

  test.each([
    [inJob('test', 'one', 'github_1'), inJob('test', 'one', 'github_1'), true, 'another step of this job'],
    // Jobs of a matrix, one after the other on a machine of one's own; and where the runner does not tell them apart.
    [
      inJob('test', 'one', 'github_1'),
      inJob('test', 'one', 'github_2'),
      false,
      'the job test on the runner one of this run',
    ],
    [inJob('test', 'one'), inJob('test', 'one'), false, 'the job test on the runner one of this run'],
    [inJob('test', 'one'), inJob('test', 'two'), false, 'the job test on the runner two of this run'],
    [inJob('test'), inJob('test'), false, 'the job test of this run'],
    [thisRun('octo/app', ENV), thisRun('octo/app', ENV), false, 'another job of this run'],
    [
      inJob('test', 'one'),
      thisRun('octo/app', { GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '1', GITHUB_JOB: 'test', RUNNER_NAME: 'one' }),
      false,
      'run 7 of octo/app, the job test on the runner one',
    ],
  ])('%#: differs from that of another, as far as the runner says', (own, other, isSame, text) => {
    expect(sameJob(own, other)).toBe(isSame);
    expect(describeRun(other, own)).toBe(text);
  });
});
