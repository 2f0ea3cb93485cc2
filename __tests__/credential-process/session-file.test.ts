import fs, { existsSync, writeFileSync } from 'node:fs';
import { keepSessions } from '../../src/credential-process/keep-sessions';
import {
  isFresh,
  isValid,
  keptSession,
  noteWarning,
  readSession,
  warningsIn,
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

/** So many minutes after now, by a clock that is so many ahead. */
const after = (minutes: number, ahead = 0) => ({
  time: NOW + (minutes + ahead) * MINUTE,
  uptime: 5_000 + minutes * 60,
});
const SECOND = 1 / 60;

describe('when a session is renewed', () => {
  test.each([
    [15, 5],
    [30, 10],
    [60, 20],
    [720, 20],
  ])('one of %i minutes: %i minutes before its end', (length, margin) => {
    const session = keptSession('deploy', lasting(length), after(0));
    const due = length - margin;
    expect([isFresh(session, after(due - SECOND)), isFresh(session, after(due))]).toEqual([true, false]);
    expect([isValid(session, after(length - SECOND)), isValid(session, after(length))]).toEqual([true, false]);
  });

  test('one that will be over when an attempt is: as if it were', () => {
    const session = keptSession('deploy', lasting(60), after(0));
    expect([isValid(session, after(59), MINUTE - 1), isValid(session, after(59), MINUTE)]).toEqual([true, false]);
  });

  describe.each([-120, -30, 30, 120])('by a clock that is %i minutes ahead of AWS', (ahead) => {
    const session = keptSession('deploy', { ...lasting(60), clockAhead: ahead * MINUTE }, after(0, ahead));

    test.each([
      ['stays so', ahead],
      ['is set right', 0],
      ['is set wrong in another way', -ahead],
    ])('and %s: by the time that has passed', (_, later) => {
      expect([isFresh(session, after(40 - SECOND, later)), isFresh(session, after(40, later))]).toEqual([true, false]);
      expect([isValid(session, after(60 - SECOND, later)), isValid(session, after(60, later))]).toEqual([true, false]);
    });

    test('a short one: by its own length', () => {
      const short = keptSession('deploy', { ...lasting(15), clockAhead: ahead * MINUTE }, after(0, ahead));
      expect([isFresh(short, after(10 - SECOND, ahead)), isFresh(short, after(10, ahead))]).toEqual([true, false]);
    });
  });

  test('after the machine was restarted: by the time of day', () => {
    const session = keptSession('deploy', lasting(60), after(0));
    const restarted = (minutes: number) => ({ time: NOW + minutes * MINUTE, uptime: 10 });
    expect([isFresh(session, restarted(39)), isFresh(session, restarted(41))]).toEqual([true, false]);
    expect([isValid(session, restarted(59)), isValid(session, restarted(61))]).toEqual([true, false]);
  });

  test('one without an end: never', () => {
    const session = keptSession('deploy', EXAMPLE_KEYS, after(0));
    expect([isFresh(session, after(1e9)), isValid(session, after(1e9))]).toEqual([true, true]);
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
    obtained: { time: expect.any(Number) as number, uptime: expect.any(Number) as number },
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
    ['EPERM', 'It is open only to the user that the step with refresh-credentials ran as'],
    [
      'EBUSY',
      'Another program has it open and lets nobody read it, such as a virus scanner. The next call tries again.',
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
