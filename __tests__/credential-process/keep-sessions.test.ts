import { readFileSync, statSync } from 'node:fs';
import { keepSessions } from '../../src/credential-process/keep-sessions';
import { readSession } from '../../src/credential-process/session-file';
import { inJob, useJobDirectory } from '../runner/job-files';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

useJobDirectory();

const SESSIONS = [{ name: 'deploy', credentials: EXAMPLE_KEYS }];

const { argv, execPath } = process;
afterEach(() => Object.assign(process, { argv, execPath }));

test('each session is in a file of its own that only the user reads, and named by its command', () => {
  process.argv = ['node', '/actions/dist/main/index.js'];
  const commands = keepSessions(inJob(), [...SESSIONS, { name: '../x', credentials: EXAMPLE_KEYS }], {
    INPUT_ROLES: 'a: b',
    OTHER: 'x',
  });
  expect(commands).toEqual([
    `"${process.execPath}" "/actions/dist/credential-process/index.js" "${inJob('1.json')}"`,
    `"${process.execPath}" "/actions/dist/credential-process/index.js" "${inJob('2.json')}"`,
  ]);
  expect([readSession(inJob('1.json')).profile, readSession(inJob('2.json')).profile]).toEqual(['deploy', '../x']);
  expect(JSON.parse(readFileSync(inJob('environment.json'), 'utf8'))).toEqual({ INPUT_ROLES: 'a: b' });
  for (const file of ['1.json', '2.json', 'environment.json']) expect(statSync(inJob(file)).mode & 0o777).toBe(0o600);
});

test.each(['/run$HOME/node', '/a"b/node', '/a`b`/node', '100%/node', '/a #1/node', '/a ;b/node'])(
  'a path that tools would read differently is refused: %s',
  (path) => {
    process.execPath = path;
    expect(() => keepSessions(inJob(), SESSIONS, {})).toThrow(
      expect.objectContaining({
        code: 'credential-process-path',
        message:
          `Could not let the profile renew itself: its command line would hold the path ${path}.\n` +
          "Cause: AWS's tools read a credential_process in different ways, and not all of them understand this path.\n" +
          'Fix: Let the runner work in folders without quotes, $, %, # and ; in their names, or omit refresh-credentials.',
      }) as Error,
    );
  },
);

test.each(['/Program Files/node', 'C:\\hostedtoolcache\\node.exe', '/a#b;c/node', "/it's/node"])(
  'a path that all read alike is not: %s',
  (path) => {
    process.execPath = path;
    expect(keepSessions(inJob(), SESSIONS, {})).toEqual([expect.stringContaining(`"${path}"`)]);
  },
);
