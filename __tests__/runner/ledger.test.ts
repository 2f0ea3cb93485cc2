import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { WrittenProfile } from '../../src/profile/profile';
import { Ledger, readLedger } from '../../src/runner/ledger';
import { EXAMPLE_KEYS } from '../scenarios/scenario';
import { inJob, useJobDirectory } from './job-files';

useJobDirectory();

const SECRET = EXAMPLE_KEYS.secretAccessKey;

let env: NodeJS.ProcessEnv;
/** What post finds in its environment. */
let postEnv: NodeJS.ProcessEnv;
let saves: number;
let ledger: Ledger;
beforeEach(() => {
  env = { RUNNER_TEMP: inJob(), AWS_SECRET_ACCESS_KEY: SECRET, AWS_REGION: 'eu-west-1', EMPTY: '' };
  postEnv = {};
  saves = 0;
  ledger = new Ledger(env, (name, value) => {
    saves += 1;
    postEnv[`STATE_${name}`] = value;
  });
});

function written(name: string, replaced: WrittenProfile['replaced'] = {}): WrittenProfile {
  const credentials = { path: inJob('credentials'), header: name, before: 'filled' } as const;
  return { state: { name, credentials }, replaced };
}

const state = () => postEnv.STATE_changes ?? '';
const changes = () => readLedger(postEnv)?.changes;
const keepsake = () => (JSON.parse(state()) as { keepsake?: string }).keepsake ?? '';

test('what stood there is read back, and is not in the state', () => {
  ledger.exporting(['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'EMPTY']);
  const profile = written('dev', { credentials: `[dev]\naws_secret_access_key = ${SECRET}` });
  ledger.writing([profile, written('test')]);
  expect(changes()).toEqual({
    variables: { AWS_SECRET_ACCESS_KEY: SECRET, AWS_SESSION_TOKEN: undefined, EMPTY: undefined },
    profiles: [profile, written('test')],
  });
  expect(state()).not.toContain('EXAMPLE');
  expect(readFileSync(keepsake(), 'utf8')).toContain(SECRET);
});

test('what stood there is kept for the owner alone, in the temporary files of the job', () => {
  ledger.exporting(['AWS_SECRET_ACCESS_KEY']);
  expect(dirname(dirname(keepsake()))).toBe(inJob());
  expect(statSync(keepsake()).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(keepsake())).mode & 0o777).toBe(0o700);
});

test('one file keeps it all, however often there is more', () => {
  ledger.exporting(['AWS_SECRET_ACCESS_KEY']);
  const first = keepsake();
  ledger.exporting(['AWS_REGION']);
  expect(keepsake()).toBe(first);
  expect(readdirSync(inJob())).toHaveLength(1);
});

test('where nothing stood there no file is made', () => {
  ledger.exporting(['AWS_SESSION_TOKEN', 'EMPTY']);
  ledger.writing([written('dev')]);
  expect(readdirSync(inJob())).toEqual([]);
  expect(changes()).toEqual({
    variables: { AWS_SESSION_TOKEN: undefined, EMPTY: undefined },
    profiles: [written('dev')],
  });
});

test('of a variable exported twice, what stood there first', () => {
  ledger.exporting(['AWS_REGION', 'AWS_SESSION_TOKEN']);
  Object.assign(env, { AWS_REGION: 'us-east-1', AWS_SESSION_TOKEN: 'later' });
  ledger.exporting(['AWS_REGION', 'AWS_SESSION_TOKEN', 'AWS_SECRET_ACCESS_KEY']);
  expect(changes()?.variables).toEqual({
    AWS_REGION: 'eu-west-1',
    AWS_SESSION_TOKEN: undefined,
    AWS_SECRET_ACCESS_KEY: SECRET,
  });
});

test('of the profiles, the latest list', () => {
  ledger.writing([written('dev')]);
  ledger.writing([written('dev'), written('test')]);
  expect(changes()?.profiles.map(({ state }) => state.name)).toEqual(['dev', 'test']);
});

test('every change is saved before it is made', () => {
  ledger.exporting(['AWS_REGION']);
  ledger.writing([written('dev')]);
  expect(saves).toBe(2);
});

test('going back to the start leaves nothing', () => {
  const goBack = ledger.mark();
  ledger.exporting(['AWS_SECRET_ACCESS_KEY']);
  ledger.writing([written('dev', { credentials: SECRET })]);
  goBack();
  expect(state()).toBe('');
  expect(readLedger(postEnv)).toBeUndefined();
  expect(readdirSync(inJob())).toEqual([]);
});

test('going back leaves what was there at the mark, and its file', () => {
  ledger.exporting(['AWS_REGION']);
  const goBack = ledger.mark();
  ledger.exporting(['AWS_SECRET_ACCESS_KEY']);
  ledger.writing([written('dev', { credentials: SECRET })]);
  goBack();
  expect(changes()).toEqual({ variables: { AWS_REGION: 'eu-west-1' }, profiles: [] });
  expect(readFileSync(keepsake(), 'utf8')).not.toContain(SECRET);
});

test('there can be more after going back', () => {
  const goBack = ledger.mark();
  ledger.exporting(['AWS_SECRET_ACCESS_KEY']);
  goBack();
  ledger.exporting(['AWS_REGION']);
  expect(changes()?.variables).toEqual({ AWS_REGION: 'eu-west-1' });
  expect(existsSync(keepsake())).toBe(true);
});

test('without the file all is undone already', () => {
  ledger.exporting(['AWS_SECRET_ACCESS_KEY']);
  ledger.writing([written('dev', { credentials: SECRET })]);
  rmSync(dirname(keepsake()), { recursive: true });
  expect(changes()).toBeUndefined();
});

test('with a file that is spoiled it is as if nothing had stood there', () => {
  ledger.exporting(['AWS_SECRET_ACCESS_KEY']);
  ledger.writing([written('dev', { credentials: SECRET })]);
  writeFileSync(keepsake(), '{');
  expect(changes()).toEqual({ variables: { AWS_SECRET_ACCESS_KEY: undefined }, profiles: [written('dev')] });
});

test('nothing was kept', () => {
  expect(readLedger({})).toBeUndefined();
  expect(readLedger({ STATE_changes: '' })).toBeUndefined();
});

test('forgetting removes the file with its directory, and can be done twice', () => {
  ledger.exporting(['AWS_SECRET_ACCESS_KEY']);
  readLedger(postEnv)?.forget();
  expect(readdirSync(inJob())).toEqual([]);
  expect(() => readLedger(postEnv)?.forget()).not.toThrow();
});
