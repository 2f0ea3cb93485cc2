import { readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { inJobTemp, isJobFolder, makeJobFolder } from '../../src/runner/runner-files';
import { inJob, useJobDirectory } from './job-files';

useJobDirectory();

function make(name: string): { folder: string; kept: string[] } {
  const kept: string[] = [];
  const ledger = { making: (folder: string) => kept.push(folder) };
  return { folder: makeJobFolder(name, { env: { RUNNER_TEMP: inJob() }, ledger }), kept };
}

test('a folder of the job is its user’s alone, named for its use, and known to post', () => {
  const { folder, kept } = make('aws-sessions');
  expect(dirname(folder)).toBe(inJob());
  expect(basename(folder)).toMatch(/^aws-sessions-\w{6}$/);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(kept).toEqual([folder]);
});

test('it is distinguished from those of other names, jobs and depths', () => {
  const { folder } = make('aws-sessions');
  const env = { RUNNER_TEMP: inJob() };
  expect(isJobFolder(folder, 'aws-sessions', env)).toBe(true);
  expect(isJobFolder(folder, 'aws-profiles', env)).toBe(false);
  expect(isJobFolder(folder, 'aws-sessions', { RUNNER_TEMP: join(inJob(), 'other') })).toBe(false);
  expect(isJobFolder(join(folder, 'deep'), 'aws-sessions', env)).toBe(false);
  expect(isJobFolder(inJob('other'), 'aws-sessions', env)).toBe(false);
  expect(isJobFolder(join(inJob(), 'x', basename(folder)), 'aws-sessions', env)).toBe(false);
});

test('without a folder of the runner it is where the system has such things', () => {
  expect(inJobTemp({}, (temp) => temp)).toBe(tmpdir());
});

test('where it cannot be made, nothing is kept for post', () => {
  const kept: string[] = [];
  const ledger = { making: (folder: string) => kept.push(folder) };
  const RUNNER_TEMP = inJob('nowhere');
  expect(() => makeJobFolder('aws-sessions', { env: { RUNNER_TEMP }, ledger })).toThrow(
    expect.objectContaining({ code: 'runner-files' }) as Error,
  );
  expect(kept).toEqual([]);
  expect(readdirSync(inJob())).toEqual([]);
});
