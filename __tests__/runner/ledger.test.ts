import { randomBytes } from 'node:crypto';
import fs, { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { WrittenProfile } from '../../src/profile/profile';
import type { Created } from '../../src/runner/ledger';
import { Ledger, readLedger } from '../../src/runner/ledger';
import { heldOpen, useWindows } from '../files/on-windows';
import { EXAMPLE_KEYS } from '../scenarios/scenario';
import { inJob, useJobDirectory } from './job-files';

useJobDirectory();

const SECRET = EXAMPLE_KEYS.secretAccessKey;
const NOTHING_IN_IAM = { created: [], unfinished: [] };

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

afterEach(() => {
  jest.restoreAllMocks();
});

function written(name: string, replaced: WrittenProfile['replaced'] = []): WrittenProfile {
  const section = { path: inJob('credentials'), header: name, before: 'filled' } as const;
  return { state: { name, sections: [section] }, replaced };
}

const state = () => postEnv.STATE_changes ?? '';
const changes = () => readLedger(postEnv)?.changes;

/** The file that the state names. A test removes its folder: of a name that is missing, that would be the project's. */
function secretState(): string {
  const { secretState } = JSON.parse(state()) as { secretState?: string };
  if (!secretState) throw new Error('The state names no file.');
  return secretState;
}

test('what stood there is read back, and is not in the state', () => {
  ledger.exporting(['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'EMPTY']);
  const profile = written('dev', [`[dev]\naws_secret_access_key = ${SECRET}`]);
  ledger.writing([profile, written('test')]);
  expect(changes()).toEqual({
    variables: { AWS_SECRET_ACCESS_KEY: SECRET, AWS_SESSION_TOKEN: undefined, EMPTY: undefined },
    profiles: [profile, written('test')],
    folders: [],
    identities: NOTHING_IN_IAM,
  });
  expect(state()).not.toContain('EXAMPLE');
  expect(readFileSync(secretState(), 'utf8')).toContain(SECRET);
});

test('what stood there is kept for the owner alone, in the temporary files of the job', () => {
  ledger.exporting(['AWS_SECRET_ACCESS_KEY']);
  expect(dirname(dirname(secretState()))).toBe(inJob());
  expect(statSync(secretState()).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(secretState())).mode & 0o777).toBe(0o700);
});

test('one file keeps it all, however often there is more', () => {
  ledger.exporting(['AWS_SECRET_ACCESS_KEY']);
  const first = secretState();
  ledger.exporting(['AWS_REGION']);
  expect(secretState()).toBe(first);
  expect(readdirSync(inJob())).toHaveLength(1);
});

describe('on Windows', () => {
  useWindows();

  test('the file is replaced although another process has it open for a moment', () => {
    ledger.exporting(['AWS_SECRET_ACCESS_KEY']);
    const rename = jest.spyOn(fs, 'renameSync').mockImplementationOnce(() => {
      throw heldOpen();
    });
    ledger.exporting(['AWS_REGION']);
    expect(rename).toHaveBeenCalledTimes(2);
    expect(changes()?.variables).toEqual({ AWS_SECRET_ACCESS_KEY: SECRET, AWS_REGION: 'eu-west-1' });
    expect(readdirSync(dirname(secretState()))).toEqual(['before.json']);
  });
});

test('a profile that stood there is kept where no variable had a value', () => {
  const profile = written('dev', ['[profile dev]\nregion = eu-west-1']);
  ledger.writing([written('test'), profile]);
  expect(changes()?.profiles).toEqual([written('test'), profile]);
});

test('where nothing stood there no file is made', () => {
  ledger.exporting(['AWS_SESSION_TOKEN', 'EMPTY']);
  ledger.writing([written('dev')]);
  expect(readdirSync(inJob())).toEqual([]);
  expect(changes()).toEqual({
    variables: { AWS_SESSION_TOKEN: undefined, EMPTY: undefined },
    profiles: [written('dev')],
    folders: [],
    identities: NOTHING_IN_IAM,
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
  ledger.writing([written('dev', [SECRET])]);
  goBack();
  expect(state()).toBe('');
  expect(readLedger(postEnv)).toBeUndefined();
  expect(readdirSync(inJob())).toEqual([]);
});

test('going back leaves what was there at the mark, and its file', () => {
  ledger.exporting(['AWS_REGION']);
  const goBack = ledger.mark();
  ledger.exporting(['AWS_SECRET_ACCESS_KEY']);
  ledger.writing([written('dev', [SECRET])]);
  goBack();
  expect(changes()).toEqual({
    variables: { AWS_REGION: 'eu-west-1' },
    profiles: [],
    folders: [],
    identities: NOTHING_IN_IAM,
  });
  expect(readFileSync(secretState(), 'utf8')).not.toContain(SECRET);
});

test('there can be more after going back', () => {
  const goBack = ledger.mark();
  ledger.exporting(['AWS_SECRET_ACCESS_KEY']);
  goBack();
  ledger.exporting(['AWS_REGION']);
  expect(changes()?.variables).toEqual({ AWS_REGION: 'eu-west-1' });
  expect(existsSync(secretState())).toBe(true);
});

test('without the file all is undone already', () => {
  ledger.exporting(['AWS_SECRET_ACCESS_KEY']);
  ledger.writing([written('dev', [SECRET])]);
  rmSync(dirname(secretState()), { recursive: true });
  expect(changes()).toBeUndefined();
});

test('with a file that is spoiled it is as if nothing had stood there', () => {
  ledger.exporting(['AWS_SECRET_ACCESS_KEY']);
  ledger.writing([written('dev', [SECRET])]);
  writeFileSync(secretState(), '{');
  expect(changes()).toEqual({
    variables: { AWS_SECRET_ACCESS_KEY: undefined },
    profiles: [written('dev')],
    folders: [],
    identities: NOTHING_IN_IAM,
  });
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

describe('what is made in IAM', () => {
  const USER: Created = { kind: 'user', name: 'pulumi', arn: 'arn:aws:iam::123456789012:user/pulumi' };
  const POLICY: Created = { kind: 'policy', arn: 'arn:aws:iam::123456789012:policy/read' };
  const UNFINISHED = [{ user: 'pulumi', destinations: [{ to: 'profile', profile: 'dev' }] }] as const;
  const TEMPORARY = { ...EXAMPLE_KEYS, sessionToken: 'SESSIONEXAMPLE' };
  const KEYS = { pulumi: { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: randomBytes(30).toString('base64') } };

  test('is read back in the order in which it was made, with the keys that are not finished', () => {
    ledger.creating(POLICY, EXAMPLE_KEYS);
    ledger.creating(USER, EXAMPLE_KEYS);
    ledger.makingKeys(UNFINISHED, EXAMPLE_KEYS, KEYS);
    expect(changes()).toEqual({
      variables: {},
      profiles: [],
      folders: [],
      identities: { created: [POLICY, USER], unfinished: UNFINISHED, credentials: EXAMPLE_KEYS, keys: KEYS },
    });
    expect(saves).toBe(3);
  });

  test.each<[what: string, change: () => void, secret: object]>([
    [
      'that is made',
      () => {
        ledger.creating(USER, TEMPORARY);
      },
      { credentials: TEMPORARY },
    ],
    [
      'whose key is delivered',
      () => {
        ledger.makingKeys(UNFINISHED, TEMPORARY, KEYS);
      },
      { credentials: TEMPORARY, keys: KEYS },
    ],
  ])('of a user %s the state has the name; what is secret is in the file for the owner alone', (_, change, secret) => {
    change();
    expect(state()).toContain('"pulumi"');
    for (const text of ['EXAMPLE', KEYS.pulumi.secretAccessKey]) expect(state()).not.toContain(text);
    expect(JSON.parse(readFileSync(secretState(), 'utf8'))).toEqual({ variables: {}, replaced: [], ...secret });
    expect(statSync(secretState()).mode & 0o777).toBe(0o600);
    expect(changes()?.identities).toMatchObject(secret);
  });

  test('keeps no key any longer than it is being delivered', () => {
    ledger.creating(USER, EXAMPLE_KEYS);
    ledger.makingKeys(UNFINISHED, EXAMPLE_KEYS, KEYS);
    ledger.makingKeys([], EXAMPLE_KEYS);
    expect(readFileSync(secretState(), 'utf8')).not.toContain(KEYS.pulumi.secretAccessKey);
    expect(changes()?.identities).toMatchObject({ created: [USER], unfinished: [], credentials: EXAMPLE_KEYS });
  });

  test('leaves nothing once every key is where it belongs and nothing else was made', () => {
    ledger.makingKeys(UNFINISHED, EXAMPLE_KEYS, KEYS);
    ledger.makingKeys([], EXAMPLE_KEYS);
    expect(state()).toBe('');
    expect(readdirSync(inJob())).toEqual([]);
  });

  test('needs no credentials any more once it is finished, also where other things were kept', () => {
    ledger.exporting(['AWS_REGION']);
    ledger.makingKeys(UNFINISHED, EXAMPLE_KEYS, KEYS);
    ledger.makingKeys([], EXAMPLE_KEYS);
    expect(readFileSync(secretState(), 'utf8')).not.toContain('EXAMPLE');
    expect(changes()).toEqual({
      variables: { AWS_REGION: 'eu-west-1' },
      profiles: [],
      folders: [],
      identities: NOTHING_IN_IAM,
    });
  });

  test('stays when variables and profiles go back', () => {
    ledger.creating(USER, EXAMPLE_KEYS);
    const goBack = ledger.mark();
    ledger.makingKeys(UNFINISHED, EXAMPLE_KEYS, KEYS);
    ledger.exporting(['AWS_REGION']);
    goBack();
    expect(changes()).toEqual({
      variables: {},
      profiles: [],
      folders: [],
      identities: { created: [USER], unfinished: UNFINISHED, credentials: EXAMPLE_KEYS, keys: KEYS },
    });
  });

  test('is known by name alone where the file is spoiled', () => {
    ledger.creating(USER, EXAMPLE_KEYS);
    writeFileSync(secretState(), '{');
    expect(changes()?.identities).toEqual({ created: [USER], unfinished: [] });
  });
});

test('a folder is read back, and goes when the step goes back', () => {
  ledger.making('/first');
  const goBack = ledger.mark();
  ledger.making('/second');
  expect(changes()?.folders).toEqual(['/first', '/second']);
  goBack();
  expect(changes()?.folders).toEqual(['/first']);
});
