import fs, { writeFileSync } from 'node:fs';
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

test('a file that is there already is not written over: it could lead elsewhere', () => {
  writeFileSync(inJob('1.json'), 'theirs');
  expect(() => keepSessions(inJob(), SESSIONS, {})).toThrow(expect.objectContaining({ code: 'runner-files' }) as Error);
});
