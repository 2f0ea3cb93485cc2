import { randomBytes } from 'node:crypto';
import fs, { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { WrittenProfile } from '../../src/profile/profile';
import type { Created } from '../../src/runner/ledger';
import { Ledger } from '../../src/runner/ledger';
import { readLedger } from '../../src/runner/read-ledger';
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

/** A file of the ledger. A test removes its folder: of a name that is missing, that would be the project's. */
function stored(name: 'changes.json' | 'before.json'): string {
  const { folder } = JSON.parse(state()) as { folder?: string };
  if (!folder) throw new Error('The state names no folder.');
  return join(folder, name);
}

const secretState = () => stored('before.json');
const storedText = () => readFileSync(stored('changes.json'), 'utf8');

test('what stood there is read back, and is not in the state', () => {
  ledger.exporting(['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'EMPTY']);
  const profile = written('dev', [`[dev]\naws_secret_access_key = ${SECRET}`]);
  ledger.writing([profile, written('test')]);
  expect(changes()).toEqual({
    variables: { AWS_SECRET_ACCESS_KEY: SECRET, AWS_SESSION_TOKEN: undefined, EMPTY: undefined },
    profiles: [profile, written('test')],
    folders: [],
    signIns: [],
    identities: NOTHING_IN_IAM,
  });
  for (const text of [state(), storedText()]) expect(text).not.toContain('EXAMPLE');
  expect(readFileSync(secretState(), 'utf8')).toContain(SECRET);
});

test('what stood there is kept for the owner alone, in the temporary files of the job', () => {
  ledger.exporting(['AWS_SECRET_ACCESS_KEY']);
  expect(dirname(dirname(secretState()))).toBe(inJob());
  for (const name of ['changes.json', 'before.json'] as const) expect(statSync(stored(name)).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(secretState())).mode & 0o777).toBe(0o700);
});

test('one folder keeps it all, however often there is more', () => {
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
    expect(rename).toHaveBeenCalledTimes(3);
    expect(changes()?.variables).toEqual({ AWS_SECRET_ACCESS_KEY: SECRET, AWS_REGION: 'eu-west-1' });
    expect(readdirSync(dirname(secretState()))).toEqual(['before.json', 'changes.json']);
  });

  test('what is not needed any more does not stop the step while another process has it open', () => {
    ledger.making('/first');
    const goBack = ledger.mark();
    ledger.exporting(['AWS_SECRET_ACCESS_KEY']);
    const kept = secretState();
    jest.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
    jest.spyOn(fs, 'rmSync').mockImplementation(() => {
      throw heldOpen();
    });
    goBack();
    expect(changes()).toMatchObject({ variables: {}, folders: ['/first'] });
    expect(existsSync(kept)).toBe(true);
    jest.restoreAllMocks();
  });
});

test('a profile that stood there is kept where no variable had a value', () => {
  const profile = written('dev', ['[profile dev]\nregion = eu-west-1']);
  ledger.writing([written('test'), profile]);
  expect(changes()?.profiles).toEqual([written('test'), profile]);
});

