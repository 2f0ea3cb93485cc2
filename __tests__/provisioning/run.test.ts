import { describeRun, readRun, sameRun, thisRun, writeRun } from '../../src/provisioning/run';

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
