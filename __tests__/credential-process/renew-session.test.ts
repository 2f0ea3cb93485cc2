import fs, { mkdirSync, readdirSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { environmentFile, type ProfileSession } from '../../src/credential-process/keep-sessions';
import { renewSession } from '../../src/credential-process/renew-session';
import { warningsIn } from '../../src/credential-process/renewal-warnings';
import { keptSession, readSession, type KeptSession } from '../../src/credential-process/session-file';
import { lockPath } from '../../src/files/lock';
import { systemClock } from '../../src/network/clock';
import type { Step } from '../../src/runner/step';
import { inJob, useJobDirectory } from '../runner/job-files';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

useJobDirectory();

const MINUTE = 60_000;
const PATH = () => inJob('1.json');
const ASKED = { env: {}, clock: systemClock };

/** A session of an hour, of which so many minutes are left; a minute ago it was another clock's. */
function sessionFor(minutes: number, token = 'OLD', attempt?: KeptSession['attempt']): KeptSession {
  const now = Date.now();
  const expiration = new Date(now + minutes * MINUTE);
  const credentials = { ...EXAMPLE_KEYS, sessionToken: `AQoEXAMPLE${token}`, expiration };
  const past = (60 - minutes) * MINUTE;
  const obtained = { time: now - past, uptime: uptime() - past / 1000 };
  return { ...keptSession('deploy', credentials, obtained), attempt };
}

function store(session: KeptSession): void {
  writeFileSync(PATH(), JSON.stringify(session));
}

const obtain = jest.fn<Promise<ProfileSession>, [profile: string, step: Step, until: number]>(() => {
  const { SessionToken } = sessionFor(60, 'NEW').credentials;
  const expiration = new Date(Date.now() + 60 * MINUTE);
  return Promise.resolve({
    name: 'deploy',
    credentials: { ...EXAMPLE_KEYS, sessionToken: SessionToken, expiration },
  });
});
const REFUSED = new Error('AWS says no');

/** The token of the session that whoever asks is given. */
async function tokenGiven(): Promise<string | undefined> {
  const { credentials } = await renewSession(PATH(), ASKED, obtain);
  return credentials.SessionToken?.replace('AQoEXAMPLE', '');
}
const tokenStored = () => readSession(PATH()).credentials.SessionToken?.replace('AQoEXAMPLE', '');

const failing = (code: string) => () => {
  throw Object.assign(new Error(`${code}: words`), { code });
};

let stderr: jest.SpyInstance;
beforeEach(() => {
  obtain.mockClear();
  stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  writeFileSync(environmentFile(inJob()), '{}');
  store(sessionFor(15));
});
afterEach(() => {
  // Where there is an answer, some tools read stderr with it.
  expect(stderr).not.toHaveBeenCalled();
  jest.restoreAllMocks();
});

test('a session that is due is renewed, stored, and nothing is left next to it', async () => {
  expect([await tokenGiven(), tokenStored()]).toEqual(['NEW', 'NEW']);
  expect(readdirSync(inJob()).sort()).toEqual(['1.json', 'environment.json']);
});

describe('the folder of the step', () => {
  const before = process.cwd();
  afterEach(() => {
    process.chdir(before);
  });

  test('is where it is obtained, as paths of the step may be relative', async () => {
    mkdirSync(inJob('workspace'));
    writeFileSync(environmentFile(inJob()), JSON.stringify({ PWD: inJob('workspace') }));
    const folders: string[] = [];
    obtain.mockImplementationOnce((...given) => {
      folders.push(process.cwd());
      return obtain(...given);
    });
    await tokenGiven();
    expect(folders).toEqual([realpathSync(inJob('workspace'))]);
  });

  test('may be gone', async () => {
    writeFileSync(environmentFile(inJob()), JSON.stringify({ PWD: inJob('nowhere') }));
    expect(await tokenGiven()).toBe('NEW');
  });
});

describe('a new session that cannot be stored is given all the same', () => {
  test.each<[string, () => void]>([
    [
      'the disk is full',
      () => {
        jest.spyOn(fs, 'openSync').mockImplementation(failing('ENOSPC'));
      },
    ],
    [
      'the disk takes only a part',
      () => {
        jest.spyOn(fs, 'writeSync').mockImplementation(failing('EDQUOT'));
      },
    ],
    [
      'the file may not be replaced',
      () => {
        jest.spyOn(fs, 'renameSync').mockImplementation(failing('EPERM'));
      },
    ],
    [
      'no lock can be made',
      () => {
        const ofLock = jest.requireActual<typeof fs>('graceful-fs');
        jest.spyOn(ofLock, 'mkdir').mockImplementation(((_: string, done: (error: Error) => void) => {
          done(Object.assign(new Error('EROFS: words'), { code: 'EROFS' }));
        }) as never);
      },
    ],
  ])('%s', async (what, spoil) => {
    spoil();
    expect(await tokenGiven()).toBe('NEW');
    expect(readdirSync(inJob()).filter((name) => name.includes('aws-identity'))).toEqual([]);
    if (what.includes('lock')) return;
    jest.restoreAllMocks();
    stderr = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(tokenStored()).toBe('OLD');
  });

  test('the folder goes while it is obtained, as the job ends', async () => {
    obtain.mockImplementationOnce(() => {
      rmSync(inJob(), { recursive: true });
      return obtain('deploy', {} as Step, 0);
    });
    expect(await tokenGiven()).toBe('NEW');
    mkdirSync(inJob());
  });

  test('and the post step can report it', async () => {
    jest.spyOn(fs, 'renameSync').mockImplementation(failing('EPERM'));
    await tokenGiven();
    expect(warningsIn(inJob())).toEqual(['The session of the profile deploy could not be stored: EPERM: words']);
    jest.spyOn(fs, 'renameSync').mockRestore();
    await tokenGiven();
    expect(warningsIn(inJob())).toEqual([]);
  });
});

describe('while the old session works it is given, whatever fails', () => {
  const warning = (why: string): unknown[] => [
    expect.stringMatching(
      new RegExp(`^The profile deploy could not be renewed\\. Its session works until .*Z\\. [^]*${why}`),
    ),
  ];

  test('AWS refuses: it is noted, and not asked again at once', async () => {
    obtain.mockRejectedValueOnce(REFUSED);
    expect([await tokenGiven(), await tokenGiven()]).toEqual(['OLD', 'OLD']);
    expect(obtain).toHaveBeenCalledTimes(1);
    expect(warningsIn(inJob())).toEqual(warning('AWS says no'));
  });

  test('AWS refuses, and that cannot be noted', async () => {
    obtain.mockRejectedValueOnce(REFUSED);
    jest.spyOn(fs, 'openSync').mockImplementation(failing('ENOSPC'));
    expect(await tokenGiven()).toBe('OLD');
  });

  test.each([
    ['gone', undefined],
    ['spoiled', '{'],
    ['no object', 'null'],
  ])('the environment of the step is %s', async (_, text) => {
    rmSync(environmentFile(inJob()));
    if (text !== undefined) writeFileSync(environmentFile(inJob()), text);
    expect(await tokenGiven()).toBe('OLD');
    expect(warningsIn(inJob())).toEqual(warning(''));
    expect(warningsIn(inJob())).not.toEqual(warning('of null'));
    expect(warningsIn(inJob())).toEqual(
      warning('Could not read the variables of its step, in \\S+\\. [^.]+\\. Run th(is|e step)'),
    );
  });

  test('another process renews it right now', async () => {
    mkdirSync(lockPath(PATH()));
    expect([await tokenGiven(), obtain.mock.calls.length, warningsIn(inJob())]).toEqual(['OLD', 0, []]);
  });

  test('nothing answers: it is given in seconds, and the next is not kept waiting', async () => {
    obtain.mockReturnValueOnce(new Promise(() => undefined));
    const began = performance.now();
    expect([await tokenGiven(), await tokenGiven()]).toEqual(['OLD', 'OLD']);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(obtain).toHaveBeenCalledTimes(1);
    expect(warningsIn(inJob())).toEqual(warning('Could not renew the session of the profile deploy within 4 s\\.'));
  });

  test('the process that renewed it was killed: the next does not wait as long', async () => {
    const killed = new Promise<KeptSession['attempt']>((seen) => {
      obtain.mockImplementationOnce(() => {
        seen(readSession(PATH()).attempt);
        return Promise.reject(REFUSED);
      });
    });
    await tokenGiven();
    store(sessionFor(15, 'OLD', await killed));
    expect([await tokenGiven(), obtain.mock.calls.length]).toEqual(['OLD', 1]);
    expect(warningsIn(inJob())).toEqual(warning('The last attempt was ended before it had an answer\\.'));
  });
});

test('once it has ended, an attempt that was killed keeps nobody from another', async () => {
  store(sessionFor(-1, 'OLD', { at: Date.now(), failure: undefined }));
  expect(await tokenGiven()).toBe('NEW');
});

test.each([
  ['works', 15, 4_000],
  ['is about to end', 0.05, 50_000],
  ['has ended', -1, 50_000],
])('how long attempts are made while the session %s', async (_, minutes, budget) => {
  store(sessionFor(minutes));
  const called = performance.now();
  await tokenGiven();
  const [, , until = 0] = obtain.mock.calls[0] ?? [];
  expect(until - called).toBeGreaterThanOrEqual(budget);
  expect(until - called).toBeLessThan(budget + 1_000);
});

test('when it has ended, what failed is said once', async () => {
  store(sessionFor(-1));
  obtain.mockRejectedValueOnce(REFUSED);
  await expect(renewSession(PATH(), ASKED, obtain)).rejects.toThrow(
    /^The session of the profile deploy ended at .*Z\. Could not finish the step\.\nAnswer: AWS says no\n(?!.*ended at)/,
  );
});

test('when it has ended, the post step can report why, until it is renewed', async () => {
  store(sessionFor(-1));
  obtain.mockRejectedValueOnce(REFUSED);
  await expect(tokenGiven()).rejects.toThrow();
  expect(warningsIn(inJob())).toEqual([
    expect.stringMatching(
      /^The profile deploy could not be renewed\. Its session ended at .*Z\. Could not [^]*AWS says no/,
    ),
  ]);
  store(sessionFor(-1));
  expect(await tokenGiven()).toBe('NEW');
  expect(warningsIn(inJob())).toEqual([]);
});

describe('times of the future count for nothing', () => {
  const HOUR = 60 * MINUTE;

  test.each([
    ['works', 15],
    ['has ended', -1],
  ])('a failure that was noted, while the session %s', async (_, minutes) => {
    store(sessionFor(minutes, 'OLD', { at: Date.now() + HOUR, failure: 'no' }));
    expect(await tokenGiven()).toBe('NEW');
  });

  test('a lock', async () => {
    mkdirSync(lockPath(PATH()));
    const ahead = (Date.now() + HOUR) / 1000;
    utimesSync(lockPath(PATH()), ahead, ahead);
    expect(await tokenGiven()).toBe('NEW');
    expect(readdirSync(inJob()).sort()).toEqual(['1.json', 'environment.json']);
  });
});

test('a secret that a server repeats is in no message, as no runner hides it there', async () => {
  store(sessionFor(-1));
  const failure = renewSession(PATH(), ASKED, (_, { runner }) => {
    runner.mask('a secret EXAMPLE');
    return Promise.reject(new Error('\u001b[31ma secret EXAMPLE is not valid\u001b[0m'));
  });
  await expect(failure).rejects.toThrow(/Answer: \*\*\* is not valid$/m);
  expect(readSession(PATH()).attempt?.failure).not.toMatch(/EXAMPLE|\u001b/);
});

describe('a session is renewed for the same user or role', () => {
  const ofRole = (role: string, account = '123456789012') =>
    `arn:aws:sts::${account}:assumed-role/${role}/GitHubActions`;
  const obtaining = (arn: string | undefined) =>
    obtain.mockImplementationOnce(() => Promise.resolve({ name: 'deploy', credentials: EXAMPLE_KEYS, arn }));

  test.each([
    ['the same', ofRole('deploy')],
    ['another session of it', 'arn:aws:sts::123456789012:assumed-role/deploy/another'],
    ['one of which that is not known', undefined],
  ])('%s is taken, and is for the same the next time', async (_, arn) => {
    store({ ...sessionFor(-1), arn: ofRole('deploy') });
    obtaining(arn);
    await tokenGiven();
    expect(readSession(PATH()).arn).toBe(arn ?? ofRole('deploy'));
    expect(readSession(PATH()).credentials.SessionToken).toBeUndefined();
  });

  test.each([
    ['of another account', ofRole('deploy', '210987654321')],
    ['of another role', ofRole('admin')],
    ['of a user', 'arn:aws:iam::123456789012:user/deploy'],
  ])('one %s is not: the old one is used as long as it works', async (_, arn) => {
    store({ ...sessionFor(15), arn: ofRole('deploy') });
    obtaining(arn);
    expect(await tokenGiven()).toBe('OLD');
    expect(warningsIn(inJob()).join()).toContain(
      'and the profile is for arn:aws:sts::123456789012:assumed-role/deploy:',
    );
    store({ ...sessionFor(-1), arn: ofRole('deploy') });
    obtaining(arn);
    await expect(tokenGiven()).rejects.toThrow(/The inputs of the step lead to arn:aws:\S+ now/);
    expect(tokenStored()).toBe('OLD');
  });
});
