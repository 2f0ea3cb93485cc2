import fs, { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readCommandFile } from '../../sandbox/runner/command-file';
import { writeProfiles } from '../../src/profile/profile';
import { Ledger } from '../../src/runner/ledger';
import { undo } from '../../src/runner/undo';
import { EXAMPLE_KEY } from '../profile/fixtures';
import { inJob, useJobDirectory } from './job-files';

useJobDirectory();

/** A directory that a warning can name only when it is escaped. */
const AWS = 'a\nw%s';

let said: string;
beforeEach(() => {
  said = '';
  const { writeSync } = fs;
  jest.spyOn(fs, 'writeSync').mockImplementation((file: number, ...rest: unknown[]) => {
    if (file !== 1) return Number(Reflect.apply(writeSync, fs, [file, ...rest]));
    said += String(rest[0]);
    return Buffer.byteLength(String(rest[0]));
  });
  writeFileSync(inJob('env'), '');
});
afterEach(() => jest.restoreAllMocks());

/** The environment of the post step after main exported these variables, and wrote the profile if it is to. */
async function afterMain(before: Record<string, string>, names = Object.keys(before), profile = false) {
  const env: NodeJS.ProcessEnv = { GITHUB_ENV: inJob('env') };
  const ledger = new Ledger({ ...before, RUNNER_TEMP: inJob() }, (name, value) => {
    env[`STATE_${name}`] = value;
  });
  if (names.length > 0) ledger.exporting(names);
  if (!profile) return env;
  const files = { credentials: inJob(AWS, 'credentials'), config: inJob(AWS, 'config') };
  const dev = { name: 'dev', credentials: EXAMPLE_KEY, config: { region: 'eu-north-1' } };
  const record = (written: Parameters<Ledger['writing']>[0]) => {
    ledger.writing(written);
  };
  await writeProfiles(files, [dev], { overwrite: true, record });
  return env;
}

test('variables get the values they had, or none', async () => {
  const env = await afterMain({ AWS_REGION: 'eu-west-1' }, ['AWS_REGION', 'AWS_SESSION_TOKEN', 'AWS_PROFILE']);
  await undo(env);
  expect(readCommandFile(inJob('env'))).toEqual({ AWS_REGION: 'eu-west-1', AWS_SESSION_TOKEN: '', AWS_PROFILE: '' });
  expect(said).toBe(
    'Variables emptied: AWS_SESSION_TOKEN, AWS_PROFILE\nVariables with their earlier values again: AWS_REGION\n',
  );
  expect(readdirSync(inJob())).toEqual(['env']);
});

test.each([
  ['line breaks', 'one\ntwo\n\nfour'],
  ['a line break at its end', 'one\n'],
  ['Windows line breaks', 'one\r\ntwo'],
  ['the delimiter', 'one\nghadelimiter\ntwo'],
  ['the delimiter alone', 'ghadelimiter'],
  ['the delimiter before a Windows line break', 'ghadelimiter\r\nghadelimiter_'],
  ['the delimiter and the next', 'ghadelimiter_\nghadelimiter\nX=1'],
  ['what looks like an assignment', 'X<<ghadelimiter'],
  ['letters of all kinds', 'Größe=漢字'],
])('a value with %s comes back as it was', async (_, value) => {
  await undo(await afterMain({ AWS_PROFILE: value }));
  expect(readCommandFile(inJob('env'))).toEqual({ AWS_PROFILE: value });
  // On Windows the runner takes either line break for the end of a line, also of the delimiter's.
  const [first = '', ...lines] = readFileSync(inJob('env'), 'utf8').split(/\r?\n/);
  expect(lines.indexOf(first.replace('AWS_PROFILE<<', ''))).toBe(lines.length - 2);
  expect(said).toBe('Variables emptied: none\nVariables with their earlier values again: AWS_PROFILE\n');
});

