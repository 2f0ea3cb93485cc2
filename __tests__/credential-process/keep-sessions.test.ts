import { readFileSync, statSync } from 'node:fs';
import { keepSessions } from '../../src/credential-process/keep-sessions';
import { readSession } from '../../src/credential-process/session-file';
import { inJob, useJobDirectory } from '../runner/job-files';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

useJobDirectory();

const SESSIONS = [{ name: 'deploy', credentials: EXAMPLE_KEYS }];

const { argv } = process;
afterEach(() => Object.assign(process, { argv }));

test('each session is in a file of its own that only the user reads, and named by its command', () => {
  process.argv = ['node', '/actions/dist/main/index.js'];
  const commands = keepSessions(inJob(), [...SESSIONS, { name: '../x', credentials: EXAMPLE_KEYS }], {
    INPUT_ROLES: 'a: b',
    OTHER: 'x',
  });
  const program = `${process.execPath} /actions/dist/credential-process/index.js`;
  expect(commands).toEqual([
    expect.stringMatching(new RegExp(`^/usr/bin/env (NODE_\\w+= )+${program} ${inJob('1.json')}$`)),
    expect.stringMatching(new RegExp(`^/usr/bin/env (NODE_\\w+= )+${program} ${inJob('2.json')}$`)),
  ]);
  expect([readSession(inJob('1.json')).profile, readSession(inJob('2.json')).profile]).toEqual(['deploy', '../x']);
  expect(JSON.parse(readFileSync(inJob('environment.json'), 'utf8'))).toEqual({
    INPUT_ROLES: 'a: b',
    PWD: process.cwd(),
  });
  for (const file of ['1.json', '2.json', 'environment.json']) expect(statSync(inJob(file)).mode & 0o777).toBe(0o600);
});