test('where nothing stood there no secrets are kept', () => {
  ledger.exporting(['AWS_SESSION_TOKEN', 'EMPTY']);
  ledger.writing([written('dev')]);
  expect(readdirSync(dirname(secretState()))).toEqual(['changes.json']);
  expect(changes()).toEqual({
    variables: { AWS_SESSION_TOKEN: undefined, EMPTY: undefined },
    profiles: [written('dev')],
    folders: [],
    signIns: [],
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

test('every change is stored before it is made, and the runner is asked to save no more than it must', () => {
  ledger.exporting(['AWS_REGION']);
  ledger.writing([written('dev')]);
  ledger.writing([written('dev')]);
  expect(saves).toBe(2);
  expect(changes()?.profiles).toEqual([written('dev')]);
});

describe('however much was changed, the state is small, as the runner passes it to post as a variable', () => {
  const many = <T>(one: (number: number) => T) => Array.from({ length: 5_000 }, (_, number) => one(number));

  test.each<[string, () => void, () => unknown, number]>([
    [
      'profiles',
      () => {
        ledger.writing(many((number) => written(`profile-of-the-account-${number}`, [`[${number}]`])));
      },
      () => changes()?.profiles,
      5_000,
    ],
    [
      'users',
      () => {
        const unfinished = many((number) => ({ user: `user-${number}`, destinations: [] }));
        ledger.makingKeys(unfinished, EXAMPLE_KEYS, {});
      },
      () => changes()?.identities.unfinished,
      5_000,
    ],
  ])('%s', (_, change, found, count) => {
    change();
    expect(state().length).toBeLessThan(16_000);
    expect(found()).toHaveLength(count);
  });

  test('whatever an ephemeral step makes, one by one', () => {
    for (let number = 0; number < 300; number += 1) {
      const name = `user-of-the-pipeline-${number}`;
      ledger.creating({ kind: 'user', name, arn: `arn:aws:iam::123456789012:user/${name}` }, EXAMPLE_KEYS);
    }
    expect(changes()?.identities.created).toHaveLength(300);
    expect(state().length).toBeLessThan(16_000);
    expect(saves).toBeLessThan(100);
  });
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
    signIns: [],
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

describe('of a ledger that', () => {
  const OURS = written('ours');
  beforeEach(() => {
    ledger.exporting(['AWS_REGION', 'AWS_SESSION_TOKEN']);
    ledger.writing([OURS, written('theirs', [SECRET])]);
  });
  const AFTER = 'AWS_REGION, the profile theirs. ';
  const lost = (why: string, outcome: string) =>
    `What was there before cannot be put back, as ${why}: ${AFTER}${outcome}.`;
  const unreadable = (name: string) => {
    const { readFileSync: read } = fs;
    jest.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
    jest.spyOn(fs, 'readFileSync').mockImplementation(((path: string, options: 'utf8') => {
      if (path.endsWith(name)) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
      return read(path, options);
    }) as never);
  };

  test('is gone, only what had nothing in its place is undone: the rest may be back already', () => {
    rmSync(dirname(secretState()), { recursive: true });
    const { changes, problems, isGone, forget } = readLedger(postEnv) ?? {};
    expect(changes).toMatchObject({ variables: { AWS_SESSION_TOKEN: undefined }, profiles: [OURS] });
    expect(Object.keys(changes?.variables ?? {})).toEqual(['AWS_SESSION_TOKEN']);
    expect(isGone).toBe(true);
    expect(problems).toEqual([
      `${stored('changes.json')} is gone. The runner's state has all that the step changed, too.`,
      lost(`${secretState()} is gone`, 'They stay as the step left them'),
    ]);
    expect(forget).not.toThrow();
  });

  test.each<[string, () => void, string]>([
    [
      'has lost its secrets',
      () => {
        rmSync(secretState());
      },
      'is gone',
    ],
    [
      'has spoiled secrets',
      () => {
        writeFileSync(secretState(), '{');
      },
      'was spoiled by someone',
    ],
    [
      'has nothing of sense for secrets',
      () => {
        writeFileSync(secretState(), 'null');
      },
      'was spoiled by someone',
    ],
  ])('%s, what is ours is undone as if nothing had stood there', (_, spoil, why) => {
    spoil();
    const { changes, problems, forget } = readLedger(postEnv) ?? {};
    expect(changes).toEqual({
      variables: { AWS_REGION: undefined, AWS_SESSION_TOKEN: undefined },
      profiles: [OURS, written('theirs')],
      folders: [],
      signIns: [],
      identities: NOTHING_IN_IAM,
    });
    expect(problems).toEqual([lost(`${secretState()} ${why}`, 'They are removed')]);
    forget?.();
    expect(readdirSync(inJob())).toEqual([]);
  });

  test('has secrets that cannot be read, what would need them is left alone, and they stay', () => {
    unreadable('before.json');
    const { changes, problems, forget } = readLedger(postEnv) ?? {};
    expect(Object.keys(changes?.variables ?? {})).toEqual(['AWS_SESSION_TOKEN']);
    expect(changes?.profiles).toEqual([OURS]);
    expect(problems).toEqual([
      lost(`${secretState()} could not be read (EIO: i/o error)`, 'They stay as the step left them'),
    ]);
    forget?.();
    jest.restoreAllMocks();
    expect(readFileSync(secretState(), 'utf8')).toContain(SECRET);
  });

  test.each<[string, () => void, string]>([
    [
      'is spoiled',
      () => {
        writeFileSync(stored('changes.json'), '{"variables":');
      },
      'was spoiled by someone',
    ],
    [
      'cannot be read',
      () => {
        unreadable('changes.json');
      },
      'could not be read (EIO: i/o error)',
    ],
  ])('%s, what the state names is undone, with what stood there', (_, spoil, why) => {
    spoil();
    const { changes, problems, isGone } = readLedger(postEnv) ?? {};
    expect(changes).toEqual({
      variables: { AWS_REGION: 'eu-west-1', AWS_SESSION_TOKEN: undefined },
      profiles: [OURS, written('theirs', [SECRET])],
      folders: [],
      signIns: [],
      identities: NOTHING_IN_IAM,
    });
    expect(isGone).toBe(false);
    expect(problems).toEqual([
      `${stored('changes.json')} ${why}. The runner's state has all that the step changed, too.`,
    ]);
  });

  test('is spoiled and was large, it is said where more is left', () => {
    ledger.writing(Array.from({ length: 100 }, (_, number) => written(`dev-${number}`)));
    writeFileSync(stored('changes.json'), '');
    const { changes, problems } = readLedger(postEnv) ?? {};
    expect(changes?.profiles[0]).toEqual(written('dev-0'));
    expect(changes?.profiles.length).toBeLessThan(100);
    expect(problems).toContain(
      `${stored('changes.json')} was spoiled by someone. The runner's state has only a part of what the step changed; ` +
        `the rest stays, also in ${inJob('credentials')}.`,
    );
  });

  test('cannot be read for a moment, all is undone', () => {
    const { readFileSync: read } = fs;
    const held = jest.spyOn(fs, 'readFileSync').mockImplementationOnce(() => {
      throw heldOpen();
    });
    held.mockImplementation(read);
    expect(readLedger(postEnv)).toMatchObject({ problems: [], changes: { variables: { AWS_REGION: 'eu-west-1' } } });
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
  /** Where it is made. */
  const ROUTE = { AWS_ENDPOINT_URL_IAM: 'https://mona:EXAMPLE-pass@iam.example', AWS_REGION: 'eu-west-1' };
  beforeEach(() => Object.assign(env, ROUTE));

  test('is read back in the order in which it was made, with the keys that are not finished', () => {
    ledger.creating(POLICY, EXAMPLE_KEYS);
    ledger.creating(USER, EXAMPLE_KEYS);
    ledger.makingKeys(UNFINISHED, EXAMPLE_KEYS, KEYS);
    expect(changes()).toEqual({
      variables: {},
      profiles: [],
      folders: [],
      signIns: [],
      identities: {
        created: [POLICY, USER],
        unfinished: UNFINISHED,
        credentials: EXAMPLE_KEYS,
        keys: KEYS,
        route: ROUTE,
      },
    });
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
    for (const text of [state(), storedText()]) {
      expect(text).toContain('"pulumi"');
      for (const secret of ['EXAMPLE', KEYS.pulumi.secretAccessKey]) expect(text).not.toContain(secret);
    }
    expect(JSON.parse(readFileSync(secretState(), 'utf8'))).toEqual({
      variables: {},
      replaced: [],
      route: ROUTE,
      ...secret,
    });
    expect(statSync(secretState()).mode & 0o777).toBe(0o600);
    expect(changes()?.identities).toMatchObject(secret);
  });

  test('names a secret once for each time that it was written, with when that was', () => {
    const location = { of: 'repository', repository: 'octo/app' } as const;
    const secret = { store: 'github-secrets', name: 'SEED', location } as const;
    const writing = { kind: 'secret', secret, user: 'pulumi' } as const;
    ledger.creating({ ...writing, at: 1_000 }, EXAMPLE_KEYS);
    ledger.creating({ ...writing, at: 1_000, written: { time: 2_000 } }, EXAMPLE_KEYS);
    ledger.creating({ ...writing, at: 3_000 }, EXAMPLE_KEYS);
    expect(changes()?.identities.created).toEqual([
      { ...writing, at: 1_000, written: { time: 2_000 } },
      { ...writing, at: 3_000 },
    ]);
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
      signIns: [],
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
      signIns: [],
      identities: {
        created: [USER],
        unfinished: UNFINISHED,
        credentials: EXAMPLE_KEYS,
        keys: KEYS,
        route: ROUTE,
      },
    });
  });

  test('is read back with the run that made it, also where the file is gone', () => {
    const RUN = 'octo/app:123456.1:0a1b2c3d';
    const caller = 'arn:aws:sts::123456789012:assumed-role/provisioner/ci';
    ledger.runningAs(RUN, caller);
    expect(state()).toBe('');
    ledger.creating(USER, EXAMPLE_KEYS);
    expect(changes()?.identities).toMatchObject({ created: [USER], run: RUN, caller });
    rmSync(stored('changes.json'));
    expect(changes()?.identities).toMatchObject({ created: [USER], run: RUN, caller });
  });

  test('is read back with the end of the session', () => {
    const session = { ...EXAMPLE_KEYS, sessionToken: 'AQoEXAMPLE', expiration: new Date('2030-01-01T00:00:00Z') };
    ledger.creating(USER, session);
    expect(changes()?.identities.credentials).toEqual(session);
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

describe('a sign-in', () => {
  const SIGN_IN = {
    startUrl: 'https://d-1234567890.awsapps.com/start',
    region: 'eu-west-1',
    accessToken: 'aoaAAAAAGEXAMPLE',
    expires: 1_800_000_000_000,
  };
  const OTHER = { ...SIGN_IN, startUrl: 'https://d-0987654321.awsapps.com/start', accessToken: 'aoaAAAAAGOTHER' };
  const AT = 'http://127.0.0.1:9';

  test('is kept for post, with its token apart from the state, and where it was made', () => {
    env.AWS_ENDPOINT_URL_SSO = AT;
    ledger.signedIn(SIGN_IN);
    ledger.signedIn(OTHER);
    for (const text of [state(), storedText()]) {
      expect(text).toContain(SIGN_IN.startUrl);
      expect(text).not.toMatch(/aoa|127/);
    }
    expect(changes()).toMatchObject({
      signIns: [SIGN_IN, OTHER],
      identities: { route: { AWS_ENDPOINT_URL_SSO: AT } },
    });
  });

  test('is kept already while the person is asked, without what a token could be had with in the state', () => {
    const asked = {
      startUrl: SIGN_IN.startUrl,
      region: 'eu-west-1',
      client: { clientId: 'CLIENT', clientSecret: 'secretEXAMPLE' },
      deviceCode: 'deviceEXAMPLE',
    };
    ledger.askingToSignIn(asked);
    for (const text of [state(), storedText()]) expect(text).not.toContain('EXAMPLE');
    expect(changes()).toMatchObject({ signIns: [asked] });
    ledger.signedIn(SIGN_IN);
    ledger.tookRole({ accountId: '123456789012', roleName: 'Admin' });
    const role = { accountId: '123456789012', roleName: 'Admin' };
    expect(changes()).toMatchObject({ signIns: [{ ...SIGN_IN, role }] });
    ledger.askingToSignIn(asked);
    ledger.notSignedIn();
    expect(changes()).toMatchObject({ signIns: [{ ...SIGN_IN, role }] });
  });

  test('stays when what was exported is taken back', () => {
    const goBack = ledger.mark();
    ledger.exporting(['AWS_REGION']);
    ledger.signedIn(SIGN_IN);
    goBack();
    expect(changes()).toMatchObject({ variables: {}, signIns: [SIGN_IN] });
  });
});

test('leaves no files behind that post would not find, as the state that names them cannot be saved', () => {
  const full = new Ledger(env, () => {
    throw new Error('no space left on device');
  });
  expect(() => {
    full.exporting(['AWS_SECRET_ACCESS_KEY']);
  }).toThrow('no space left on device');
  expect(readdirSync(inJob())).toEqual([]);
});