test('what others wrote to the file of variables stays', async () => {
  writeFileSync(inJob('env'), 'OTHER=1\n');
  await undo(await afterMain({ AWS_REGION: 'eu-west-1' }));
  expect(readCommandFile(inJob('env'))).toEqual({ OTHER: '1', AWS_REGION: 'eu-west-1' });
});

test.each([
  ['none is named', undefined],
  ['an empty name', ''],
  ['it cannot be written', '/nowhere/env'],
])('without a file for variables (%s) it warns, and does the rest', async (_, file) => {
  const env = { ...(await afterMain({}, ['AWS_REGION'], true)), GITHUB_ENV: file };
  await undo(env);
  expect(said).toMatch(/^::warning title=AWS identity clean-up::Variables could not be restored: AWS_REGION\. .+$/m);
  expect(said).toContain('Profile taken out of the AWS files: dev\n');
  expect(readdirSync(inJob(AWS))).toEqual([]);
});

test('a profile that cannot be taken out draws a warning of one line, and the rest is done', async () => {
  const env = await afterMain({ AWS_REGION: 'eu-west-1' }, ['AWS_REGION'], true);
  rmSync(inJob(AWS, 'config'));
  mkdirSync(inJob(AWS, 'config'));
  await undo(env);
  const [warning = '', ...others] = said.trimEnd().split('\n');
  expect(warning).toMatch(/^::warning title=AWS identity clean-up::The profile dev is still in the AWS files\. Could/);
  expect(warning).toContain('a%0Aw%25s');
  expect(others.every((line) => !line.startsWith('::'))).toBe(true);
  expect(existsSync(inJob(AWS, 'credentials'))).toBe(false);
  expect(readCommandFile(inJob('env'))).toEqual({ AWS_REGION: 'eu-west-1' });
});

test('what could not be put back is not forgotten: the next run puts it back', async () => {
  const env = { ...(await afterMain({ AWS_REGION: 'eu-west-1' })), GITHUB_ENV: undefined };
  await undo(env);
  expect(said).toContain('::warning');
  await undo({ ...env, GITHUB_ENV: inJob('env') });
  expect(readCommandFile(inJob('env'))).toEqual({ AWS_REGION: 'eu-west-1' });
  expect(readdirSync(inJob())).toEqual(['env']);
});

test('a second time it takes nothing more out, and warns of nothing', async () => {
  const env = await afterMain({}, ['AWS_REGION'], true);
  await undo(env);
  writeFileSync(inJob(AWS, 'config'), '[profile other]\nregion = x\n');
  await undo(env);
  expect(readdirSync(inJob(AWS))).toEqual(['config']);
  expect(readFileSync(inJob(AWS, 'config'), 'utf8')).toBe('[profile other]\nregion = x\n');
  expect(readCommandFile(inJob('env'))).toEqual({ AWS_REGION: '' });
  expect(said).not.toContain('::warning');
});

test.each<[what: string, more: NodeJS.ProcessEnv, words: string]>([
  ['nothing was kept', { STATE_changes: '' }, 'Nothing to clean up.\n'],
  ['it is to be skipped', { AWS_SKIP_CLEANUP_STEP: 'true' }, 'Nothing cleaned up: AWS_SKIP_CLEANUP_STEP is true.\n'],
])('where %s it says so, and does nothing', async (_, more, words) => {
  await undo({ ...(await afterMain({ AWS_REGION: 'eu-west-1' }, ['AWS_REGION'], true)), ...more });
  expect(said).toBe(words);
  expect(readFileSync(inJob('env'), 'utf8')).toBe('');
  expect(readdirSync(inJob(AWS))).toEqual(['config', 'credentials']);
});

test('AWS_SKIP_CLEANUP_STEP with any other value skips nothing', async () => {
  await undo({ ...(await afterMain({ AWS_REGION: 'eu-west-1' })), AWS_SKIP_CLEANUP_STEP: 'false' });
  expect(readCommandFile(inJob('env'))).toEqual({ AWS_REGION: 'eu-west-1' });
});
