import fs, { existsSync, writeFileSync } from 'node:fs';
import { keepSessions } from '../../src/credential-process/keep-sessions';
import {
  isFresh,
  isValid,
  keptSession,
  noteWarning,
  readSession,
  warningsIn,
  type KeptSession,
} from '../../src/credential-process/session-file';
import { inJob, useJobDirectory } from '../runner/job-files';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

useJobDirectory();

const NOW = Date.parse('2026-01-31T12:00:00.000Z');
const MINUTE = 60_000;
const lasting = (minutes: number) => ({
  ...EXAMPLE_KEYS,
  sessionToken: 'AQoEXAMPLE',
  expiration: new Date(NOW + minutes * MINUTE),
});
const SESSIONS = [{ name: 'deploy', credentials: { ...EXAMPLE_KEYS, sessionToken: 'AQoEXAMPLE' } }];

describe('when a session is renewed', () => {
  test.each([
    [15, 5],
    [30, 10],
    [60, 20],
    [720, 20],
  ])('one of %i minutes: %i minutes before its end', (length, margin) => {
    const session = keptSession('deploy', lasting(length), NOW);
    const due = NOW + (length - margin) * MINUTE;
    expect([isFresh(session, due - 1), isFresh(session, due)]).toEqual([true, false]);
    const end = NOW + length * MINUTE;
    expect([isValid(session, end - 1), isValid(session, end)]).toEqual([true, false]);
  });

  const fresh = (session: KeptSession, minute: number) => isFresh(session, NOW + minute * MINUTE);

  test('one that was obtained by a clock that was ahead, and of unknown length then: 20 minutes before its end', () => {
    for (const ahead of [30, 50, 120]) {
      const session = keptSession('deploy', lasting(60), NOW + ahead * MINUTE);
      expect([fresh(session, 1), fresh(session, 29)]).toEqual([true, true]);
      expect([fresh(session, 60), fresh(session, 61), fresh(session, 200)]).toEqual([false, false, false]);
    }
    expect(fresh(keptSession('deploy', lasting(60), NOW + 120 * MINUTE), 41)).toBe(false);
  });

  test('one that was obtained by a clock that was behind: soon enough', () => {
    const session = keptSession('deploy', lasting(15), NOW - 60 * MINUTE);
    expect([fresh(session, -60), fresh(session, 14)]).toEqual([true, false]);
  });

  test('one without an end: never', () => {
    const session = keptSession('deploy', EXAMPLE_KEYS, NOW);
    expect([isFresh(session, Number.MAX_SAFE_INTEGER), isValid(session, Number.MAX_SAFE_INTEGER)]).toEqual([
      true,
      true,
    ]);
    expect(session.credentials).toEqual({
      Version: 1,
      AccessKeyId: EXAMPLE_KEYS.accessKeyId,
      SecretAccessKey: EXAMPLE_KEYS.secretAccessKey,
    });
  });
});

test('a session is read back with its token', () => {
  keepSessions(inJob(), SESSIONS, {});
  expect(readSession(inJob('1.json'))).toEqual({
    profile: 'deploy',
    credentials: {
      Version: 1,
      AccessKeyId: EXAMPLE_KEYS.accessKeyId,
      SecretAccessKey: EXAMPLE_KEYS.secretAccessKey,
      SessionToken: 'AQoEXAMPLE',
    },
    obtained: expect.any(Number) as number,
  });
});

describe('whoever uses the profile learns why', () => {
  afterEach(() => jest.restoreAllMocks());
  const reading = () => readSession(inJob('1.json'));
  const COULD_NOT = () => `Could not read the session that this profile renews, in ${inJob('1.json')}. `;

  test('the session is gone', () => {
    expect(reading).toThrow(
      `${COULD_NOT()}It is gone: the post step of its job removes it, or a step of the job emptied RUNNER_TEMP. Run this ` +
        'in the job, after the step with refresh-credentials, or without the profile.',
    );
  });

  test.each(['{', '', 'null', '[]', '{}', '"x"', '{"profile":"deploy","credentials":{}}', '{"profile":"deploy"}'])(
    'it is spoiled: %j',
    (text) => {
      writeFileSync(inJob('1.json'), text);
      expect(reading).toThrow(COULD_NOT());
      expect(reading).toThrow('. Run the step with refresh-credentials again.');
      expect(reading).not.toThrow(/destructure|undefined/);
    },
  );

  test.each([
    [
      'EACCES',
      'It is open only to the user that the step with refresh-credentials ran as, and this is another. Run the',
    ],
    ['EIO', 'EIO: words. Run the step'],
  ])('it cannot be read: %s', (code, words) => {
    jest.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
    jest.spyOn(fs, 'readFileSync').mockImplementation(() => {
      throw Object.assign(new Error(`${code}: words`), { code });
    });
    expect(reading).toThrow(`${COULD_NOT()}${words}`);
  });
});

test('warnings are kept until all is well again, and none is asked for more than it has', () => {
  noteWarning(inJob('1.json'), 'first');
  noteWarning(inJob('1.json'), 'second');
  noteWarning(inJob('2.json'), 'other');
  expect(warningsIn(inJob()).sort()).toEqual(['other', 'second']);
  noteWarning(inJob('1.json'), undefined);
  noteWarning(inJob('2.json'), undefined);
  expect(warningsIn(inJob())).toEqual([]);
  noteWarning(inJob('nowhere', '1.json'), 'no room for it');
  expect(existsSync(inJob('nowhere'))).toBe(false);
  expect(warningsIn(inJob('nowhere'))).toEqual([]);
});

test('a file that is there already is not written over: it could lead elsewhere', () => {
  writeFileSync(inJob('1.json'), 'theirs');
  expect(() => keepSessions(inJob(), SESSIONS, {})).toThrow(expect.objectContaining({ code: 'runner-files' }) as Error);
});
