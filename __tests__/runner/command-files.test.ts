import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rememberCommandFiles } from '../../src/runner/runner-files';
import { inJob, useJobDirectory } from './job-files';

useJobDirectory();

let env: NodeJS.ProcessEnv;
beforeEach(() => {
  env = { GITHUB_ENV: inJob('env'), GITHUB_OUTPUT: inJob('output') };
  writeFileSync(inJob('env'), 'A=é1\n');
  writeFileSync(inJob('output'), '');
});

test('what was written since is taken back, and no more', () => {
  const files = rememberCommandFiles(env);
  appendFileSync(inJob('env'), 'B<<x\n2\nx\n');
  appendFileSync(inJob('output'), 'c=3\n');
  files.takeBack();
  expect(readFileSync(inJob('env'), 'utf8')).toBe('A=é1\n');
  expect(readFileSync(inJob('output'), 'utf8')).toBe('');
});

test('where nothing was written nothing changes', () => {
  rememberCommandFiles(env).takeBack();
  expect(readFileSync(inJob('env'), 'utf8')).toBe('A=é1\n');
});

test('a file that was not there is emptied', () => {
  rmSync(inJob('output'));
  const files = rememberCommandFiles(env);
  files.takeBack();
  expect(existsSync(inJob('output'))).toBe(false);
  appendFileSync(inJob('output'), 'c=3\n');
  files.takeBack();
  expect(readFileSync(inJob('output'), 'utf8')).toBe('');
});

test('a file that is gone, or shorter, stays so', () => {
  const files = rememberCommandFiles(env);
  rmSync(inJob('output'));
  writeFileSync(inJob('env'), 'A');
  files.takeBack();
  expect(existsSync(inJob('output'))).toBe(false);
  expect(readFileSync(inJob('env'), 'utf8')).toBe('A');
});

test('a runner without such files', () => {
  expect(() => {
    rememberCommandFiles({ GITHUB_ENV: '' }).takeBack();
  }).not.toThrow();
});
