import { writeFileSync } from 'node:fs';
import { keepSessions } from '../../src/credential-process/keep-sessions';
import { readSession } from '../../src/credential-process/session-file';
import { inJob, useJobDirectory } from '../runner/job-files';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

useJobDirectory();

const SESSIONS = [{ name: 'deploy', credentials: { ...EXAMPLE_KEYS, sessionToken: 'AQoEXAMPLE' } }];

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
