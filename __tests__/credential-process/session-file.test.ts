import { writeFileSync } from 'node:fs';
import { keepSessions } from '../../src/credential-process/keep-sessions';
import { isFresh, isValid, keptSession, readSession } from '../../src/credential-process/session-file';
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
  });
});

test.each([
  ['is gone', undefined],
  ['is spoiled', '{'],
])('one that %s: whoever uses the profile learns why', (_, text) => {
  if (text !== undefined) writeFileSync(inJob('1.json'), text);
  expect(() => readSession(inJob('1.json'))).toThrow(
    `Could not read the session that this profile renews, in ${inJob('1.json')}. The step with refresh-credentials ` +
      'that made it is cleaned up when its job ends: run this in the job, or without the profile.',
  );
});

test('a file that is there already is not written over: it could lead elsewhere', () => {
  writeFileSync(inJob('1.json'), 'theirs');
  expect(() => keepSessions(inJob(), SESSIONS, {})).toThrow(expect.objectContaining({ code: 'runner-files' }) as Error);
});
